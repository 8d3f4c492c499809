import type {InfoReply} from '../domain/info-reply.js';
import type {BlindSpot} from '../domain/sample.js';
import {configNames} from './config-names.js';
import {type SentinelKind, type SentinelMemory, sentinelRequests, sentinelSections} from './sentinel-plan.js';

/** What somebody looks at now, beyond INFO. */
export type PollInterest = 'clients' | 'histograms' | 'slowlog' | 'cluster';

export type PollDemand = {
	/** The node in focus gets everything; the others what lists and discovery need. */
	readonly isFocused: boolean;
	readonly interests: ReadonlySet<PollInterest>;
	/** What panels merge over nodes, slow logs and latencies, is asked of this one too; of the node in focus always. */
	readonly isMerged?: boolean;
	/** The first sample brings all that is of interest, a round trip later: for those who take two samples and go. */
	readonly isWholeAtOnce?: boolean;
	/** Asked for by hand (`R`): everything of interest is due, CLIENT LIST at any size too. */
	readonly isByHand: boolean;
	/** How a cluster's node is asked for its whole view; `paced` unless said otherwise. */
	readonly views?: ViewDemand | undefined;
};

/**
`now`: with this tick, because something changes in the cluster or a large one's sample has come to this node. `not-now`:
its turn has not come, the cheap digest will do.
*/
export type ViewDemand = 'paced' | 'now' | 'not-now';

export type RequestKind =
	| 'info'
	| 'commandstats'
	| 'slowlog'
	| 'clients'
	| 'histograms'
	| 'latency-events'
	| 'cluster-nodes'
	| 'cluster-info'
	| 'slot-keys'
	| 'slot-migrations'
	| 'migration-status'
	| SentinelKind
	| 'config';

export type PollRequest = {
	readonly kind: RequestKind;
	readonly command: readonly string[];
	/** The primary that a sentinel is asked about. */
	readonly name?: string | undefined;
};

/** What is remembered of a node between polls. A new process (`run_id`) starts it afresh. */
export type PollMemory = {
	/** Major, minor of the Redis version whose commands it speaks; undefined before the first INFO. */
	version: readonly [number, number] | undefined;
	runId: string | undefined;
	lastAskedMs: Map<RequestKind, number>;
	histogramReadings: number;
	slowlogLastId: number | undefined;
	slowlogCount: number;
	connectedClients: number;
	hasCluster: boolean;
	/** Slots that this node has open by its own word: how far they are is counted. */
	openSlots: readonly number[];
	/** How the migrations that the servers run themselves are asked for; undefined where this version has none. */
	migrations: MigrationsRequest | undefined;
	busiestCommands: readonly string[];
	/** Undefined for a data node. */
	sentinel: SentinelMemory | undefined;
	/** A reply was owed: the next poll also asks what held the server up. */
	isRecovering: boolean;
	blind: Map<RequestKind, {readonly spot: BlindSpot; readonly untilMs: number}>;
};

export const freshMemory = (): PollMemory => ({
	version: undefined,
	runId: undefined,
	lastAskedMs: new Map(),
	histogramReadings: 0,
	slowlogLastId: undefined,
	slowlogCount: defaultSlowlogCount,
	connectedClients: 0,
	hasCluster: false,
	openSlots: [],
	migrations: undefined,
	busiestCommands: [],
	sentinel: undefined,
	isRecovering: false,
	blind: new Map(),
});

/** One SLOWLOG GET asks for so many; more when the ring moved further since. */
export const defaultSlowlogCount = 16;

/** However far the ring moved; what it dropped beyond counts as lost. */
export const mostSlowlogEntries = 1024;

/** Open slots of one node that are counted: an interrupted resharding leaves one, a broken script perhaps a few. */
const mostCountedSlots = 8;

/** A command that was denied or absent is not asked again for ten minutes, milliseconds. */
export const blindMs = 600_000;

/** What is asked for, in one call from Redis 7.0 on; unknown section names are ignored by older and newer servers alike. */
const sections = 'server clients memory persistence stats replication cpu cluster keyspace errorstats threads'.split(
	' ',
);
const focusedSections = [...sections, 'commandstats'];

const isAtLeast = (version: PollMemory['version'], major: number, minor: number): boolean =>
	version !== undefined && (version[0] > major || (version[0] === major && version[1] >= minor));

