import type {NodeAddress} from '../domain/node.js';
import type {NodeRecord} from './node-record.js';

/**
The node whose view of the cluster is shown while `node` is in focus: the node itself while it answers, else the node of
its cluster that answers and whose view is the newest. A dead node's last view misses the failover that followed.
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
