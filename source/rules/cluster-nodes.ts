import type {ClusterState} from '../cluster/cluster-state.js';
import {cutHostsIn, cutHostsMessage} from '../cluster/cut-hosts.js';
import {failoverCandidateOf} from '../cluster/failover-candidates.js';
import type {FailureReport} from '../cluster/failure-reports.js';
import {neededNodes} from '../cluster/needed-nodes.js';
import {slotsIn} from '../cluster/node-view.js';
import {replicasOf} from '../cluster/promotion.js';
import {countText, durationText, namesMessage, rangesText} from '../cluster/verdict-text.js';
import {joinMessages, type Message, message, nodeName} from '../domain/message.js';
import {addressOf, type NodeAddress, type NodeId} from '../domain/node.js';
import {type Ghost, ghostsIn} from '../topology/ghosts.js';
import {stepsForBusPort, wrongBusPort, wrongBusPortText} from './cluster-bus-port.js';
import {askNode} from './cluster-findings.js';
import {heldBackReplica, notHeldBack} from './cluster-held-back.js';
import {lostOwners} from './cluster-lost-owner.js';
import {hint} from './next-steps.js';
import {recordsIn} from './node-records.js';
import {isInPlannedRestart} from './planned-restart.js';
import {type FleetEvaluation, type FleetFacts, fires, rule} from './rule.js';
import {clusterModeStep, isWithoutClusterMode, withoutClusterMode} from './without-cluster-mode.js';

export const cluNodeFail = rule({
	id: 'clu.node_fail',
	scope: 'cluster',
	docs: {
		looksAt:
			"The rule reads the flags `fail` (a majority agreed) and `fail?` (one node's own opinion) of CLUSTER NODES. The finding is critical where a failed node owns slots that no replica took over.",
		since: '3.0',
		falsePositives: [
			'Nodes of a minority flag every node beyond it. The rule prefers the views of nodes that reach a majority.',
			'A node that restarts, or a short lack of processor time, brings `fail?` for a moment. It is info for half a node timeout.',
			'A replica does not answer the others while it loads its data. The finding is info in a planned restart (`srv.planned`).',
		],
	},
	raiseAfter: 1,
	// One clear evaluation ends the finding, because other nodes remove the flag FAIL only after they reach the node
	// again.
	clearAfter: 1,
	evaluate: (cluster, fleet) => [
		...[...cluster.failureReports].map(([id, report]) => nodeFailed(id, report, cluster, fleet)),
		...lostOwners(cluster, fleet),
	],
});

/** Whether a node that reports the failure says that its cluster is down. */
const refusesCommands = (
	by: FailureReport['by'],
	comparison: ClusterState['comparison'],
	{nodes}: FleetFacts,
): boolean =>
	by.some(id => {
		const record = nodes.get(comparison.nameOf(id))?.record;
		return record?.failure === undefined && record?.clusterInfo?.value.get('cluster_state') === 'fail';
	});

