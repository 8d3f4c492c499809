import type {MetricId} from '../../domain/metric.js';
import type {Thresholds} from '../../domain/thresholds.js';
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

type Reading = {readonly node: NodeRecord; readonly value: number};

/** The highest of the nodes' numbers, those that aren't known left out. */
function worst(state: MonitorState, read: (node: NodeRecord) => number | undefined): Reading | undefined {
	let found: Reading | undefined;
	for (const node of state.nodes.values()) {
		const value = read(node);
		if (value !== undefined && (found === undefined || value > found.value)) {
			found = {node, value};
		}
	}

	return found;
}

const toneOf = (value: number | undefined, warning: number, critical = Number.POSITIVE_INFINITY): Tone => {
	if (value === undefined) {
		return 'dim';
	}

	return value >= critical ? 'critical' : value >= warning ? 'warning' : 'plain';
};

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

function slowestMicroseconds({latency}: NodeRecord): number | undefined {
	const bounds = [...(latency?.value.bounds.values() ?? [])].flatMap(({p99}) => p99 ?? []);
	return bounds.length === 0 ? undefined : Math.max(...bounds);
}

/** Memory, rejected connections, evictions, replication delay and p99, each of the node where it is worst. */
export function figures(state: MonitorState, thresholds: Thresholds): readonly Figure[] {
	const memory = worst(state, memoryShare);
	const rejected = worst(state, ({values}) => values.get('connectionsRejected'));
	const evicted = worst(state, ({values}) => values.get('evicted'));
	const delay = worst(state, delaySeconds);
	const slowest = worst(state, slowestMicroseconds);
	const {
		'mem.max.warning': memoryWarning,
		'mem.max.critical': memoryCritical,
		'rep.lag_bytes.warning': lagWarning,
		'rep.lag_bytes.critical': lagCritical,
		'lat.p99.warning': latencyWarningMs,
		'lat.p99.critical': latencyCriticalMs,
	} = thresholds;
	const p99Ms = slowest === undefined ? undefined : slowest.value / 1000;
	return [
		{
			title: 'memory of maxmemory',
			text: percent(memory?.value),
			tone: toneOf(memory?.value, memoryWarning, memoryCritical),
			threshold: `bad from ${percent(memoryWarning)}, critical from ${percent(memoryCritical)}`,
			node: memory?.node,
			series: 'usedMemory',
		},
		{
			title: 'rejected connections',
			text: perSecond(rejected?.value),
			tone: toneOf(rejected?.value, Number.MIN_VALUE),
			threshold: 'bad above 0',
			node: rejected?.node,
			series: 'connectionsRejected',
		},
		{
			title: 'evicted keys',
			text: perSecond(evicted?.value),
			tone: toneOf(evicted?.value, Number.MIN_VALUE),
			threshold: 'bad above 0, unless it is a cache',
			node: evicted?.node,
			series: 'evicted',
		},
		{
			title: 'replication delay',
			text: seconds(delay?.value),
			tone: toneOf(delay?.value, lagWarning, lagCritical),
			threshold: `bad from ${seconds(lagWarning)}, critical from ${seconds(lagCritical)}`,
			node: delay?.node,
			series: 'replicationBytes',
		},
		{
			title: 'slowest p99',
			text: p99Ms === undefined ? milliseconds(undefined) : `≤${milliseconds(p99Ms)}`,
			tone: toneOf(p99Ms, latencyWarningMs, latencyCriticalMs),
			threshold: `bad from ${milliseconds(latencyWarningMs)}, critical from ${milliseconds(latencyCriticalMs)}`,
			node: slowest?.node,
			series: undefined,
		},
	];
}
