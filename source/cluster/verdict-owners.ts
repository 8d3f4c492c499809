import {joinMessages, type Message, message} from '../domain/message.js';
import type {NodeId} from '../domain/node.js';
import type {ClusterComparison} from './comparison.js';
import {contestKey, isContestConfirmed} from './condition-since.js';
import {cutOffAmong, cutOffMessage} from './cut-off.js';
import {reaches} from './needed-nodes.js';
import {failedOwnerVerdict} from './promotion.js';
import type {ContestedSlots, UnclaimedSlots} from './slot-claims.js';
import type {ClusterVerdict, VerdictInput} from './verdict.js';
import {countText, durationText, nameIn, namesMessage, primariesText, rangesText} from './verdict-text.js';

/** Whether a node refuses writes to its own slots. It does so while its `cluster_state` is `fail`. */
const isFenced = (id: NodeId, {viewOf}: ClusterComparison): boolean => viewOf.get(id)?.state === 'fail';

/**
Whether a claimant has just restarted and does not serve yet. Its `nodes.conf` may be older than a failover. The
claimant becomes a replica as soon as another node names the newer owner. Until then it refuses writes, so no write is
lost.
*/
function isRejoining(id: NodeId, {comparison, nodeTimeoutMs}: VerdictInput): boolean {
	const uptimeSeconds = comparison.viewOf.get(id)?.uptimeSeconds;
	return isFenced(id, comparison) && uptimeSeconds !== undefined && uptimeSeconds * 1000 < nodeTimeoutMs;
}

/**
Time within which claimants that reach each other must agree on the owner, in milliseconds. Source: CLUSTER_MF_TIMEOUT
in src/cluster_legacy.c, after which a failover by CLUSTER FAILOVER is given up. The older owner pauses writes until
then.
*/
const handoverMs = 5000;

/**
Whether the claimants reach each other, and the contest is younger than a planned failover may take (`handoverMs`).
*/
function isHandover({claimants}: ContestedSlots, sinceMs: number, {comparison, nowMs}: VerdictInput): boolean {
	const areTogether = comparison.partitions.some(({members}) => claimants.every(id => members.includes(id)));
	return areTogether && nowMs - sinceMs < handoverMs;
}

function claimMessage(id: NodeId, comparison: ClusterComparison): Message {
	const view = comparison.viewOf.get(id);
	const keys = view?.keys === undefined ? '' : `, ${countText(view.keys, 'key')}`;
	const epoch = `epoch ${view?.self.configEpoch ?? '?'}`;
	const writes = isFenced(id, comparison) ? 'refuses writes' : 'takes writes';
	return message`${nameIn(id, comparison)} (${epoch}${keys}, ${writes})`;
}

