import type {NodeId} from '../domain/node.js';
import {type ReadView, seesMajority} from './node-view.js';

/** Nodes that trust each other, directly or over others: none of a pair holds the other failed or suspect. */
export type Partition = {
	/** By id, in the order of the views. */
	readonly members: readonly NodeId[];
	/** How many of them are primaries that own slots, by their own word. */
	readonly owners: number;
	/** At least one of them reaches more than half of the primaries that own slots. */
	readonly hasMajority: boolean;
};

/** One node is suspected or held failed by others of its own partition: somebody's link is broken, not the node. */
export type Accusation = {readonly accused: NodeId; readonly by: readonly NodeId[]; readonly isFailed: boolean};

const distrusts = (view: ReadView, id: NodeId): boolean => view.failed.has(id) || view.suspected.has(id);

const trustEachOther = (one: ReadView, other: ReadView): boolean =>
	!distrusts(one, other.self.id) && !distrusts(other, one.self.id);

/** The connected components of mutual trust among the nodes that answer, the one with a majority first, then by size. */
export function partitionsOf(views: readonly ReadView[]): Partition[] {
	// Each pair is looked at once at most where it is an edge, so that a thousand nodes that agree cost a thousand looks.
	let unvisited = [...views];
	const partitions: Partition[] = [];
	for (let first = unvisited.shift(); first !== undefined; first = unvisited.shift()) {
		const members = [first];
		for (const member of members) {
			const apart: ReadView[] = [];
			for (const other of unvisited) {
				(trustEachOther(member, other) ? members : apart).push(other);
			}

			unvisited = apart;
		}

		partitions.push(partitionOf(members));
	}

	return partitions.sort(
		(a, b) =>
			Number(b.hasMajority) - Number(a.hasMajority) || b.owners - a.owners || b.members.length - a.members.length,
	);
}

const partitionOf = (members: readonly ReadView[]): Partition => ({
	members: members.map(({self}) => self.id),
	owners: members.filter(({self}) => self.flags.has('master') && self.slots.length > 0).length,
	hasMajority: members.some(seesMajority),
});

/** Who is distrusted by members of its own partition although it answers redis-top. */
export function accusationsIn(views: readonly ReadView[], partitions: readonly Partition[]): Accusation[] {
	const partitionById = new Map(partitions.flatMap((partition, index) => partition.members.map(id => [id, index])));
	const found = new Map<NodeId, {by: NodeId[]; isFailed: boolean}>();
	for (const {self, failed, suspected} of views) {
		for (const id of [...failed, ...suspected]) {
			if (partitionById.has(id) && partitionById.get(id) === partitionById.get(self.id)) {
				const accusation = found.get(id) ?? {by: [], isFailed: false};
				accusation.by.push(self.id);
				accusation.isFailed ||= failed.has(id);
				found.set(id, accusation);
			}
		}
	}

	return [...found].map(([accused, rest]) => ({accused, ...rest}));
}
