import {type Cluster, opinionOf, type Side, type SimulatedNode} from './cluster.js';

/**
How long the lines of CLUSTER NODES are memoized, in milliseconds. The lines of 1,000 nodes take 1 ms to make, and all
nodes of a partition share them.
*/
const linesLastMs = 1000;

type Lines = {readonly atMs: number; readonly lines: readonly string[]};

const linesOfSide = new WeakMap<Side, Lines>();

/** The reply of a node to CLUSTER NODES. */
export function clusterNodesText(cluster: Cluster, node: SimulatedNode, nowMs: number): string {
	const made = linesOfSide.get(node.side);
	const isFresh = made !== undefined && nowMs - made.atMs < linesLastMs && nowMs >= made.atMs;
	const shared = isFresh
		? made
		: {atMs: nowMs, lines: cluster.nodes.map(other => nodeLine(cluster, node, other, nowMs))};
	if (!isFresh) {
		linesOfSide.set(node.side, shared);
	}

	const own = nodeLine(cluster, node, node, nowMs, true);
	return `${shared.lines.with(node.index, own).join('\n')}\n`;
}

/** Drops the memoized lines of a partition after a change of its view. */
export function forgetLines(side: Side): void {
	linesOfSide.delete(side);
}

function nodeLine({nodes}: Cluster, teller: SimulatedNode, node: SimulatedNode, nowMs: number, isSelf = false): string {
	const {primary, configEpoch, slots, failing} = opinionOf(node, teller.side);
	const flags = [
		...(isSelf ? ['myself'] : []),
		primary === undefined ? 'master' : 'slave',
		...(failing === '' ? [] : [failing]),
	].join(',');
	const primaryId = (primary === undefined ? undefined : nodes[primary]?.id) ?? '-';
	const isReached = node.side === teller.side && !node.isDead;
	const pong = isSelf ? 0 : nowMs - (isReached ? (node.index * 37) % 2000 : 12_000);
	const link = isReached ? 'connected' : 'disconnected';
	const ranges = slots.map(([first, last]) => (first === last ? String(first) : `${first}-${last}`));
	const address = `127.0.0.1:${node.port}@${node.port + 10_000}`;
	const ping = isReached ? 0 : nowMs - 11_000;
	return [node.id, address, flags, primaryId, ping, pong, configEpoch, link, ...ranges].join(' ');
}

/** The reply of a node to CLUSTER INFO. */
export function clusterInfoText(node: SimulatedNode, nowMs: number): string {
	const {opinions, currentEpoch, isDown} = node.side;
	let assigned = 0;
	let suspected = 0;
	let failed = 0;
	let size = 0;
	for (const {slots, failing} of opinions) {
		const count = slots.reduce((sum, [first, last]) => sum + last - first + 1, 0);
		assigned += count;
		suspected += failing === 'fail?' ? count : 0;
		failed += failing === 'fail' ? count : 0;
		size += count > 0 ? 1 : 0;
	}

	const sent = Math.round((nowMs - node.startedAtMs) / 100);
	return [
		['cluster_enabled', 1],
		['cluster_state', isDown ? 'fail' : 'ok'],
		['cluster_slots_assigned', assigned],
		['cluster_slots_ok', assigned - suspected - failed],
		['cluster_slots_pfail', suspected],
		['cluster_slots_fail', failed],
		['cluster_known_nodes', opinions.length],
		['cluster_size', size],
		['cluster_current_epoch', currentEpoch],
		['cluster_my_epoch', opinionOf(node).configEpoch],
		['cluster_stats_messages_ping_sent', sent],
		['cluster_stats_messages_pong_sent', sent],
		['cluster_stats_messages_sent', 2 * sent],
		['cluster_stats_messages_ping_received', sent],
		['cluster_stats_messages_pong_received', sent],
		['cluster_stats_messages_received', 2 * sent],
		['total_cluster_links_buffer_limit_exceeded', 0],
	]
		.map(([field, value]) => `${field}:${value}\r\n`)
		.join('');
}
