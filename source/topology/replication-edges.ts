import type {NodeRecord} from '../derive/node-record.js';
import type {ReplicaLink} from '../derive/replica-links.js';
import {primaryAddress} from '../derive/replication-peers.js';
import {memoizeByRef} from '../domain/memoize.js';
import {isLoopback, type NodeAddress} from '../domain/node.js';

export type Nodes = ReadonlyMap<NodeAddress, NodeRecord>;

/**
The source of a replica's replication, and the source's entry for that replica; no link where the source has no
entry.
*/
export type ReplicationEdge = {readonly source: NodeAddress; readonly link: ReplicaLink | undefined};

/**
The replication edge of each replica, by the replica's address. Both the replica's and the primary's report are read.
So an edge is known even when one of the two does not answer.
*/
export const replicationEdges = memoizeByRef((nodes: Nodes): ReadonlyMap<NodeAddress, ReplicationEdge> => {
	const edges = new Map<NodeAddress, ReplicationEdge>();
	const sameNode = nodeFinder(nodes);
	for (const record of nodes.values()) {
		for (const link of record.replicas) {
			const replica = sameNode(link.address);
			// A node that reports the role primary is no replica any more, whatever an old list says.
			const isCandidate = nodes.get(replica)?.role !== 'primary' && replica !== record.address;
			if (isCandidate && isBetterList(record, edges.get(replica), nodes, replica, sameNode)) {
				edges.set(replica, {source: record.address, link});
			}
		}
	}

	for (const record of nodes.values()) {
		const claimed = primaryNamedBy(record);
		if (claimed === undefined) {
			continue;
		}

		const source = sameNode(claimed);
		const listed = edges.get(record.address);
		// Behind address translation redis-top may not know the address that the replica names. Then the node that
		// lists the replica counts.
		const isUnknown = !nodes.has(source) && listed !== undefined;
		if (listed?.source !== source && !isUnknown && source !== record.address) {
			edges.set(record.address, {source, link: undefined});
		}
	}

	return edges;
});

/**
Whether one list of a replica is better than another. The list of the node that the replica names is best, then the
list of a node that answers. A dead primary's last list stays after a failover by hand.
*/
function isBetterList(
	{address, failure}: NodeRecord,
	before: ReplicationEdge | undefined,
	nodes: Nodes,
	replica: NodeAddress,
	sameNode: (address: NodeAddress) => NodeAddress,
): boolean {
	if (before === undefined) {
		return true;
	}

	const record = nodes.get(replica);
	const claimed = record && primaryNamedBy(record);
	const named = claimed && sameNode(claimed);
	if (named === address || named === before.source) {
		return named === address;
	}

	return failure === undefined;
}

/** The node that a replica reports to replicate from. */
export const primaryNamedBy = ({role, sample}: NodeRecord): NodeAddress | undefined =>
	role === 'replica' ? sample && primaryAddress(sample.info) : undefined;

/**
Finds the node that an address means. The address is the node's key, one of its other names, or a loopback name with
the node's port. `localhost`, `127.0.0.1` and `::1` mean the same machine.
*/
export const nodeFinder = memoizeByRef((nodes: Nodes): ((address: NodeAddress) => NodeAddress) => {
	const localPorts = new Map<number, NodeAddress>();
	const otherNames = new Map<NodeAddress, NodeAddress>();
	for (const {address, endpoint, otherNames: names = []} of nodes.values()) {
		for (const name of names) {
			otherNames.set(name, address);
		}

		if (endpoint.kind === 'tcp' && isLoopback(endpoint)) {
			localPorts.set(endpoint.port, address);
		}
	}

	return address => {
		if (nodes.has(address)) {
			return address;
		}

		const match = /^\[?(.+?)\]?:(\d+)$/.exec(address);
		const port = Number(match?.[2]);
		const isLocal = match?.[1] !== undefined && isLoopback({kind: 'tcp', host: match[1], port});
		return otherNames.get(address) ?? (isLocal ? localPorts.get(port) : undefined) ?? address;
	};
});
