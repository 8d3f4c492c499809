import type {NodeId} from '../domain/node.js';
import type {ClusterComparison} from './comparison.js';
import type {ContestedSlots} from './slot-claims.js';

/** Since when what two comparisons in a row show is so, milliseconds since the epoch. */
export type ViewMoments = {
	/** More than one signature among nodes that are together and don't contend: what has no better reason. */
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

export const noMoments: ViewMoments = {
	differingSinceMs: undefined,
	partedSinceMs: undefined,
	dividedSinceMs: undefined,
	contestedSinceMs: new Map(),
	laggingSinceMs: new Map(),
	unclaimedSinceMs: new Map(),
};

/** A contest goes on while the same nodes are in it, whichever slots they have it over. */
export const contestKey = ({claimants}: Pick<ContestedSlots, 'claimants'>): string => claimants.toSorted().join();

/** The moments after a comparison: what was so before keeps its beginning, what is no more is forgotten. */
export function keepMoments(before: ViewMoments, comparison: ClusterComparison): ViewMoments {
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
Every claimant was asked again after the contest was first seen and still claims the slots. Before that it may be one
view from before a failover and one from after it.
*/
export function isContestConfirmed(
	contest: ContestedSlots,
	comparison: ClusterComparison,
	moments: ViewMoments,
): boolean {
	const sinceMs = moments.contestedSinceMs.get(contestKey(contest));
	return (
		sinceMs !== undefined &&
		contest.claimants.every(id => (comparison.viewOf.get(id)?.atMs ?? Number.NEGATIVE_INFINITY) >= sinceMs) &&
		contest.claimants.some(id => (comparison.viewOf.get(id)?.atMs ?? 0) > sinceMs)
	);
}
