import {type Message, message, nodeName} from '../domain/message.js';
import type {NodeAddress, NodeId} from '../domain/node.js';
import type {ClusterComparison} from './comparison.js';

/** A node that answers redis-top, and that no other node of the cluster reaches on the cluster bus. */
export type CutOff = {
	readonly node: NodeAddress;
	/** The host that the node announces; undefined if it announces none. */
	readonly host: string | undefined;
	readonly busPort: number;
};

/** Least number of other views that must flag a node. With one view, either of the two nodes may be cut off. */
const leastViews = 2;

/**
The bus port of a node, if every other node that answers flags the node FAIL or PFAIL while the others have a majority.
The node answers redis-top, so its process and its client port work.
*/
export function cutOffIn(id: NodeId, {partitions, viewOf, views, nameOf}: ClusterComparison): CutOff | undefined {
	const self = viewOf.get(id)?.self;
	const others = views.filter(view => view.self.id !== id);
	const isAlone = partitions.some(
		({members, hasMajority}) => members[0] === id && members.length === 1 && !hasMajority,
	);
	const isFlagged = others.every(({failed, suspected}) => failed.has(id) || suspected.has(id));
	const isOnlyOne = partitions.filter(({hasMajority}) => !hasMajority).length === 1 && partitions.length === 2;
	return self?.busPort === undefined || !isAlone || !isFlagged || !isOnlyOne || others.length < leastViews
		? undefined
		: {node: nameOf(id), host: self.host === '' ? undefined : self.host, busPort: self.busPort};
}

/** The statement about a node that is cut off: `no node reaches 10.0.1.12:6379 at bus port 16379`. */
export const cutOffMessage = ({node, busPort}: CutOff): Message =>
	message`no node reaches ${nodeName(node)} at bus port ${busPort}`;

/** The node that is cut off among those that claim the same slots. */
export const cutOffAmong = (ids: readonly NodeId[], comparison: ClusterComparison): CutOff | undefined =>
	ids.map(id => cutOffIn(id, comparison)).find(found => found !== undefined);
