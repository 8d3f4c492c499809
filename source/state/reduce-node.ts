import {clientReading} from '../derive/client-rates.js';
import {nextCommandWindow} from '../derive/command-window.js';
import {comparedRecord, unknownAfterFailure} from '../derive/compared-record.js';
import {keySizeReading} from '../derive/key-size-growth.js';
import {intervalBounds, intervalBuckets} from '../derive/latency-percentiles.js';
import type {DiskWait, TimedReadings} from '../derive/node-record.js';
import {recentMs, shorterThanMinute} from '../derive/recent-log.js';
import {withAges} from '../derive/replica-links.js';
import {nodeRole} from '../derive/replication-peers.js';
import {slotReading} from '../derive/slot-rates.js';
import {watchedReading} from '../derive/watched-keys.js';
import {WrittenOffsets} from '../derive/written-offsets.js';
import type {CommandHistogram} from '../domain/histogram.js';
import type {InfoReply} from '../domain/info-reply.js';
import {metrics} from '../domain/metric.js';
import type {NodeState} from '../domain/node.js';
import {
	type MergedReading,
	type NodeSample,
	type PollExtras,
	type PollOutcome,
	type TimedReading,
	timedReadings,
} from '../domain/sample.js';
import {scale} from '../domain/scale.js';
import type {LatencyBounds, LatencyReading, LogHistory, NodeRecord, Timed} from './monitor-state.js';
import {longSeries, noReadings} from './new-record.js';

/**
Most entries that redis-top keeps of each command log of a node. redis-top keeps entries itself, because the server's
own log is short and other users may reset it.
*/
const logEntriesKept = (nodeCount: number): number =>
	Math.min(scale.mostLogEntries, Math.max(scale.fewestLogEntries, Math.floor(scale.logEntries / nodeCount)));

type Sampled = Extract<PollOutcome, {kind: 'sampled'}>;
type Failed = Extract<PollOutcome, {kind: 'failed'}>;

/**
The node record after a poll. Each of its series gets one more reading or gap.

@param nodeCount Number of nodes in the deployment. The more nodes there are, the fewer log entries are kept for each.
*/
export function reduceNode(record: NodeRecord, outcome: PollOutcome, intervalMs: number, nodeCount = 1): NodeRecord {
	return outcome.kind === 'sampled'
		? reduceSample(record, outcome, intervalMs, logEntriesKept(nodeCount))
		: reduceFailure(record, outcome, intervalMs);
}

function reduceFailure(record: NodeRecord, {askedAtMs, failure}: Failed, intervalMs: number): NodeRecord {
	for (const series of record.series.values()) {
		series.push(undefined);
	}

	return {
		...record,
		reach: failure.state,
		failure,
		failingSinceMs: record.failingSinceMs ?? askedAtMs,
		pendingSinceMs: failure.code === 'TIMEOUT' ? (record.pendingSinceMs ?? askedAtMs) : undefined,
		...unknownAfterFailure,
		intervalMs,
		every: 1,
	};
}

/** The time without a reply that a sample ends, if evidence from that time shows the process in a wait for a disk. */
function diskWaitBefore({host, pendingSinceMs}: NodeRecord, {atMs}: NodeSample): DiskWait | undefined {
	const process = host?.value.kind === 'here' && host.atMs >= (pendingSinceMs ?? atMs) ? host.value.process : undefined;
	return pendingSinceMs !== undefined && process?.state === 'disk-wait' && process.suspendedBy === undefined
		? {fromMs: pendingSinceMs, toMs: atMs}
		: undefined;
}