/**
How often CLIENT LIST may be asked for, milliseconds; undefined: by hand only. It takes the server about 1.4 µs a
client on its one thread, 13.9 ms at 10,000 (signals E.2).
*/
export function clientListPeriod(connectedClients: number): number | undefined {
	if (connectedClients <= 500) {
		return 5000;
	}

	return connectedClients <= 2000 ? 15_000 : undefined;
}

/** `7.2.4` → [7, 2]; undefined for anything else. Valkey reports the Redis version it is compatible with: what we need. */
export function speaksVersion(info: InfoReply): readonly [number, number] | undefined {
	const match = /^(\d+)\.(\d+)/.exec(info.text('server', 'redis_version') ?? '');
	return match ? [Number(match[1]), Number(match[2])] : undefined;
}

type MigrationsRequest = PollRequest & {readonly kind: 'slot-migrations' | 'migration-status'};

/** Valkey ≥ 9.0 and Redis ≥ 8.4 move slots by themselves and tell how far they are. */
export function migrationsRequest(info: InfoReply): MigrationsRequest | undefined {
	const valkey = /^(\d+)/.exec(info.text('server', 'valkey_version') ?? '')?.[1];
	if (valkey !== undefined) {
		return Number(valkey) >= 9 ? {kind: 'slot-migrations', command: ['CLUSTER', 'GETSLOTMIGRATIONS']} : undefined;
	}

	return isAtLeast(speaksVersion(info), 8, 4)
		? {kind: 'migration-status', command: ['CLUSTER', 'MIGRATION', 'STATUS', 'ALL']}
		: undefined;
}

function infoRequests(memory: PollMemory, demand: PollDemand): PollRequest[] {
	const isDetailed = (demand.isFocused || demand.isMerged === true) && memory.sentinel === undefined;
	if (isAtLeast(memory.version, 7, 0)) {
		const wanted = memory.sentinel !== undefined ? sentinelSections : isDetailed ? focusedSections : sections;
		return [{kind: 'info', command: ['INFO', ...wanted]}];
	}

	// Before the version is known, and up to 6.2, INFO takes one section a call; without any it brings all but this one.
	const requests: PollRequest[] = [{kind: 'info', command: ['INFO']}];
	if (isDetailed) {
		requests.push({kind: 'commandstats', command: ['INFO', 'commandstats']});
	}

	return requests;
}

type Lane = PollRequest & {
	readonly periodMs: number | undefined;
	/** It comes together with this one. */
	readonly with?: RequestKind;
};

/**
Every node of a cluster is asked for its own view, whoever is in focus. CLUSTER INFO is the cheap digest (40 µs); when it
changes, the fleet makes the cluster hot, and the views come at every tick (1 ms of a server at a thousand nodes, 6 KB at
fifty).
*/
function clusterLanes(memory: PollMemory, {isFocused, interests, views = 'paced'}: PollDemand): Lane[] {
	if (!memory.hasCluster) {
		return [];
	}

	const pacedMs = isFocused && interests.has('cluster') ? 2000 : 5000;
	const viewMs = {now: 0, paced: pacedMs, 'not-now': undefined};
	const digestMs = {now: 0, paced: 2000, 'not-now': 5000};
	const lanes: Lane[] = [
		{kind: 'cluster-nodes', periodMs: viewMs[views], command: ['CLUSTER', 'NODES']},
		{kind: 'cluster-info', periodMs: digestMs[views], command: ['CLUSTER', 'INFO']},
		...memory.openSlots
			.slice(0, mostCountedSlots)
			.map(
				(slot): Lane => ({kind: 'slot-keys', periodMs: 2000, command: ['CLUSTER', 'COUNTKEYSINSLOT', String(slot)]}),
			),
	];
	return memory.migrations === undefined ? lanes : [...lanes, {...memory.migrations, periodMs: 5000}];
}