function nodeFailed(
	id: NodeId,
	{by, isFailed, sinceMs}: FailureReport,
	{comparison, verdicts, atMs, nodeTimeoutMs}: ClusterState,
	fleet: FleetFacts,
): FleetEvaluation {
	const node = comparison.nameOf(id);
	const facts = fleet.nodes.get(node);
	const isFresh = !isFailed && atMs - sinceMs < nodeTimeoutMs / 2;
	const isQuiet = isFresh || (facts !== undefined && isInPlannedRestart(facts));
	const lost = verdicts.find(({kind, nodes}) => kind === 'owner-failed' && nodes[0] === node);
	const candidate = lost === undefined ? undefined : failoverCandidateOf(comparison, id);
	const isNeeded = neededNodes(comparison).has(id);
	const isAnswering = facts?.sample !== undefined;
	const names = namesMessage(by, comparison);
	const flagged = isFailed ? 'is marked FAIL' : 'is flagged PFAIL (fail?)';
	const flag = message`${flagged} by ${by.length > 2 ? countText(by.length, 'node') : names}`;
	const duration = `for ${durationText(atMs - sinceMs)}`;
	const report = {id, by, isSettled: atMs - sinceMs >= Math.max(lastingMs, nodeTimeoutMs)};
	const isAlone = isWithoutClusterMode(facts);
	const isLasting = atMs - sinceMs >= lastingMs;
	const busText = isAlone
		? withoutClusterMode
		: isAnswering && isLasting
			? reachProblem(report, comparison)
			: undefined;
	const isUnserved = lost !== undefined && isFailed;
	// CLUSTER FAILOVER FORCE needs the votes of a majority of the primaries.
	const hasMajority = comparison.partitions.some(partition => partition.hasMajority);
	const heldBack = isUnserved
		? heldBackReplica(id, slotsIn(lost.slots), {comparison, nodeTimeoutMs}, fleet)
		: notHeldBack;
	const subject = facts !== undefined ? '' : message`${nodeName(node)} `;
	return {
		...fires(isUnserved ? 'critical' : isQuiet ? 'info' : 'warning', {
			problem: message`${subject}${isUnserved ? (heldBack.problem ?? `leaves slots ${rangesText(lost.slots)} unserved`) : flag}`,
			...(isUnserved
				? {
						reason: joinMessages([heldBack.reason ?? message`it ${flag}, ${duration}`, busText], '; '),
						briefProblems: [message`${subject}leaves ${countText(slotsIn(lost.slots), 'slot')} unserved`],
					}
				: {detail: duration, reason: busText}),
			effect: lost === undefined ? undefined : 'slots-unserved',
			nodes: [node],
			evidence: [
				{name: 'reported by', value: by.length > 2 ? message`${by.length}: ${names}` : by.length},
				{name: 'flag', value: isFailed ? 'fail' : 'fail?'},
			],
			meaning:
				lost !== undefined
					? joinMessages(lost.meaning, ' ')
					: refusesCommands(by, comparison, fleet)
						? 'The nodes that report it refuse commands: cluster_state:fail.'
						: 'The cluster works without it, with less in reserve.',
			next: isAlone
				? [hint(clusterModeStep), ...heldBack.next]
				: [
						...heldBack.next,
						...(isAnswering ? stepsForBusPort([id], comparison, fleet) : []),
						askNode(fleet, comparison.views.find(view => view.self.id !== id)?.address, 'CLUSTER NODES'),
						hint(
							isNeeded || isAnswering
								? isAnswering
									? stepFor(report, comparison)
									: 'look at its process and its network'
								: 'look at its process and its network; CLUSTER FORGET on every node only when it is gone for good',
						),
					],
			action:
				!isFailed || heldBack.losesWrites === true
					? undefined
					: lost === undefined
						? isNeeded || isAnswering
							? undefined
							: 'cluster-forget'
						: candidate === undefined
							? undefined
							: hasMajority
								? 'cluster-failover-force'
								: undefined,
			remedy:
				lost === undefined ? {node: by[0] && comparison.viewOf.get(by[0])?.address, value: id} : {node: candidate},
		}),
		node: facts !== undefined ? node : undefined,
		subject: facts !== undefined ? undefined : node,
	};
}

/**
Milliseconds for which a flag must last to count. Views are read every few seconds, so a shorter flag may be left over
from an outage that has just ended.
*/
const lastingMs = 5000;

/**
A node that answers redis-top, and the nodes that flag it. `isSettled`: it was flagged for so long that every node which
does not reach it flags it by now.
*/
type Flagged = {readonly id: NodeId; readonly by: readonly NodeId[]; readonly isSettled: boolean};

/** Where the nodes that flag a node look for it, if it answers redis-top elsewhere and nothing answers there. */
function oldPlaceOf({id, by}: Flagged, {viewOf, unreached}: ClusterState['comparison']): NodeAddress | undefined {
	const line = by.map(each => viewOf.get(each)?.lines.get(id)).find(each => each !== undefined && each.host !== '');
	const place = line && addressOf({kind: 'tcp', host: line.host, port: line.port});
	return place !== undefined && place !== viewOf.get(id)?.address && unreached.includes(place) ? place : undefined;
}

