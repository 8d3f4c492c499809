import {changeOf, metricChange} from '../derive/changes.js';
import {boundBelow, isUnbounded} from '../derive/latency-percentiles.js';
import {
	isFullBad,
	longestDelay,
	memoryShare,
	memoryShareIn,
	type SlowCommand,
	slowestByMean,
	slowestCommand,
	slowestRareCommand,
} from '../derive/outage-figures.js';
import {memoizeByRef} from '../domain/memoize.js';
import type {MetricId} from '../domain/metric.js';
import type {NodeAddress} from '../domain/node.js';
import {type Limits, limitsOf, type ThresholdOverrides} from '../domain/threshold.js';
import {latP99} from '../rules/latency.js';
import {memMax} from '../rules/memory-limit.js';
import {repLagBytes} from '../rules/replication-lag.js';
import type {MonitorState, NodeRecord} from '../state/monitor-state.js';
import type {Tone} from '../text/line.js';
import {count, milliseconds, percent, perSecond, seconds, shortSeconds, signed} from '../text/units.js';

/** One of the five figures that runbooks for outages look at first. Each list of texts has the longest text first. */
export type Figure = {
	/** Names of the figure for the line that shows all five figures, longest first. */
	readonly labels: readonly string[];
	readonly titles: readonly string[];
	/** The value with its unit; a dash if the value is unknown. */
	readonly text: string;
	/** Texts of the value for large letters, longest first. */
	readonly large: readonly string[];
	readonly tone: Tone;
	/** Texts that name the values from which the figure is bad, longest first. */
	readonly thresholds: readonly string[];
	/** The node with the worst value, which is the value shown. Undefined if the value is unknown on every node. */
	readonly node: NodeRecord | undefined;
	/**
	The node whose name is shown with the figure, if it is not `node`. For a replication delay it is the replica, because
	the delay is read from the replica's primary.
	*/
	readonly named?: NodeAddress | undefined;
	readonly series: MetricId | undefined;
	/** What causes the value on the node, such as the slowest command. Undefined if no cause is known. */
	readonly culprit?: string | undefined;
	/** The change since the baseline; undefined without a baseline. */
	readonly change: string | undefined;
};

/** A node's value, with the tone that follows from the thresholds of the node's target. */
type Reading = Limits & {
	readonly node: NodeRecord | undefined;
	readonly value: number | undefined;
	readonly tone: Tone;
};

const toneRank: Readonly<Partial<Record<Tone, number>>> = {critical: 2, warning: 1};

/**
Finds the node with the worst value. Each value is graded by the thresholds of its node's target. Among equal grades,
the value of a node that answers is worse, then the higher value. Nodes whose value is unknown are left out.
*/
function worst(
	state: Pick<MonitorState, 'nodes'>,
	read: (node: NodeRecord) => number | undefined,
	limits: (thresholds: ThresholdOverrides | undefined) => Limits,
	/**
	Returns the least that the true value can be, by which the value is graded. A latency is shown as the upper bound of a
	histogram bucket, and graded by the lower bound of that bucket.
	*/
	sure: (value: number, node: NodeRecord) => number = value => value,
	/** Whether the thresholds apply to a node. If not, the node's value has the tone `plain`. */
	isGraded: (node: NodeRecord) => boolean = () => true,
): Reading {
	let found: {readonly node: NodeRecord; readonly value: number; readonly tone: Tone; readonly own: Limits} | undefined;
	let [thresholds, own]: [ThresholdOverrides | undefined, Limits | undefined] = [undefined, undefined];
	for (const node of state.nodes.values()) {
		// Nearly always all nodes have the same thresholds. The limits are computed again only for a node whose thresholds
		// differ.
		own = own === undefined || node.thresholds !== thresholds ? limits(node.thresholds) : own;
		thresholds = node.thresholds;
		const value = read(node);
		if (value !== undefined) {
			const tone = isGraded(node) ? toneOf(sure(value, node), own) : 'plain';
			found = found === undefined || isWorse({node, value, tone}, found) ? {node, value, tone, own} : found;
		}
	}

	if (found === undefined) {
		const [first] = state.nodes.values();
		return {node: undefined, value: undefined, tone: 'dim', ...limits(first?.thresholds)};
	}

	const {node, value, tone} = found;
	return {node, value, tone, ...found.own};
}

