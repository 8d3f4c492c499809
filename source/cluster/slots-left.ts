import type {ClusterNode, SlotRange} from '../domain/cluster.js';
import {memoizeByRef} from '../domain/memoize.js';
import type {NodeId} from '../domain/node.js';

/**
The slots of a node's shard according to the node's own view. `isLeaving`: some of these slots are being moved to
another shard.
*/
type ShardSlots = {readonly owner: NodeId; readonly slots: readonly SlotRange[]; readonly isLeaving: boolean};

const shardSlotsIn = memoizeByRef((lines: readonly ClusterNode[]): ShardSlots | undefined => {
	const self = lines.find(({flags}) => flags.has('myself'));
	const owner = self?.primaryId === undefined ? self : lines.find(({id}) => id === self.primaryId);
	return (
		owner && {
			owner: owner.id,
			slots: owner.slots,
			isLeaving: [self, owner].some(line => line?.openSlots.some(({direction}) => direction === 'migrating')),
		}
	);
});

const includes = (ranges: readonly SlotRange[], {first, last}: SlotRange): boolean =>
	ranges.some(range => range.first <= first && last <= range.last);

/**
Whether the shard of a node has given slots away between two of the node's CLUSTER NODES replies, or is moving slots
away. The keys in these slots move too.
*/
export function hasGivenSlots(before: readonly ClusterNode[] | undefined, after: readonly ClusterNode[]): boolean {
	const now = shardSlotsIn(after);
	const then = before && shardSlotsIn(before);
	return (
		now !== undefined &&
		(now.isLeaving ||
			(then?.owner === now.owner && then.slots !== now.slots && then.slots.some(range => !includes(now.slots, range))))
	);
}
