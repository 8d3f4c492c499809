import {createHash} from 'node:crypto';

export const slotTotal = 16_384;

/** Time without a PONG after which a node flags another one PFAIL, in milliseconds (`cluster-node-timeout`). */
export const nodeTimeoutMs = 5000;

/** What the nodes of a partition know about one node. */
export type Opinion = {
	/** Index of the primary that the node replicates from; undefined for a primary. */
	primary: number | undefined;
	configEpoch: number;
	/** The ranges of slots of a primary, each as its first and last slot. */
	slots: ReadonlyArray<readonly [first: number, last: number]>;
	failing: '' | 'fail?' | 'fail';
};

/**
A partition of the cluster: nodes that reach each other, and their shared view. Without a split, all nodes are in one
partition.
*/
export type Side = {opinions: Opinion[]; currentEpoch: number; isDown: boolean};

/** Counters and gauges of one node. They are updated when the node gets a command; see `figures.ts`. */
export type Figures = {
	movedAtMs: number;
	commands: number;
	hits: number;
	misses: number;
	inputBytes: number;
	outputBytes: number;
	expired: number;
	connections: number;
	refusedWrites: number;
	cpuSeconds: number;
	changes: number;
	savedAtMs: number;
	saves: number;
	offset: number;
	usedBytes: number;
	opsPerSecond: number;
};

export type SimulatedNode = {
	readonly index: number;
	readonly port: number;
	readonly id: string;
	/** Number of times that the process was started again. */
	starts: number;
	startedAtMs: number;
	isDead: boolean;
	side: Side;
	/** The value of `master_replid`: the replication id of the node's primary. */
	replicationId: string;
	earlierReplicationId: string | undefined;
	/** How fast the replica falls behind its primary, in bytes per second; 0 for a replica that keeps up. */
	fallsBehindBytesPerSecond: number;
	behindBytes: number;
	/** How fast the node's memory fills, in bytes per second. Undefined: the used memory follows its usual curve. */
	fillsBytesPerSecond: number | undefined;
	readonly figures: Figures;
};

export type Cluster = {
	readonly nodes: readonly SimulatedNode[];
	/** Number of primaries at the start: half of the nodes. */
	readonly shardCount: number;
	/** The name of the present incident; undefined between incidents. */
	incident: string | undefined;
	/** Interval between two entries of each node's slow log, in milliseconds. */
	readonly slowlogEveryMs: number;
};

/** A node id of 40 hexadecimal digits. The same text always gives the same id. */
export const idOf = (text: string): string => createHash('sha1').update(`simulated ${text}`).digest('hex');

export const runIdOf = ({index, starts}: SimulatedNode): string => idOf(`run ${index} ${starts}`);

/**
A cluster with a node on each of `ports`. The first half of the nodes are primaries. Each other node replicates from one
of the primaries.
*/
export function newCluster(ports: readonly number[], nowMs: number, slowlogEveryMs = 23_000): Cluster {
	const shardCount = Math.max(1, Math.floor(ports.length / 2));
	const firstSlot = (shard: number) => Math.floor((shard * slotTotal) / shardCount);
	const side: Side = {
		currentEpoch: shardCount,
		isDown: false,
		opinions: ports.map((_, index) => ({
			primary: index < shardCount ? undefined : index % shardCount,
			configEpoch: (index % shardCount) + 1,
			slots: index < shardCount ? [[firstSlot(index), firstSlot(index + 1) - 1]] : [],
			failing: '',
		})),
	};
	const nodes = ports.map((port, index) => newNode({index, port, shard: index % shardCount, side, nowMs}));
	return {nodes, shardCount, incident: undefined, slowlogEveryMs};
}

type NewNode = {
	readonly index: number;
	readonly port: number;
	readonly shard: number;
	readonly side: Side;
	readonly nowMs: number;
};

function newNode({index, port, shard, side, nowMs}: NewNode): SimulatedNode {
	// The nodes have different uptimes of some days.
	const startedAtMs = nowMs - 86_400_000 * (3 + (index % 7)) - index * 61_000;
	return {
		index,
		port,
		id: idOf(`node ${index}`),
		starts: 0,
		startedAtMs,
		isDead: false,
		side,
		replicationId: idOf(`history ${shard}`),
		earlierReplicationId: undefined,
		fallsBehindBytesPerSecond: 0,
		behindBytes: 0,
		fillsBytesPerSecond: undefined,
		figures: {...freshFigures(nowMs), commands: 4e8, hits: 3e8, misses: 2e7, offset: 9e9, savedAtMs: nowMs - 200_000},
	};
}

export const freshFigures = (nowMs: number): Figures => ({
	movedAtMs: nowMs,
	commands: 0,
	hits: 0,
	misses: 0,
	inputBytes: 0,
	outputBytes: 0,
	expired: 0,
	connections: 0,
	refusedWrites: 0,
	cpuSeconds: 0,
	changes: 0,
	savedAtMs: nowMs,
	saves: 0,
	offset: 0,
	usedBytes: 0,
	opsPerSecond: 0,
});

/** What the nodes of the partition `side` know about a node. By default, `side` is the node's own partition. */
export const opinionOf = (node: SimulatedNode, side: Side = node.side): Opinion => {
	const opinion = side.opinions[node.index];
	if (opinion === undefined) {
		throw new RangeError(`the simulated cluster has no node ${node.index}`);
	}

	return opinion;
};

/** The node that this node replicates from; undefined for a primary. */
export const primaryOf = (cluster: Cluster, node: SimulatedNode): SimulatedNode | undefined => {
	const {primary} = opinionOf(node);
	return primary === undefined ? undefined : cluster.nodes[primary];
};

/** Whether two nodes reach each other: both are alive, and no split separates them. */
export const reaches = (node: SimulatedNode, other: SimulatedNode): boolean =>
	!node.isDead && !other.isDead && node.side === other.side;

/** The nodes that replicate from this node now. */
export const replicasOf = (cluster: Cluster, node: SimulatedNode): SimulatedNode[] =>
	cluster.nodes.filter(other => opinionOf(other).primary === node.index && reaches(node, other));
