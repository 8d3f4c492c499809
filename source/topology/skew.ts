import type {NodeAddress} from '../domain/node.js';
import type {Topology, TopologyNode} from '../domain/topology.js';

export type SkewOf = 'slots' | 'keys' | 'memory' | 'operations';

/** How unevenly a figure is spread over the primaries of a cluster. */
export type Skew = {
	readonly of: SkewOf;
	/** The highest value of a primary divided by the median of all primaries. For slots: (most − least) / mean. */
	readonly ratio: number;
	readonly most: TopologyNode;
	readonly mostValue: number;
	readonly least: TopologyNode;
	readonly leastValue: number;
	readonly median: number;
};

const readings: ReadonlyArray<readonly [of: SkewOf, read: (node: TopologyNode) => number | undefined]> = [
	['slots', ({slotCount}) => slotCount],
	['keys', ({keys}) => keys],
	['memory', ({usedMemoryBytes}) => usedMemoryBytes],
	['operations', ({operationsPerSecond}) => operationsPerSecond],
];

/**
The skews among a cluster's primaries. Primaries without slots count for the slots only. A figure is left out if a
primary does not report it, because that primary might have the highest value. A figure with the median 0 is left out
too.
*/
export function skewsOf({shards, loose}: Topology): Skew[] {
	const owners = shards.flatMap(({primary, slotCount}) => (primary !== undefined && slotCount > 0 ? [primary] : []));
	const idle = loose.filter(({role, reach}) => role === 'primary' && reach !== 'gone');
	return readings.flatMap(([of, read]) => {
		const primaries = of === 'slots' ? [...owners, ...idle] : owners;
		const values = primaries.map(node => ({node, value: read(node)}));
		return owners.length < 2 ? [] : (skewIn(of, values) ?? []);
	});
}

function skewIn(
	of: SkewOf,
	values: ReadonlyArray<{readonly node: TopologyNode; readonly value: number | undefined}>,
): Skew | undefined {
	const known = values.flatMap(({node, value}) => (value === undefined ? [] : [{node, value}]));
	const inOrder = known.toSorted((a, b) => a.value - b.value);
	const [least, most] = [inOrder[0], inOrder.at(-1)];
	if (known.length < values.length || least === undefined || most === undefined) {
		return undefined;
	}

	const mean = known.reduce((sum, {value}) => sum + value, 0) / known.length;
	const middle = [inOrder[Math.floor((known.length - 1) / 2)], inOrder[Math.floor(known.length / 2)]];
	const median = middle.reduce((sum, each) => sum + (each?.value ?? 0), 0) / 2;
	const ratio = of === 'slots' ? (most.value - least.value) / mean : most.value / median;
	return Number.isFinite(ratio)
		? {of, ratio, most: most.node, mostValue: most.value, least: least.node, leastValue: least.value, median}
		: undefined;
}

/** How unevenly replicas are spread over shards, and the primaries with the most and the fewest replicas. */
export type ReplicaImbalance = {
	readonly most: number;
	readonly least: number;
	readonly richest: NodeAddress;
	readonly poorest: NodeAddress;
};

/**
The imbalance of answering replicas among shards with slots; undefined if the counts differ by less than two. A shard
with few replicas loses service of its slots after fewer failures.
*/
export function replicaImbalance({shards}: Topology): ReplicaImbalance | undefined {
	const counts = shards
		.flatMap(({primary, replicas, slotCount}) =>
			slotCount > 0 && primary !== undefined
				? [{address: primary.address, count: replicas.filter(({reach}) => reach === 'up').length}]
				: [],
		)
		.toSorted((a, b) => b.count - a.count);
	const [most, least] = [counts[0], counts.at(-1)];
	return most === undefined || least === undefined || most.count - least.count < 2
		? undefined
		: {most: most.count, least: least.count, richest: most.address, poorest: least.address};
}
