import type {ReplicaLinkState} from './node-view.js';
import {durationText} from './verdict-words.js';

/** `cluster-replica-validity-factor`, and `repl-ping-replica-period` in milliseconds, as servers have them unless told otherwise. */
const defaultValidityFactor = 10;
const pingPeriodMs = 10_000;

/**
How long a replica's link may be down before it may not stand for election any more, milliseconds; undefined with a factor
of 0: however long. The server leaves one node timeout out of account, which is what it takes to hold the primary failed.
*/
export const validityLimitMs = (
	nodeTimeoutMs: number,
	validityFactor: number = defaultValidityFactor,
): number | undefined => (validityFactor === 0 ? undefined : nodeTimeoutMs * (validityFactor + 1) + pingPeriodMs);

/**
Why what a cluster's replica holds does not do for its primary's place, completing "10.0.1.12:6379 …"; undefined where
nothing is known to speak against it. Source: Redis cluster_legacy.c, `clusterHandleSlaveFailover`.
*/
export function dataObstacle(
	{isLinkUp, linkDownSeconds, validityFactor}: ReplicaLinkState,
	nodeTimeoutMs: number,
): string | undefined {
	if (isLinkUp !== false || linkDownSeconds === undefined) {
		return undefined;
	}

	if (linkDownSeconds < 0) {
		return 'never synchronised with its primary, so it has nothing to serve';
	}

	const limitMs = validityLimitMs(nodeTimeoutMs, validityFactor);
	return limitMs !== undefined && linkDownSeconds * 1000 > limitMs
		? `has data that is ${durationText(linkDownSeconds * 1000)} old, more than cluster-replica-validity-factor allows (${durationText(limitMs)})`
		: undefined;
}

/** Where the replica itself was told not to, completing "10.0.1.12:6379 …". */
export const mayNotBePromoted = 'may not be promoted (cluster-replica-no-failover)';
