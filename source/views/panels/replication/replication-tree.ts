import {memoizeByRef} from '../../../domain/memoize.js';
import type {NodeAddress} from '../../../domain/node.js';
import type {MonitorState, NodeRecord, ReplicaLink} from '../../../state/monitor-state.js';
import type {Glyphs} from '../../../text/glyphs.js';
import {naturalOrder} from '../../../text/natural-order.js';
import {replicationEdges} from '../../../topology/replication-edges.js';

/** One node of the tree. A node without a record is reported by other nodes only. */
export type TreeRow = {
	/**
	The node's address. If several replicas announce this address, the second and later ones also have a number:
	`10.0.0.1:6379 #2`.
	*/
	readonly key: string;
	readonly address: NodeAddress;
	/** The characters that draw the branches before the address. */
	readonly prefix: string;
	readonly record: NodeRecord | undefined;
	/** The node that this node replicates from; undefined for a root. */
	readonly source: NodeAddress | undefined;
	readonly sourceRecord: NodeRecord | undefined;
	/**
	The node's entry in the INFO of its source. Undefined for a root, and for a replica that its source does not list.
	*/
	readonly link: ReplicaLink | undefined;
};

/**
The tree of replication: which node replicates from which, with each node exactly once. Roots and replicas are ordered
by address, and Sentinels come last. A link counts if the replica or its source reports it, so one of the two may be
unreachable. Nodes that form a ring are shown from the first address of the ring on.
*/
export const replicationTree = ({nodes}: Pick<MonitorState, 'nodes'>, glyphs: Glyphs): readonly TreeRow[] =>
	treesOf(glyphs)(nodes);

/** The trees, memoized by the glyphs of the branches and by the nodes. */
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
		const sharing = linksAt(nodes, address, edge?.source);
		rows.push({
			key: address,
			address,
			prefix,
			record: nodes.get(address),
			source: edge?.source,
			sourceRecord: edge && nodes.get(edge.source),
			link: sharing[0] ?? edge?.link,
		});
		// Several replicas announce this address, and redis-top cannot know which of them answers there. Each of these
		// replicas gets a row with its own entry from the source's INFO.
		for (const [index, link] of sharing.slice(1).entries()) {
			rows.push({
				key: `${address} #${index + 2}`,
				address,
				prefix,
				record: undefined,
				source: edge?.source,
				sourceRecord: edge && nodes.get(edge.source),
				link,
			});
		}

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

/**
The entries in the source's INFO for the replicas that announce this address. Empty if fewer than two replicas announce
it.
*/
function linksAt(
	nodes: MonitorState['nodes'],
	address: NodeAddress,
	source: NodeAddress | undefined,
): readonly ReplicaLink[] {
	const links = (source === undefined ? undefined : nodes.get(source))?.replicas ?? [];
	const here = links.filter(link => link.address === address);
	return here.length > 1 ? here : [];
}

/** The root above a node; the node itself if it is a root. The root's offset and backlog apply to the whole tree. */
export function rootOf(rows: readonly TreeRow[], address: NodeAddress): TreeRow | undefined {
	const byKey = new Map(rows.map(row => [row.address, row]));
	let row = byKey.get(address);
	for (let steps = 0; row?.source !== undefined && steps < rows.length; steps++) {
		row = byKey.get(row.source) ?? row;
	}

	return row;
}
