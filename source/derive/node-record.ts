import type {ClientRow} from '../domain/client.js';
import type {BurstPing, NewConnections, SeenServer} from '../domain/closer-look.js';
import type {ClusterInfo, ClusterNode} from '../domain/cluster.js';
import type {CommandHistogram} from '../domain/histogram.js';
import type {HostEvidence} from '../domain/host-evidence.js';
import type {Ladder} from '../domain/ladder.js';
import type {MetricId} from '../domain/metric.js';
import type {Endpoint, NodeAddress, NodeOrigin, NodeRole, NodeState} from '../domain/node.js';
import type {BlindSpot, Failure, NodeSample, PollExtras, TimedReading} from '../domain/sample.js';
import type {Series} from '../domain/series.js';
import type {ModuleReadings} from '../domain/server-module.js';
import type {LargeEntry, SlowlogEntry} from '../domain/slowlog.js';
import type {ThresholdOverrides} from '../domain/threshold.js';
import type {CommandRate} from './command-rates.js';
import type {CommandWindow} from './command-window.js';
import type {KeySizeReading} from './key-size-growth.js';
import type {IntervalBounds, LatencyBucket} from './latency-percentiles.js';
import type {MainThreadPart} from './main-thread.js';
import type {NewerRates} from './newer-rates.js';
import type {MetricValues} from './node-values.js';
import type {ReplicaLink} from './replica-links.js';
import type {SlotReading} from './slot-rates.js';
import type {WatchedReading} from './watched-keys.js';
import type {WrittenOffsets} from './written-offsets.js';

/**
A reading with the time at which it was taken, in milliseconds since the epoch. Such readings are taken less often than
INFO, so each has its own age.
*/
export type Timed<T> = {readonly atMs: number; readonly value: T};

/** The percentiles of an interval (see `derive/latency-percentiles.ts`), and the interval's length in milliseconds. */
export type LatencyBounds = IntervalBounds & {
	readonly overMs: number;
	/** The calls by duration, from which percentiles over several commands or nodes are computed. */
	readonly buckets?: readonly LatencyBucket[] | undefined;
};

export type LatencyReading = {
	readonly histograms: ReadonlyMap<string, CommandHistogram>;
	readonly elapsedMs: number;
	readonly runId: string | undefined;
	/** The percentiles by command; empty until two readings can be compared. */
	readonly bounds: ReadonlyMap<string, LatencyBounds>;
};

/** A number of log entries, and the time before the reading in which they all were logged, in milliseconds. */
export type RecentEntries = {readonly count: number; readonly overMs: number};

/** The entries read so far of one of a server's command logs (SLOWLOG, COMMANDLOG). */
export type LogHistory<Entry> = {
	/**
	The entries of the log, newest first, at most 1000. SLOWLOG RESET doesn't remove them here, because they remain
	evidence.
	*/
	readonly entries: readonly Entry[];
	/** The number of entries that the server dropped before redis-top could read them. */
	readonly lost: number;
	/** The number of known entries of the last 60 seconds. */
	readonly perMinute: number;
	/** The newest entries and the time that they cover, if it is less than 60 seconds. */
	readonly shorter?: RecentEntries | undefined;
	/** The `run_id` of the process that sent the newest entries. Each process counts entry ids from 0. */
	readonly runId?: string | undefined;
};

export type SlowlogHistory = LogHistory<SlowlogEntry>;
export type LargeHistory = LogHistory<LargeEntry>;

/** Round trips of PING, in milliseconds, on a connection that carries nothing but PING. */
export type PingReading = {
	readonly series: Series;
	readonly lastMs: number | undefined;
	/**
	Whether redis-top's own event loop lagged during the last PING. `lastMs` then says nothing about the server, and the
	series has a gap.
	*/
	readonly isLocalLag?: boolean;
	/** When the last reply to a PING came, in milliseconds since the epoch; undefined before the first. */
	readonly answeredAtMs?: number | undefined;
	/** The last burst of PINGs, over connections of its own, and when it ended (milliseconds since the epoch). */
	readonly burst?: {readonly atMs: number; readonly pings: readonly BurstPing[]} | undefined;
};

/** The values of a node at the baseline, with which later values are compared. */
export type Baseline = {
	/** When the baseline was set, in milliseconds since the epoch. */
	readonly atMs: number;
	/**
	The node's sample at the baseline. Undefined when no change can be known: the server has restarted since, or did not
	answer at the baseline.
	*/
	readonly sample: NodeSample | undefined;
	/** The number of PING round trips measured before the baseline. The overview shows only later round trips. */
	readonly pings: number;
	/** The client list at the baseline. Undefined when there was no list, or the list was of another process. */
	readonly clients?: ClientReading | undefined;
	readonly clusterNodes?: readonly ClusterNode[] | undefined;
	readonly clusterInfo?: ClusterInfo | undefined;
};

/** CLIENT LIST with the rates of each client since the previous list. */
export type ClientReading = Timed<readonly ClientRow[]> & {
	/** When the client list was read, on the monotonic clock in milliseconds. */
	readonly elapsedMs?: number | undefined;
	/** Time between the two client lists that the rates compare, in milliseconds; undefined without rates. */
	readonly overMs?: number | undefined;
};