/** Whether a node that answers does not flag the node, so that it reaches its bus port. */
const isReached = ({id}: Flagged, {views}: ClusterState['comparison']): boolean =>
	views.some(
		({self, failed, suspected, lines}) => self.id !== id && lines.has(id) && !failed.has(id) && !suspected.has(id),
	);

/**
The likely problem of a node that answers redis-top, while other nodes flag it FAIL or PFAIL. They look for it at an old
address, or the network between some hosts is cut. Else its client port works, so the problem is probably at its bus port.
Undefined if nothing is known yet.
*/
function reachProblem(flagged: Flagged, comparison: ClusterState['comparison']): Message | undefined {
	const {id, isSettled} = flagged;
	const oldPlace = oldPlaceOf(flagged, comparison);
	if (oldPlace !== undefined) {
		return message`they look for it at ${nodeName(oldPlace)}, where nothing answers`;
	}

	const {viewOf} = comparison;
	const self = viewOf.get(id)?.self;
	const busPort = wrongBusPort(id, comparison);
	if (busPort !== undefined) {
		return wrongBusPortText(busPort);
	}

	if (!isReached(flagged, comparison)) {
		return self?.busPort === undefined ? undefined : `it answers here, so look at its bus port ${self.busPort}`;
	}

	const cut = isSettled ? cutHostsIn(comparison) : undefined;
	return cut === undefined
		? isSettled
			? 'other nodes reach it, so look at the network from there'
			: undefined
		: cutHostsMessage(cut);
}

/** The step for a node that answers redis-top, while other nodes flag it FAIL or PFAIL. */
function stepFor(flagged: Flagged, comparison: ClusterState['comparison']): string {
	if (oldPlaceOf(flagged, comparison) !== undefined) {
		return 'send CLUSTER MEET with its present address to one of the others';
	}

	return isReached(flagged, comparison)
		? 'check firewalls and routes between it and the nodes that flag it, in both directions'
		: 'look at its network and its bus port: its process answers';
}

export const cluGhost = rule({
	id: 'clu.ghost',
	scope: 'cluster',
	isOfGossip: true,
	docs: {
		looksAt:
			'The rule looks in CLUSTER NODES for nodes that are listed and do not exist: `noaddr`, `handshake`, or `fail` for a day. Two ids at one address fire, too.',
		since: '3.0',
		falsePositives: [
			'A node stays in `handshake` for a moment after CLUSTER MEET. The finding is a warning after half a minute.',
			'A failed node may return. The rule counts it a day after its last pong.',
		],
	},
	thresholds: {
		handshake: {
			value: 30,
			unit: 'seconds',
			source: 'a handshake ends after the node timeout, 15 s by default',
		},
		fail: {
			value: 86_400,
			unit: 'seconds',
			source: 'a node that is not back after a day is not expected back',
		},
	},
	raiseAfterMs: 2000,
	evaluate: (cluster, fleet, limits, heldMs) => [
		...ghostFindings(cluster, fleet, {
			isOldHandshake: ({listedBy}, subject) => heldMs(undefined, subject) >= limits(listedBy[0]).handshake * 1000,
			isOldFailure: ({listedBy, pongMs = fleet.nowMs}) => fleet.nowMs - pongMs >= limits(listedBy[0]).fail * 1000,
		}),
		...duplicateFindings(cluster, fleet),
	],
});

const whyGhost = {
	noaddr: 'a node with another id is at its address (nodes.conf lost?)',
	handshake: 'it never answered its MEET',
	fail: 'it failed long ago',
} as const satisfies Record<Ghost['why'], string>;

/**
Whether a ghost has been listed for so long that this is no passing state. A ghost is a node that others list although
it no longer exists or never answered.
*/
type GhostAge = {
	/** For ghosts with the flag `handshake`. */
	readonly isOldHandshake: (ghost: Ghost, subject: string) => boolean;
	/** For ghosts with the flag `fail`. */
	readonly isOldFailure: (ghost: Ghost) => boolean;
};

