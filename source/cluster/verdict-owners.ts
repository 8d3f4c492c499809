import type {NodeId} from '../domain/node.js';
import {grouped} from '../text/units.js';
import type {ClusterComparison} from './comparison.js';
import {contestKey, isContestConfirmed} from './condition-since.js';
import {failedOwnerVerdict} from './promotion.js';
import type {ContestedSlots, UnclaimedSlots} from './slot-claims.js';
import type {ClusterVerdict, VerdictCase} from './verdict.js';
import {countText, durationText, namesText, rangesText} from './verdict-words.js';

/** A node that says its cluster is not `fail` takes writes for what it owns. */
const isFenced = (id: NodeId, {viewOf}: ClusterComparison): boolean => viewOf.get(id)?.state === 'fail';

function claimText(id: NodeId, comparison: ClusterComparison): string {
	const view = comparison.viewOf.get(id);
	const keys = view?.keys === undefined ? '' : `, ${grouped(view.keys)} ${view.keys === 1 ? 'key' : 'keys'}`;
	const epoch = `epoch ${view?.self.configEpoch ?? '?'}`;
	const writes = isFenced(id, comparison) ? 'refuses writes' : 'takes writes';
	return `${comparison.nameOf(id)} (${epoch}${keys}, ${writes})`;
}

/** Slots with two owners: which, whose word counts, and whose writes go. */
export function contestVerdict(contest: ContestedSlots, situation: VerdictCase): ClusterVerdict {
	const {comparison, moments, nodeTimeoutMs} = situation;
	const {nameOf} = comparison;
	const {claimants, ranges, winner} = contest;
	const writers = claimants.filter(id => !isFenced(id, comparison));
	const owners = claimants.map(id => claimText(id, comparison)).join(' and ');
	const base = {
		nodes: claimants.map(nameOf),
		slots: ranges,
		sinceMs: moments.contestedSinceMs.get(contestKey(contest)),
	};
	if (!isContestConfirmed(contest, comparison, moments)) {
		return {
			...base,
			kind: 'converging',
			severity: 'info',
			text: `slots ${rangesText(ranges)} change hands: ${owners}`,
			meaning: ['Both are asked again: one view may be from before a failover and the other from after it.'],
		};
	}

	const losers = claimants.filter(id => id !== winner);
	if (writers.length > 1) {
		return {
			...base,
			kind: 'split-brain',
			severity: 'critical',
			text: `split brain: slots ${rangesText(ranges)} are writable on ${countText(writers.length, 'primary').replace('primarys', 'primaries')}: ${owners}`,
			meaning:
				winner === undefined
					? ['The epochs are equal, so nobody can say yet who wins when they meet; the other loses its writes.']
					: [
							`${nameOf(winner)} is right by epoch: when the partitions meet again, ${namesText(losers, comparison)} will be its replica, and all that was written there since the split is lost.`,
							`Save what matters on ${namesText(losers, comparison)} before the network is mended, and keep clients off it.`,
						],
		};
	}

	const fenced = claimants.filter(id => isFenced(id, comparison));
	return {
		...base,
		kind: 'fenced-primary',
		severity: 'critical',
		text: `split: slots ${rangesText(ranges)} have ${claimants.length} owners: ${owners}`,
		meaning: [
			...(winner === undefined
				? []
				: [
						`${nameOf(winner)} is right by epoch; ${namesText(losers, comparison)} will be its replica when they meet.`,
					]),
			`${namesText(fenced, comparison)} refuses writes now; what it took between the split and then, up to about ${durationText(nodeTimeoutMs)} of them, is lost.`,
		],
	};
}

/** An owner that doesn't claim its slots: out of our sight, out of everybody's, or of another mind. */
export function unclaimedVerdict({owner, ranges}: UnclaimedSlots, situation: VerdictCase): ClusterVerdict | undefined {
	const {comparison, moments, nowMs, nodeTimeoutMs} = situation;
	const {isUnreached, nameOf, views, viewOf} = comparison;
	const sinceMs = moments.unclaimedSinceMs.get(owner);
	const base = {nodes: [nameOf(owner)], slots: ranges, sinceMs};
	if (viewOf.has(owner)) {
		return nowMs - (sinceMs ?? nowMs) <= 2 * nodeTimeoutMs
			? undefined
			: {
					...base,
					kind: 'unclaimed',
					severity: 'critical',
					text: `slots ${rangesText(ranges)}: the others give them to ${nameOf(owner)}, which does not own them`,
					meaning: [`Requests for these slots are sent in circles. Compare CLUSTER NODES of ${nameOf(owner)}.`],
				};
	}

	const trusting = views.filter(({failed, suspected}) => !failed.has(owner) && !suspected.has(owner));
	if (trusting.length === 0) {
		return failedOwnerVerdict({owner, ranges}, situation);
	}

	// Of a large deployment only some are asked at a time: who was not asked does not count as silent.
	if (!isUnreached(owner)) {
		return undefined;
	}

	const share = trusting.length === views.length ? `all ${views.length}` : `${trusting.length} of ${views.length}`;
	return {
		...base,
		kind: 'owner-unreachable',
		severity: 'warning',
		text: `${nameOf(owner)}, owner of ${rangesText(ranges)}, does not answer redis-top, but ${share} nodes that do answer trust it`,
		meaning: [
			'It may be the way from here to it: an announced address that only the cluster can reach, or a firewall. Its slots are likely served.',
		],
	};
}
