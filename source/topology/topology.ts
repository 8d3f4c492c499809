import type {NodeRecord} from '../derive/node-record.js';
import {memoizeByRef} from '../domain/memoize.js';
import type {NodeAddress, NodeId} from '../domain/node.js';
import type {Shard, Topology, TopologyNode} from '../domain/topology.js';
import {naturalOrder} from '../text/natural-order.js';
import {clusterLines} from './cluster-lines.js';
import {type Nodes, nodeFinder, type ReplicationEdge, replicationEdges} from './replication-edges.js';
import {lineAddress, type ToldLine, topologyNode} from './topology-node.js';

/**
All nodes in their places: in a shard, in a cluster but in none of its shards, as a Sentinel, or unplaced. Shards of a
cluster follow the newest report on each node. All other nodes are placed by replication. An answering node is described
by its own report. Any other node is described by the reports of answering nodes. Panels, rules and reports all read
this result.
*/
export const topologyOf = memoizeByRef((nodes: Nodes): Topology => {
	const edges = replicationEdges(nodes);
	const lines = clusterLines(nodes);
	const cluster = clusterPart(nodes, lines, edges);
	const rest = [...nodes.values()].filter(({address}) => !cluster.placed.has(address));
	const sentinels = rest.filter(({role}) => role === 'sentinel');
	const data = rest.filter(({role}) => role !== 'sentinel');
	const groups = replicationPart(nodes, data, edges, cluster.placed);
	return {
		isCluster: lines.size > 0,
		shards: [...cluster.shards, ...groups.shards],
		loose: cluster.loose,
		sentinels: sentinels.map(record => topologyNode({address: record.address, record})),
		unplaced: groups.unplaced,
	};
});

type ClusterPart = {
	readonly shards: readonly Shard[];
	readonly loose: readonly TopologyNode[];
	readonly placed: ReadonlySet<NodeAddress>;
};

function clusterPart(
	nodes: Nodes,
	lines: ReadonlyMap<NodeId, ToldLine>,
	edges: ReadonlyMap<NodeAddress, ReplicationEdge>,
): ClusterPart {
	const sameNode = nodeFinder(nodes);
	const addresses = new Map<NodeId, NodeAddress>();
	for (const [id, {line, teller, isOwn}] of lines) {
		const given = lineAddress(line, teller);
		// A node without an address is identified by its node id only.
		addresses.set(id, isOwn ? teller.address : given === undefined ? (id.slice(0, 8) as NodeAddress) : sameNode(given));
	}

	const placed = new Set<NodeAddress>();
	const nodeOf = (told: ToldLine): TopologyNode => {
		const {id, primaryId} = told.line;
		const address = addresses.get(id) ?? told.teller.address;
		const source = primaryId === undefined ? undefined : addresses.get(primaryId);
		placed.add(address);
		const link = edges.get(address)?.link;
		return topologyNode({address, record: nodes.get(address), told, source, link, depth: primaryId ? 1 : 0});
	};
	const followers = Map.groupBy([...lines.values()], ({line}) => line.primaryId);
	const heads = [...lines.values()].filter(({line}) => line.primaryId === undefined || !lines.has(line.primaryId));
	const shards: Shard[] = [];
	const loose: TopologyNode[] = [];
	for (const head of heads.sort((a, b) => lowestSlot(a) - lowestSlot(b))) {
		const primary = nodeOf(head);
		const replicas = (followers.get(head.line.id) ?? []).map(nodeOf).sort(byAddress);
		if (primary.slotCount === 0 && replicas.length === 0) {
			loose.push(primary);
		} else {
			const {slots, slotCount} = primary;
			shards.push({name: `shard ${shards.length + 1}`, primary, replicas, slots, slotCount});
		}
	}

	return {shards, loose: loose.sort(byAddress), placed};
}

const lowestSlot = ({line}: ToldLine): number =>
	line.slots.reduce((lowest, {first}) => Math.min(lowest, first), Number.MAX_SAFE_INTEGER);

const byAddress = (a: TopologyNode, b: TopologyNode): number => naturalOrder(a.address, b.address);

/** Each primary with its direct and indirect replicas. A circle of replicas is cut at its first node. */
function replicationPart(
	nodes: Nodes,
	data: readonly NodeRecord[],
	edges: ReadonlyMap<NodeAddress, ReplicationEdge>,
	placed: ReadonlySet<NodeAddress>,
): Pick<Topology, 'shards' | 'unplaced'> {
	const followers = Map.groupBy(
		[...edges].filter(([address]) => !placed.has(address)),
		([, {source}]) => source,
	);
	const sources = [...followers.keys()].filter(source => !placed.has(source));
	const addresses = new Set([
		...data.map(({address}) => address),
		...sources,
		...[...followers.values()].flat().map(([address]) => address),
	]);
	const names = monitoredNames(nodes);
	const seen = new Set<NodeAddress>();
	const below = (source: NodeAddress, depth: number): TopologyNode[] =>
		(followers.get(source) ?? [])
			.map(([address, {link}]) => ({address, link}))
			.sort((a, b) => naturalOrder(a.address, b.address))
			.flatMap(({address, link}) => {
				if (seen.has(address)) {
					return [];
				}

				seen.add(address);
				const record = nodes.get(address);
				return [topologyNode({address, record, source, link, depth}), ...below(address, depth + 1)];
			});
	const shards: Shard[] = [];
	const unplaced: TopologyNode[] = [];
	for (const address of [...[...addresses].filter(each => !edges.has(each)), ...addresses]) {
		if (seen.has(address)) {
			continue;
		}

		seen.add(address);
		const record = nodes.get(address);
		const primary = topologyNode({address, record});
		const replicas = below(address, 1);
		if (record?.role === 'unknown' && record.sample === undefined && replicas.length === 0) {
			unplaced.push(primary);
		} else {
			shards.push({name: names.get(address) ?? address, primary, replicas, slots: [], slotCount: 0});
		}
	}

	return {shards, unplaced};
}

/** The name under which Sentinels watch a primary, by the primary's address. */
function monitoredNames(nodes: Nodes): ReadonlyMap<NodeAddress, string> {
	const sameNode = nodeFinder(nodes);
	return new Map(
		[...nodes.values()].flatMap(({sentinel}) =>
			(sentinel?.value.primaries ?? []).map(({address, name}) => [sameNode(address), name] as const),
		),
	);
}
