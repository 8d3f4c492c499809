import type {ClientRow} from '../domain/client.js';
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
import type {Thresholds} from '../domain/thresholds/thresholds.js';
import type {CommandRate} from './command-rates.js';
import type {IntervalBounds, LatencyBucket} from './latency-percentiles.js';
import type {MetricValues} from './node-values.js';
import type {ReplicaLink} from './replica-links.js';

/** A reading that has its own age, because it comes less often than INFO. */
export type Timed<T> = {readonly atMs: number; readonly value: T};

/** The percentiles of an interval (`derive/latency-percentiles.ts`) and its length, milliseconds. */
export type LatencyBounds = IntervalBounds & {
	readonly overMs: number;
	/** The calls behind them, for merging over commands and nodes. */
	readonly buckets?: readonly LatencyBucket[] | undefined;
};

export type LatencyReading = {
	readonly histograms: ReadonlyMap<string, CommandHistogram>;
	readonly elapsedMs: number;
	readonly runId: string | undefined;
	/** By command; empty until two readings can be compared. */
	readonly bounds: ReadonlyMap<string, LatencyBounds>;
};

/** What was read of one of a server's command logs (SLOWLOG, COMMANDLOG). */
export type LogHistory<Entry> = {
	/** Newest first; at most 1000. Kept over SLOWLOG RESET, because the evidence was seen. */
	readonly entries: readonly Entry[];
	/** Entries that the server's ring dropped before they could be read. */
	readonly lost: number;
	/** New entries in the last 60 seconds. */
	readonly perMinute: number;
	/** The process that gave the newest entries: ids count from 0 in each. */
	readonly runId?: string | undefined;
};

export type SlowlogHistory = LogHistory<SlowlogEntry>;
export type LargeHistory = LogHistory<LargeEntry>;

/** Round trips of PING on a connection that carries nothing else, milliseconds. */
export type PingReading = {
	readonly series: Series;
	readonly lastMs: number | undefined;
	/** Our own event loop lagged meanwhile, so `lastMs` says nothing about the server. The series has a gap there. */
	readonly isLocalLag?: boolean;
};

/** What a node's figures are compared with while a baseline is set. */
export type Baseline = {
	/** When it was set. */
	readonly atMs: number;
	/** Undefined: the change can't be known, because the server restarted since or did not answer then. */
	readonly sample: NodeSample | undefined;
	/** How many round trips had been measured. */
	readonly pings: number;
	/** The lists that were known then; undefined: not read, or of another process. */
	readonly clients?: readonly ClientRow[] | undefined;
	readonly clusterNodes?: readonly ClusterNode[] | undefined;
	readonly clusterInfo?: ClusterInfo | undefined;
};

/** What polls read besides INFO, each field with its own age. */
export type TimedReadings = {
	readonly [Key in keyof Pick<PollExtras, TimedReading>]?: Timed<NonNullable<PollExtras[Key]>> | undefined;
};

/** All that is known of one node. Each poll replaces the whole record, except its series, which are rings. */
export type NodeRecord = TimedReadings & {
	readonly address: NodeAddress;
	readonly endpoint: Endpoint;
	readonly origin: NodeOrigin;
	/** The thresholds of the target that led to it; undefined: the defaults. */
	readonly thresholds?: Thresholds | undefined;
	readonly reach: NodeState;
	readonly role: NodeRole;
	readonly failure: Failure | undefined;
	/** When it last gave a sample; undefined for never. */
	readonly lastReplyAtMs: number | undefined;
	/** Since when it fails, undefined while it answers. */
	readonly failingSinceMs: number | undefined;
	/** Since when a reply is pending; undefined while none is. */
	readonly pendingSinceMs: number | undefined;
	readonly sample: NodeSample | undefined;
	/** The gauges as read, the counters per second; undefined where unknown. */
	readonly values: MetricValues;
	readonly series: ReadonlyMap<MetricId, Series>;
	readonly ping: PingReading;
	readonly commands: readonly CommandRate[];
	readonly replicas: readonly ReplicaLink[];
	readonly slowlog: Timed<SlowlogHistory> | undefined;
	/** COMMANDLOG's logs of sizes; undefined where the server has none (before Valkey 8.1, and Redis). */
	readonly largeRequests?: Timed<LargeHistory> | undefined;
	readonly largeReplies?: Timed<LargeHistory> | undefined;
	readonly moduleInfo?: Timed<ModuleReadings> | undefined;
	readonly latency: Timed<LatencyReading> | undefined;
	/** Since when it does not answer and no other node names it; undefined while it is part of a deployment. */
	readonly goneSinceMs?: number | undefined;
	/** Its other addresses: announced ones that were mapped, a second one of the same process. */
	readonly otherNames?: readonly NodeAddress[] | undefined;
	/** What this machine shows of it; undefined before it was first in focus, because only that node is inspected. */
	readonly host?: Timed<HostEvidence> | undefined;
	/** The inspection before that one. */
	readonly hostBefore?: Timed<HostEvidence> | undefined;
	/** The last connection ladder, while it does not answer; undefined while it does. */
	readonly ladder?: Ladder | undefined;
	readonly blind: readonly BlindSpot[];
	/** What redis-top itself asks of this node, per second. */
	readonly cost: {readonly commands: number; readonly bytesOut: number; readonly bytesIn: number} | undefined;
	/** The interval in force; longer than the one asked for while the server suffers. */
	readonly intervalMs: number;
	/** Poll it only every Nth interval: large deployment, node not on the screen. @default 1 */
	readonly every?: number;
	/** Commands whose replies the history leaves out, because they are too large. */
	readonly notKept?: readonly string[] | undefined;
	/** Only while a baseline is set: the rates are averages since then, and the panels show changes. */
	readonly since?: Baseline | undefined;
};
