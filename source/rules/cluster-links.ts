import {missingPeers} from '../cluster/bus-links.js';
import type {ClusterState} from '../cluster/cluster-state.js';
import type {ReadView} from '../cluster/node-view.js';
import {nameIn, namesMessage} from '../cluster/verdict-text.js';
import type {LinkBacklog, LinkDirection} from '../domain/bus-links.js';
import {joinMessages, message} from '../domain/message.js';
import type {NodeAddress, NodeId} from '../domain/node.js';
import {bytes} from '../text/units.js';
import {stepsForBusPort, wrongBusPort, wrongBusPortText} from './cluster-bus-port.js';
import {askNode, verdictFindings} from './cluster-findings.js';
import {hint} from './next-steps.js';
import {type FleetEvaluation, type FleetFacts, fires, rule} from './rule.js';

/**
Milliseconds after which a CLUSTER LINKS reply is too old to be evaluated. While links are missing, redis-top sends
CLUSTER LINKS every minute.
*/
const oldAfterMs = 300_000;
/** Size in bytes from which the unsent buffer of a bus link counts, if it grew since the last reading. */
const leastGrowingBytes = 1024 * 1024;

const lookAtPorts = hint(
	'check the bus ports (after the @ in CLUSTER NODES) in both directions, and the announced bus address',
);

export const cluLinks = rule({
	id: 'clu.links',
	scope: 'cluster',
	isOfGossip: true,
	docs: {
		looksAt:
			'The rule looks for bus links that do not work, in two replies. In CLUSTER NODES it finds the link state `disconnected`, and a node flagged by nodes that should reach it. In CLUSTER LINKS (7.0) it finds links that are missing in two readings, and buffers with data to send.',
		since: '3.0',
		falsePositives: [
			'A link is down for a moment whenever a node restarts. The rule waits five seconds, or two readings of CLUSTER LINKS. Links of a node that has run for less than fifteen seconds do not count.',
			'A busy link has some kilobytes to send for a moment. A buffer counts when it is large or keeps growing.',
		],
	},
	thresholds: {
		unsent: {
			value: 10 * 1024 * 1024,
			unit: 'bytes',
			source: 'a link at rest has 48 bytes; cluster-link-sendbuf-limit is off by default',
		},
	},
	raiseAfterMs: 5000,
	evaluate: (cluster, fleet, limits) => [
		...verdictFindings(cluster, ['one-sided-link'], () => [lookAtPorts]),
		...missingLinks(cluster, fleet),
		...unsentBuffers(cluster, fleet, address => limits(address).unsent),
	],
});

type Cuts = {readonly to: ReadonlySet<NodeId>; readonly from: ReadonlySet<NodeId>};

function missingLinks(cluster: ClusterState, fleet: FleetFacts): FleetEvaluation[] {
	const {comparison} = cluster;
	return [...cutsByNode(cluster, fleet)].map(([address, {to, from}]) => {
		const toText = to.size === 0 ? undefined : message`has no bus link to ${namesMessage([...to], comparison)}`;
		const fromText =
			from.size === 0 ? undefined : message`gets no bus link from ${namesMessage([...from], comparison)}`;
		const peers = [...to, ...from];
		const busPort = peers.map(id => wrongBusPort(id, comparison)).find(port => port !== undefined);
		return {
			...fires('warning', {
				problem: joinMessages([toText, fromText], ', and '),
				reason: busPort === undefined ? undefined : wrongBusPortText(busPort),
				nodes: [address, ...new Set([...to, ...from].map(comparison.nameOf))],
				evidence: [
					{name: 'missing to', value: to.size},
					{name: 'missing from', value: from.size},
				],
				meaning: 'Cluster messages take other links. After the node timeout these nodes will flag each other PFAIL.',
				next: [
					...stepsForBusPort(peers, comparison, fleet),
					askNode(fleet, address, from.size > 0 ? 'CLUSTER LINKS' : 'CLUSTER NODES'),
					lookAtPorts,
				],
			}),
			node: address,
		};
	});
}

