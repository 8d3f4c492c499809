import type {NodeId} from '../domain/node.js';
import {type ReadView, seesMajority} from './node-view.js';

/**
A set of nodes that reach each other, directly or through other members. Two nodes are linked if neither flags the other
FAIL or PFAIL.
*/
export type Partition = {
	/** The node ids of the partition's members, in the order of the views. */
	readonly members: readonly NodeId[];
	/** The number of members that are primaries with slots, each according to its own view. */
	readonly owners: number;
	/** Whether a member reaches more than half of the primaries with slots. */
	readonly hasMajority: boolean;
};

/**
A node that is flagged FAIL or PFAIL by nodes of its own partition. The link between them is broken, not the node.
*/
export type OneSidedReport = {readonly reported: NodeId; readonly by: readonly NodeId[]; readonly isFailed: boolean};

const flagsFailing = (view: ReadView, id: NodeId): boolean => view.failed.has(id) || view.suspected.has(id);

const reachEachOther = (one: ReadView, other: ReadView): boolean =>
	!flagsFailing(one, other.self.id) && !flagsFailing(other, one.self.id);

/**
The partitions of the nodes that answer: the connected components of `reachEachOther`. The partition with a majority
comes first. The others follow, the one with the most primaries with slots first, then by number of nodes.
*/
export function partitionsOf(views: readonly ReadView[]): Partition[] {
	// A node whose partition is found is not compared again, so a thousand nodes that agree take a thousand
	// comparisons.
	let unvisited = [...views];
	const partitions: Partition[] = [];
	for (let first = unvisited.shift(); first !== undefined; first = unvisited.shift()) {
		const members = [first];
		for (const member of members) {
			const apart: ReadView[] = [];
			for (const other of unvisited) {
				(reachEachOther(member, other) ? members : apart).push(other);
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

/** Nodes that answer redis-top while members of their own partition flag them FAIL or PFAIL. */
export function oneSidedReportsIn(views: readonly ReadView[], partitions: readonly Partition[]): OneSidedReport[] {
	const partitionById = new Map(partitions.flatMap((partition, index) => partition.members.map(id => [id, index])));
	const found = new Map<NodeId, {by: NodeId[]; isFailed: boolean}>();
	for (const {self, failed, suspected} of views) {
		for (const id of [...failed, ...suspected]) {
			if (partitionById.has(id) && partitionById.get(id) === partitionById.get(self.id)) {
				const report = found.get(id) ?? {by: [], isFailed: false};
				report.by.push(self.id);
				report.isFailed ||= failed.has(id);
				found.set(id, report);
			}
		}
	}

	return [...found].map(([reported, rest]) => ({reported, ...rest}));
}
