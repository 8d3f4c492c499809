import type {NodeAddress} from '../domain/node.js';
import type {NodeRecord} from './node-record.js';

/**
Difference between the ages of two views that does not matter, in milliseconds. In clusters of up to 50 nodes, every view
is read more often than that.
*/
const alikeMs = 15_000;

/**
The node whose view of the cluster is shown while `node` is in focus. It is `node` itself while it answers. Otherwise it
is the first answering node of its cluster with a view that is hardly older than the newest one. So the screen does not
go from one node's view to the next with each poll. A failed node's own last view is from before its failure, so it lacks
the failover that followed.
*/
export function clusterViewNode(nodes: ReadonlyMap<NodeAddress, NodeRecord>, node: NodeRecord): NodeRecord {
	const ownId = node.clusterNodes?.value.find(({flags}) => flags.has('myself'))?.id;
	if (node.failure === undefined || ownId === undefined) {
		return node;
	}

	const others = [...nodes.values()].filter(
		({failure, clusterNodes}) => failure === undefined && clusterNodes?.value.some(({id}) => id === ownId) === true,
	);
	const viewedAtMs = ({clusterNodes}: NodeRecord): number => clusterNodes?.atMs ?? 0;
	const newestAtMs = Math.max(...others.map(viewedAtMs));
	return others.find(other => viewedAtMs(other) >= newestAtMs - alikeMs) ?? node;
}
