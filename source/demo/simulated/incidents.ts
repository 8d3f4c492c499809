import {
	type Cluster,
	freshFigures,
	idOf,
	nodeTimeoutMs,
	type Opinion,
	opinionOf,
	type Side,
	type SimulatedNode,
} from './cluster.js';
import {forgetLines} from './cluster-text.js';
import {maxMemoryBytes, moveFigures} from './figures.js';
import type {IncidentName} from './incident-names.js';

/** A change of the cluster, in milliseconds after the beginning of the incident. */
export type Step = {readonly afterMs: number; readonly act: (cluster: Cluster, nowMs: number) => void};

export type Incident = {
	readonly name: IncidentName;
	readonly steps: (cluster: Cluster) => readonly Step[];
};

/** Time from the death of a node until a majority flags it FAIL, in milliseconds. */
const agreedAfterMs = nodeTimeoutMs + 700;
/** Time from the death of a primary until its replica is elected, in milliseconds. */
const electedAfterMs = agreedAfterMs + 1100;

const nodeAt = ({nodes}: Cluster, index: number): SimulatedNode => {
	const node = nodes[index % nodes.length];
	if (node === undefined) {
		throw new RangeError('the simulated cluster has no nodes');
	}

	return node;
};

/** Index of the shard in which incidents happen. It is not the first shard, whose primary is in focus at the start. */
const shardOfIncidents = 1;
const victimOf = (cluster: Cluster) => nodeAt(cluster, shardOfIncidents % cluster.shardCount);
const failoverCandidateOf = (cluster: Cluster) =>
	nodeAt(cluster, cluster.shardCount + (shardOfIncidents % cluster.shardCount));

function mark(side: Side, nodes: readonly SimulatedNode[], failing: Opinion['failing']): void {
	for (const node of nodes) {
		opinionOf(node, side).failing = failing;
	}

	forgetLines(side);
}

/**
Promotes a replica: it gets its primary's slots with a new configuration epoch, and the other replicas replicate from
it. Only the nodes of the partition `side` learn of the promotion.
*/
function promote(cluster: Cluster, side: Side, candidate: SimulatedNode): void {
	const own = opinionOf(candidate, side);
	const lost = own.primary === undefined ? undefined : side.opinions[own.primary];
	if (lost === undefined) {
		return;
	}

	const lostIndex = own.primary;
	side.currentEpoch += 1;
	own.primary = undefined;
	own.configEpoch = side.currentEpoch;
	own.slots = lost.slots;
	lost.slots = [];
	candidate.earlierReplicationId = candidate.replicationId;
	candidate.replicationId = idOf(`history ${candidate.index} ${side.currentEpoch}`);
	for (const node of cluster.nodes) {
		const opinion = opinionOf(node, side);
		if (opinion.primary === lostIndex) {
			opinion.primary = candidate.index;
			opinion.configEpoch = own.configEpoch;
		}

		if (opinion.primary === candidate.index && node.side === side) {
			node.earlierReplicationId = node.replicationId;
			node.replicationId = candidate.replicationId;
		}
	}

	forgetLines(side);
}

/**
Demotes a node whose slots have another owner by now. The node then replicates from that owner, after a full resync.
*/
function follow(side: Side, node: SimulatedNode, primary: SimulatedNode, nowMs: number): void {
	const opinion = opinionOf(node, side);
	opinion.primary = primary.index;
	opinion.slots = [];
	opinion.configEpoch = opinionOf(primary, side).configEpoch;
	opinion.failing = '';
	node.replicationId = primary.replicationId;
	node.earlierReplicationId = undefined;
	node.figures.offset = primary.figures.offset;
	node.figures.movedAtMs = nowMs;
	forgetLines(side);
}

function restart(node: SimulatedNode, nowMs: number): void {
	node.isDead = false;
	node.starts += 1;
	node.startedAtMs = nowMs;
	Object.assign(node.figures, freshFigures(nowMs));
}

/** Incident: a primary stops, its replica is promoted, and the old primary comes back as a replica. */
const nodeDies: Incident = {
	name: 'node-dies',
	steps: cluster => {
		const victim = victimOf(cluster);
		const candidate = failoverCandidateOf(cluster);
		const mine = () => candidate.side;
		return [
			{
				afterMs: 0,
				act: () => {
					victim.isDead = true;
				},
			},
			{afterMs: nodeTimeoutMs, act: () => mark(mine(), [victim], 'fail?')},
			{
				afterMs: agreedAfterMs,
				act: () => {
					mark(mine(), [victim], 'fail');
					mine().isDown = true;
				},
			},
			{
				afterMs: electedAfterMs,
				act: () => {
					promote(cluster, mine(), candidate);
					mine().isDown = false;
				},
			},
			{
				afterMs: 30_000,
				act: (_, nowMs) => {
					restart(victim, nowMs);
					follow(mine(), victim, candidate, nowMs);
				},
			},
			{afterMs: 40_000, act: (_, nowMs) => handOver(cluster, candidate, victim, nowMs)},
		];
	},
};

