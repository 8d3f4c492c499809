import type {NodeRecord} from '../derive/node-record.js';
import type {NodeAddress} from '../domain/node.js';
import {type Nodes, nodeFinder, primaryNamedBy} from './replication-edges.js';

/**
The primary that continued the replication history of a node: its `master_replid2` is the node's last `master_replid`.
*/
export function successorOf(record: NodeRecord, nodes: Nodes): NodeRecord | undefined {
	const history = historyOf(record);
	return history === undefined ? undefined : successorIn(history, record.address, nodes);
}

/** The id of a node's replication history at its last reply: `master_replid`. */
export const historyOf = ({sample}: NodeRecord): string | undefined =>
	sample?.info.text('replication', 'master_replid');

/** The primary that continued the replication history of the node at `address`. */
export const successorIn = (history: string, address: NodeAddress, nodes: Nodes): NodeRecord | undefined =>
	[...nodes.values()].find(
		other =>
			other.address !== address &&
			other.role === 'primary' &&
			other.sample?.info.text('replication', 'master_replid2') === history,
	);

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