/**
For each node that answers, the peers that lack a bus link with the node. Only peers that had all their links when the
node was read count, and only peers that the node does not flag as failing.
*/
function cutsByNode({comparison}: ClusterState, fleet: FleetFacts): ReadonlyMap<NodeAddress, Cuts> {
	const views = new Map(comparison.views.map(view => [view.address, view]));
	const cuts = new Map<NodeAddress, Cuts>();
	for (const [address, {record, sample}] of fleet.nodes) {
		const links = readingOf(record.busLinks, sample !== undefined, fleet.nowMs);
		const linked = (ids: readonly NodeId[], atMs = fleet.nowMs): readonly NodeId[] =>
			hadLinks(fleet, address, atMs) ? ids.filter(id => hadLinks(fleet, comparison.nameOf(id), atMs)) : [];
		const missing = (direction: LinkDirection) =>
			links === undefined ? [] : linked(missingPeers(links, direction), record.busLinks?.atMs);
		const to = [...linked(disconnectedIn(views.get(address)), record.clusterNodes?.atMs), ...missing('to')];
		const from = missing('from');
		if (to.length + from.length > 0) {
			cuts.set(address, {to: new Set(to), from: new Set(from)});
		}
	}

	return cuts;
}

/** The peers whose link a node's view shows as `disconnected`, and that the node does not flag as failing. */
function disconnectedIn(view: ReadView | undefined): readonly NodeId[] {
	return [...(view?.lines.values() ?? [])]
		.filter(
			({id, linkState, flags}) =>
				id !== view?.self.id && linkState === 'disconnected' && !flags.has('fail') && !flags.has('fail?'),
		)
		.map(({id}) => id);
}

/**
Seconds of uptime after which a node should have all its bus links. A node with a shorter uptime may still load its
data, and makes no bus links meanwhile.
*/
const linksMadeSeconds = 15;

/**
Whether a node should have had all its bus links at the moment of a reading. A reply after the reading tells: the node
runs, and had run for long enough then. Without such a reply it may restart, unknown to redis-top.
*/
function hadLinks(fleet: FleetFacts, address: NodeAddress, atMs: number): boolean {
	const facts = fleet.nodes.get(address);
	if (facts?.sample === undefined) {
		return false;
	}

	const {failure, lastReplyAtMs} = facts.record;
	const repliedAtMs = lastReplyAtMs ?? fleet.nowMs;
	const startedAtMs = repliedAtMs - (facts.number('server', 'uptime_in_seconds') ?? Number.POSITIVE_INFINITY) * 1000;
	return failure === undefined && repliedAtMs >= atMs && atMs - startedAtMs >= linksMadeSeconds * 1000;
}

/**
Findings on peers that do not read what the node sends. The node's unsent buffer for such a peer grows and takes memory.
*/
function unsentBuffers(
	{comparison}: ClusterState,
	fleet: FleetFacts,
	mostBytesOf: (address: NodeAddress) => number,
): FleetEvaluation[] {
	return [...fleet.nodes].flatMap(([address, {record, sample}]) => {
		const links = readingOf(record.busLinks, sample !== undefined, fleet.nowMs);
		if (links === undefined || links.backlogs.length === 0) {
			return [];
		}

		const mostBytes = mostBytesOf(address);
		const isProblem = ({unsentBytes, beforeBytes}: LinkBacklog) =>
			unsentBytes >= mostBytes ||
			(unsentBytes >= leastGrowingBytes && beforeBytes !== undefined && unsentBytes > beforeBytes);
		return links.backlogs.filter(isProblem).map(({peer, direction, unsentBytes, beforeBytes}) => ({
			...fires('warning', {
				problem: message`has ${bytes(unsentBytes)} unsent on the bus link ${direction} ${nameIn(peer, comparison)}`,
				detail: beforeBytes === undefined ? undefined : `${bytes(beforeBytes)} in the reading before`,
				culprit: {node: comparison.nameOf(peer)},
				nodes: [address, comparison.nameOf(peer)],
				evidence: [
					{name: 'send-buffer-used', value: unsentBytes, unit: 'bytes' as const},
					...(beforeBytes === undefined ? [] : [{name: 'before', value: beforeBytes, unit: 'bytes' as const}]),
				],
				meaning: 'The other node does not read what it is sent: it hangs, or the network between them is too slow.',
				next: [
					askNode(fleet, address, 'CLUSTER LINKS'),
					hint('PUBLISH goes to every node of a cluster: SPUBLISH (7.0) stays in its shard'),
					hint('cluster-link-sendbuf-limit closes such a link instead of filling the memory'),
				],
			}),
			node: address,
			subject: `${direction} ${comparison.nameOf(peer)}`,
		}));
	});
}

type Reading = NonNullable<ReturnType<FleetFacts['nodes']['get']>>['record']['busLinks'];

const readingOf = (reading: Reading, answers: boolean, nowMs: number) =>
	reading === undefined || !answers || nowMs - reading.atMs > oldAfterMs ? undefined : reading.value;

export const clusterLinksRules = [cluLinks] as const;