/** The verdict on slots with two owners: which slots, which owner stays, and which writes are lost. */
export function contestVerdict(contest: ContestedSlots, input: VerdictInput): ClusterVerdict {
	const {comparison, conditionStarts, nodeTimeoutMs} = input;
	const {claimants, ranges, winner} = contest;
	const writers = claimants.filter(id => !isFenced(id, comparison));
	const base = {
		detail: joinMessages(
			claimants.map(id => claimMessage(id, comparison)),
			' and ',
		),
		nodes: claimants.map(comparison.nameOf),
		slots: ranges,
		sinceMs: conditionStarts.contested.get(contestKey(contest))?.sinceMs,
	};
	const isConfirmed = isContestConfirmed(contest, comparison, conditionStarts);
	if (!isConfirmed || isHandover(contest, base.sinceMs ?? input.nowMs, input)) {
		return {
			...base,
			kind: 'converging',
			severity: 'info',
			problem: `slots ${rangesText(ranges)} are changing owner`,
			meaning: [
				isConfirmed
					? 'The owners reach each other, as in a planned failover: the older one hears of the newer one in a moment.'
					: 'Both nodes are asked again: one view may be older than a failover, and the other newer.',
			],
		};
	}

	const losing = claimants.filter(id => id !== winner);
	const losers = namesMessage(losing, comparison);
	if (winner !== undefined && losing.every(id => isRejoining(id, input))) {
		return {
			...base,
			kind: 'converging',
			severity: 'info',
			problem: message`${losers} returns with an older view of slots ${rangesText(ranges)}`,
			meaning: [
				message`It restarted and refuses writes until it has heard from the others. ${nameIn(winner, comparison)} stays the owner.`,
			],
		};
	}

	const winnerName = winner && nameIn(winner, comparison);
	const cutOff = cutOffAmong(losing, comparison);
	// The node that is cut off is the cause of the split, so it comes first.
	const splitStatement = (kind: string, owners: string) =>
		cutOff === undefined
			? {problem: `${kind}: ${owners}`}
			: {
					problem: message`${kind}: ${cutOffMessage(cutOff)}`,
					detail: message`so ${owners}, ${base.detail}`,
					cutOff,
				};
	if (writers.length > 1) {
		return {
			...base,
			kind: 'split-brain',
			severity: 'critical',
			effect: 'data-lost',
			...splitStatement('split brain', `slots ${rangesText(ranges)} are writable on ${primariesText(writers.length)}`),
			meaning:
				winnerName === undefined
					? [
							'The epochs are equal: which primary stays is decided when the partitions meet, and the writes of the other are lost.',
						]
					: [
							message`${winnerName} wins by epoch: when the partitions meet again, ${losers} will be its replica, and all that was written there since the split is lost.`,
							message`Save what matters on ${losers} before the network is repaired, and keep clients off it.`,
						],
		};
	}

	const fenced = claimants.filter(id => isFenced(id, comparison));
	return {
		...base,
		kind: 'fenced-primary',
		severity: 'critical',
		effect: 'data-lost',
		...splitStatement('split', `slots ${rangesText(ranges)} have ${claimants.length} owners`),
		meaning: [
			...(winnerName === undefined
				? []
				: [message`${winnerName} wins by epoch; ${losers} will be its replica when they meet.`]),
			message`${namesMessage(fenced, comparison)} refuses writes now. The writes that it took after the split began, up to about ${durationText(nodeTimeoutMs)} of them, are lost.`,
		],
	};
}

/**
The verdict on an owner whose slots no node claims. Either the owner's own view lacks the slots, or the answering nodes
flag the owner as failing, or only redis-top can't reach it. Undefined while the owner's view has lacked the slots for
less than two node timeouts.
*/
export function unclaimedVerdict({owner, ranges}: UnclaimedSlots, input: VerdictInput): ClusterVerdict | undefined {
	const {comparison, conditionStarts, nowMs, nodeTimeoutMs} = input;
	const {isUnreached, nameOf, views, viewOf} = comparison;
	const sinceMs = conditionStarts.unclaimed.get(owner)?.sinceMs;
	const name = nameIn(owner, comparison);
	const base = {nodes: [nameOf(owner)], slots: ranges, sinceMs};
	if (viewOf.has(owner)) {
		return nowMs - (sinceMs ?? nowMs) <= 2 * nodeTimeoutMs
			? undefined
			: {
					...base,
					kind: 'unclaimed',
					severity: 'critical',
					effect: 'slots-unserved',
					problem: message`slots ${rangesText(ranges)} are not claimed by ${name}`,
					detail: 'although other nodes assign them to it',
					meaning: [
						message`Requests for these slots are redirected in circles. Compare CLUSTER NODES of ${name} with that of another node.`,
					],
				};
	}

	const reachedBy = views.filter(view => reaches(view, owner));
	if (reachedBy.length === 0) {
		return failedOwnerVerdict({owner, ranges}, input);
	}

	// In a large deployment redis-top asks only some nodes at a time. A node that was not asked is not a node that failed
	// to answer.
	if (!isUnreached(owner)) {
		return undefined;
	}

	const share = reachedBy.length === views.length ? `all ${views.length}` : `${reachedBy.length} of ${views.length}`;
	return {
		...base,
		kind: 'owner-unreachable',
		severity: 'warning',
		problem: message`${name}, owner of slots ${rangesText(ranges)}, does not answer redis-top`,
		detail: `but ${share} nodes that answer reach it`,
		meaning: [
			'The route from here may be the cause: an announced address that only the cluster can reach, or a firewall. Its slots are probably served.',
		],
	};
}
