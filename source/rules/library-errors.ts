import type {NodeFacts} from './node-facts.js';

/** The first version in which servers have CLIENT SETINFO. */
const setInfoSince = 7.2;

/**
Commands that client libraries try at each connection although an older server lacks them: CLIENT SETINFO for their name
and for their version, and newer ones CLIENT MAINT_NOTIFICATIONS. Fewer a connection are seen where some clients try none.
Source: https://github.com/redis/go-redis, `initConn`.
*/
const tried = {least: 1.5, most: 3} as const;

/** The most errors since the sample before that client libraries may have got as they connected. They go on without. */
export function mostLibraryErrors(facts: NodeFacts): number {
	const version = Number.parseFloat(facts.text('server', 'redis_version') ?? '');
	const connections = facts.increase('stats', 'total_connections_received') ?? 0;
	return version < setInfoSince ? tried.most * connections : 0;
}

/**
Whether the errors since the sample before are as many as client libraries get when they connect. A client that connects
for each request and sends one unknown command gets fewer.
*/
export function areOfLibraries(facts: NodeFacts, errors: number): boolean {
	const most = mostLibraryErrors(facts);
	return errors > 0 && errors <= most && errors >= (most * tried.least) / tried.most;
}