type Graded = {readonly node: NodeRecord; readonly value: number; readonly tone: Tone};

function isWorse(one: Graded, other: Graded): boolean {
	const byTone = (toneRank[one.tone] ?? 0) - (toneRank[other.tone] ?? 0);
	const byReach = Number(one.node.reach === 'up') - Number(other.node.reach === 'up');
	return byTone > 0 || (byTone === 0 && (byReach > 0 || (byReach === 0 && one.value > other.value)));
}

const toneOf = (value: number, {warning, critical}: Limits): Tone =>
	value >= critical ? 'critical' : value >= warning ? 'warning' : 'plain';

/** Period whose highest rate is shown, in milliseconds. A burst of one second thus stays readable for ten seconds. */
const peakMs = 10_000;

/**
The highest rate of the last ten seconds. Findings about rates stay for ten seconds too, so the figure and the verdict
don't contradict each other.
*/
function peakRate({values, series, intervalMs}: NodeRecord, id: MetricId): number | undefined {
	const now = values.get(id);
	const own = series.get(id);
	// Readings of Prometheus from before the start of redis-top are left out. The figure is about the last ten seconds of
	// this run.
	const peak = own?.largest(Math.min(own.taken, Math.ceil(peakMs / Math.max(1, intervalMs)))) ?? 0;
	return now === undefined ? undefined : Math.max(peak, now);
}

const anyAtAll = (): Limits => ({warning: Number.MIN_VALUE, critical: Number.POSITIVE_INFINITY});

/** A share as whole percent without its sign. A share below 1 is never `100`, because 99.8 % is not full. */
const wholePercent = (share: number): string =>
	String(share < 1 ? Math.min(99, Math.round(share * 100)) : Math.round(share * 100));

const unspaced = (text: string): string => text.replaceAll(' ', '');

function badFrom({warning, critical}: Limits, text: (value: number) => string): readonly string[] {
	const [bad, worse] = [text(warning), text(critical)];
	return [
		`! from ${bad}  !! from ${worse}`,
		`! ${bad}  !! ${worse}`,
		`!${unspaced(bad)} !!${unspaced(worse)}`,
		`! ${bad}`,
	];
}

/** The texts of the threshold of a figure that is never critical. */
const warningFrom = ({warning}: Limits, text: (value: number) => string): readonly string[] => [
	`! from ${text(warning)}`,
	`! ${text(warning)}`,
];

/**
The texts of a time in milliseconds, longest first: `≤10.2`, `10.2`, `11`. The unit is in the title. The last text is
rounded up. A time in the last bucket of the histogram has no upper bound, so its lower bound is shown: `>541`.
*/
function bareMilliseconds(ms: number, kind: SlowKind): readonly string[] {
	if (isBucket(kind) && isUnbounded(ms * 1000)) {
		return [`>${(boundBelow(ms * 1000) / 1000).toFixed(0)}`];
	}

	const exact = ms >= 99.95 ? ms.toFixed(0) : ms >= 0.095 ? ms.toFixed(1) : ms.toFixed(2);
	return [
		...(kind === 'mean' ? [] : [`${kind === 'least' ? '≥' : '≤'}${exact}`]),
		exact,
		// `0.1` for 0.02 ms would be five times too much.
		...(ms < 0.095 ? [] : [ms >= 9.95 ? String(Math.ceil(ms)) : (Math.ceil(ms * 10) / 10).toFixed(1)]),
	];
}

/** The texts of a rate, and as a whole number. The unit is in the title: in large letters, `s` looks like 5. */
function rates(value: number | undefined): readonly string[] {
	const bare = perSecond(value).replace('/s', '');
	return [bare, bare.replace(/\.\d+/, '')];
}

/**
The five figures: memory, rejected connections, evictions, replication delay and p99. Each is the figure of the node
with the worst value.
*/
export const figures = (state: Pick<MonitorState, 'nodes'>): readonly Figure[] => figuresOf(state.nodes);

