import {missingPeers} from '../cluster/bus-links.js';
import type {ClusterState} from '../cluster/cluster-state.js';
import {namesText} from '../cluster/verdict-words.js';
import type {LinkBacklog} from '../domain/bus-links.js';
import type {NodeAddress, NodeId} from '../domain/node.js';
import {bytes} from '../text/units.js';
import {askNode, clusterRule, thresholdFor, verdictFindings} from './cluster-rule.js';
import {words} from './next-steps.js';
import {type FleetEvaluation, type FleetFacts, fires} from './rule.js';

/** What CLUSTER LINKS said longer ago than this says nothing about now, milliseconds; gaps are read again every minute. */
const oldAfterMs = 300_000;
/** Shorter than this a buffer that grew since the last reading is no trouble yet. */
const leastGrowingBytes = 1024 * 1024;

const lookAtPorts = words('check port + 10000 (or cluster-port) both ways, and the announced bus address');

/**
Bus links that don't carry: a node that some distrust while it answers redis-top and others of the cluster; links that a node
calls disconnected (3.0), or that CLUSTER LINKS (7.0) lacks in two readings, to or from one that answers; and what waits on a
link to be sent. A link is down for a moment whenever a node restarts.
*/
export const cluLinks = clusterRule(
	'clu.links',
	(watch, fleet) => [
		...verdictFindings(watch, ['one-sided-link'], () => [lookAtPorts]),
		...cutOff(watch, fleet),
		...heldUp(watch, fleet),
	],
	{raiseAfterMs: 5000},
);

type Cuts = {readonly to: ReadonlySet<NodeId>; readonly from: ReadonlySet<NodeId>};

function cutOff(watch: ClusterState, fleet: FleetFacts): FleetEvaluation[] {
	const {comparison} = watch;
	return [...cutsByNode(watch, fleet)].map(([address, {to, from}]) => {
		const toText = to.size === 0 ? '' : `has no bus link to ${namesText([...to], comparison)}`;
		const fromText = from.size === 0 ? '' : `gets no bus link from ${namesText([...from], comparison)}`;
		return {
			...fires('warning', [toText, fromText].filter(text => text !== '').join(', and '), {
				evidence: [
					{name: 'missing to', value: to.size},
					{name: 'missing from', value: from.size},
				],
				meaning: 'News of the cluster takes other ways, and after the node timeout they will suspect each other.',
				next: [askNode(fleet, address, from.size > 0 ? 'CLUSTER LINKS' : 'CLUSTER NODES'), lookAtPorts],
				action: null,
			}),
			node: address,
		};
	});
}

/** By node, of those that answer: the peers it has no link with though they answer too and it doesn't hold them failed. */
function cutsByNode({comparison}: ClusterState, fleet: FleetFacts): ReadonlyMap<NodeAddress, Cuts> {
	const answers = (id: NodeId) =>
		comparison.viewOf.has(id) || fleet.nodes.get(comparison.nameOf(id))?.sample !== undefined;
	const disconnected = new Map(
		comparison.views.map(({address, self, lines}) => [
			address,
			[...lines.values()]
				.filter(
					({id, linkState, flags}) =>
						id !== self.id && linkState === 'disconnected' && !flags.has('fail') && !flags.has('fail?'),
				)
				.map(({id}) => id),
		]),
	);
	const cuts = new Map<NodeAddress, Cuts>();
	for (const [address, {record, sample}] of fleet.nodes) {
		const links = readingOf(record.busLinks, sample !== undefined, fleet.nowMs);
		const to = [...(disconnected.get(address) ?? []), ...(links === undefined ? [] : missingPeers(links, 'to'))];
		const from = links === undefined ? [] : missingPeers(links, 'from');
		if (to.some(answers) || from.some(answers)) {
			cuts.set(address, {to: new Set(to.filter(answers)), from: new Set(from.filter(answers))});
		}
	}

	return cuts;
}

/** A peer that doesn't take what it is sent: the buffer grows until the server closes the link, or runs out of memory. */
function heldUp({comparison}: ClusterState, fleet: FleetFacts): FleetEvaluation[] {
	return [...fleet.nodes].flatMap(([address, {record, sample}]) => {
		const links = readingOf(record.busLinks, sample !== undefined, fleet.nowMs);
		if (links === undefined || links.backlogs.length === 0) {
			return [];
		}

		const mostBytes = thresholdFor(fleet, address, 'clu.links.unsent');
		const isProblem = ({unsentBytes, beforeBytes}: LinkBacklog) =>
			unsentBytes >= mostBytes ||
			(unsentBytes >= leastGrowingBytes && beforeBytes !== undefined && unsentBytes > beforeBytes);
		return links.backlogs.filter(isProblem).map(({peer, direction, unsentBytes, beforeBytes}) => ({
			...fires(
				'warning',
				`${bytes(unsentBytes)} wait to be sent on the bus link ${direction} ${comparison.nameOf(peer)}${beforeBytes === undefined ? '' : `, ${bytes(beforeBytes)} in the reading before`}`,
				{
					evidence: [
						{name: 'send-buffer-used', value: unsentBytes, unit: 'bytes' as const},
						...(beforeBytes === undefined ? [] : [{name: 'before', value: beforeBytes, unit: 'bytes' as const}]),
					],
					meaning: 'That node does not take what it is sent: it hangs, or the network between them is too slow.',
					next: [
						askNode(fleet, address, 'CLUSTER LINKS'),
						words('PUBLISH goes to every node of a cluster: SPUBLISH (7.0) stays in its shard'),
						words('cluster-link-sendbuf-limit closes such a link instead of filling the memory'),
					],
					action: null,
				},
			),
			node: address,
			subject: `${direction} ${comparison.nameOf(peer)}`,
		}));
	});
}

type Reading = NonNullable<ReturnType<FleetFacts['nodes']['get']>>['record']['busLinks'];

const readingOf = (reading: Reading, answers: boolean, nowMs: number) =>
	reading === undefined || !answers || nowMs - reading.atMs > oldAfterMs ? undefined : reading.value;
