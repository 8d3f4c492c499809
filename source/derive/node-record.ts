import type {AccessRefusal} from '../domain/access-log.js';
import type {BusLinks} from '../domain/bus-links.js';
import type {ClientRow} from '../domain/client.js';
import type {ClusterInfo, ClusterNode} from '../domain/cluster.js';
import type {CommandHistogram} from '../domain/histogram.js';
import type {HostEvidence} from '../domain/host-evidence.js';
import type {Ladder} from '../domain/ladder.js';
import type {LatencyEvent} from '../domain/latency-event.js';
import type {MetricId} from '../domain/metric.js';
import type {Endpoint, NodeAddress, NodeOrigin, NodeRole, NodeState} from '../domain/node.js';
import type {BlindSpot, Failure, NodeSample} from '../domain/sample.js';
import type {SentinelView} from '../domain/sentinel.js';
import type {Series} from '../domain/series.js';
import type {ModuleReadings, ServerModule} from '../domain/server-module.js';
import type {AtomicMigration} from '../domain/slot-migration.js';
import type {LargeEntry, SlowlogEntry} from '../domain/slowlog.js';
import type {Thresholds} from '../domain/thresholds/thresholds.js';
import type {CommandRate} from './command-rates.js';
import type {IntervalBounds, LatencyBucket} from './latency-percentiles.js';
import type {MetricValues} from './node-values.js';
import type {ReplicaLink} from './replica-links.js';

/** A reading that has its own age, because it comes less often than INFO. */
export type Timed<T> = {readonly atMs: number; readonly value: T};

/** The percentiles of an interval, see `derive/latency-bounds.ts`, and how long the interval was, milliseconds. */
export type LatencyBounds = IntervalBounds & {
	readonly overMs: number;
	/** What they were made of, for merging over commands and nodes. */
	readonly buckets?: readonly LatencyBucket[] | undefined;
};

export type LatencyReading = {
	readonly histograms: ReadonlyMap<string, CommandHistogram>;
	readonly elapsedMs: number;
	readonly runId: string | undefined;
	/** By command; empty until two readings can be compared. */
	readonly bounds: ReadonlyMap<string, LatencyBounds>;
};

/** What was read of one of a server's logs of commands. */
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
	/** This process was held up meanwhile: the last one is no word about the server, and a gap in the series. */
	readonly isLocalLag?: boolean;
};

/** What a node's figures are held against while a baseline is set. */
export type Baseline = {
	/** When it was set. */
	readonly atMs: number;
	/** Undefined: what changed can't be known, because another process answers by now or none did then. */
	readonly sample: NodeSample | undefined;
	/** How many round trips had been measured. */
	readonly pings: number;
	/** The lists that were known then; undefined: not read, or of another process. */
	readonly clients?: readonly ClientRow[] | undefined;
	readonly clusterNodes?: readonly ClusterNode[] | undefined;
	readonly clusterInfo?: ClusterInfo | undefined;
};

/** All that is known of one node. Replaced as a whole by each outcome, except its series, which are rings. */
export type NodeRecord = {
	readonly address: NodeAddress;
	readonly endpoint: Endpoint;
	readonly origin: NodeOrigin;
	/** Those of the target it came from; undefined: the defaults. */
	readonly thresholds?: Thresholds | undefined;
	readonly reach: NodeState;
	readonly role: NodeRole;
	readonly failure: Failure | undefined;
	/** When it last gave a sample; undefined for never. */
	readonly lastReplyAtMs: number | undefined;
	/** Since when it fails, undefined while it answers. */
	readonly failingSinceMs: number | undefined;
	/** Since when a reply is owed, undefined while none is. */
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
	readonly latencyEvents?: Timed<readonly LatencyEvent[]> | undefined;
	readonly accessLog?: Timed<readonly AccessRefusal[]> | undefined;
	readonly modules?: Timed<readonly ServerModule[]> | undefined;
	readonly moduleInfo?: Timed<ModuleReadings> | undefined;
	/** Whether the default user may SHUTDOWN; undefined where that isn't who we are, without a password. */
	readonly defaultUserCanShutdown?: Timed<boolean> | undefined;
	readonly clients: Timed<readonly ClientRow[]> | undefined;
	readonly latency: Timed<LatencyReading> | undefined;
	readonly clusterNodes: Timed<readonly ClusterNode[]> | undefined;
	readonly clusterInfo: Timed<ClusterInfo> | undefined;
	/** Its links of the cluster bus (7.0), read seldom; undefined before. */
	readonly busLinks?: Timed<BusLinks> | undefined;
	/** Keys in the slots that it has open, by slot; undefined before any was counted. */
	readonly slotKeys?: Timed<ReadonlyMap<number, number>> | undefined;
	/** The migrations that it runs itself (Valkey 9.0, Redis 8.4); undefined where it tells none. */
	readonly slotMigrations?: Timed<readonly AtomicMigration[]> | undefined;
	readonly config: Timed<ReadonlyMap<string, string>> | undefined;
	/** What a sentinel told of the primaries it watches. */
	readonly sentinel?: Timed<SentinelView> | undefined;
	/** Since when nobody names it any more and it doesn't answer either; undefined while it is part of something. */
	readonly goneSinceMs?: number | undefined;
	/** Other names of it: announced ones that were mapped, a second name of the same process. */
	readonly otherNames?: readonly NodeAddress[] | undefined;
	/** What this machine shows of it; undefined before it was first looked at, which is done for the node in focus. */
	readonly host?: Timed<HostEvidence> | undefined;
	/** And at the look before that one. */
	readonly hostBefore?: Timed<HostEvidence> | undefined;
	/** What came of the last climb to it, while it does not answer; undefined while it does. */
	readonly ladder?: Ladder | undefined;
	readonly blind: readonly BlindSpot[];
	/** What redis-top itself asks of this node, per second. */
	readonly cost: {readonly commands: number; readonly bytesOut: number; readonly bytesIn: number} | undefined;
	/** The interval in force; longer than the one asked for while the server suffers. */
	readonly intervalMs: number;
	/** It is asked at every so manieth interval, as one of many that nobody looks at. Default: at each. */
	readonly every?: number;
	/** Commands whose answers are left out of a moment of the past, because they are too large. */
	readonly notKept?: readonly string[] | undefined;
	/** Only while a baseline is set: then the rates are averages since, and the panels show changes. */
	readonly since?: Baseline | undefined;
};
