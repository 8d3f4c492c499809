import type {NodeRecord} from '../derive/node-record.js';
import type {ReplicaLink} from '../derive/replica-links.js';
import {primaryAddress} from '../derive/replication-peers.js';
import {memoizeByRef} from '../domain/memoize.js';
import {isLoopback, type NodeAddress} from '../domain/node.js';

export type Nodes = ReadonlyMap<NodeAddress, NodeRecord>;

/** The node that a replica replicates from, and how that node lists it; no link where it is not listed. */
export type ReplicationEdge = {readonly source: NodeAddress; readonly link: ReplicaLink | undefined};

/**
Who replicates from whom, by replica. Built from both sides, what a replica says of its primary and what a primary lists,
so that it is complete when either can't be reached.
*/
export const replicationEdges = memoizeByRef((nodes: Nodes): ReadonlyMap<NodeAddress, ReplicationEdge> => {
	const edges = new Map<NodeAddress, ReplicationEdge>();
	const sameNode = nodeFinder(nodes);
	for (const record of nodes.values()) {
		for (const link of record.replicas) {
			const replica = sameNode(link.address);
			// A node that says itself that it is a primary isn't a replica any more, whatever an old listing says.
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
		// Behind address translation the name a replica uses is nobody's here: its lister then knows better.
		const isUnknown = !nodes.has(source) && listed !== undefined;
		if (listed?.source !== source && !isUnknown && source !== record.address) {
			edges.set(record.address, {source, link: undefined});
		}
	}

	return edges;
});

/**
Of several nodes that list a replica, the one that it names itself counts, then one that answers. The last list of a dead
primary stays for good after a failover by hand.
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
The node that an address means: the one of that name, the one known to have it as another name, or on this machine the
one at that port, because `localhost`, `127.0.0.1` and `::1` are one machine to a node and three names to us.
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
