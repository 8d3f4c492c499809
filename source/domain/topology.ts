import type {SlotRange} from './cluster.js';
import type {NodeAddress, NodeId, NodeRole, NodeState} from './node.js';

/**
Which node reported something about a node, and when.

- `itself`: the node itself, which still answers
- `memory`: the node itself, in its last answer; it no longer answers
- `other`: another node
*/
export type Word = {
	readonly kind: 'itself' | 'memory' | 'other';
	/** The node that made the report. */
	readonly teller: NodeAddress;
	/** When the report was made, in milliseconds since the epoch. */
	readonly atMs: number;
};

/** How redis-top reaches a node: its state, or that it is gone or not polled. */
export type Reach = NodeState | 'gone' | 'not-asked';

/** A node with its place in the topology. A value that no node reported is undefined. */
export type TopologyNode = {
	/** The address at which redis-top reaches the node, else the address that other nodes name. */
	readonly address: NodeAddress;
	/** The node's id in its cluster; undefined outside a cluster. */
	readonly id: NodeId | undefined;
	readonly role: NodeRole;
	readonly reach: Reach;
	/** When the node last answered, in milliseconds since the epoch; undefined when it never did. */
	readonly lastSeenMs: number | undefined;
	/** Which node reported role, flags, slots and epoch; undefined when no node has. */
	readonly word: Word | undefined;
	/** The flags of CLUSTER NODES without those that name a role: `fail?`, `nofailover`, `noaddr` … */
	readonly flags: readonly string[];
	/** Replication steps below the shard's primary: 0 for the primary, 2 for a replica of a replica. */
	readonly depth: number;
	/** The node that this node replicates from; undefined for a primary, and when unknown. */
	readonly source: NodeAddress | undefined;
	readonly slots: readonly SlotRange[];
	readonly slotCount: number;
	readonly configEpoch: number | undefined;
	readonly keys: number | undefined;
	readonly usedMemoryBytes: number | undefined;
	readonly operationsPerSecond: number | undefined;
	readonly connectedClients: number | undefined;
	/** The state of a replica's link to its source, as the replica reports it; undefined for a primary. */
	readonly link: 'up' | 'down' | 'syncing' | undefined;
	/** Bytes by which the node is behind its source, as the source reports it. */
	readonly behindBytes: number | undefined;
	readonly behindSeconds: number | undefined;
	/**
	The host that the node announces, else the host to which redis-top connects. Nodes with the same host run on one
	machine.
	*/
	readonly host: string | undefined;
	/** The node's availability zone, from the INFO field `availability_zone` (Valkey 8.0 and later). */
	readonly zone: string | undefined;
};

/** A primary with all replicas below it, directly or over other replicas. */
export type Shard = {
	/**
	The shard's name. In a cluster it is a number, such as `shard 2`; shards are numbered in the order of their lowest
	slots. Else it is the name that Sentinels give the primary, or the primary's address.
	*/
	readonly name: string;
	/** The primary; undefined when no node lists it, although its replicas name it. */
	readonly primary: TopologyNode | undefined;
	/** The direct replicas, each followed by the replicas below it. */
	readonly replicas: readonly TopologyNode[];
	readonly slots: readonly SlotRange[];
	readonly slotCount: number;
};

/** All known nodes in their places, each listed once. */
export type Topology = {
	readonly isCluster: boolean;
	/** The shards, ordered by lowest slot. Shards without slots are in the order of their discovery. */
	readonly shards: readonly Shard[];
	/**
	Nodes of a cluster without slots, replicas or a primary: new nodes, emptied nodes, or nodes that are about to leave.
	*/
	readonly loose: readonly TopologyNode[];
	readonly sentinels: readonly TopologyNode[];
	/** Nodes that were not reached yet, so their place is unknown. */
	readonly unplaced: readonly TopologyNode[];
};

/** The nodes of a shard, its primary first. */
export const nodesOf = ({primary, replicas}: Shard): readonly TopologyNode[] =>
	primary === undefined ? replicas : [primary, ...replicas];

/** Every node of a topology, in its order. */
export const nodesIn = ({shards, loose, sentinels, unplaced}: Topology): readonly TopologyNode[] => [
	...shards.flatMap(nodesOf),
	...loose,
	...sentinels,
	...unplaced,
];