function reduceSample(record: NodeRecord, outcome: Sampled, intervalMs: number, logKept: number): NodeRecord {
	const {sample, extras, blind, cost, every = 1, isSlowed = false} = outcome;
	// A rate never spans a gap: after a failure, the next sample counts as the first.
	const earlier = record.failure === undefined ? record.sample : undefined;
	const compared = comparedRecord(earlier, sample, record);
	for (const {id} of metrics) {
		const series = record.series.get(id);
		// Skipped poll intervals become gaps, so that each sample keeps its place in time.
		for (let left = outcome.skipped ?? 0; left > 0; left--) {
			series?.push(undefined);
		}

		series?.push(compared.values.get(id));
	}

	const readingsKept = record.series.get('operations')?.capacity;
	const written = compared.replicas.length === 0 ? undefined : writtenOffsets(record.written, sample, readingsKept);
	const isSameProcess = record.sample === undefined || record.sample.runId === sample.runId;
	const {clients, slowlog, largeRequests, largeReplies, moduleInfo, histograms, ...others} = extras;
	const {keySizes, slotUse, watched, ...rest} = others;
	const {sentinelListeners: _, ...timed} = rest;
	return {
		...record,
		reach: reachOf(sample),
		role: nodeRole(sample.info),
		failure: undefined,
		failingSinceMs: undefined,
		pendingSinceMs: undefined,
		diskWait: diskWaitBefore(record, sample) ?? (isSameProcess ? record.diskWait : undefined),
		lastReplyAtMs: sample.atMs,
		sample,
		...compared,
		commandWindow: nextCommandWindow(
			earlier === undefined ? undefined : record.commandWindow,
			sample,
			histograms !== undefined,
		),
		written,
		replicas: withAges(record.replicas, compared.replicas, written, sample, readingsKept),
		clients: clientReading(isSameProcess ? record.clients : undefined, clients, sample),
		slowlog: reduceLog(record.slowlog, slowlog, sample, logKept),
		largeRequests: reduceLog(record.largeRequests, largeRequests, sample, logKept),
		largeReplies: reduceLog(record.largeReplies, largeReplies, sample, logKept),
		moduleInfo: reduceModuleInfo(isSameProcess ? record.moduleInfo : undefined, moduleInfo, sample.atMs),
		latency: reduceLatency(record.latency, histograms, sample),
		keySizes: readingOf(isSameProcess ? record.keySizes : undefined, keySizes, sample, keySizeReading),
		watched: readingOf(isSameProcess ? record.watched : undefined, watched, sample, watchedReading),
		slotUse: readingOf(isSameProcess ? record.slotUse : undefined, slotUse, sample, slotReading),
		...(isSameProcess ? undefined : noReadings),
		...readingsThatCame(timed, sample.atMs),
		ladder: undefined,
		goneSinceMs: undefined,
		blind,
		cost: {
			commands: perSecond(cost.commands, intervalMs * every),
			bytesOut: perSecond(cost.bytesOut, intervalMs * every),
			bytesIn: perSecond(cost.bytesIn, intervalMs * every),
		},
		intervalMs,
		every,
		isSlowed,
	};
}

/** The offsets so far with the sample's own. They begin again with another process, and where the offset starts over. */
function writtenOffsets(
	known: WrittenOffsets | undefined,
	{info, elapsedMs, runId}: NodeSample,
	capacity = longSeries,
): WrittenOffsets | undefined {
	const offset = info.number('replication', 'master_repl_offset');
	if (offset === undefined) {
		return known;
	}

	const point = {elapsedMs, offset};
	const isContinued = known !== undefined && known.runId === runId && known.isFollowedBy(point);
	const written = isContinued ? known : new WrittenOffsets(capacity, runId);
	written.push(point);
	return written;
}

const perSecond = (count: number, intervalMs: number): number => (count * 1000) / intervalMs;

const reachOf = ({info}: NodeSample): NodeState => (info.number('persistence', 'loading') === 1 ? 'loading' : 'up');

type TimedExtras = Omit<PollExtras, MergedReading>;

/** The timed readings that a poll read, with their time. */
function readingsThatCame(came: Exactly<TimedExtras, TimedReading>, atMs: number): TimedReadings {
	const readings: Record<string, Timed<unknown>> = {};
	for (const name of timedReadings) {
		const value = came[name];
		if (value !== undefined) {
			readings[name] = {atMs, value};
		}
	}

	return readings as TimedReadings;
}

