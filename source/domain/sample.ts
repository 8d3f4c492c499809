import type {AccessRefusal} from './access-log.js';
import type {AclUser} from './acl-user.js';
import type {BusLinks} from './bus-links.js';
import type {ClientRow} from './client.js';
import type {ClusterInfo, ClusterNode} from './cluster.js';
import type {Statement} from './finding.js';
import type {ForeignKeys} from './foreign-keys.js';
import type {CommandHistogram} from './histogram.js';
import type {HotKeys} from './hot-keys.js';
import type {InfoReply} from './info-reply.js';
import type {KeySizes} from './key-sizes.js';
import type {LatencyEvent, LatencyMoment} from './latency-event.js';
import type {LocalPortUse} from './local-ports.js';
import {messageText, type ShowName} from './message.js';
import type {NodeAddress, NodeState} from './node.js';
import type {RawReply} from './reply.js';
import type {SentinelView} from './sentinel.js';
import type {ServerBackup} from './server-backup.js';
import type {ServerModule} from './server-module.js';
import type {AtomicMigration} from './slot-migration.js';
import type {KeysOfSlot, SlotUse} from './slot-use.js';
import type {LargeEntry, SlowlogEntry} from './slowlog.js';
import {statementMessage} from './statement.js';
import type {WatchedReadings} from './watched-key.js';

/** The result of INFO in one poll of a node. */
export type NodeSample = {
	/** When the reply to INFO was complete, in milliseconds since the epoch. */
	readonly atMs: number;
	/** The moment of the sample on the monotonic clock, in milliseconds. Rates are computed from it. */
	readonly elapsedMs: number;
	/** Time from the write of the request to the complete reply, in milliseconds. */
	readonly roundTripMs: number;
	readonly info: InfoReply;
	/** When the certificate of the connection expires, in milliseconds since the epoch; undefined without TLS. */
	readonly certificateExpiresAtMs?: number | undefined;
	/** The server's `run_id`, which changes at a restart. Undefined when a proxy hides it. */
	readonly runId: string | undefined;
};

/** What a poll read besides INFO. A field is set only when its command was sent and answered. */
export type PollExtras = {
	readonly slowlog?: readonly SlowlogEntry[];
	readonly clients?: readonly ClientRow[];
	/**
	The clients with flags that redis-top asks for by CLIENT LIST FLAGS (Valkey 9.0). They are read when a server has too
	many clients for the whole CLIENT LIST.
	*/
	readonly flaggedClients?: readonly ClientRow[];
	/** False when the server refused CLIENT LIST with a filter (`FLAGS`). */
	readonly hasClientFilters?: boolean;
	readonly histograms?: ReadonlyMap<string, CommandHistogram>;
	/** New entries of COMMANDLOG's log of large requests (Valkey 8.1 and later). */
	readonly largeRequests?: readonly LargeEntry[];
	readonly largeReplies?: readonly LargeEntry[];
	readonly accessLog?: readonly AccessRefusal[];
	/**
	ACL LIST (Redis 6.0 and later), read once a minute from the node in focus, every five minutes from others. Hashes of
	passwords are removed as soon as the reply arrives.
	*/
	readonly aclUsers?: readonly AclUser[];
	/** CLUSTER MYSHARDID (Redis 7.2 and later), read once a minute. */
	readonly shardId?: string;
	readonly modules?: readonly ServerModule[];
	/** INFO modules. Read only from a server with a module that reports its failures in this section. */
	readonly moduleInfo?: InfoReply;
	/**
	Whether the default user may run SHUTDOWN. Asked only when redis-top itself is the default user without a password.
	*/
	readonly defaultUserCanShutdown?: boolean;
	/**
	LATENCY LATEST. It is read every 10 seconds from the node in focus, and every 60 seconds from any other node. A server
	that answers again after a timeout is asked at once.
	*/
	readonly latencyEvents?: readonly LatencyEvent[];
	/** LATENCY HISTORY by the name of the event, read once from each server process. */
	readonly latencyHistory?: ReadonlyMap<string, readonly LatencyMoment[]>;
	readonly clusterNodes?: readonly ClusterNode[];
	readonly clusterInfo?: ClusterInfo;
	/** A summary of the cluster bus links (Redis 7.0 and later); in a large cluster, a node is seldom asked for them. */
	readonly busLinks?: BusLinks;
	/**
	The number of keys by slot, for the slots of this node that are being moved; undefined before any slot was counted.
	*/
	readonly slotKeys?: ReadonlyMap<number, number>;
	/** Keys in slots that the node does not own; counted in small parts. */
	readonly foreignKeys?: ForeignKeys;
	/** The migrations that the node runs itself (Valkey 9.0, Redis 8.4); undefined when it reports none. */
	readonly slotMigrations?: readonly AtomicMigration[];
	/**
	The number of subscribers of the channel on which Sentinels publish their addresses. Read from nodes outside
	clusters.
	*/
	readonly sentinelListeners?: number;
	/** What a Sentinel reports about the primaries that it monitors. */
	readonly sentinel?: SentinelView;
	/** The values of CONFIG GET by setting name, as the server prints them, for the settings that redis-top shows. */
	readonly config?: ReadonlyMap<string, string>;
	/** INFO keysizes (Redis 8.0), read while panel K is open. */
	readonly keySizes?: KeySizes;
	/** CLUSTER SLOT-STATS (Valkey 8.0, Redis 8.2), read while panel K is open, and from a full shard. */
	readonly slotUse?: SlotUse;
	/** Some keys of each of the slots with the most load, and of the slot with most keys of a full shard. */
	readonly hotSlotKeys?: readonly KeysOfSlot[];
	/** Keys that RANDOMKEY named, read from a full shard without CLUSTER SLOT-STATS. A key may occur more than once. */
	readonly randomKeys?: {readonly sampledKeys: readonly string[]};
	/** HOTKEYS GET (Redis 8.6, Valkey 9.2), read while panel K is open. */
	readonly hotKeys?: HotKeys;
	/** BACKUP STATUS, read where INFO has `backup_in_progress` (Redis 8.10). */
	readonly backup?: ServerBackup;
	/** Readings of the keys that the user watches (`--watch-key`), limited to keys that the node holds. */
	readonly watched?: WatchedReadings;
};

