import type {ClusterComparison} from '../cluster/comparison.js';
import type {FollowedMove} from '../cluster/migrations.js';
import {nameIn} from '../cluster/verdict-text.js';
import {message} from '../domain/message.js';
import type {NodeId} from '../domain/node.js';
import {manageCluster} from './cluster-findings.js';
import {hint} from './next-steps.js';
import {type FleetEvaluation, type FleetFacts, fires, rule} from './rule.js';

export const cluHalfMoved = rule({
	id: 'clu.half_moved',
	scope: 'cluster',
	docs: {
		looksAt:
			'A slot is open between two primaries, and one of them is down: it is marked FAIL, and does not answer redis-top. Keys of the slot that it has cannot be reached, although the other primary serves the slot.',
		since: '3.0',
		falsePositives: [
			'A node that restarts during a move is down for a moment. The rule waits until a majority has marked it FAIL.',
		],
	},
	raiseAfter: 1,
	evaluate: ({comparison, failureReports, moves}, fleet) =>
		moves.flatMap(move => {
			const dead = [move.target, move.source].find(
				id => comparison.isUnreached(id) && failureReports.get(id)?.isFailed === true,
			);
			return dead === undefined ? [] : [halfMoved(move, dead, comparison, fleet)];
		}),
});

function halfMoved(
	{slot, source, target, keysLeft, keysThere}: FollowedMove,
	dead: NodeId,
	comparison: ClusterComparison,
	fleet: FleetFacts,
): FleetEvaluation {
	const isTarget = dead === target;
	const [gone, left] = isTarget ? [target, source] : [source, target];
	const [goneName, leftName] = [nameIn(gone, comparison), nameIn(left, comparison)];
	const keysHere = isTarget ? keysLeft : keysThere;
	return {
		...fires('critical', {
			problem: message`slot ${slot} is half moved ${isTarget ? 'to' : 'from'} ${goneName}, which is down`,
			reason: message`keys that are not on ${leftName} cannot be reached`,
			effect: 'slots-unserved',
			nodes: [comparison.nameOf(gone), comparison.nameOf(left)],
			evidence: [
				{name: 'slot', value: slot},
				...(keysHere === undefined ? [] : [{name: 'keys left', value: keysHere, unit: 'count' as const}]),
			],
			meaning: isTarget
				? message`${leftName} sends clients to ${goneName} (ASK) for every key of the slot that it does not have, new keys too.`
				: message`${leftName} serves keys of the slot only to clients that send ASKING.`,
			next: [
				hint(message`start ${goneName} again with its data, then finish the resharding`),
				manageCluster(fleet, comparison.nameOf(left), 'fix'),
				hint('no SETSLOT STABLE before: it hides that keys are missing'),
			],
		}),
		subject: `slot ${slot}`,
	};
}

export const clusterHalfMovedRules = [cluHalfMoved] as const;
