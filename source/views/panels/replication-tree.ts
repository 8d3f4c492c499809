import {addressOf, isLoopback, type NodeAddress} from '../../domain/node.js';
import type {MonitorState, NodeRecord, ReplicaLink} from '../../state/monitor-state.js';
import type {Glyphs} from '../../text/glyphs.js';

/** One node of the tree. Without a record it is known by hearsay only: another node names it. */
export type TreeRow = {
	readonly address: NodeAddress;
	/** The lines of the tree before the address. */
	readonly prefix: string;
	readonly record: NodeRecord | undefined;
	/** The node it replicates from; undefined for a root. */
	readonly source: NodeAddress | undefined;
	readonly sourceRecord: NodeRecord | undefined;
	/** As its source lists it; undefined for a root and where the source doesn't list it. */
	readonly link: ReplicaLink | undefined;
};

type Edge = {readonly source: NodeAddress; readonly link: ReplicaLink | undefined};

/**
Who replicates from whom over all nodes, each exactly once: roots by address, and under each its replicas by theirs. Built from both sides, what a replica says of its primary and what a primary lists, so that it
is complete when either can't be reached. A ring of replicas is cut at its first node.
*/
export function replicationTree(state: MonitorState, glyphs: Glyphs): TreeRow[] {
	const edges = edgesOf(state);
	const addresses = new Set<NodeAddress>([...state.nodes.keys(), ...edges.keys()]);
	const replicas = new Map<NodeAddress, NodeAddress[]>();
	for (const [address, {source}] of edges) {
		addresses.add(source);
		replicas.set(source, replicas.get(source) ?? []);
		replicas.get(source)?.push(address);
	}

	const rows: TreeRow[] = [];
	const seen = new Set<NodeAddress>();
	const visit = (address: NodeAddress, prefix: string, indent: string) => {
		seen.add(address);
		const edge = edges.get(address);
		rows.push({
			address,
			prefix,
			record: state.nodes.get(address),
			source: edge?.source,
			sourceRecord: edge && state.nodes.get(edge.source),
			link: edge?.link,
		});
		const below = (replicas.get(address) ?? []).filter(replica => !seen.has(replica)).sort(byAddress.compare);
		for (const [index, replica] of below.entries()) {
			const isLast = index === below.length - 1;
			visit(
				replica,
				`${indent}${isLast ? glyphs.lastBranch : glyphs.branch} `,
				`${indent}${isLast ? ' ' : glyphs.vertical}  `,
			);
		}
	};

	const inOrder = [...addresses].sort(byAddress.compare);
	for (const address of [...inOrder.filter(each => !edges.has(each)), ...inOrder]) {
		if (!seen.has(address)) {
			visit(address, '', '');
		}
	}

	return rows;
}

/** The root above a node, or the node itself: whose offset and backlog the whole tree lives on. */
export function rootOf(rows: readonly TreeRow[], address: NodeAddress): TreeRow | undefined {
	const byKey = new Map(rows.map(row => [row.address, row]));
	let row = byKey.get(address);
	for (let steps = 0; row?.source !== undefined && steps < rows.length; steps++) {
		row = byKey.get(row.source) ?? row;
	}

	return row;
}

function edgesOf(state: MonitorState): Map<NodeAddress, Edge> {
	const edges = new Map<NodeAddress, Edge>();
	const sameNode = nodeFinder(state);
	for (const record of state.nodes.values()) {
		for (const link of record.replicas) {
			const replica = sameNode(link.address);
			// A node that says itself that it is a primary isn't a replica any more, whatever an old listing says.
			if (state.nodes.get(replica)?.role !== 'primary' && replica !== record.address) {
				edges.set(replica, {source: record.address, link});
			}
		}
	}

	for (const record of state.nodes.values()) {
		const claimed = primaryNamedBy(record);
		if (claimed === undefined) {
			continue;
		}

		const source = sameNode(claimed);
		const listed = edges.get(record.address);
		// Behind address translation the name a replica uses is nobody's here: its lister then knows better.
		const isUnknown = !state.nodes.has(source) && listed !== undefined;
		if (listed?.source !== source && !isUnknown && source !== record.address) {
			edges.set(record.address, {source, link: undefined});
		}
	}

	return edges;
}

function primaryNamedBy(record: NodeRecord): NodeAddress | undefined {
	const host = record.sample?.info.text('replication', 'master_host');
	const port = record.sample?.info.number('replication', 'master_port');
	return record.role !== 'replica' || host === undefined || host === '' || port === undefined
		? undefined
		: addressOf({kind: 'tcp', host, port});
}

/**
The node that an address means: the one of that name, or on this machine the one at that port, because `localhost`,
`127.0.0.1` and `::1` are one machine to a node and three names to us.
*/
export function nodeFinder(state: MonitorState): (address: NodeAddress) => NodeAddress {
	const localPorts = new Map<number, NodeAddress>();
	for (const {address, endpoint} of state.nodes.values()) {
		if (endpoint.kind === 'tcp' && isLoopback(endpoint)) {
			localPorts.set(endpoint.port, address);
		}
	}

	return address => {
		if (state.nodes.has(address)) {
			return address;
		}

		const match = /^\[?(.+?)\]?:(\d+)$/.exec(address);
		const port = Number(match?.[2]);
		const isLocal = match?.[1] !== undefined && isLoopback({kind: 'tcp', host: match[1], port});
		return (isLocal ? localPorts.get(port) : undefined) ?? address;
	};
}

const byAddress = new Intl.Collator('en', {numeric: true});