/**
The fields of `PollExtras` that a node record keeps unchanged, each with the time of its reading. Name a new field here,
unless it is merged with earlier readings (`MergedReading`).
*/
export const timedReadings = [
	'latencyEvents',
	'latencyHistory',
	'accessLog',
	'aclUsers',
	'shardId',
	'modules',
	'defaultUserCanShutdown',
	'clusterNodes',
	'clusterInfo',
	'busLinks',
	'slotKeys',
	'foreignKeys',
	'slotMigrations',
	'config',
	'sentinel',
	'hotSlotKeys',
	'randomKeys',
	'hotKeys',
	'backup',
	'flaggedClients',
] as const satisfies ReadonlyArray<keyof PollExtras>;

export type TimedReading = (typeof timedReadings)[number];

/**
The fields that are merged with earlier readings. Logs get the new entries added, and two readings of a histogram or of
CLIENT LIST are compared. `hasClientFilters` and `sentinelListeners` are listed too, although they are not merged: only
the poller uses them.
*/
export type MergedReading =
	| 'slowlog'
	| 'largeRequests'
	| 'largeReplies'
	| 'moduleInfo'
	| 'histograms'
	| 'clients'
	| 'keySizes'
	| 'slotUse'
	| 'watched'
	| 'hasClientFilters'
	| 'sentinelListeners';

/** A command that redis-top may not or cannot send to a node, why, and which ACL rule would allow it. */
export type BlindSpot = {
	/** The command as it is typed: `SLOWLOG GET`. */
	readonly command: string;
	/**
	`denied`: the user lacks the right. `absent`: this server doesn't have the command (version, renamed, provider).
	*/
	readonly kind: 'denied' | 'absent';
	/** Why the command can't be used, in the server's words. */
	readonly why: string;
	/** The ACL rule that would allow the command (`+slowlog|get`); undefined when the reason isn't a missing right. */
	readonly grant: string | undefined;
};

export type FailureLayer = 'dns' | 'tcp' | 'tls' | 'greet' | 'auth' | 'server' | 'command' | 'client';