/**
Exchanges the roles of a primary and its replica, as CLUSTER FAILOVER does. Both nodes are up, and no write is lost.
*/
function handOver(cluster: Cluster, from: SimulatedNode, to: SimulatedNode, nowMs: number): void {
	moveFigures(cluster, to, nowMs);
	promote(cluster, to.side, to);
	follow(to.side, from, to, nowMs);
}

/** Incident: CLUSTER FAILOVER to a replica, and back. */
const failover: Incident = {
	name: 'failover',
	steps: cluster => [
		{afterMs: 0, act: (_, nowMs) => handOver(cluster, victimOf(cluster), failoverCandidateOf(cluster), nowMs)},
		{afterMs: 30_000, act: (_, nowMs) => handOver(cluster, failoverCandidateOf(cluster), victimOf(cluster), nowMs)},
	],
};

/**
Whether a node is in the minority of the split. The minority has about a third of the primaries, and replicas of other
primaries.
*/
const isInMinority = ({shardCount}: Cluster, {index}: SimulatedNode): boolean =>
	index < shardCount ? index % 3 === 0 && index < shardCount - 1 : (index - shardCount) % 3 === 1;

/** Incident: a third of the primaries is cut off, and the majority promotes their replicas. */
const partition: Incident = {
	name: 'partition',
	steps: cluster => {
		const cutOff = cluster.nodes.filter(node => isInMinority(cluster, node));
		const others = cluster.nodes.filter(node => !isInMinority(cluster, node));
		const lostPrimaries = cutOff.filter(({index}) => index < cluster.shardCount);
		const [majority] = others.map(({side}) => side);
		if (majority === undefined) {
			return [];
		}

		const minority: Side = structuredClone(majority);
		return [
			{
				afterMs: 0,
				act: () => {
					// At this moment, the minority's view is a copy of the majority's view. A copy from the time when these steps
					// were scheduled would be outdated by now.
					Object.assign(minority, structuredClone(majority));
					for (const node of cutOff) {
						node.side = minority;
					}
				},
			},
			{
				afterMs: nodeTimeoutMs,
				act: () => {
					mark(minority, others, 'fail?');
					mark(majority, cutOff, 'fail?');
					// The nodes of the minority do not reach most primaries, so they refuse commands (CLUSTERDOWN).
					minority.isDown = true;
				},
			},
			{
				afterMs: agreedAfterMs,
				act: () => {
					mark(majority, cutOff, 'fail');
					majority.isDown = true;
				},
			},
			{
				afterMs: electedAfterMs,
				act: () => {
					for (const lost of lostPrimaries) {
						const candidate = others.find(other => opinionOf(other, majority).primary === lost.index);
						if (candidate !== undefined) {
							promote(cluster, majority, candidate);
						}
					}

					majority.isDown = false;
				},
			},
			{
				afterMs: 40_000,
				act: (_, nowMs) => {
					mark(majority, cutOff, '');
					for (const node of cutOff) {
						node.side = majority;
					}

					for (const lost of lostPrimaries) {
						const candidate = cluster.nodes[cluster.shardCount + lost.index];
						if (candidate !== undefined && opinionOf(lost).slots.length === 0) {
							follow(majority, lost, candidate, nowMs);
						}
					}
				},
			},
			{
				afterMs: 50_000,
				act: (_, nowMs) => {
					for (const lost of lostPrimaries) {
						const candidate = cluster.nodes[cluster.shardCount + lost.index];
						if (candidate !== undefined && opinionOf(lost).primary === candidate.index) {
							handOver(cluster, candidate, lost, nowMs);
						}
					}
				},
			},
		];
	},
};

/** Incident: a primary fills up to its maxmemory and refuses writes. */
const fullMemory: Incident = {
	name: 'full-memory',
	steps: cluster => {
		const victim = victimOf(cluster);
		return [
			{
				afterMs: 0,
				act: (_, nowMs) => {
					moveFigures(cluster, victim, nowMs);
					// The node is full after 15 seconds.
					victim.fillsBytesPerSecond = (maxMemoryBytes - victim.figures.usedBytes) / 15;
				},
			},
			{
				afterMs: 45_000,
				act: () => {
					victim.fillsBytesPerSecond = undefined;
				},
			},
		];
	},
};

/** Incident: a replica falls behind although its link is up and its lag is 0. */
const laggingReplica: Incident = {
	name: 'lagging-replica',
	steps: cluster => {
		const victim = failoverCandidateOf(cluster);
		return [
			{
				afterMs: 0,
				act: () => {
					victim.fallsBehindBytesPerSecond = 40_000;
				},
			},
			{
				afterMs: 45_000,
				act: () => {
					victim.fallsBehindBytesPerSecond = 0;
				},
			},
		];
	},
};

/** All incidents, in the order in which the demo plays them. */
export const incidents: readonly Incident[] = [nodeDies, partition, failover, fullMemory, laggingReplica];
