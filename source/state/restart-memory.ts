import type {NodeRecord} from '../derive/node-record.js';
import {isOtherServer} from '../derive/other-server.js';
import type {Failure} from '../domain/sample.js';
import type {RuleMemory} from '../rules/node-facts.js';
import {historyOf, successorIn, successorOf} from '../topology/covered.js';
import {type Nodes, nodeFinder, primaryNamedBy} from '../topology/replication-edges.js';

/** Most restarts that are remembered: two minutes of a process that restarts every second. */
const restartsKept = 120;

/** Whether the failure shows that nothing listens at the address. */
const isRefused = (failure: Failure | undefined): boolean =>
	failure?.code === 'ECONNREFUSED' || failure?.code === 'ENOENT';

const brokenOff: ReadonlySet<string> = new Set(['CLOSED', 'ECONNRESET', 'EPIPE', 'TIMEOUT']);

/** Whether the failure shows that a process accepted the connection, although the poll gave no sample. */
const isTaken = ({state, code}: Failure): boolean => state !== 'down' || brokenOff.has(code);

/**
Shortest time from a failure until a replica takes over by itself, in milliseconds: the default of
`cluster-node-timeout`. A Sentinel waits longer: the default of its `down-after-milliseconds` is 30 s.
*/
const leastFailoverMs = 15_000;

/**
Whether a planned failover made the node a replica before the node went down, although no poll saw its new role. This is
assumed if another primary continues the node's replication history within 15 s. Without a planned failover, no replica
takes over so soon.
*/
const wasHandedOver = (record: NodeRecord, nodes: Nodes, nowMs: number): boolean =>
	isShortAway(record, nowMs) && successorOf(record, nodes) !== undefined;

const isShortAway = ({failingSinceMs}: NodeRecord, nowMs: number): boolean =>
	failingSinceMs === undefined || nowMs - failingSinceMs < leastFailoverMs;

/**
Longest wait for a replica that may have taken over to say so, in milliseconds. Two of the replica's poll intervals count
instead if they are longer.
*/
const longestWaitMs = 5000;

/**
Whether a replica of the node may have taken over before the restart without redis-top knowing yet: its last reply that
names the node as its primary is older than the restart.
*/
function mayBeReplaced({address}: NodeRecord, nodes: Nodes, restartedAtMs: number, nowMs: number): boolean {
	const sameNode = nodeFinder(nodes);
	return [...nodes.values()].some(other => {
		const named = primaryNamedBy(other);
		return (
			named !== undefined &&
			sameNode(named) === address &&
			(other.sample?.atMs ?? nowMs) <= restartedAtMs &&
			isShortAway(other, nowMs) &&
			nowMs - restartedAtMs < Math.max(longestWaitMs, 2 * other.intervalMs * (other.every ?? 1))
		);
	});
}

/**
How the rule memory changes while a replica may still say that it took over before the restart. If no replica says so in
its first reply after the restart, the node restarted as a primary.
*/
function askedReplicas(
	{restartedAtMs = 0, historyBeforeRestart}: RuleMemory,
	after: NodeRecord,
	nodes: Nodes,
	nowMs: number,
): Partial<RuleMemory> {
	if (historyBeforeRestart === undefined) {
		return {};
	}

	if (successorIn(historyBeforeRestart, after.address, nodes) !== undefined) {
		return {roleBeforeRestart: 'replica', historyBeforeRestart: undefined};
	}

	return mayBeReplaced(after, nodes, restartedAtMs, nowMs) ? {} : {historyBeforeRestart: undefined};
}

/** What is remembered of the process that was replaced. */
function beforeRestart(before: NodeRecord, nodes: Nodes, nowMs: number): Partial<RuleMemory> {
	const isReplica = wasHandedOver(before, nodes, nowMs);
	const isOpen =
		!isReplica && before.role === 'primary' && isShortAway(before, nowMs) && mayBeReplaced(before, nodes, nowMs, nowMs);
	return {
		restartedAtMs: nowMs,
		roleBeforeRestart: isReplica ? 'replica' : before.role,
		historyBeforeRestart: isOpen ? historyOf(before) : undefined,
	};
}

/**
How the rule memory changes when a poll shows a restart: another `run_id`, or a port that refused connections and
accepts them again. If a process ends before its first reply, only the port shows the restart. A start that is seen in
both ways counts once.
*/
export function restartMemory(
	memory: RuleMemory,
	before: NodeRecord,
	after: NodeRecord,
	nowMs: number,
	nodes: Nodes = new Map(),
): Partial<RuleMemory> {
	const isReplaced =
		before.sample !== undefined &&
		after.sample !== undefined &&
		before.sample.runId !== after.sample.runId &&
		!isOtherServer(before.sample, after.sample);
	const isBack = isRefused(before.failure) && after.failure !== undefined && isTaken(after.failure);
	if (isReplaced || isBack) {
		const isCounted = isReplaced && memory.isStartCounted;
		return {
			...(isReplaced ? beforeRestart(before, nodes, nowMs) : {}),
			...(isReplaced && before.config !== undefined ? {settingsBeforeRestart: before.config.value} : {}),
			...(isCounted ? {} : {restartsAtMs: [...memory.restartsAtMs, nowMs].slice(-restartsKept)}),
			isStartCounted: isBack,
		};
	}

	return {
		...askedReplicas(memory, after, nodes, nowMs),
		...(memory.isStartCounted && (isRefused(after.failure) || after.failure === undefined)
			? {isStartCounted: false}
			: {}),
	};
}

/**
How the rule memory changes when systemd's restart counter of the server's unit rises. A unit does not count if
redis-top only guesses that it is the server's.
*/
export function unitMemory(memory: RuleMemory, {host}: NodeRecord, nowMs: number): Partial<RuleMemory> {
	const supervisor = host?.value.kind === 'here' ? host.value.supervisor : undefined;
	const restarts = supervisor?.kind === 'systemd' && supervisor.isGuess !== true ? supervisor.restarts : undefined;
	if (restarts === undefined || restarts === memory.unitRestarts) {
		return {};
	}

	const grown = memory.unitRestarts === undefined ? 0 : Math.min(restartsKept, restarts - memory.unitRestarts);
	return grown <= 0
		? {unitRestarts: restarts}
		: {
				unitRestarts: restarts,
				unitRestartsAtMs: [...memory.unitRestartsAtMs, ...new Array<number>(grown).fill(nowMs)].slice(-restartsKept),
			};
}
