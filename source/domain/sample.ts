import type {AccessRefusal} from './access-log.js';
import type {BusLinks} from './bus-links.js';
import type {ClientRow} from './client.js';
import type {ClusterInfo, ClusterNode} from './cluster.js';
import type {Statement} from './finding.js';
import type {CommandHistogram} from './histogram.js';
import type {InfoReply} from './info-reply.js';
import type {LatencyEvent} from './latency-event.js';
import {messageText, type ShowName} from './message.js';
import type {NodeAddress, NodeState} from './node.js';
import type {SentinelView} from './sentinel.js';
import type {ServerModule} from './server-module.js';
import type {AtomicMigration} from './slot-migration.js';
import type {LargeEntry, SlowlogEntry} from './slowlog.js';
import {statementMessage} from './statement.js';

/** What one poll learned from a node's INFO. */
export type NodeSample = {
	/** Wall time at which the reply was complete, milliseconds since the epoch. */
	readonly atMs: number;
	/** The same moment on the monotonic clock, milliseconds; for rates. */
	readonly elapsedMs: number;
	/** From the write to the complete reply, milliseconds. */
	readonly roundTripMs: number;
	readonly info: InfoReply;
	/** The server's `run_id`; a new one is a restarted process. Some proxies hide it. */
	readonly runId: string | undefined;
};

/** What a poll read besides INFO; each field is there only when its command was asked and answered. */
export type PollExtras = {
	readonly slowlog?: readonly SlowlogEntry[];
	readonly clients?: readonly ClientRow[];
	readonly histograms?: ReadonlyMap<string, CommandHistogram>;
	/** COMMANDLOG's logs of sizes (Valkey ≥ 8.1). */
	readonly largeRequests?: readonly LargeEntry[];
	readonly largeReplies?: readonly LargeEntry[];
	readonly accessLog?: readonly AccessRefusal[];
	readonly modules?: readonly ServerModule[];
	/** INFO modules, where a module is loaded that reports its failures there. */
	readonly moduleInfo?: InfoReply;
	/** Whether the default user may SHUTDOWN; asked only where redis-top is the default user, without a password. */
	readonly defaultUserCanShutdown?: boolean;
	/** Every 10 or 60 seconds, and once a server answers again after a timeout. */
	readonly latencyEvents?: readonly LatencyEvent[];
	readonly clusterNodes?: readonly ClusterNode[];
	readonly clusterInfo?: ClusterInfo;
	/** Links of the cluster bus (7.0), read seldom; undefined before. */
	readonly busLinks?: BusLinks;
	/** Keys in the slots that this node has open, by slot; undefined before any was counted. */
	readonly slotKeys?: ReadonlyMap<number, number>;
	/** The migrations that the node runs itself (Valkey 9.0, Redis 8.4); undefined where it reports none. */
	readonly slotMigrations?: readonly AtomicMigration[];
	/** Subscribers of the channel on which Sentinels publish their addresses; of a node outside clusters. */
	readonly sentinelListeners?: number;
	/** What a Sentinel reports of the primaries it monitors. */
	readonly sentinel?: SentinelView;
	/** CONFIG GET of the settings that redis-top shows, as the server prints them. */
	readonly config?: ReadonlyMap<string, string>;
};

/**
The fields that a node's record keeps as they were read, each with its age. A new field of `PollExtras` is named here as
well, unless it is one of those that are merged with earlier readings (`MergedReading`).
*/
export const timedReadings = [
	'latencyEvents',
	'accessLog',
	'modules',
	'defaultUserCanShutdown',
	'clients',
	'clusterNodes',
	'clusterInfo',
	'busLinks',
	'slotKeys',
	'slotMigrations',
	'config',
	'sentinel',
] as const satisfies ReadonlyArray<keyof PollExtras>;

export type TimedReading = (typeof timedReadings)[number];

/** Logs grow by what is new, and two readings of a histogram are compared. The poller alone uses `sentinelListeners`. */
export type MergedReading =
	| 'slowlog'
	| 'largeRequests'
	| 'largeReplies'
	| 'moduleInfo'
	| 'histograms'
	| 'sentinelListeners';

/** A command that redis-top may not or cannot send to a node, why, and what would allow it. */
export type BlindSpot = {
	/** The command as one would type it: `SLOWLOG GET`. */
	readonly command: string;
	/** `denied`: the user's rights; `absent`: this server doesn't have it (version, renamed, provider). */
	readonly kind: 'denied' | 'absent';
	/** The server's words. */
	readonly why: string;
	/** The ACL rule that grants it (`+slowlog|get`), where rights are what is missing. */
	readonly grant: string | undefined;
};

export type FailureLayer = 'dns' | 'tcp' | 'tls' | 'greet' | 'auth' | 'server' | 'command' | 'client';

/**
Which of several situations an error reply means, where its first word (`ERR`, `MISCONF`, `BUSY`) stands for more than one.

- `MAXCLIENTS`: the limit of connections is reached
- `INVALID_PASSWORD`, `NEEDLESS_PASSWORD`, `NO_USERS`: what AUTH of a server without users says
- `NOAUTH`: a server that predates the code NOAUTH wants a password
- `MISCONF_AOF`, `MISCONF_RDB`: what the server fails to write
- `BUSY_FUNCTION`, `BUSY_MODULE`: a function or a module's command runs; BUSY without a kind is a script
*/
export type ErrorKind =
	| 'MAXCLIENTS'
	| 'INVALID_PASSWORD'
	| 'NEEDLESS_PASSWORD'
	| 'NO_USERS'
	| 'NOAUTH'
	| 'MISCONF_AOF'
	| 'MISCONF_RDB'
	| 'BUSY_FUNCTION'
	| 'BUSY_MODULE';

/**
Why a poll returned no sample. `problem` completes "10.0.1.21:6379 …", and `reason` says why. It never holds a
password.
*/
export type Failure = Pick<Statement, 'problem' | 'reason'> & {
	readonly layer: FailureLayer;
	/** The error's code or the reply's first word: `ECONNREFUSED`, `WRONGPASS`, `TIMEOUT`. */
	readonly code: string;
	/** What exactly an error reply means, where its code stands for several situations. */
	readonly kind?: ErrorKind | undefined;
	readonly state: Exclude<NodeState, 'connecting' | 'up'>;
	/** The function that a busy server runs, where the server tells it (Redis ≥ 7.0). */
	readonly running?: RunningFunction | undefined;
};

/** `refuses connections: nothing listens on the port`. */
export const failureText = (failure: Failure, show?: ShowName): string => messageText(statementMessage(failure), show);

/** A function that runs, and for how long. */
export type RunningFunction = {readonly name: string; readonly durationMs: number};

/** What this poll cost: commands sent, bytes each way. */
export type PollCost = {readonly commands: number; readonly bytesOut: number; readonly bytesIn: number};

/** A poll has an outcome; it never throws. */
export type PollOutcome =
	| {
			readonly kind: 'sampled';
			readonly address: NodeAddress;
			readonly sample: NodeSample;
			readonly extras: PollExtras;
			/** Every command this server is known not to give us, not just this poll's. */
			readonly blind: readonly BlindSpot[];
			readonly cost: PollCost;
			/** Intervals before this poll in which the node was skipped by rotation. @default 0 */
			readonly skipped?: number;
			/** From now on the node is polled every Nth interval. @default 1 */
			readonly every?: number;
	  }
	| {
			readonly kind: 'failed';
			readonly address: NodeAddress;
			readonly atMs: number;
			/** When the poll that failed began, milliseconds since the epoch. */
			readonly askedAtMs: number;
			readonly failure: Failure;
	  };
