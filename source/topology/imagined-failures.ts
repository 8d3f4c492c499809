import {memoizeByRef} from '../domain/memoize.js';
import type {NodeAddress} from '../domain/node.js';
import {nodesIn, type Topology, type TopologyNode} from '../domain/topology.js';

/** Nodes that one failure stops together: one node, all nodes of a host, or all nodes of a zone. */
export type ImaginedFailure = {
	readonly kind: 'node' | 'host' | 'zone';
	/** The node's address, or the name of the host or zone. */
	readonly name: string;
	readonly nodes: readonly TopologyNode[];
};

/**
The host of an address: `10.0.1.11:6379` → `10.0.1.11`. Undefined for a unix socket and for a name without a port.
*/
export const hostInAddress = (address: NodeAddress): string | undefined => /^\[?(.+?)\]?:\d+$/.exec(address)?.[1];

/** The host that a node announces. If the node announces no host, the host in its address. */
export const hostOfNode = ({host, address}: TopologyNode): string | undefined => host ?? hostInAddress(address);

/**
Every zone, every host with at least two nodes, and every node. A host with one node is listed as that node only. A zone
is known if the node reports `availability_zone` (Valkey 8.0 and later). A host is known only by its address, so
containers behind one address look like one host.
*/
export const imaginedFailures = memoizeByRef((topology: Topology): readonly ImaginedFailure[] => {
	const placed = nodesIn(topology).filter(({reach}) => reach !== 'gone');
	return [
		...together(placed, 'zone', ({zone}) => zone),
		...together(placed, 'host', hostOfNode).filter(({nodes}) => nodes.length > 1),
		...placed.map((node): ImaginedFailure => ({kind: 'node', name: node.address, nodes: [node]})),
	];
});

const together = (
	nodes: readonly TopologyNode[],
	kind: 'host' | 'zone',
	placeOf: (node: TopologyNode) => string | undefined,
): ImaginedFailure[] =>
	[...Map.groupBy(nodes, placeOf)].flatMap(([name, members]) =>
		name === undefined ? [] : [{kind, name, nodes: members}],
	);
