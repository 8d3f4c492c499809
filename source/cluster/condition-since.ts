import type {SlotRange} from '../domain/cluster.js';
import type {NodeId} from '../domain/node.js';
import type {ClusterComparison} from './comparison.js';
import type {ContestedSlots} from './slot-claims.js';

/** Slots that have all been in one condition since the same moment. */
export type LastingSlots = {readonly sinceMs: number; readonly ranges: readonly SlotRange[]};

/** When each condition that lasts over several comparisons was first seen, milliseconds since the epoch. */
export type ConditionStarts = {
	/**
	When views within the only partition began to differ although no slots are contested. Undefined while views agree, and
	while a partition or contested slots explain the difference.
	*/
	readonly differingSinceMs: number | undefined;
	/** When the cluster began to have more than one partition; undefined while it has only one. */
	readonly partedSinceMs: number | undefined;
	/** When more than one partition began to have a majority; undefined while at most one has it. */
	readonly dividedSinceMs: number | undefined;
	/** Contested slots by `contestKey`, with the time since which the same nodes have claimed them. */
	readonly contested: ReadonlyMap<string, LastingSlots>;
	readonly laggingSinceMs: ReadonlyMap<NodeId, number>;
	/**
	Slots that their owner does not claim, by the node id of the owner, with the time since which it has not claimed
	them.
	*/
	readonly unclaimed: ReadonlyMap<NodeId, LastingSlots>;
};

export const noConditionStarts: ConditionStarts = {
	differingSinceMs: undefined,
	partedSinceMs: undefined,
	dividedSinceMs: undefined,
	contested: new Map(),
	laggingSinceMs: new Map(),
	unclaimed: new Map(),
};

/** The key of a contest over slots: the sorted node ids of the claimants. */
export const contestKey = ({claimants}: Pick<ContestedSlots, 'claimants'>): string => claimants.toSorted().join();

/** The starts after a comparison. A condition that continues keeps its start. A condition that has ended loses it. */
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
		contested: lasting(
			before.contested,
			claims.contested.map(contest => [contestKey(contest), contest.ranges]),
			nowMs,
		),
		laggingSinceMs: keep(before.laggingSinceMs, comparison.laggards),
		unclaimed: lasting(
			before.unclaimed,
			claims.unclaimed.map(({owner, ranges}) => [owner, ranges]),
			nowMs,
		),
	};
}

/** The slots that are in both lists. */
function commonSlots(one: readonly SlotRange[], other: readonly SlotRange[]): SlotRange[] {
	return one.flatMap(a =>
		other.flatMap(b => {
			const [first, last] = [Math.max(a.first, b.first), Math.min(a.last, b.last)];
			return first <= last ? [{first, last}] : [];
		}),
	);
}

/**
Keeps the start of a condition for those slots that were already in the condition before. During a resharding, some
slots are between two owners in every comparison, but different slots each time. Such a sequence must not count as one
lasting condition.
*/
function lasting<Key>(
	before: ReadonlyMap<Key, LastingSlots>,
	now: ReadonlyArray<readonly [key: Key, ranges: readonly SlotRange[]]>,
	nowMs: number,
): ReadonlyMap<Key, LastingSlots> {
	return new Map(
		now.map(([key, ranges]) => {
			const known = before.get(key);
			const same = known === undefined ? [] : commonSlots(known.ranges, ranges);
			return [key, known === undefined || same.length === 0 ? {sinceMs: nowMs, ranges} : {...known, ranges: same}];
		}),
	);
}

/**
Whether every claimant was asked again after the contest was first seen, and still claims the slots. Before that, one
view may be older than a failover and another view newer.
*/
export function isContestConfirmed(
	contest: Pick<ContestedSlots, 'claimants'>,
	comparison: ClusterComparison,
	conditionStarts: ConditionStarts,
): boolean {
	const sinceMs = conditionStarts.contested.get(contestKey(contest))?.sinceMs;
	return sinceMs !== undefined && areReadAgain(contest.claimants, sinceMs, comparison);
}

/**
Whether every node was asked again since the owner was first seen not to claim its slots. Before that, the slots may
have moved between two readings: the old owner no longer claims them, and the new owner's view is older than the move.
*/
export function isUnclaimedConfirmed(
	owner: NodeId,
	comparison: ClusterComparison,
	conditionStarts: ConditionStarts,
): boolean {
	const sinceMs = conditionStarts.unclaimed.get(owner)?.sinceMs;
	return sinceMs !== undefined && areReadAgain([...comparison.viewOf.keys()], sinceMs, comparison);
}

const areReadAgain = (ids: readonly NodeId[], sinceMs: number, {viewOf}: ClusterComparison): boolean =>
	ids.every(id => (viewOf.get(id)?.atMs ?? Number.NEGATIVE_INFINITY) >= sinceMs) &&
	ids.some(id => (viewOf.get(id)?.atMs ?? 0) > sinceMs);
