import type {NodeRecord} from '../derive/node-record.js';
import {type Nodes, nodeFinder, primaryNamedBy} from './replication-edges.js';

/**
The primary that continued the replication history of a node: its `master_replid2` is the node's last `master_replid`.
*/
export function successorOf({address, sample}: NodeRecord, nodes: Nodes): NodeRecord | undefined {
	const history = sample?.info.text('replication', 'master_replid');
	return [...nodes.values()].find(
		other =>
			history !== undefined &&
			other.address !== address &&
			other.role === 'primary' &&
			other.sample?.info.text('replication', 'master_replid2') === history,
	);
}

/**
Whether the node is a primary of a cluster and owns no slots, such as a node that has just joined or was taken out of
service.
*/
function isWithoutSlots({role, clusterNodes}: NodeRecord): boolean {
	const self = clusterNodes?.value.find(({flags}) => flags.has('myself'));
	return role === 'primary' && self?.flags.has('master') === true && self.slots.length === 0;
}

/**
Whether other nodes do the work of a node that does not answer. They do so for:
- a replica whose primary answers
- a former primary whose successor answers
- a primary of a cluster that owns no slots
- a Sentinel beside two Sentinels that answer
*/
export function isCovered(record: NodeRecord, nodes: Nodes): boolean {
	if (record.role === 'sentinel') {
		const others = [...nodes.values()].filter(({address, role}) => role === 'sentinel' && address !== record.address);
		return others.filter(({failure}) => failure === undefined).length > 1;
	}

	const named = primaryNamedBy(record);
	const primary = named === undefined ? successorOf(record, nodes) : nodes.get(nodeFinder(nodes)(named));
	return isWithoutSlots(record) || (primary?.role === 'primary' && primary.failure === undefined);
}