function slowLanes(memory: PollMemory, demand: PollDemand): Lane[] {
	const {isFocused, interests, isByHand, isMerged = isFocused, isWholeAtOnce = false} = demand;
	if (memory.sentinel !== undefined) {
		const periodMs = memory.sentinel.names.length === 0 || isFocused ? 0 : 2000;
		return sentinelRequests(memory.sentinel).map(request => ({...request, periodMs, with: 'sentinel-primaries'}));
	}

	const lanes: Lane[] = clusterLanes(memory, demand);
	if (memory.isRecovering) {
		lanes.push({kind: 'latency-events', periodMs: 0, command: ['LATENCY', 'LATEST']});
	}

	if (memory.isRecovering || ((isFocused || isMerged) && interests.has('slowlog'))) {
		lanes.push({
			kind: 'slowlog',
			periodMs: memory.isRecovering ? 0 : isFocused ? 5000 : 10_000,
			command: ['SLOWLOG', 'GET', String(memory.slowlogCount)],
		});
	}

	if (isFocused && interests.has('clients')) {
		const periodMs = isByHand ? 0 : clientListPeriod(memory.connectedClients);
		lanes.push({kind: 'clients', periodMs, command: ['CLIENT', 'LIST']});
	}

	if (
		(isFocused || isMerged) &&
		interests.has('histograms') &&
		isAtLeast(memory.version, 7, 0) &&
		memory.busiestCommands.length > 0
	) {
		// The second reading soon after the first: only the two together say anything.
		const soonMs = isWholeAtOnce ? 0 : 900;
		const periodMs = memory.histogramReadings < 2 ? soonMs : 10_000;
		lanes.push({kind: 'histograms', periodMs, command: ['LATENCY', 'HISTOGRAM', ...memory.busiestCommands]});
	}

	// Rules look at the settings of every node, panels at those of one.
	lanes.push({kind: 'config', periodMs: isFocused ? 60_000 : 300_000, command: ['CONFIG', 'GET', ...configNames]});

	return lanes;
}

/** Up to 6.2 CONFIG GET takes one name a call. */
function spreadConfig(request: PollRequest, memory: PollMemory): PollRequest[] {
	return request.kind === 'config' && !isAtLeast(memory.version, 7, 0)
		? configNames.map(name => ({kind: 'config', command: ['CONFIG', 'GET', name]}))
		: [request];
}

/**
The commands of this tick, to be sent in one write: INFO always, the slow lanes when they are due, looked at, and not
known to be denied. `nowMs` is monotonic.
*/
export function requestsDue(memory: PollMemory, demand: PollDemand, nowMs: number): PollRequest[] {
	return [...infoRequests(memory, demand), ...slowRequestsDue(memory, demand, nowMs)];
}

/** Of these, all but INFO. */
export function slowRequestsDue(memory: PollMemory, demand: PollDemand, nowMs: number): PollRequest[] {
	if (memory.version === undefined) {
		return [];
	}

	const requests: PollRequest[] = [];
	for (const {kind, periodMs, command, name, with: other = kind} of slowLanes(memory, demand)) {
		const blind = memory.blind.get(kind);
		const lastMs = memory.lastAskedMs.get(other);
		const isDue =
			periodMs !== undefined && (lastMs === undefined || demand.isByHand || nowMs - lastMs >= periodMs - 50);
		if (isDue && (blind === undefined || nowMs >= blind.untilMs)) {
			requests.push(...spreadConfig({kind, command, name}, memory));
		}
	}

	return requests;
}

/** The name and the ACL rule of what a request asks, for the blind spot it becomes when the server refuses it. */
export function requestName(kind: RequestKind): {readonly command: string; readonly grant: string | undefined} {
	const names: Record<RequestKind, {command: string; grant: string | undefined}> = {
		info: {command: 'INFO', grant: '+info'},
		commandstats: {command: 'INFO', grant: '+info'},
		slowlog: {command: 'SLOWLOG GET', grant: '+slowlog|get'},
		clients: {command: 'CLIENT LIST', grant: '+client|list'},
		histograms: {command: 'LATENCY HISTOGRAM', grant: '+latency|histogram'},
		'latency-events': {command: 'LATENCY LATEST', grant: '+latency|latest'},
		'cluster-nodes': {command: 'CLUSTER NODES', grant: '+cluster|nodes'},
		'slot-keys': {command: 'CLUSTER COUNTKEYSINSLOT', grant: '+cluster|countkeysinslot'},
		'slot-migrations': {command: 'CLUSTER GETSLOTMIGRATIONS', grant: '+cluster|getslotmigrations'},
		// The same right would allow IMPORT and CANCEL.
		'migration-status': {command: 'CLUSTER MIGRATION', grant: undefined},
		'cluster-info': {command: 'CLUSTER INFO', grant: '+cluster|info'},
		'sentinel-primaries': {command: 'SENTINEL MASTERS', grant: '+sentinel|masters'},
		'sentinel-replicas': {command: 'SENTINEL REPLICAS', grant: '+sentinel|replicas'},
		'sentinel-sentinels': {command: 'SENTINEL SENTINELS', grant: '+sentinel|sentinels'},
		'sentinel-quorum': {command: 'SENTINEL CKQUORUM', grant: '+sentinel|ckquorum'},
		config: {command: 'CONFIG GET', grant: '+config|get'},
	};
	return names[kind];
}
