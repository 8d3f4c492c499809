import type {BusLinks} from '../domain/bus-links.js';
import type {BlindSpot} from '../domain/sample.js';
import {sentinelChannel, type Version} from '../wire/read-commands.js';
import {clusterLanes, type Lane, type MigrationsRequest, withViewForLinks} from './cluster-lanes.js';
import {commandlogNames, configNames} from './config-names.js';
import {rareLanes} from './rare-lanes.js';
import {type SentinelKind, type SentinelMemory, sentinelRequests, sentinelSections} from './sentinel-plan.js';
import {isAtLeast} from './spoken-version.js';

/** What somebody looks at now, beyond INFO. */
export type PollInterest = 'clients' | 'histograms' | 'slowlog' | 'all-slowlogs' | 'cluster';

export type PollDemand = {
	/** The node in focus gets everything; the others what lists and discovery need. */
	readonly isFocused: boolean;
	readonly interests: ReadonlySet<PollInterest>;
	/** What panels merge over nodes, slow logs and latencies, is asked of this one too; of the node in focus always. */
	readonly isMerged?: boolean;
	/** Of more nodes than are merged at all times, its turn has come to have its slow log read. */
	readonly isSlowlogTurn?: boolean;
	/** The first sample brings all that is of interest, a round trip later: for those who take two samples and go. */
	readonly isWholeAtOnce?: boolean;
	/** Asked for by hand (`R`): everything of interest is due, CLIENT LIST at any size too. */
	readonly isByHand: boolean;
	/** We are the default user, and gave no password. */
	readonly isAnonymous?: boolean;
	/** How a cluster's node is asked for its whole view; `paced` unless said otherwise. */
	readonly views?: ViewDemand | undefined;
	/** The same of its links of the cluster bus. */
	readonly links?: ViewDemand | undefined;
	/** No sentinel is known that watches it, so that there may be one to be found. */
	readonly seeksSentinels?: boolean;
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
	| 'large-requests'
	| 'large-replies'
	| 'access-log'
	| 'modules'
	| 'module-info'
	| 'default-rights'
	| 'cluster-nodes'
	| 'cluster-info'
	| 'cluster-links'
	| 'slot-keys'
	| 'slot-migrations'
	| 'migration-status'
	| SentinelKind
	| 'hello-listeners'
	| 'hello'
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
	version: Version | undefined;
	/** Valkey's own version. */
	valkey: Version | undefined;
	runId: string | undefined;
	lastAskedMs: Map<RequestKind, number>;
	histogramReadings: number;
	slowlogLastId: number | undefined;
	slowlogCount: number;
	connectedClients: number;
	hasCluster: boolean;
	/** Its links of the cluster bus as last read, which the next reading is held against. */
	busLinks: BusLinks | undefined;
	/** Slots that this node has open by its own word: how far they are is counted. */
	openSlots: readonly number[];
	/** How the migrations that the servers run themselves are asked for; undefined where this version has none. */
	migrations: MigrationsRequest | undefined;
	busiestCommands: readonly string[];
	/** Undefined for a data node. */
	sentinel: SentinelMemory | undefined;
	/** How many listened among the sentinels when they were last heard; undefined before that. */
	heardAmong: number | undefined;
	/** A module is loaded that tells of its failures in INFO modules. */
	hasSearchModule: boolean;
	/** `latency-monitor-threshold`; undefined while it isn't known. */
	latencyThreshold: string | undefined;
	/** A reply was owed: the next poll also asks what held the server up. */
	isRecovering: boolean;
	blind: Map<RequestKind, {readonly spot: BlindSpot; readonly untilMs: number}>;
};

export const freshMemory = (): PollMemory => ({
	version: undefined,
	valkey: undefined,
	runId: undefined,
	lastAskedMs: new Map(),
	histogramReadings: 0,
	slowlogLastId: undefined,
	slowlogCount: defaultSlowlogCount,
	connectedClients: 0,
	hasCluster: false,
	busLinks: undefined,
	openSlots: [],
	migrations: undefined,
	busiestCommands: [],
	sentinel: undefined,
	heardAmong: undefined,
	hasSearchModule: false,
	latencyThreshold: undefined,
	isRecovering: false,
	blind: new Map(),
});

/** One SLOWLOG GET asks for so many; more when the ring moved further since. */
export const defaultSlowlogCount = 16;

/** However far the ring moved; what it dropped beyond counts as lost. */
export const mostSlowlogEntries = 1024;

/** A command that was denied or absent is not asked again for ten minutes, milliseconds. */
export const blindMs = 600_000;

/** What is asked for, in one call from Redis 7.0 on; unknown section names are ignored by older and newer servers alike. */
const sections = 'server clients memory persistence stats replication cpu cluster keyspace errorstats threads'.split(
	' ',
);
const focusedSections = [...sections, 'commandstats'];

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

/** Made once: a thousand nodes are asked a thousand times a second whether they are due. */
const settings = ['CONFIG', 'GET', ...configNames];
const logSettings = [...settings, ...commandlogNames];

function slowLanes(memory: PollMemory, demand: PollDemand): Lane[] {
	const {isFocused, interests, isByHand, isMerged = isFocused, isWholeAtOnce = false, isSlowlogTurn = false} = demand;
	if (memory.sentinel !== undefined) {
		const periodMs = memory.sentinel.names.length === 0 || isFocused ? 0 : 2000;
		return sentinelRequests(memory.sentinel).map(request => ({...request, periodMs, with: 'sentinel-primaries'}));
	}

	const lanes: Lane[] = clusterLanes(memory, demand);
	if (memory.isRecovering || isSlowlogTurn || ((isFocused || isMerged) && interests.has('slowlog'))) {
		lanes.push({
			kind: 'slowlog',
			periodMs: memory.isRecovering || isSlowlogTurn ? 0 : isFocused ? 5000 : 10_000,
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

	if (demand.seeksSentinels === true && !memory.hasCluster) {
		lanes.push({kind: 'hello-listeners', periodMs: 60_000, command: ['PUBSUB', 'NUMSUB', sentinelChannel]});
	}

	const command = isAtLeast(memory.valkey, 8, 1) ? logSettings : settings;
	// Rules look at the settings of every node, panels at those of one.
	lanes.push({kind: 'config', periodMs: isFocused ? 60_000 : 300_000, command});
	return [...lanes, ...rareLanes(memory, demand)];
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

	return withViewForLinks(requests);
}