/**
What the figures read of one node. It is kept with the node's record: of 1,000 nodes, 200 have a new record each second.
*/
const readingsOf = memoizeByRef((node: NodeRecord) => {
	// The last histogram of a node that does not answer says nothing of now.
	const slowest = node.failure === undefined ? slowestOf(node) : undefined;
	return {
		memory: memoryShare(node),
		isFullBad: isFullBad(node),
		rejected: peakRate(node, 'connectionsRejected'),
		evicted: peakRate(node, 'evicted'),
		slowest,
		slowestMs: slowest === undefined ? undefined : slowest.bound / 1000,
		// The last words of a dead primary about its replicas are no delay: nothing reaches them any more.
		delaySeconds: node.failure === undefined ? longestDelay(node)?.seconds : undefined,
	};
});

const figuresOf = memoizeByRef((nodes: MonitorState['nodes']): readonly Figure[] => {
	const state = {nodes};
	const memory = worst(
		state,
		node => readingsOf(node).memory,
		thresholds => limitsOf(memMax, thresholds),
		share => share,
		node => readingsOf(node).isFullBad,
	);
	const rejected = worst(state, node => readingsOf(node).rejected, anyAtAll);
	const evicted = worst(state, node => readingsOf(node).evicted, anyAtAll);
	const slowest = worst(
		state,
		node => readingsOf(node).slowestMs,
		thresholds => limitsOf(latP99, thresholds),
		(ms, node) => (isBucket(readingsOf(node).slowest?.kind ?? 'p99') ? boundBelow(ms * 1000) / 1000 : ms),
	);
	const slowestFound = slowest.node && readingsOf(slowest.node).slowest;
	const kind = slowestFound?.kind ?? 'p99';
	const isRare = kind !== 'p99';
	const isUnlimited = memory.value === undefined && [...nodes.values()].some(hasNoLimit);
	return [
		{
			labels: ['memory', 'mem'],
			titles: ['memory, % of maxmemory', 'memory, % of max', 'memory, %', 'memory'],
			text: isUnlimited ? 'no limit' : percent(memory.value),
			large: [
				percent(memory.value),
				...(memory.value === undefined ? [] : [`${wholePercent(memory.value)}%`, wholePercent(memory.value)]),
			],
			tone: memory.tone,
			thresholds: badFrom(memory, percent),
			node: memory.node,
			series: 'usedMemory',
			change: changeText(memory.node, 'memory'),
		},
		{
			labels: ['conn rejected', 'conn rej', 'rej'],
			titles: ['rejected connections/s', 'rejected conns/s', 'rejected/s'],
			text: perSecond(rejected.value),
			large: rates(rejected.value),
			tone: rejected.tone,
			thresholds: ['! above 0'],
			node: rejected.node,
			series: 'connectionsRejected',
			change: changeText(rejected.node, 'rejected'),
		},
		{
			labels: ['evicted', 'evict'],
			titles: ['evicted keys/s', 'evicted/s'],
			text: perSecond(evicted.value),
			large: rates(evicted.value),
			tone: evicted.tone,
			thresholds: ['! above 0'],
			node: evicted.node,
			series: 'evicted',
			change: changeText(evicted.node, 'evicted'),
		},
		delayFigure(state),
		{
			labels: ['p99'],
			culprit: slowestFound?.command,
			titles: ['slowest p99, ms', 'p99, ms'],
			text: slowText(slowest.value, kind),
			large: slowest.value === undefined ? [milliseconds(undefined)] : bareMilliseconds(slowest.value, kind),
			// For a slow command that is rarely called, the rules report no more than a warning. The figure does the same.
			tone: isRare && slowest.tone === 'critical' ? 'warning' : slowest.tone,
			thresholds: isRare ? warningFrom(slowest, milliseconds) : badFrom(slowest, milliseconds),
			node: slowest.node,
			series: undefined,
			change: undefined,
		},
	];
});

/**
What is known of the p99 of a slow command. `p99`: the bucket of its histogram. `max`: the bucket of its slowest call,
which is the p99 of fewer than a hundred calls. Without a histogram of its calls, `least`: the mean of so few calls, which
is a lower bound, and `mean`: the mean of many calls.
*/
type SlowKind = 'p99' | 'max' | 'least' | 'mean';

