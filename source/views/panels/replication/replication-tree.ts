import {memoizeByRef} from '../../../domain/memoize.js';
import type {NodeAddress} from '../../../domain/node.js';
import type {MonitorState, NodeRecord, ReplicaLink} from '../../../state/monitor-state.js';
import type {Glyphs} from '../../../text/glyphs.js';
import {naturalOrder} from '../../../text/natural-order.js';
import {replicationEdges} from '../../../topology/replication-edges.js';

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

/**
Who replicates from whom over all nodes, each exactly once: roots by address, and under each its replicas by theirs;
sentinels last. Built from both sides, what a replica says of its primary and what a primary lists, so that it is complete
when either can't be reached. A ring of replicas is cut at its first node.
*/
export const replicationTree = ({nodes}: Pick<MonitorState, 'nodes'>, glyphs: Glyphs): readonly TreeRow[] =>
	treesOf(glyphs)(nodes);

/** By the signs that its branches are drawn with, and then by the nodes. */
const treesOf = memoizeByRef((glyphs: Glyphs) => memoizeByRef((nodes: MonitorState['nodes']) => treeOf(nodes, glyphs)));

function treeOf(nodes: MonitorState['nodes'], glyphs: Glyphs): readonly TreeRow[] {
	const edges = replicationEdges(nodes);
	const addresses = new Set<NodeAddress>([...nodes.keys(), ...edges.keys()]);
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
			record: nodes.get(address),
			source: edge?.source,
			sourceRecord: edge && nodes.get(edge.source),
			link: edge?.link,
		});
		const below = (replicas.get(address) ?? []).filter(replica => !seen.has(replica)).sort(naturalOrder);
		for (const [index, replica] of below.entries()) {
			const isLast = index === below.length - 1;
			visit(
				replica,
				`${indent}${isLast ? glyphs.lastBranch : glyphs.branch} `,
				`${indent}${isLast ? ' ' : glyphs.vertical}  `,
			);
		}
	};

	const isSentinel = (address: NodeAddress) => nodes.get(address)?.role === 'sentinel';
	const inOrder = [...addresses].sort((a, b) => Number(isSentinel(a)) - Number(isSentinel(b)) || naturalOrder(a, b));
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