/** All replies that polls read, except INFO. Each field has its own age. */
export type TimedReadings = {
	readonly [Key in keyof Pick<PollExtras, TimedReading>]?: Timed<NonNullable<PollExtras[Key]>> | undefined;
};

/** A time without a reply, in milliseconds since the epoch. */
export type DiskWait = {readonly fromMs: number; readonly toMs: number};

/**
Everything that is known about one node. Each poll replaces the whole record, except its series, which are ring buffers.
*/
export type NodeRecord = TimedReadings & {
	readonly address: NodeAddress;
	readonly endpoint: Endpoint;
	readonly origin: NodeOrigin;
	/** The thresholds of the target from which the node was discovered; undefined: the defaults. */
	readonly thresholds?: ThresholdOverrides | undefined;
	readonly reach: NodeState;
	readonly role: NodeRole;
	readonly failure: Failure | undefined;
	/** When the node's last sample arrived, in milliseconds since the epoch; undefined before the first. */
	readonly lastReplyAtMs: number | undefined;
	/** Since when polls of the node have failed, in milliseconds since the epoch; undefined while it answers. */
	readonly failingSinceMs: number | undefined;
	/** Since when a reply has been pending, in milliseconds since the epoch; undefined while none is pending. */
	readonly pendingSinceMs: number | undefined;
	/** The last time without a reply in which its process on this machine waited for a disk; undefined without one. */
	readonly diskWait?: DiskWait | undefined;
	readonly sample: NodeSample | undefined;
	/** The node's metrics: gauges as read, counters per second, undefined when unknown. */
	readonly values: MetricValues;
	readonly series: ReadonlyMap<MetricId, Series>;
	readonly ping: PingReading;
	/** The servers that answered on new connections to the address, and when (milliseconds since the epoch). */
	readonly servers?: {readonly atMs: number; readonly seen: readonly SeenServer[]} | undefined;
	/** How the latest new connections ended, and when the last one did (milliseconds since the epoch). */
	readonly newConnections?: Timed<NewConnections> | undefined;
	readonly commands: readonly CommandRate[];
	/**
	The commands over the last ten seconds, for lists on the screen. Undefined in the history and without commandstats.
	*/
	readonly commandWindow?: CommandWindow | undefined;
	/**
	What the main thread did since the previous sample, in parts that add up to 1. Undefined when this can't be known, and
	for nodes out of focus.
	*/
	readonly mainThread?: readonly MainThreadPart[] | undefined;
	/** Rates of counters that only newer servers have; undefined when this server has none of them. */
	readonly newerRates?: NewerRates | undefined;
	readonly replicas: readonly ReplicaLink[];
	/** The node's replication offsets so far; undefined while it has no replica. */
	readonly written?: WrittenOffsets | undefined;
	readonly clients?: ClientReading | undefined;
	readonly slowlog: Timed<SlowlogHistory> | undefined;
	/** The log of large requests (COMMANDLOG, Valkey 8.1 and later); undefined when the server has no such log. */
	readonly largeRequests?: Timed<LargeHistory> | undefined;
	readonly largeReplies?: Timed<LargeHistory> | undefined;
	readonly moduleInfo?: Timed<ModuleReadings> | undefined;
	readonly latency: Timed<LatencyReading> | undefined;
	readonly keySizes?: Timed<KeySizeReading> | undefined;
	readonly slotUse?: Timed<SlotReading> | undefined;
	/** The keys that the user watches; undefined when the node has none of them. */
	readonly watched?: Timed<WatchedReading> | undefined;
	/**
	Since when the node does not answer and no other node names it, in milliseconds since the epoch. Undefined while it is
	part of a deployment.
	*/
	readonly goneSinceMs?: number | undefined;
	/**
	Other addresses of the node: addresses that it announces and that redis-top mapped (`--nat-map`), or a second
	address of the same process.
	*/
	readonly otherNames?: readonly NodeAddress[] | undefined;
	/**
	What redis-top's own machine shows about the server: its process, log, files and kernel. Only the node in focus is
	inspected, so this is undefined until the node was first in focus.
	*/
	readonly host?: Timed<HostEvidence> | undefined;
	/**
	The reading of the machine that preceded the one in `host`. Rules compute the growth of counters between the two
	readings.
	*/
	readonly hostBefore?: Timed<HostEvidence> | undefined;
	/** The last connection ladder of a node that doesn't answer; undefined while it answers. */
	readonly ladder?: Ladder | undefined;
	readonly blind: readonly BlindSpot[];
	/** The load that redis-top itself puts on this node, in commands and bytes per second. */
	readonly cost: {readonly commands: number; readonly bytesOut: number; readonly bytesIn: number} | undefined;
	/**
	The present poll interval, in milliseconds. It is longer than the configured interval while the server responds
	slowly.
	*/
	readonly intervalMs: number;
	/**
	The node is polled at every Nth interval. In a large deployment, nodes that are not on the screen are polled less
	often. @default 1
	*/
	readonly every?: number;
	/** Whether the node is polled more rarely than the user wants, because it answers slowly. @default false */
	readonly isSlowed?: boolean;
	/** The commands whose replies the history leaves out because they are too large. */
	readonly notKept?: readonly string[] | undefined;
	/** The baseline, while one is set. Rates are then averages since the baseline, and panels show changes. */
	readonly since?: Baseline | undefined;
};
