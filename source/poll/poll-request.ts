import type {BusLinks} from '../domain/bus-links.js';
import type {BlindSpot} from '../domain/sample.js';
import type {Version} from '../wire/read-commands.js';
import type {SentinelKind, SentinelMemory} from './sentinel-plan.js';

/** Something that is asked for less often than INFO. */
export type ScheduledRequest = PollRequest & {
	readonly periodMs: number | undefined;
	/** It comes together with this one. */
	readonly with?: RequestKind;
};

export type MigrationsRequest = PollRequest & {readonly kind: 'slot-migrations' | 'migration-status'};

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
export type PollState = {
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
	subscribersSeen: number | undefined;
	/** A module is loaded that tells of its failures in INFO modules. */
	hasSearchModule: boolean;
	/** `latency-monitor-threshold`; undefined while it isn't known. */
	latencyThreshold: string | undefined;
	/** A reply was owed: the next poll also asks what held the server up. */
	isRecovering: boolean;
	blind: Map<RequestKind, {readonly spot: BlindSpot; readonly untilMs: number}>;
};

export const newPollState = (): PollState => ({
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
	subscribersSeen: undefined,
	hasSearchModule: false,
	latencyThreshold: undefined,
	isRecovering: false,
	blind: new Map(),
});

/** One SLOWLOG GET asks for so many; more when the ring moved further since. */
export const defaultSlowlogCount = 16;
