import type {ClusterNode, SlotRange} from '../../../domain/cluster.js';
import {memoizeByRef} from '../../../domain/memoize.js';
import {addressOf, type NodeAddress, type NodeId} from '../../../domain/node.js';
import type {MonitorState, NodeRecord} from '../../../state/monitor-state.js';
import {naturalOrder} from '../../../text/natural-order.js';
import {nodeFinder} from '../../../topology/replication-edges.js';

/** A node of CLUSTER NODES with its shard, its primary, and what redis-top knows of it. */
export type ClusterRow = {
	readonly node: ClusterNode;
	readonly address: NodeAddress;
	/**
	Number of the shard; the shard with the lowest slot has number 1. Undefined for a node that belongs to no shard with
	slots.
	*/
	readonly shard: number | undefined;
	readonly isReplica: boolean;
	/** The address of a replica's primary. Undefined for a primary, and for a replica whose primary is not listed. */
	readonly primary: NodeAddress | undefined;
	readonly slotCount: number;
	/** What redis-top knows of the node; undefined for a node that it does not poll. */
	readonly record: NodeRecord | undefined;
};

/** The nodes in the cluster view of `asked`, by shard, lowest slot first: each primary with its replicas below it. */
export const clusterRows = (state: Pick<MonitorState, 'nodes'>, asked: NodeRecord): readonly ClusterRow[] =>
	rowsBy(state.nodes)(asked);

/** The rows, memoized by all known nodes and by the node whose cluster view is shown. */
const rowsBy = memoizeByRef((known: MonitorState['nodes']) =>
	memoizeByRef((asked: NodeRecord) => rowsOf(known, asked)),
);

function rowsOf(known: MonitorState['nodes'], asked: NodeRecord): readonly ClusterRow[] {
	const nodes = asked.clusterNodes?.value ?? [];
	const sameNode = nodeFinder(known);
	const answering = answeringIds(known);
	// The CLUSTER NODES of `asked` may have a wrong address for another node. If that node answers redis-top, the address
	// that reaches it is used.
	const addresses = new Map<NodeId, NodeAddress>(
		nodes.map(node => [
			node.id,
			node.flags.has('myself') ? asked.address : (answering.get(node.id) ?? sameNode(addressFor(node, asked))),
		]),
	);
	const shards = shardNumbers(nodes);
	const rows = nodes.map(node => {
		const address = addresses.get(node.id) ?? asked.address;
		return {
			node,
			address,
			shard: shards.get(node.primaryId ?? node.id),
			isReplica: node.flags.has('slave'),
			primary: node.primaryId === undefined ? undefined : addresses.get(node.primaryId),
			slotCount: slotCountOf(node.slots),
			record: known.get(address),
		};
	});
	const place = (row: ClusterRow) => row.shard ?? Number.POSITIVE_INFINITY;
	return rows.sort(
		(a, b) =>
			compare(place(a), place(b)) ||
			Number(a.isReplica) - Number(b.isReplica) ||
			naturalOrder(a.address, b.address) ||
			compare(a.node.id, b.node.id),
	);
}

const ownId = memoizeByRef(
	(lines: readonly ClusterNode[]): NodeId | undefined => lines.find(({flags}) => flags.has('myself'))?.id,
);

/** The nodes that answer, by the id that each has in its own view. */
const answeringIds = memoizeByRef(
	(known: MonitorState['nodes']): ReadonlyMap<NodeId, NodeAddress> =>
		new Map(
			[...known.values()].flatMap(({address, failure, clusterNodes}) => {
				const id = failure === undefined && clusterNodes !== undefined ? ownId(clusterNodes.value) : undefined;
				return id === undefined ? [] : [[id, address] as const];
			}),
		),
);

/**
The address of a node in the CLUSTER NODES of `asked`. A node that does not know its own host leaves the host empty
there. The host is then taken from the address of `asked`, or is unknown.
*/
function addressFor({host, hostname, port}: ClusterNode, asked: NodeRecord): NodeAddress {
	const fallback = asked.endpoint.kind === 'tcp' ? asked.endpoint.host : '?';
	return addressOf({kind: 'tcp', host: host || hostname || (port === 0 ? '?' : fallback), port});
}

function shardNumbers(nodes: readonly ClusterNode[]): Map<NodeId, number> {
	const owners = nodes.filter(({slots}) => slots.length > 0);
	const lowest = ({slots}: ClusterNode) => Math.min(...slots.map(({first}) => first));
	const inOrder = owners.map(node => ({id: node.id, lowest: lowest(node)})).sort((a, b) => a.lowest - b.lowest);
	return new Map(inOrder.map(({id}, index) => [id, index + 1]));
}

export function slotCountOf(slots: readonly SlotRange[]): number {
	let count = 0;
	for (const {first, last} of slots) {
		count += last - first + 1;
	}

	return count;
}

/** Ranges of slots, such as `0-5460 6000`; `-` for a node without slots. */
export function slotText(slots: readonly SlotRange[]): string {
	return slots.length === 0
		? '-'
		: slots.map(({first, last}) => (first === last ? String(first) : `${first}-${last}`)).join(' ');
}

const compare = (a: number | string, b: number | string): number => (a < b ? -1 : a > b ? 1 : 0);