/**
The exact meaning of an error reply. Its first word (`ERR`, `MISCONF`, `BUSY`) alone has several meanings.

- `MAXCLIENTS`: the limit of connections is reached
- `INVALID_PASSWORD`, `NEEDLESS_PASSWORD`, `NO_USERS`: replies to AUTH of a server without ACL users
- `NOAUTH`: a server that predates the code NOAUTH requires a password
- `LOST_PASSWORD`: protected mode refuses the connection, so the server has no password, and one was given
- `MISCONF_AOF`, `MISCONF_RDB`: the file that the server fails to write
- `BUSY_FUNCTION`, `BUSY_MODULE`: a function or a module's command runs; a BUSY reply without a kind means a script
- `HOST_ANSWERS`, `HOST_SILENT`, `REJECTED_BY_ICMP`: why a connection gets no answer, by the kernel's neighbour
  table (ARP); `HOST_ANSWERS` also by another port of the host
*/
export type ErrorKind =
	| 'MAXCLIENTS'
	| 'INVALID_PASSWORD'
	| 'NEEDLESS_PASSWORD'
	| 'NO_USERS'
	| 'NOAUTH'
	| 'LOST_PASSWORD'
	| 'MISCONF_AOF'
	| 'MISCONF_RDB'
	| 'BUSY_FUNCTION'
	| 'BUSY_MODULE'
	| 'LARGE_REPLIES'
	| 'HOST_ANSWERS'
	| 'HOST_SILENT'
	| 'REJECTED_BY_ICMP';

/**
Why a poll returned no sample. `problem` completes "10.0.1.21:6379 …", and `reason` says why. Neither ever holds a
password.
*/
export type Failure = Pick<Statement, 'problem' | 'reason'> & {
	readonly layer: FailureLayer;
	/** The socket error's code or the error reply's first word: `ECONNREFUSED`, `WRONGPASS`, `TIMEOUT`. */
	readonly code: string;
	/** The exact meaning of a code that has several meanings; undefined otherwise. */
	readonly kind?: ErrorKind | undefined;
	readonly state: Exclude<NodeState, 'connecting' | 'up'>;
	/** The address that the name of the host had before it could not be resolved; undefined where none is known. */
	readonly earlierAddress?: string | undefined;
	/** Who signed the certificate, whose authority is not trusted; undefined where the certificate was not read. */
	readonly issuer?: string | undefined;
	/** How this machine's local ports are used, where connections to the node hold nearly all of them. */
	readonly localPorts?: LocalPortUse | undefined;
	/** The function that a busy server runs; undefined when the server doesn't report it (Redis 7.0 and later do). */
	readonly running?: RunningFunction | undefined;
};

/** The failure as text: `refuses connections: nothing listens on the port`. */
export const failureText = (failure: Failure, show?: ShowName): string => messageText(statementMessage(failure), show);

/** A running function's name, and for how long it has run in milliseconds. */
export type RunningFunction = {readonly name: string; readonly durationMs: number};

/** The cost of one poll: the number of commands, and the bytes in each direction. */
export type PollCost = {readonly commands: number; readonly bytesOut: number; readonly bytesIn: number};

/** One command of a poll, and the reply as the server sent it. */
export type Exchange = {
	/** The kind of the polled command: `info`, `slowlog`. */
	readonly kind: string;
	/** Every word that was sent. A watched key is written with its database, as `--watch-key` names it. */
	readonly command: readonly string[];
	readonly reply: RawReply;
};

/** The outcome of a poll. A poll never throws: a failed one is the outcome `failed`. */
export type PollOutcome =
	| {
			readonly kind: 'sampled';
			readonly address: NodeAddress;
			readonly sample: NodeSample;
			readonly extras: PollExtras;
			/** Every known blind spot of this server: those that this poll found, and those that earlier polls found. */
			readonly blind: readonly BlindSpot[];
			readonly cost: PollCost;
			/**
			The commands and their replies as a recording holds them. Commands that were sent in one write are one group.
			*/
			readonly exchanges?: ReadonlyArray<readonly Exchange[]>;
			/**
			Number of intervals before this poll in which the node was not polled, because it is polled only at every Nth
			interval. @default 0
			*/
			readonly skipped?: number;
			/** The node is polled at every Nth interval from now on. @default 1 */
			readonly every?: number;
			/** Whether the node is polled more rarely than the user wants, because it answers slowly. @default false */
			readonly isSlowed?: boolean;
	  }
	| {
			readonly kind: 'failed';
			readonly address: NodeAddress;
			readonly atMs: number;
			/** When the failed poll began, in milliseconds since the epoch. */
			readonly askedAtMs: number;
			readonly failure: Failure;
	  };
