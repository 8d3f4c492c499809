import {type Message, message} from '../domain/message.js';
import type {NodeId} from '../domain/node.js';
import type {ClusterComparison} from './comparison.js';
import {hasNoAddress} from './needed-nodes.js';
import {isPrimaryLine} from './node-view.js';
import {dataObstacle, mayNotBePromoted} from './replica-data.js';
import type {UnclaimedSlots} from './slot-claims.js';
import type {ClusterVerdict, VerdictInput} from './verdict.js';
import {durationText, nameIn, namesMessage, rangesText} from './verdict-text.js';

/**
Milliseconds that an election takes after the node timeout. A replica asks for votes up to a second after FAIL. For each
replica with more data, it waits one more second. Source: Redis cluster_legacy.c, `clusterHandleSlaveFailover`.
*/
const electionMs = 5000;

/** The node ids of the replicas that any view lists for a node. */
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

/** Why this replica does not replace its failed primary; undefined when no reason is known. */
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
		return view.self.slots.length > 0 ? undefined : 'says that it is a primary without slots';
	}

	if (view.self.flags.has('nofailover')) {
		return mayNotBePromoted;
	}

	return view.replica && dataObstacle(view.replica, nodeTimeoutMs, view.keys);
}

/** The verdict on an owner that all answering nodes flag FAIL or PFAIL, while no replica has taken over its slots. */
export function failedOwnerVerdict({owner, ranges}: UnclaimedSlots, input: VerdictInput): ClusterVerdict {
	const {comparison, conditionStarts, nodeTimeoutMs} = input;
	const {nameOf, views} = comparison;
	const isFailed = views.some(({failed}) => failed.has(owner));
	const isLost = hasNoAddress(owner, comparison);
	const replicas = replicasOf(owner, comparison);
	const obstacles = replicas.map(id => ({id, why: promotionObstacle(id, comparison, nodeTimeoutMs)}));
	const fit = obstacles.filter(({why}) => why === undefined).map(({id}) => id);
	return {
		kind: 'owner-failed',
		severity: isFailed ? 'critical' : 'warning',
		effect: 'slots-unserved',
		problem: `slots ${rangesText(ranges)} are not served`,
		detail:
			fit.length > 0
				? undefined
				: obstacles.some(({why}) => why === mayNotBePromoted)
					? 'and no replica takes over by itself'
					: 'and no replica can be promoted',
		reason: message`${nameIn(owner, comparison)} ${isLost ? 'is not at its address any more, a node with another id is (nodes.conf lost?)' : isFailed ? 'is marked FAIL' : 'is flagged PFAIL (fail?)'}`,
		meaning: [
			...(replicas.length === 0 ? ['It has no replica: only its own return brings these slots back.'] : []),
			...obstacles.flatMap(({id, why}) =>
				why === undefined ? [] : [message`Not promoted: ${nameIn(id, comparison)} ${why}.`],
			),
			...(fit.length === 0 ? [] : [isLost ? unelected(fit, input) : outlook(fit, owner, input)]),
		],
		nodes: [nameOf(owner), ...replicas.map(nameOf)],
		slots: ranges,
		sinceMs: conditionStarts.unclaimed.get(owner)?.sinceMs,
	};
}

/**
Explains why promotable replicas are not elected: their primary has no address, so it is never marked FAIL. Replicas ask
for votes only after FAIL.
*/
const unelected = (fit: readonly NodeId[], {comparison}: VerdictInput): Message =>
	message`${namesMessage(fit, comparison)} will not take its place by itself: a node without an address is never marked FAIL. CLUSTER FAILOVER TAKEOVER promotes it.`;

/** Tells whether the promotable replicas still have time for an election. If not, tells what they need. */
function outlook(
	fit: readonly NodeId[],
	owner: NodeId,
	{comparison, conditionStarts, nodeTimeoutMs, nowMs}: VerdictInput,
): Message {
	const names = namesMessage(fit, comparison);
	if (!comparison.partitions.some(({hasMajority}) => hasMajority)) {
		return message`${names} cannot be elected without a majority of primaries.`;
	}

	const sinceMs = conditionStarts.unclaimed.get(owner)?.sinceMs ?? nowMs;
	if (nowMs - sinceMs < nodeTimeoutMs + electionMs) {
		return message`${names} may take its place: an election takes until shortly after the node timeout (${durationText(nodeTimeoutMs)}).`;
	}

	return message`${names} could take its place and has not: read its log, or promote it with CLUSTER FAILOVER FORCE.`;
}
