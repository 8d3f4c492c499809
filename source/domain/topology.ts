import type {SlotRange} from './cluster.js';
import type {NodeAddress, NodeId, NodeRole, NodeState} from './node.js';

/**
Who reported something about a node.

- `itself`: the node, which still answers
- `memory`: the node, while it still answered
- `other`: another node
*/
export type Word = {
	readonly kind: 'itself' | 'memory' | 'other';
	/** The reporting node. */
	readonly teller: NodeAddress;
	/** When, milliseconds since the epoch. */
	readonly atMs: number;
};

/** What redis-top sees of a node: how it answers, that it is gone, or that it is not polled. */
export type Reach = NodeState | 'gone' | 'not-asked';

/** A node in its place. A figure that no node reported is undefined. */
export type TopologyNode = {
	/** Where redis-top reaches it, else what others call it. */
	readonly address: NodeAddress;
	/** Of a cluster's node. */
	readonly id: NodeId | undefined;
	readonly role: NodeRole;
	readonly reach: Reach;
	/** When it last answered, milliseconds since the epoch; undefined for never. */
	readonly lastSeenMs: number | undefined;
	/** Who reported role, flags, slots and epoch; undefined while no node has reported anything. */
	readonly word: Word | undefined;
	/** Of CLUSTER NODES, without those that say a role: `fail?`, `nofailover`, `noaddr` … */
	readonly flags: readonly string[];
	/** Steps below its group's primary: 0 for the primary, 2 for a replica of a replica. */
	readonly depth: number;
	/** What it replicates from, as redis-top knows it. */
	readonly source: NodeAddress | undefined;
	readonly slots: readonly SlotRange[];
	readonly slotCount: number;
	readonly configEpoch: number | undefined;
	readonly keys: number | undefined;
	readonly usedMemoryBytes: number | undefined;
	readonly operationsPerSecond: number | undefined;
	readonly connectedClients: number | undefined;
	/** Of a replica: `up`, `down`, `syncing`, as it says itself. */
	readonly link: 'up' | 'down' | 'syncing' | undefined;
	/** How far it is behind its source, as the source counts. */
	readonly behindBytes: number | undefined;
	readonly behindSeconds: number | undefined;
	/** The machine, as far as an address tells. */
	readonly host: string | undefined;
	/** `availability_zone` (Valkey 8.0). */
	readonly zone: string | undefined;
};

/** A primary with everything that replicates from it, directly or over other replicas. */
export type Shard = {
	/** `shard 2` of a cluster, by its lowest slot; the name that Sentinels give it; else the primary's address. */
	readonly name: string;
	/** Undefined where only its replicas name the primary. */
	readonly primary: TopologyNode | undefined;
	/** Direct replicas, each followed by those that replicate from it. */
	readonly replicas: readonly TopologyNode[];
	readonly slots: readonly SlotRange[];
	readonly slotCount: number;
};

/** Everything that is known, each node once. */
export type Topology = {
	readonly isCluster: boolean;
	/** By lowest slot; without slots in the order in which they were found. */
	readonly shards: readonly Shard[];
	/** Nodes of a cluster with neither slots nor replicas nor a primary: new, emptied, or on their way out. */
	readonly loose: readonly TopologyNode[];
	readonly sentinels: readonly TopologyNode[];
	/** Not reached yet, so that their place is unknown. */
	readonly unplaced: readonly TopologyNode[];
};

/** A shard's nodes, its primary first. */
export const nodesOf = ({primary, replicas}: Shard): readonly TopologyNode[] =>
	primary === undefined ? replicas : [primary, ...replicas];

/** Every node of a topology, in its order. */
export const nodesIn = ({shards, loose, sentinels, unplaced}: Topology): readonly TopologyNode[] => [
	...shards.flatMap(nodesOf),
	...loose,
	...sentinels,
	...unplaced,
];
