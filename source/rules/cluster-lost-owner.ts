import type {ClusterState} from '../cluster/cluster-state.js';
import {failoverCandidateOf} from '../cluster/failover-candidates.js';
import {hasNoAddress} from '../cluster/needed-nodes.js';
import {slotsIn} from '../cluster/node-view.js';
import {countText} from '../cluster/verdict-text.js';
import type {NextStep} from '../domain/finding.js';
import {joinMessages, message, nodeName} from '../domain/message.js';
import type {NodeAddress} from '../domain/node.js';
import {askNode} from './cluster-findings.js';
import {hint} from './next-steps.js';
import {type FleetEvaluation, type FleetFacts, fires} from './rule.js';

/** Findings on slot owners whose address was lost. Such a node is never marked FAIL, so no replica replaces it. */
export function lostOwners({comparison, failureReports, verdicts}: ClusterState, fleet: FleetFacts): FleetEvaluation[] {
	return comparison.claims.unclaimed
		.filter(({owner}) => hasNoAddress(owner, comparison) && !failureReports.has(owner))
		.flatMap(({owner, ranges}) => {
			const node = comparison.nameOf(owner);
			const verdict = verdicts.find(({kind, nodes}) => kind === 'owner-failed' && nodes[0] === node);
			if (verdict === undefined) {
				return [];
			}

			const candidate = failoverCandidateOf(comparison, owner);
			const emptied = emptiedReplica(candidate, comparison);
			return [
				{
					...fires('critical', {
						problem: verdict.problem,
						detail: verdict.detail,
						reason: verdict.reason,
						...(emptied === undefined
							? {}
							: {
									problem: message`${verdict.problem}, ${nodeName(emptied)} copied an empty data set`,
									briefProblems: [
										message`${countText(slotsIn(ranges), 'slot')} unserved, ${nodeName(emptied)} copied an empty data set`,
									],
								}),
						effect: 'slots-unserved',
						nodes: verdict.nodes,
						evidence: [
							{name: 'flag', value: 'noaddr'},
							{name: 'node id', value: owner},
							{name: 'slots', value: slotsIn(ranges), unit: 'count' as const},
						],
						meaning:
							emptied === undefined
								? joinMessages(verdict.meaning, ' ')
								: message`Its replica ${nodeName(emptied)} follows the address, not the id: it replicates from the new node there and has lost its keys.`,
						next: lostOwnerSteps(candidate, emptied, comparison, fleet),
					}),
					node: undefined,
					subject: node,
				},
			];
		});
}

/** The replica that copied the data set of a new, empty node at its primary's address, so that it has no keys. */
function emptiedReplica(
	candidate: NodeAddress | undefined,
	{views}: ClusterState['comparison'],
): NodeAddress | undefined {
	const view = views.find(({address}) => address === candidate);
	return view?.replica?.isLinkUp === true && view.keys === 0 ? candidate : undefined;
}

/**
The steps for slots whose owner lost its nodes.conf. A replica that still has the data is promoted at once, because it
copies the empty data set of the new node as soon as it reaches it. Without such a replica, only a backup has the data.
*/
function lostOwnerSteps(
	candidate: NodeAddress | undefined,
	emptied: NodeAddress | undefined,
	{views}: ClusterState['comparison'],
	fleet: FleetFacts,
): readonly NextStep[] {
	const putBack = hint(
		'put its old nodes.conf and data (RDB, AOF) back: stop the new, empty node at its address, copy them, start it',
	);
	const keep = hint('no CLUSTER FORGET of this id as long as it owns slots: they would have no owner');
	const ask = askNode(fleet, views[0]?.address, 'CLUSTER NODES');
	if (candidate === undefined) {
		return [
			putBack,
			hint('are they lost? Then give its slots to another primary with CLUSTER SETSLOT NODE'),
			keep,
			ask,
		];
	}

	const promote = askNode(fleet, candidate, 'CLUSTER FAILOVER TAKEOVER');
	return emptied === undefined
		? [
				hint(message`promote ${nodeName(candidate)} at once, before it copies the new, empty node at that address:`),
				promote,
				putBack,
				keep,
				ask,
			]
		: [
				putBack,
				hint(message`are they lost? Then ${nodeName(candidate)} serves the slots again, without their data:`),
				promote,
				keep,
				ask,
			];
}