const isBucket = (kind: SlowKind): boolean => kind === 'p99' || kind === 'max';

/** Least share of the time that a command's calls take for its mean to be the figure, 0–1. */
const lastingShare = 0.05;

/** The time of a slow command: an upper bound, a lower bound for the last bucket of a histogram and for few calls. */
function slowText(ms: number | undefined, kind: SlowKind): string {
	if (ms === undefined || !isBucket(kind)) {
		return `${ms !== undefined && kind === 'least' ? '≥' : ''}${milliseconds(ms)}`;
	}

	return isUnbounded(ms * 1000) ? `>${milliseconds(boundBelow(ms * 1000) / 1000)}` : `≤${milliseconds(ms)}`;
}

/**
The node's slowest command. Commands are compared by the p99 latency of their calls, which is the slowest call if there
are fewer than a hundred. While no histogram shows it, a slow command counts by the mean of its calls, if they
take much of the time. A single slow call is a matter of the slow log.
*/
export function slowestOf(node: NodeRecord): (SlowCommand & {readonly kind: SlowKind}) | undefined {
	const [often, rare, byMean] = [slowestCommand(node), slowestRareCommand(node), slowestByMean(node)];
	const bucketed =
		rare !== undefined && rare.bound > (often?.p99 ?? -1)
			? ({...rare, kind: 'max'} as const)
			: often && ({command: often.command, bound: often.p99, kind: 'p99'} as const);
	const isLasting = byMean !== undefined && byMean.share >= lastingShare;
	return isLasting && byMean.mean > (bucketed?.bound ?? -1)
		? {command: byMean.command, bound: byMean.mean, kind: byMean.hasFewCalls ? 'least' : 'mean'}
		: bucketed;
}

/** Whether a node reports `maxmemory:0`, which means that its memory has no limit. */
const hasNoLimit = ({sample}: NodeRecord): boolean => sample?.info.number('memory', 'maxmemory') === 0;

function delayFigure(state: Pick<MonitorState, 'nodes'>): Figure {
	const delay = worst(
		state,
		node => readingsOf(node).delaySeconds,
		thresholds => limitsOf(repLagBytes, thresholds),
	);
	const longest = delay.node && longestDelay(delay.node);
	const atLeast = longest?.isAtLeast === true ? '≥' : '';
	const {value} = delay;
	const [text, short] = [atLeast + seconds(value), atLeast + shortSeconds(value)];
	// In large letters, `s` looks like 5, and `1m` could be a million. So the title has the unit.
	const wholeSeconds = value === undefined ? undefined : Math.max(0, Math.floor(value));
	const isInSeconds = wholeSeconds !== undefined && wholeSeconds < 1000;
	const unit = isInSeconds ? ', s' : '';
	return {
		labels: ['repl delay', 'repl delay', 'lag'],
		titles: [`replication delay${unit}`, `repl. delay${unit}`, `delay${unit}`],
		text,
		large: isInSeconds ? [`${atLeast}${wholeSeconds}`, String(wholeSeconds)] : [text, short, shortSeconds(value)],
		tone: delay.tone,
		thresholds: badFrom(delay, seconds),
		node: delay.node,
		named: longest?.replica,
		series: 'replicationBytes',
		change: undefined,
	};
}

/** A figure of the wall display whose change since the baseline is known. */
type ChangingFigure = 'memory' | 'rejected' | 'evicted';

/**
The change of a node's figure since the baseline as text. For memory it is the change of the share of maxmemory, for the
other figures that of a counter. Undefined without a baseline.
*/
function changeText(node: NodeRecord | undefined, figure: ChangingFigure): string | undefined {
	if (node?.since === undefined) {
		return undefined;
	}

	switch (figure) {
		case 'memory':
			return signed(changeOf(node, memoryShareIn), percent);
		case 'rejected':
			return signed(metricChange(node, 'connectionsRejected'), count);
		case 'evicted':
			return signed(metricChange(node, 'evicted'), count);
	}
}
