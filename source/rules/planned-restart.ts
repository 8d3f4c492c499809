import type {NodeRecord} from '../derive/node-record.js';
import {boundElsewhere, reasonOnHost} from '../derive/port-holder.js';
import {endOfProcess, isStopOnDemand} from '../derive/process-end.js';
import {isCovered} from '../topology/covered.js';
import type {NodeFacts} from './node-facts.js';

/** How long a node may be away for a restart before it counts as failed, if other nodes do its work meanwhile. */
export const coveredRestart = {
	id: 'srv.planned',
	thresholds: {
		stop: {
			value: 15,
			unit: 'seconds',
			source:
				'from the first refused poll to the next start, as in a rolling restart; the default of cluster-node-timeout',
		},
		start: {
			value: 60,
			unit: 'seconds',
			source: 'from the start until the data is loaded and the link is up, or from a stop on demand to the next start',
		},
	},
} as const;

/**
For how long a node has not answered, in seconds, counted from its first failed poll. The last reply is no beginning: a
slow server, and a node out of focus in a large deployment, is polled only every few seconds.
*/
const awaySeconds = ({failingSinceMs, lastReplyAtMs}: NodeRecord, nowMs: number): number =>
	(nowMs - (lastReplyAtMs === undefined ? Number.NEGATIVE_INFINITY : (failingSinceMs ?? lastReplyAtMs))) / 1000;

/**
Whether a node that refuses connections may be in a planned restart: other nodes do its work, it has refused for a
moment only, and no log tells of a crash.
*/
export function isPlannedStop(facts: NodeFacts): boolean {
	const {record, nodes, nowMs} = facts;
	const {failure} = record;
	const isRefused = failure?.code === 'ECONNREFUSED' || failure?.code === 'ENOENT';
	if (!isRefused || reasonOnHost(record) !== undefined || boundElsewhere(record) !== undefined) {
		return false;
	}

	const limits = facts.limitsOf(coveredRestart);
	const end = endOfProcess(record);
	const limitSeconds = end === undefined ? limits.stop : isStopOnDemand(end) ? limits.start : 0;
	return awaySeconds(record, nowMs) < limitSeconds && isCovered(record, nodes);
}

/**
Whether a node was removed: it does not answer, and no node names it any more. Clusters and Sentinels keep a failed node
in their lists until somebody removes it. A replica that only its primary named may have failed, so it never counts as
removed.
*/
export const isRemoved = ({goneSinceMs, origin}: NodeRecord): boolean =>
	goneSinceMs !== undefined && (origin === 'cluster' || origin === 'sentinel');

/**
Whether a node may be in a restart: it has refused connections for a moment only, it loads its data, or it started a
moment ago.
*/
export function isAway(record: NodeRecord, facts: NodeFacts): boolean {
	const {failure, reach, sample} = record;
	const limits = facts.limitsOf(coveredRestart);
	if (failure?.code === 'ECONNREFUSED' || failure?.code === 'ENOENT') {
		return awaySeconds(record, facts.nowMs) < limits.stop;
	}

	const uptimeSeconds = sample?.info.number('server', 'uptime_in_seconds') ?? Number.POSITIVE_INFINITY;
	return failure === undefined && (reach === 'loading' || uptimeSeconds < limits.start);
}

/** Whether a node has not answered for a moment, whatever the reason. A node that loads its data may not answer in time. */
export const isSilentLately = (record: NodeRecord, facts: NodeFacts): boolean =>
	record.failure !== undefined && awaySeconds(record, facts.nowMs) < facts.limitsOf(coveredRestart).stop;

/**
Whether the node is a replica, or was one before its last restart. The earlier role counts, because a replica of a
cluster reports the role primary while it loads its data. A primary counts, too, until its replicas have answered since
its restart: one of them may have taken over before.
*/
export const isOrWasReplica = ({record, memory}: NodeFacts): boolean =>
	record.role === 'replica' || memory.roleBeforeRestart === 'replica' || memory.historyBeforeRestart !== undefined;

/**
Whether a node is in a restart during which other nodes do its work: it is a replica that started a moment ago, or
`isPlannedStop` is true.
*/
export function isInPlannedRestart(facts: NodeFacts): boolean {
	const {memory, nowMs} = facts;
	const uptimeSeconds = facts.number('server', 'uptime_in_seconds') ?? Number.POSITIVE_INFINITY;
	const sinceSeconds = Math.min(uptimeSeconds, (nowMs - (memory.restartedAtMs ?? Number.NEGATIVE_INFINITY)) / 1000);
	const isStarting = sinceSeconds < facts.limitsOf(coveredRestart).start && isOrWasReplica(facts);
	return isStarting || isPlannedStop(facts);
}