function ghostFindings({comparison}: ClusterState, fleet: FleetFacts, age: GhostAge): FleetEvaluation[] {
	const isOld = (ghost: Ghost, subject: string): boolean => {
		switch (ghost.why) {
			case 'noaddr':
				return true;
			case 'handshake':
				return age.isOldHandshake(ghost, subject);
			case 'fail':
				return age.isOldFailure(ghost);
		}
	};
	const ghosts = ghostsIn(recordsIn(fleet));
	const needed = ghosts.length === 0 ? undefined : neededNodes(comparison);
	return ghosts.flatMap(ghost => {
		const {id, why, address, listedBy} = ghost;
		const subject = id.slice(0, 8);
		const isWarning = isOld(ghost, subject);
		if (why === 'fail' && !isWarning) {
			return [];
		}

		const followers = replicasOf(id, comparison);
		const isNeeded = needed?.has(id) === true;
		// A node that owns unserved slots is not reported as a ghost. The rule clu.node_fail reports it.
		if (comparison.claims.unclaimed.some(({owner}) => owner === id)) {
			return [];
		}

		return [
			{
				...fires(isWarning ? 'warning' : 'info', {
					problem: message`${address === undefined ? subject : nodeName(address)} is still listed by ${countText(listedBy.length, 'node')}`,
					reason: whyGhost[why],
					evidence: [{name: 'flag', value: why}],
					meaning: isNeeded
						? message`${followers.length === 0 ? 'Some node assigns slots to it' : message`It is still the primary of ${namesMessage(followers, comparison)}`}, so that no node may forget it.`
						: 'It serves nothing but is in every list, and gossip may bring it back.',
					next: isNeeded
						? [
								askNode(fleet, listedBy[0], 'CLUSTER NODES'),
								hint(
									'bring it back; or give its replicas another primary (CLUSTER REPLICATE) and its slots another owner first',
								),
							]
						: [
								...(why === 'noaddr'
									? [
											hint(
												'the node at its old address is new and empty: join it with CLUSTER MEET and CLUSTER REPLICATE; then',
											),
										]
									: []),
								askNode(fleet, listedBy[0], `CLUSTER FORGET ${id}`),
								hint('on every node within a minute, or gossip brings it back'),
							],
					...(isNeeded ? {} : {action: 'cluster-forget', remedy: {node: listedBy[0], value: id}}),
				}),
				subject,
			},
		];
	});
}

function duplicateFindings({comparison}: ClusterState, fleet: FleetFacts): FleetEvaluation[] {
	const {duplicateAddresses, views} = comparison;
	const needed = duplicateAddresses.length === 0 ? undefined : neededNodes(comparison);
	return duplicateAddresses.map(({address, ids}) => {
		// Another node id at the same address is certainly wrong only if a node answers there.
		const isOccupied = ids.some(id => comparison.viewOf.has(id));
		const ghost = isOccupied ? ids.find(id => needed?.has(id) === false) : undefined;
		const node = ghost && views.find(({lines}) => lines.has(ghost))?.address;
		const isRemovable = ghost !== undefined && node !== undefined;
		return {
			...fires('warning', {
				problem: message`${nodeName(address)} is listed under ${ids.length} ids`,
				reason: 'a node was set up again where another was',
				nodes: [address],
				evidence: ids.map((id, index) => ({name: `id ${index + 1}`, value: id})),
				meaning: isRemovable
					? 'The older id is a ghost: no node has it any more.'
					: 'At most one of these ids can be there; the other one still has slots or replicas, or nobody answers by it.',
				next: [
					askNode(fleet, undefined, 'CLUSTER NODES'),
					isRemovable
						? askNode(fleet, node, `CLUSTER FORGET ${ghost}`)
						: hint('move the slots and replicas of the older id to a node that is there, before any node forgets it'),
				],
				...(isRemovable ? {action: 'cluster-forget', remedy: {node, value: ghost}} : {}),
			}),
			subject: address,
		};
	});
}

export const clusterNodesRules = [cluNodeFail, cluGhost] as const;
