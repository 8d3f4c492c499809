import type {SlotRange} from '../domain/cluster.js';
import {slotTotal} from '../domain/cluster.js';
import type {NodeId} from '../domain/node.js';
import type {ClusterComparison} from './comparison.js';
import {type ConditionStarts, isContestConfirmed, isUnclaimedConfirmed} from './condition-since.js';
import {ownOpenSlots} from './migrations.js';
import {reaches} from './needed-nodes.js';
import {isPrimaryLine, slotsIn} from './node-view.js';
import type {SlotStretch} from './slot-claims.js';

/**
The state of a slot:
- `owned`: one primary owns it, in its own view or in the views of nodes that reach that primary
- `migrating`: owned, and open on the source or the target of a move; or its owner has changed, and some views are older
  than the change
- `failing`: no node that answers reaches the owner (FAIL, PFAIL or no address), or the owner does not claim it
- `double`: two primaries claim it, each in two readings of its own view
- `uncovered`: no view has an owner for it
*/
export type SlotState = 'owned' | 'migrating' | 'failing' | 'double' | 'uncovered';

export type SlotSegment = SlotRange & {
	readonly state: SlotState;
	/**
	The claimant of the slots with the highest configuration epoch. If no node claims the slots: their owner in other
	views, or undefined.
	*/
	readonly owner: NodeId | undefined;
};

const rank: Readonly<Record<SlotState, number>> = {owned: 0, migrating: 1, failing: 2, double: 3, uncovered: 4};

/** All slots in segments of one owner and one state, the lowest slot first. */
export function slotSegments(comparison: ClusterComparison, conditionStarts: ConditionStarts): SlotSegment[] {
	const open = openSlotNumbers(comparison);
	const winners = new Map(
		comparison.claims.contested.map(({claimants}) => [claimants.toSorted().join(), claimants[0]] as const),
	);
	return comparison.claims.stretches.flatMap(stretch => {
		const {claimants, believed} = stretch;
		const owner = claimants.length > 1 ? winners.get(claimants.toSorted().join()) : (claimants[0] ?? believed);
		const state = stateOf(stretch, comparison, conditionStarts);
		return state === 'owned'
			? cutAtOpen({...stretch, owner}, open)
			: [{first: stretch.first, last: stretch.last, state, owner}];
	});
}

function stateOf(
	{claimants, believed}: SlotStretch,
	comparison: ClusterComparison,
	conditionStarts: ConditionStarts,
): SlotState {
	const {views, viewOf} = comparison;
	if (claimants.length > 1) {
		return isContestConfirmed({claimants}, comparison, conditionStarts) ? 'double' : 'migrating';
	}

	if (claimants.length === 1) {
		return 'owned';
	}

	if (believed === undefined) {
		return 'uncovered';
	}

	if (!views.some(view => reaches(view, believed))) {
		return 'failing';
	}

	if (!viewOf.has(believed)) {
		return 'owned';
	}

	return isUnclaimedConfirmed(believed, comparison, conditionStarts) ? 'failing' : 'migrating';
}

/** The open slots of all views, ascending. A node lists only its own open slots. */
function openSlotNumbers({views}: ClusterComparison): number[] {
	return [...new Set(views.flatMap(({self}) => ownOpenSlots(self).map(({slot}) => slot)))].sort((a, b) => a - b);
}

function cutAtOpen(
	{first, last, owner}: SlotRange & {owner: NodeId | undefined},
	open: readonly number[],
): SlotSegment[] {
	const segments: SlotSegment[] = [];
	let next = first;
	for (const slot of open) {
		if (slot >= next && slot <= last) {
			if (slot > next) {
				segments.push({first: next, last: slot - 1, state: 'owned', owner});
			}

			segments.push({first: slot, last: slot, state: 'migrating', owner});
			next = slot + 1;
		}
	}

	return next > last ? segments : [...segments, {first: next, last, state: 'owned', owner}];
}

/** The number of slots in each state; the sum is 16384. */
export function slotCounts(segments: readonly SlotSegment[]): Readonly<Record<SlotState, number>> {
	const counts = {owned: 0, migrating: 0, failing: 0, double: 0, uncovered: 0};
	for (const segment of segments) {
		counts[segment.state] += slotsIn([segment]);
	}

	return counts;
}

/** The number of slots that are served: exactly one node owns them. Slots that are being moved count too. */
export const coverage = (counts: Readonly<Record<SlotState, number>>): number => counts.owned + counts.migrating;

/** One cell of the map: the worst state among its slots, and the owner of the first slot in that state. */
export type SlotCell = {readonly state: SlotState; readonly owner: NodeId | undefined};

/**
The map of all slots in `width` cells. A cell stands for 16384 ÷ width slots and shows the worst state among them.
*/
export function slotCells(segments: readonly SlotSegment[], width: number): SlotCell[] {
	const cells: SlotCell[] = [];
	let index = 0;
	for (let cell = 0; cell < width; cell++) {
		const from = Math.floor((cell * slotTotal) / width);
		const to = Math.max(from + 1, Math.floor(((cell + 1) * slotTotal) / width)) - 1;
		while ((segments[index]?.last ?? slotTotal) < from) {
			index++;
		}

		let worst: SlotCell = {state: 'owned', owner: segments[index]?.owner};
		for (let at = index; (segments[at]?.first ?? slotTotal) <= to; at++) {
			const segment = segments[at];
			if (segment !== undefined && rank[segment.state] > rank[worst.state]) {
				worst = {state: segment.state, owner: segment.owner};
			}
		}

		cells.push(worst);
	}

	return cells;
}

/**
The shard number of each owner of slots (1, 2, …), in the order of their lowest slots. For an owner that does not
answer, the slots that other views assign to it count.
*/
export function shardNumbers({claims, viewOf}: ClusterComparison): ReadonlyMap<NodeId, number> {
	const shards = new Map<NodeId, number>();
	const add = (id: NodeId | undefined) => {
		const self = id === undefined ? undefined : viewOf.get(id)?.self;
		if (id !== undefined && !shards.has(id) && (self === undefined || isPrimaryLine(self))) {
			shards.set(id, shards.size + 1);
		}
	};
	for (const {claimants, believed} of claims.stretches) {
		add(claimants[0] ?? believed);
	}

	for (const {claimants} of claims.stretches) {
		claimants.forEach(add);
	}

	return shards;
}
