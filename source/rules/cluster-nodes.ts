import {missingPeers} from '../cluster/bus-links.js';
import type {ClusterState} from '../cluster/cluster-state.js';
import type {ClusterComparison} from '../cluster/comparison.js';
import {failoverCandidateOf} from '../cluster/failover-candidates.js';
import {countText, durationText, namesText, rangesText} from '../cluster/verdict-words.js';
import type {LinkBacklog} from '../domain/bus-links.js';
import type {Remedy} from '../domain/finding.js';
import type {NodeAddress, NodeId} from '../domain/node.js';
import {bytes} from '../text/units.js';
import {isAnnouncedUnreachable} from '../topology/announced.js';
import {type Ghost, ghostsIn} from '../topology/ghosts.js';
import {askNode, clusterRule, thresholdFor, verdictFindings} from './cluster-findings.js';
import {hint} from './next-steps.js';
import {recordsIn} from './node-records.js';
import {type FleetEvaluation, type FleetFacts, fires} from './rule.js';

/**
A node that a majority holds failed (`fail`), or that some suspect (`fail?`). Since 3.0. Critical where it owns slots that
nobody took over; a replica, or a primary that was replaced, is a warning.
*/
export const cluNodeFail = clusterRule(
	'clu.node_fail',
	(watch, fleet) => {
		const {comparison, distrust, verdicts, atMs} = watch;
		const {nameOf} = comparison;
		return [...distrust].map(([id, {by, isFailed, sinceMs}]) => {
			const node = nameOf(id);
			const lost = verdicts.find(({kind, nodes}) => kind === 'owner-failed' && nodes[0] === node);
			const candidate = lost === undefined ? undefined : failoverCandidateOf(comparison, id);
			const slots = lost === undefined ? '' : `, and slots ${rangesText(lost.slots)} are without an owner`;
			return {
				...fires(lost !== undefined && isFailed ? 'critical' : 'warning', {
					problem: `is ${isFailed ? 'held failed' : 'suspected (fail?)'} by ${by.length > 2 ? countText(by.length, 'node') : namesText(by, comparison)} for ${durationText(atMs - sinceMs)}${slots}`,

					evidence: [
						{name: 'accusers', value: by.length > 2 ? `${by.length}: ${namesText(by, comparison)}` : by.length},
						{name: 'flag', value: isFailed ? 'fail' : 'fail?'},
					],
					meaning: lost === undefined ? 'The cluster works without it, with less in reserve.' : lost.meaning.join(' '),
					next: [
						askNode(fleet, comparison.views.find(view => view.self.id !== id)?.address, 'CLUSTER NODES'),
						hint('look at its process and its network; CLUSTER FORGET on every node only when it is gone for good'),
					],
					action: !isFailed
						? undefined
						: lost === undefined
							? 'cluster-forget'
							: candidate === undefined
								? undefined
								: 'cluster-failover-force',
					remedy:
						lost === undefined ? {node: by[0] && comparison.viewOf.get(by[0])?.address, value: id} : {node: candidate},
				}),
				node: fleet.nodes.has(node) ? node : undefined,
				subject: fleet.nodes.has(node) ? undefined : node,
			};
		});
	},
	{raiseAfter: 1},
);

/** What CLUSTER LINKS said longer ago than this says nothing about now, milliseconds; gaps are read again every minute. */
const oldAfterMs = 300_000;
/** Shorter than this a buffer that grew since the last reading is no trouble yet. */
const leastGrowingBytes = 1024 * 1024;

