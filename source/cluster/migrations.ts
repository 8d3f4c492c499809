import type {ClusterNode, OpenSlot} from '../domain/cluster.js';
import type {NodeId} from '../domain/node.js';
import type {ClusterComparison} from './comparison.js';
import {isPrimaryLine} from './node-view.js';

/**
Milliseconds without a moved key after which the move of a slot counts as stuck. Moving a big slot takes minutes, but keys
move all the time. A single key that takes longer holds up both nodes.
*/
export const stuckAfterMs = 120_000;
/**
Milliseconds for which a slot must be open on only one node before it is reported. An ordinary move opens the slot on
both nodes within milliseconds.
*/
export const oneSidedAfterMs = 10_000;

/** The move of one slot from a primary to another. */
export type SlotMove = {
	readonly slot: number;
	readonly source: NodeId;
	readonly target: NodeId;
	/** Whether the source lists the slot as `MIGRATING`; undefined if the source does not answer. */
	readonly isMigrating: boolean | undefined;
	/** Whether the target lists the slot as `IMPORTING`; undefined if the target does not answer. */
	readonly isImporting: boolean | undefined;
};

/** A move with its progress. Counts of keys are undefined if COUNTKEYSINSLOT was not answered. */
export type FollowedMove = SlotMove & {
	readonly sinceMs: number;
	readonly keysLeft: number | undefined;
	readonly keysThere: number | undefined;
	/** Keys in the slot at the first count. */
	readonly keysAtFirst: number | undefined;
	/**
	When the number of keys in the slot last changed, in milliseconds since the epoch. Before any change: when the move
	was first seen.
	*/
	readonly movedAtMs: number;
	/** Keys per second since the first count; undefined before any key moved. */
	readonly keysPerSecond: number | undefined;
	readonly problem: 'one-sided' | 'stuck' | undefined;
};

/** The number of keys that a node holds in a slot; undefined if it was not counted. */
export type SlotKeyCount = (node: NodeId, slot: number) => number | undefined;

/**
A node's open slots; empty for a replica. Replicas of Valkey >= 8.0 list the open slots of their primary, but only
the primary moves keys.
*/
export const ownOpenSlots = (self: ClusterNode): readonly OpenSlot[] => (isPrimaryLine(self) ? self.openSlots : []);

/**
The moves that the open slots of all views show. The source and the target list the same move, which is returned once.
*/
export function slotMoves({views, viewOf}: Pick<ClusterComparison, 'views' | 'viewOf'>): SlotMove[] {
	const moves = new Map<string, SlotMove>();
	const isOpen = (node: NodeId, slot: number, direction: 'migrating' | 'importing', peer: NodeId) =>
		viewOf
			.get(node)
			?.self.openSlots.some(open => open.slot === slot && open.direction === direction && open.peer === peer);
	for (const {self} of views) {
		for (const {slot, direction, peer} of ownOpenSlots(self)) {
			const [source, target] = direction === 'migrating' ? [self.id, peer] : [peer, self.id];
			moves.set(`${slot} ${source} ${target}`, {
				slot,
				source,
				target,
				isMigrating: isOpen(source, slot, 'migrating', target),
				isImporting: isOpen(target, slot, 'importing', source),
			});
		}
	}

	return [...moves.values()].sort((a, b) => a.slot - b.slot);
}

/** Whether only one of the two nodes lists the slot as open. */
export const isOneSided = ({isMigrating, isImporting}: SlotMove): boolean =>
	isMigrating === false || isImporting === false;

const moveKey = ({slot, source, target}: SlotMove): string => `${slot} ${source} ${target}`;

/** The current moves, each with its start and progress. Moves that ended are left out. */
export function followMoves(
	before: readonly FollowedMove[],
	moves: readonly SlotMove[],
	keysIn: SlotKeyCount,
	nowMs: number,
): FollowedMove[] {
	const known = new Map(before.map(move => [moveKey(move), move]));
	return moves.map(move => followed(move, known.get(moveKey(move)), keysIn, nowMs));
}

function followed(
	move: SlotMove,
	earlier: FollowedMove | undefined,
	keysIn: SlotKeyCount,
	nowMs: number,
): FollowedMove {
	const keysLeft = keysIn(move.source, move.slot) ?? earlier?.keysLeft;
	const keysThere = keysIn(move.target, move.slot) ?? earlier?.keysThere;
	const sinceMs = earlier?.sinceMs ?? nowMs;
	const keysAtFirst = earlier?.keysAtFirst ?? keysLeft;
	const hasMoved = earlier !== undefined && (earlier.keysLeft !== keysLeft || earlier.keysThere !== keysThere);
	const movedAtMs = hasMoved || earlier === undefined ? nowMs : earlier.movedAtMs;
	const moved = keysAtFirst === undefined || keysLeft === undefined ? 0 : keysAtFirst - keysLeft;
	const keysPerSecond = moved > 0 && nowMs > sinceMs ? (moved * 1000) / (nowMs - sinceMs) : undefined;
	const problem =
		isOneSided(move) && nowMs - sinceMs >= oneSidedAfterMs
			? 'one-sided'
			: nowMs - movedAtMs >= stuckAfterMs
				? 'stuck'
				: undefined;
	return {...move, sinceMs, keysLeft, keysThere, keysAtFirst, movedAtMs, keysPerSecond, problem};
}
