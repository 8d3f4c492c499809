import type {NodeId} from '../domain/node.js';
import type {ClusterComparison} from './comparison.js';
import type {ContestedSlots} from './slot-claims.js';

/** When each condition that lasts over several comparisons was first seen, milliseconds since the epoch. */
export type ConditionStarts = {
	/** More than one configuration in one partition, and no contested slots that would explain it. */
	readonly differingSinceMs: number | undefined;
	/** More than one partition. */
	readonly partedSinceMs: number | undefined;
	/** More than one partition with a majority. */
	readonly dividedSinceMs: number | undefined;
	/** By `contestKey`. */
	readonly contestedSinceMs: ReadonlyMap<string, number>;
	readonly laggingSinceMs: ReadonlyMap<NodeId, number>;
	/** Slots whose owner does not claim them, by the owner. */
	readonly unclaimedSinceMs: ReadonlyMap<NodeId, number>;
};

export const noConditionStarts: ConditionStarts = {
	differingSinceMs: undefined,
	partedSinceMs: undefined,
	dividedSinceMs: undefined,
	contestedSinceMs: new Map(),
	laggingSinceMs: new Map(),
	unclaimedSinceMs: new Map(),
};

/**
The key of contested slots: the ids of the nodes that claim them, sorted. It stays the same when the same nodes claim
other slots.
*/
export const contestKey = ({claimants}: Pick<ContestedSlots, 'claimants'>): string => claimants.toSorted().join();

/** The starts after a comparison: a condition that lasts keeps its start, and one that is over is forgotten. */
export function updateConditionStarts(before: ConditionStarts, comparison: ClusterComparison): ConditionStarts {
	const nowMs = comparison.views.reduce((latest, {atMs}) => Math.max(latest, atMs), 0);
	const keep = <Key>(kept: ReadonlyMap<Key, number>, keys: readonly Key[]): ReadonlyMap<Key, number> =>
		new Map(keys.map(key => [key, kept.get(key) ?? nowMs]));
	const {claims, groups, partitions} = comparison;
	const isUnexplained = groups.length > 1 && partitions.length === 1 && claims.contested.length === 0;
	return {
		differingSinceMs: isUnexplained ? (before.differingSinceMs ?? nowMs) : undefined,
		partedSinceMs: comparison.partitions.length > 1 ? (before.partedSinceMs ?? nowMs) : undefined,
		dividedSinceMs:
			partitions.filter(({hasMajority}) => hasMajority).length > 1 ? (before.dividedSinceMs ?? nowMs) : undefined,
		contestedSinceMs: keep(before.contestedSinceMs, comparison.claims.contested.map(contestKey)),
		laggingSinceMs: keep(before.laggingSinceMs, comparison.laggards),
		unclaimedSinceMs: keep(
			before.unclaimedSinceMs,
			comparison.claims.unclaimed.map(({owner}) => owner),
		),
	};
}

/**
Whether every claimant was asked again after the contest was first seen, and still claims the slots. Before that one view
may be older than a failover and the other newer.
*/
export function isContestConfirmed(
	contest: ContestedSlots,
	comparison: ClusterComparison,
	conditionStarts: ConditionStarts,
): boolean {
	const sinceMs = conditionStarts.contestedSinceMs.get(contestKey(contest));
	return (
		sinceMs !== undefined &&
		contest.claimants.every(id => (comparison.viewOf.get(id)?.atMs ?? Number.NEGATIVE_INFINITY) >= sinceMs) &&
		contest.claimants.some(id => (comparison.viewOf.get(id)?.atMs ?? 0) > sinceMs)
	);
}
