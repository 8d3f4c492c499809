import type {NodeId} from '../domain/node.js';
import type {ClusterComparison} from './comparison.js';
import {isPrimaryLine} from './node-view.js';
import {dataObstacle, mayNotBePromoted} from './replica-data.js';
import type {UnclaimedSlots} from './slot-claims.js';
import type {ClusterVerdict, VerdictCase} from './verdict.js';
import {durationText, namesText, rangesText} from './verdict-words.js';

/** Beside the node timeout: a vote is asked for up to a second after `fail`, and replicas that are behind wait a second each. */
const electionMs = 5000;

/** The replicas of a node in any view, by id. */
export function replicasOf(owner: NodeId, {views}: Pick<ClusterComparison, 'views'>): NodeId[] {
	const found = new Set<NodeId>();
	for (const {lines} of views) {
		for (const {id, primaryId} of lines.values()) {
			if (primaryId === owner) {
				found.add(id);
			}
		}
	}

	return [...found];
}

/** Why this replica does not take its failed primary's place; undefined when nothing speaks against it. */
export function promotionObstacle(
	replica: NodeId,
	{isUnreached, viewOf}: Pick<ClusterComparison, 'isUnreached' | 'viewOf'>,
	nodeTimeoutMs: number,
): string | undefined {
	const view = viewOf.get(replica);
	if (view === undefined) {
		return isUnreached(replica) ? 'does not answer' : 'has not told redis-top its view';
	}

	if (isPrimaryLine(view.self)) {
		return view.self.slots.length > 0 ? undefined : 'is a primary without slots by its own word';
	}

	if (view.self.flags.has('nofailover')) {
		return mayNotBePromoted;
	}

	return view.replica && dataObstacle(view.replica, nodeTimeoutMs);
}

/** An owner that everybody who answers holds failed or suspect, and whose slots nobody has taken over. */
export function failedOwnerVerdict(
	{owner, ranges}: UnclaimedSlots,
	{comparison, moments, nodeTimeoutMs, nowMs}: VerdictCase,
): ClusterVerdict {
	const {nameOf, partitions, views} = comparison;
	const sinceMs = moments.unclaimedSinceMs.get(owner);
	const isFailed = views.some(({failed}) => failed.has(owner));
	const isElecting = nowMs - (sinceMs ?? nowMs) < nodeTimeoutMs + electionMs;
	const replicas = replicasOf(owner, comparison);
	const obstacles = replicas.map(id => ({id, why: promotionObstacle(id, comparison, nodeTimeoutMs)}));
	const fit = obstacles.filter(({why}) => why === undefined).map(({id}) => id);
	const unfit = obstacles.flatMap(({id, why}) => (why === undefined ? [] : [`${nameOf(id)} ${why}`]));
	const meaning = [
		...(replicas.length === 0 ? ['It has no replica: only its own return brings these slots back.'] : []),
		...unfit.map(text => `Not promoted: ${text}.`),
	];
	if (fit.length > 0) {
		meaning.push(
			isElecting
				? `${namesText(fit, comparison)} may take its place: an election takes until shortly after the node timeout (${durationText(nodeTimeoutMs)}).`
				: partitions.some(({hasMajority}) => hasMajority)
					? `${namesText(fit, comparison)} could take its place and has not: see its log, or promote it with CLUSTER FAILOVER FORCE.`
					: `${namesText(fit, comparison)} can not be elected without a majority of primaries.`,
		);
	}

	return {
		kind: 'owner-failed',
		severity: isFailed ? 'critical' : 'warning',
		text: `${nameOf(owner)} ${isFailed ? 'has failed' : 'is suspected (fail?)'}: slots ${rangesText(ranges)} are without an owner${fit.length === 0 ? ', and nobody can be promoted' : ''}`,
		meaning,
		nodes: [nameOf(owner), ...replicas.map(nameOf)],
		slots: ranges,
		sinceMs,
	};
}
