import type {NodeAddress} from '../domain/node.js';
import type {NodeRecord} from './node-record.js';

/**
The node whose view of the cluster is shown while `node` is in focus. It is `node` itself while it answers. Otherwise it
is the answering node of its cluster with the newest view. A failed node's own last view is from before its failure, so
it lacks the failover that followed.
*/
export function clusterViewNode(nodes: ReadonlyMap<NodeAddress, NodeRecord>, node: NodeRecord): NodeRecord {
	const ownId = node.clusterNodes?.value.find(({flags}) => flags.has('myself'))?.id;
	if (node.failure === undefined || ownId === undefined) {
		return node;
	}

	let newest = node;
	for (const other of nodes.values()) {
		const isOfCluster = other.failure === undefined && other.clusterNodes?.value.some(({id}) => id === ownId) === true;
		if (isOfCluster && (other.clusterNodes?.atMs ?? 0) > (newest.clusterNodes?.atMs ?? 0)) {
			newest = other;
		}
	}

	return newest;
}
