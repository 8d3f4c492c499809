import {type Cluster, opinionOf, primaryOf, type SimulatedNode} from './cluster.js';

export const maxMemoryBytes = 2 * 2 ** 30;

/** Size of one write command in the replication stream, in bytes. */
const bytesAWrite = 84;
/** Share of writes among all commands, from 0 to 1. */
const writeShare = 0.22;
const hitShare = 0.93;

/**
A number from 0 to 1 that stays the same for a node but differs between nodes. It is the fractional part of a multiple
of the golden ratio. Such fractional parts are spread evenly between 0 and 1.
*/
const character = (index: number): number => (index * 0.618_033_988_75) % 1;

/**
Rate of commands of a node, per second: two waves around the node's mean. A replica gets some reads. A node that is
down, or whose cluster is down, gets no commands.
*/
export function opsPerSecondAt(node: SimulatedNode, nowMs: number): number {
	const {primary} = opinionOf(node);
	if (node.isDead || node.side.isDown) {
		return 0;
	}

	const seconds = nowMs / 1000;
	const phase = character(node.index);
	const wave = 1 + 0.35 * Math.sin((2 * Math.PI * seconds) / 47 + 6.28 * phase) + 0.08 * Math.sin(seconds + 40 * phase);
	return (primary === undefined ? 600 + 2400 * phase : 150 + 300 * phase) * wave;
}

export const keysOf = (node: SimulatedNode): number =>
	Math.round(node.figures.usedBytes / 640 + 20_000 * character(node.index));

export const clientsOf = (node: SimulatedNode, nowMs: number): number =>
	Math.round(18 + 20 * character(node.index) + 4 * Math.sin(nowMs / 9000 + node.index));

function usualBytes(node: SimulatedNode, nowMs: number): number {
	const share = 0.35 + 0.3 * character(node.index) + 0.02 * Math.sin(nowMs / 31_000 + node.index);
	return share * maxMemoryBytes;
}

/**
Updates a node's counters to the present, by the node's rates and the time since the last call. A replica's offset
follows its primary's offset.
*/
export function moveFigures(cluster: Cluster, node: SimulatedNode, nowMs: number): void {
	const {figures} = node;
	const seconds = Math.max(0, nowMs - figures.movedAtMs) / 1000;
	const ops = opsPerSecondAt(node, nowMs);
	const commands = ops * seconds;
	figures.movedAtMs = nowMs;
	figures.opsPerSecond = ops;
	figures.commands += commands;
	figures.hits += commands * (1 - writeShare) * hitShare;
	figures.misses += commands * (1 - writeShare) * (1 - hitShare);
	figures.expired += commands * 0.01;
	figures.inputBytes += commands * 61;
	figures.outputBytes += commands * 212;
	figures.connections += seconds * 0.4;
	figures.cpuSeconds += seconds * 0.004 + commands * 9e-6;
	moveMemory(node, seconds, nowMs);
	moveReplication(cluster, node, {seconds, commands, nowMs});
	figures.changes += commands * writeShare;
	// The simulated nodes have the setting `save 300 1`.
	if (nowMs - figures.savedAtMs > 300_000) {
		figures.savedAtMs = nowMs;
		figures.changes = 0;
		figures.saves += 1;
	}
}

function moveMemory(node: SimulatedNode, seconds: number, nowMs: number): void {
	const {figures, fillsBytesPerSecond} = node;
	if (fillsBytesPerSecond === undefined) {
		figures.usedBytes = usualBytes(node, nowMs);
		return;
	}

	const wanted = figures.usedBytes + fillsBytesPerSecond * seconds;
	figures.usedBytes = Math.min(wanted, maxMemoryBytes);
	if (wanted > maxMemoryBytes) {
		// The simulated nodes have the eviction policy noeviction, so a node with full memory refuses writes.
		figures.refusedWrites += figures.opsPerSecond * writeShare * seconds;
	}
}

type Step = {readonly seconds: number; readonly commands: number; readonly nowMs: number};

function moveReplication(cluster: Cluster, node: SimulatedNode, {seconds, commands, nowMs}: Step): void {
	const primary = primaryOf(cluster, node);
	if (primary === undefined) {
		node.figures.offset += commands * writeShare * bytesAWrite;
		return;
	}

	if (primary.isDead || primary.side !== node.side) {
		return;
	}

	moveFigures(cluster, primary, nowMs);
	const behind = node.behindBytes + node.fallsBehindBytesPerSecond * seconds;
	// A replica that no longer falls behind catches up by 4 MB per second.
	node.behindBytes = node.fallsBehindBytesPerSecond > 0 ? behind : Math.max(0, behind - seconds * 4_000_000);
	node.figures.offset = Math.max(node.figures.offset, Math.round(primary.figures.offset - node.behindBytes));
}
