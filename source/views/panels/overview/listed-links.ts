import type {MonitorState, ReplicaLink} from '../../../state/monitor-state.js';
import {nodeFinder} from '../../../topology/replication-edges.js';

export type ListedLink = {readonly link: ReplicaLink; readonly isOld: boolean};

/**
The entry of each replica in the INFO of its primary, by the replica's address. The entry of a node that answers is
preferred.
*/
export function listedLinks(nodes: MonitorState['nodes']): ReadonlyMap<string, ListedLink> {
	const sameNode = nodeFinder(nodes);
	const links = new Map<string, ListedLink>();
	for (const {replicas, failure} of nodes.values()) {
		for (const link of replicas) {
			const isOld = failure !== undefined;
			const address = sameNode(link.address);
			if (!isOld || !links.has(address)) {
				links.set(address, {link, isOld});
			}
		}
	}

	return links;
}
