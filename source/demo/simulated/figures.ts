import {type Cluster, opinionOf, primaryOf, type SimulatedNode} from './cluster.js';

export const maxMemoryBytes = 2 * 2 ** 30;

/** A write command on the replication stream, bytes. */
const bytesAWrite = 84;
/** Of all commands. */
const writeShare = 0.22;
const hitShare = 0.93;

/** Between 0 and 1, the same for the same node: what makes it differ from its neighbours. */
const character = (index: number): number => (index * 0.618_033_988_75) % 1;

/** Two waves around a mean of its own; a replica serves some reads, a node whose cluster is down nothing. */
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

/** Moves a node's counters on to now, by its rates since it was last asked; a replica follows its primary. */
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
	// The save rule of the simulated nodes: every five minutes.
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
		// The policy is noeviction: whoever writes is refused.
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
	// Once it keeps up again it is through with what it missed in some seconds.
	node.behindBytes = node.fallsBehindBytesPerSecond > 0 ? behind : Math.max(0, behind - seconds * 4_000_000);
	node.figures.offset = Math.max(node.figures.offset, Math.round(primary.figures.offset - node.behindBytes));
}