/** `Type` if it has exactly these keys, else `never`. A forgotten field thus becomes a type error. */
type Exactly<Type, Keys> = Exclude<keyof Type, Keys> extends never ? Type : never;

/** Makes a reading from the new reply and the kept reading. Without a new reply, the kept reading is returned. */
const readingOf = <Came, Reading>(
	kept: Timed<Reading> | undefined,
	came: Came | undefined,
	sample: NodeSample,
	make: (kept: Reading | undefined, came: Came, sample: NodeSample) => Reading,
): Timed<Reading> | undefined =>
	came === undefined ? kept : {atMs: sample.atMs, value: make(kept?.value, came, sample)};

function reduceModuleInfo(
	kept: NodeRecord['moduleInfo'],
	came: InfoReply | undefined,
	atMs: number,
): NodeRecord['moduleInfo'] {
	return came === undefined ? kept : {atMs, value: {now: came, before: kept?.value.now}};
}

function reduceLog<Entry extends {readonly id: number; readonly atMs: number}>(
	kept: Timed<LogHistory<Entry>> | undefined,
	fetched: readonly Entry[] | undefined,
	{atMs, runId, info}: NodeSample,
	entriesKept: number,
): Timed<LogHistory<Entry>> | undefined {
	if (fetched === undefined) {
		return kept;
	}

	// The ids of log entries restart from 0 only with a new process. Entries of the old process are kept.
	const isSameProcess = kept?.value.runId === runId;
	const newestId = isSameProcess ? (kept?.value.entries[0]?.id ?? -1) : -1;
	const fresh = fetched.filter(({id}) => id > newestId).sort((one, other) => other.id - one.id);
	const oldestFresh = fresh.at(-1)?.id;
	const isFirst = kept === undefined || !isSameProcess;
	const skipped = isFirst || oldestFresh === undefined ? 0 : Math.max(0, oldestFresh - newestId - 1);
	// Log entries have the server's time. Before Redis 6.2, INFO lacks the server's time, and redis-top's own time is
	// used for the comparison.
	const serverMs = (info.number('server', 'server_time_usec') ?? atMs * 1000) / 1000;
	const before = kept?.value.entries ?? [];
	// Without new entries the same array is kept. The history of the last half hour refers to this array, so a copy
	// would only take memory.
	const entries = fresh.length === 0 ? before : [...fresh, ...before];
	return {
		atMs,
		value: {
			entries: entries.length > entriesKept ? entries.slice(0, entriesKept) : entries,
			lost: (kept?.value.lost ?? 0) + skipped,
			perMinute: entries.filter(entry => entry.atMs > serverMs - recentMs).length,
			shorter: shorterThanMinute(entries, serverMs, info.number('server', 'uptime_in_seconds')),
			runId,
		},
	};
}

function reduceLatency(
	kept: Timed<LatencyReading> | undefined,
	histograms: ReadonlyMap<string, CommandHistogram> | undefined,
	{atMs, elapsedMs, runId}: NodeSample,
): Timed<LatencyReading> | undefined {
	if (histograms === undefined) {
		return kept !== undefined && kept.value.runId === runId ? kept : undefined;
	}

	const earlier = kept !== undefined && kept.value.runId === runId ? kept.value : undefined;
	const bounds = new Map<string, LatencyBounds>();
	for (const [command, histogram] of histograms) {
		const before = earlier?.histograms.get(command);
		const interval = before && intervalBounds(before, histogram);
		if (earlier !== undefined && before !== undefined && interval !== undefined) {
			const buckets = intervalBuckets(before, histogram);
			bounds.set(command, {...interval, overMs: elapsedMs - earlier.elapsedMs, buckets});
		}
	}

	return {atMs, value: {histograms, elapsedMs, runId, bounds}};
}
