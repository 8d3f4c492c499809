import {createHash} from 'node:crypto';

export const slotTotal = 16_384;

/** How long the simulated nodes wait for each other before they suspect, milliseconds (`cluster-node-timeout`). */
export const nodeTimeoutMs = 5000;

/** What the nodes of one side hold to be true of one node. */
export type Opinion = {
	/** The index of the node it copies from; undefined for a primary. */
	primary: number | undefined;
	configEpoch: number;
	/** First and last slot of a primary. */
	slots: ReadonlyArray<readonly [first: number, last: number]>;
	failing: '' | 'fail?' | 'fail';
};

/** One side of the cluster: nodes that hear each other share one view. Unless it is split, all nodes are on one side. */
export type Side = {opinions: Opinion[]; currentEpoch: number; isDown: boolean};

/** Counters and gauges of one node; they move when the node is asked, see `figures.ts`. */
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
	/** How often the process was started. */
	starts: number;
	startedAtMs: number;
	isDead: boolean;
	side: Side;
	/** Identity of the history it serves: that of its primary. */
	replicationId: string;
	earlierReplicationId: string | undefined;
	/** What it doesn't take in any more of its primary's stream, bytes a second; 0 for a replica that keeps up. */
	fallsBehindBytesPerSecond: number;
	behindBytes: number;
	/** Bytes of data that somebody pours into it a second; undefined: the usual tide. */
	fillsBytesPerSecond: number | undefined;
	readonly figures: Figures;
};

export type Cluster = {
	readonly nodes: readonly SimulatedNode[];
	/** Its primaries at the start: one node in two. */
	readonly shardCount: number;
	/** The name of the incident that is being played; undefined while all is well. */
	incident: string | undefined;
	/** One entry in each node's slow log so often, milliseconds. */
	readonly slowlogEveryMs: number;
};

/** The 40 hexadecimal digits of an id, the same for the same words. */
export const idOf = (words: string): string => createHash('sha1').update(`simulated ${words}`).digest('hex');

export const runIdOf = ({index, starts}: SimulatedNode): string => idOf(`run ${index} ${starts}`);

/** A cluster of these ports: the first half are primaries, each of the others follows one of them. */
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
	// Up for some days, not all equally long.
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

/** What the nodes on this node's side, itself among them, hold to be true of it. */
export const opinionOf = (node: SimulatedNode, side: Side = node.side): Opinion => {
	const opinion = side.opinions[node.index];
	if (opinion === undefined) {
		throw new RangeError(`the simulated cluster has no node ${node.index}`);
	}

	return opinion;
};

/** The node it copies from, undefined for a primary. */
export const primaryOf = (cluster: Cluster, node: SimulatedNode): SimulatedNode | undefined => {
	const {primary} = opinionOf(node);
	return primary === undefined ? undefined : cluster.nodes[primary];
};

/** Whether it can hear that other node. */
export const hears = (node: SimulatedNode, other: SimulatedNode): boolean =>
	!node.isDead && !other.isDead && node.side === other.side;

/** The replicas that copy from it now. */
export const replicasOf = (cluster: Cluster, node: SimulatedNode): SimulatedNode[] =>
	cluster.nodes.filter(other => opinionOf(other).primary === node.index && hears(node, other));
