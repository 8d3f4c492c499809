import {boundBelow} from '../../derive/latency-bounds.js';
import type {MetricId} from '../../domain/metric.js';
import {type Limits, limitsOf, type Thresholds} from '../../domain/thresholds.js';
import type {MonitorState, NodeRecord} from '../../state/monitor-state.js';
import type {Tone} from '../../text/line.js';
import {milliseconds, percent, perSecond, seconds} from '../../text/units.js';

/** One of the five numbers that outage runbooks look at first. */
export type Figure = {
	readonly title: string;
	/** A dash where it isn't known. */
	readonly text: string;
	readonly tone: Tone;
	/** When it is called bad. */
	readonly threshold: string;
	/** Whose number it is: the worst node's. */
	readonly node: NodeRecord | undefined;
	readonly series: MetricId | undefined;
};

/** A node's number, beside what its target's thresholds make of it; without a number it is a node to take thresholds from. */
type Reading = Limits & {
	readonly node: NodeRecord | undefined;
	readonly value: number | undefined;
	readonly tone: Tone;
};

const toneRank: Readonly<Partial<Record<Tone, number>>> = {critical: 2, warning: 1};

/** The worst of the nodes' numbers, by their own thresholds and then the highest; those that aren't known are left out. */
function worst(
	state: MonitorState,
	read: (node: NodeRecord) => number | undefined,
	limits: (thresholds: Thresholds | undefined) => Limits,
	/** What of a number is beyond doubt. */
	sure: (value: number) => number = value => value,
): Reading {
	const nodes = [...state.nodes.values()];
	const readings = nodes.flatMap(node => {
		const value = read(node);
		const own = limits(node.thresholds);
		return value === undefined ? [] : [{node, value, ...own, tone: toneOf(sure(value), own)}];
	});
	const [
		first = {
			node: undefined,
			value: undefined,
			tone: 'dim' as const,
			...limits(nodes[0]?.thresholds),
		},
	] = readings.sort((one, other) => (toneRank[other.tone] ?? 0) - (toneRank[one.tone] ?? 0) || other.value - one.value);
	return first;
}

const toneOf = (value: number, {warning, critical}: Limits): Tone =>
	value >= critical ? 'critical' : value >= warning ? 'warning' : 'plain';

const anyAtAll = (): Limits => ({warning: Number.MIN_VALUE, critical: Number.POSITIVE_INFINITY});

/** Used memory without what eviction doesn't count, of maxmemory. Source: Redis' own freeMemoryIfNeeded. */
function memoryShare({sample}: NodeRecord): number | undefined {
	const field = (name: string) => sample?.info.number('memory', name);
	const [used, limit] = [field('used_memory'), field('maxmemory')];
	return used === undefined || limit === undefined || limit === 0
		? undefined
		: (used - (field('mem_not_counted_for_evict') ?? 0)) / limit;
}

const delaySeconds = ({replicas}: NodeRecord): number | undefined =>
	replicas.reduce<number | undefined>(
		(most, {behindSeconds}) => (behindSeconds === undefined ? most : Math.max(most ?? 0, behindSeconds)),
		undefined,
	);

function slowestMilliseconds({latency}: NodeRecord): number | undefined {
	const bounds = [...(latency?.value.bounds.values() ?? [])].flatMap(({p99}) => p99 ?? []);
	return bounds.length === 0 ? undefined : Math.max(...bounds) / 1000;
}

/** Memory, rejected connections, evictions, replication delay and p99, each of the node where it is worst. */
export function figures(state: MonitorState): readonly Figure[] {
	const memory = worst(state, memoryShare, thresholds => limitsOf('mem.max', thresholds));
	const rejected = worst(state, ({values}) => values.get('connectionsRejected'), anyAtAll);
	const evicted = worst(state, ({values}) => values.get('evicted'), anyAtAll);
	const delay = worst(state, delaySeconds, thresholds => limitsOf('rep.lag_bytes', thresholds));
	const slowest = worst(
		state,
		slowestMilliseconds,
		thresholds => limitsOf('lat.p99', thresholds),
		ms => boundBelow(ms * 1000) / 1000,
	);
	const badFrom = ({warning, critical}: Limits, text: (value: number) => string) =>
		`bad from ${text(warning)}, critical from ${text(critical)}`;
	return [
		{
			title: 'memory of maxmemory',
			text: percent(memory.value),
			tone: memory.tone,
			threshold: badFrom(memory, percent),
			node: memory.node,
			series: 'usedMemory',
		},
		{
			title: 'rejected connections',
			text: perSecond(rejected.value),
			tone: rejected.tone,
			threshold: 'bad above 0',
			node: rejected.node,
			series: 'connectionsRejected',
		},
		{
			title: 'evicted keys',
			text: perSecond(evicted.value),
			tone: evicted.tone,
			threshold: 'bad above 0, unless it is a cache',
			node: evicted.node,
			series: 'evicted',
		},
		{
			title: 'replication delay',
			text: seconds(delay.value),
			tone: delay.tone,
			threshold: badFrom(delay, seconds),
			node: delay.node,
			series: 'replicationBytes',
		},
		{
			title: 'slowest p99',
			text: slowest.value === undefined ? milliseconds(undefined) : `≤${milliseconds(slowest.value)}`,
			tone: slowest.tone,
			threshold: badFrom(slowest, milliseconds),
			node: slowest.node,
			series: undefined,
		},
	];
}