const lookAtPorts = hint('check port + 10000 (or cluster-port) both ways, and the announced bus address');

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
			...fires('warning', {
				problem: [toText, fromText].filter(text => text !== '').join(', and '),

				evidence: [
					{name: 'missing to', value: to.size},
					{name: 'missing from', value: from.size},
				],
				meaning: 'News of the cluster takes other ways, and after the node timeout they will suspect each other.',
				next: [askNode(fleet, address, from.size > 0 ? 'CLUSTER LINKS' : 'CLUSTER NODES'), lookAtPorts],
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
			...fires('warning', {
				problem: `${bytes(unsentBytes)} wait to be sent on the bus link ${direction} ${comparison.nameOf(peer)}${beforeBytes === undefined ? '' : `, ${bytes(beforeBytes)} in the reading before`}`,

				evidence: [
					{name: 'send-buffer-used', value: unsentBytes, unit: 'bytes' as const},
					...(beforeBytes === undefined ? [] : [{name: 'before', value: beforeBytes, unit: 'bytes' as const}]),
				],
				meaning: 'That node does not take what it is sent: it hangs, or the network between them is too slow.',
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

/**
Nodes that are carried along without being there: no address, a MEET that was never answered for half a minute, `fail` for a
day; and an address under two ids (a node set up anew where another was). Since 3.0.
*/
export const cluGhost = clusterRule(
	'clu.ghost',
	({comparison}, fleet, heldMs) => {
		const isOld = ({why, pongMs, listedBy}: Ghost, subject: string): boolean => {
			switch (why) {
				case 'noaddr':
					return true;
				case 'handshake':
					return heldMs(undefined, subject) >= thresholdFor(fleet, listedBy[0], 'clu.ghost.handshake') * 1000;
				case 'fail':
					return (
						pongMs !== undefined && fleet.nowMs - pongMs >= thresholdFor(fleet, listedBy[0], 'clu.ghost.fail') * 1000
					);
			}
		};
		const ghosts = ghostsIn(recordsIn(fleet)).map(ghost => {
			const subject = ghost.id.slice(0, 8);
			const {why, address, listedBy} = ghost;
			const what = {noaddr: 'has no address', handshake: 'never answered its MEET', fail: 'failed long ago'}[why];
			return {
				ghost,
				subject,
				finding: {
					...fires(isOld(ghost, subject) ? 'warning' : 'info', {
						problem: `${address ?? subject} ${what} and is still listed by ${listedBy.length} ${listedBy.length === 1 ? 'node' : 'nodes'}`,

						evidence: [{name: 'flag', value: why}],
						meaning: 'It counts for nothing but confuses every list, and gossip may bring it back.',
						next: [
							askNode(fleet, listedBy[0], `CLUSTER FORGET ${ghost.id}`),
							hint('on every node within a minute, or gossip brings it back'),
						],
						action: 'cluster-forget',
						remedy: {node: listedBy[0], value: ghost.id},
					}),
					subject,
				},
			};
		});
		const clashes = comparison.clashes.map(({address, ids}) => ({
			...fires('warning', {
				problem: `${address} stands under ${ids.length} ids: a node was set up anew where another was`,

				evidence: ids.map((id, index) => ({name: `id ${index + 1}`, value: id})),
				meaning: 'The older id is a ghost: nobody answers by it any more.',
				next: [
					askNode(fleet, undefined, 'CLUSTER NODES'),
					hint('CLUSTER FORGET the id that the node itself does not have'),
				],
				action: 'cluster-forget',
				remedy: olderId(comparison, address, ids),
			}),
			subject: address,
		}));
		return [
			...ghosts.filter(({ghost, subject}) => ghost.why !== 'fail' || isOld(ghost, subject)).map(({finding}) => finding),
			...clashes,
		];
	},
	{raiseAfterMs: 2000},
);

/** The id that the node at the address does not have itself, and a node that still lists it. */
function olderId({views}: ClusterComparison, address: NodeAddress, ids: readonly NodeId[]): Remedy | undefined {
	const own = views.find(view => view.address === address)?.self.id;
	const value = own === undefined ? undefined : ids.find(id => id !== own);
	const node = views.find(({self, lines}) => value !== undefined && self.id !== value && lines.has(value))?.address;
	return node === undefined ? undefined : {node, value};
}

/**
A node that the cluster names, that others of it trust, and that redis-top never reached: its announced address is one that
only the cluster can reach (containers, NAT). Since 3.0.
*/
export const cluAnnounce = clusterRule(
	'clu.announce',
	(_, fleet) =>
		[...fleet.nodes.values()]
			.filter(({record, nodes}) => record.origin === 'cluster' && isAnnouncedUnreachable(record, nodes))
			.map(({address, record}) => ({
				...fires('warning', {
					problem: `was never reached from here (${record.failure?.text ?? 'no answer'}), though the cluster trusts it`,

					evidence: [{name: 'announced', value: address}],
					meaning:
						"The address it announces may be one that only the cluster can reach, so clients outside can't either.",
					next: [
						askNode(fleet, undefined, 'CLUSTER NODES'),
						hint(
							'map it with --nat-map, or let it announce what can be reached: cluster-announce-ip, cluster-announce-hostname',
						),
					],
				}),
				node: address,
			})),
	{raiseAfterMs: 5000, countsAtOnce: true},
);

export const clusterNodesRules = [cluNodeFail, cluLinks, cluGhost, cluAnnounce] as const;
