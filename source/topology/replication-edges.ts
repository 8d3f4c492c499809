import type {NodeRecord} from '../derive/node-record.js';
import type {ReplicaLink} from '../derive/replica-links.js';
import {primaryAddress} from '../derive/replication-peers.js';
import {memoizeByRef} from '../domain/memoize.js';
import {addressOf, isLoopback, type NodeAddress} from '../domain/node.js';

export type Nodes = ReadonlyMap<NodeAddress, NodeRecord>;

/**
The source that a replica replicates from, and the source's entry for the replica in INFO. `link` is undefined if the
source lists no entry for the replica.
*/
export type ReplicationEdge = {readonly source: NodeAddress; readonly link: ReplicaLink | undefined};

/**
The replication edge of each replica, by the replica's address. It uses the reports of the replica and of its source. So
an edge is known even if one of them does not answer.
*/
export const replicationEdges = memoizeByRef((nodes: Nodes): ReadonlyMap<NodeAddress, ReplicationEdge> => {
	const edges = new Map<NodeAddress, ReplicationEdge>();
	const sameNode = nodeFinder(nodes);
	for (const record of nodes.values()) {
		for (const link of record.replicas) {
			const replica = sameNode(link.address);
			// A node that reports the role primary is no longer a replica, even if another node still lists it as one.
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
		// Behind address translation redis-top may not know the address that the replica reports. Then the node that lists
		// the replica counts as its source.
		const isUnknown = !nodes.has(source) && listed !== undefined;
		if (listed?.source !== source && !isUnknown && source !== record.address) {
			edges.set(record.address, {source, link: undefined});
		}
	}

	return edges;
});

/**
Whether one list entry for a replica is better than another. The entry of the node that the replica reports as its
primary is best, then the entry of a node that answers. After a failover by hand, the last list of the dead primary
still contains its old replicas.
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

/** The address that a replica reports as its primary. */
export const primaryNamedBy = ({role, sample}: NodeRecord): NodeAddress | undefined =>
	role === 'replica' ? sample && primaryAddress(sample.info) : undefined;

/**
The nodes that answer at another address than they announce to their cluster, by the announced address, if redis-top never
had an answer there.
*/
function announcersIn(nodes: Nodes): ReadonlyMap<NodeAddress, NodeAddress> {
	const silent = [...nodes.values()].filter(
		({failure, lastReplyAtMs, origin}) => failure !== undefined && lastReplyAtMs === undefined && origin !== 'target',
	);
	if (silent.length === 0) {
		return new Map();
	}

	const unanswered = new Set(silent.map(({address}) => address));
	return new Map(
		[...nodes.values()].flatMap(({address, failure, clusterNodes}) => {
			const self = failure === undefined ? clusterNodes?.value.find(({flags}) => flags.has('myself')) : undefined;
			const announced = self && self.host !== '' && addressOf({kind: 'tcp', host: self.host, port: self.port});
			return announced && unanswered.has(announced) ? [[announced, address] as const] : [];
		}),
	);
}

/**
Returns a function that finds the node for an address. The address may be the node's key or one of its other names. It
may also be a loopback name with the node's port, because `localhost`, `127.0.0.1` and `::1` mean the same machine.
*/
export const nodeFinder = memoizeByRef((nodes: Nodes): ((address: NodeAddress) => NodeAddress) => {
	const localPorts = new Map<number, NodeAddress>();
	const otherNames = new Map<NodeAddress, NodeAddress>();
	const announcers = announcersIn(nodes);
	for (const {address, endpoint, otherNames: names = []} of nodes.values()) {
		for (const name of names) {
			otherNames.set(name, address);
		}

		if (endpoint.kind === 'tcp' && isLoopback(endpoint)) {
			localPorts.set(endpoint.port, address);
		}
	}

	return address => {
		const announcer = announcers.get(address);
		if (announcer !== undefined) {
			return announcer;
		}

		if (nodes.has(address)) {
			return address;
		}

		const match = /^\[?(.+?)\]?:(\d+)$/.exec(address);
		const port = Number(match?.[2]);
		const isLocal = match?.[1] !== undefined && isLoopback({kind: 'tcp', host: match[1], port});
		return otherNames.get(address) ?? (isLocal ? localPorts.get(port) : undefined) ?? address;
	};
});
