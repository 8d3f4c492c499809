import type {ReplicaLinkState} from './node-view.js';
import {countText, durationText} from './verdict-text.js';

/** The default of `cluster-replica-validity-factor`. */
const defaultValidityFactor = 10;
/** The default of `repl-ping-replica-period`, in milliseconds. */
const pingPeriodMs = 10_000;

/**
Milliseconds that a replica's link may be down while the replica stays a failover candidate. Undefined for a factor of
0, which sets no limit. The server subtracts one node timeout from the time without a link, because the primary is
marked FAIL only after that timeout. One node timeout is therefore added to the limit here.
*/
export const validityLimitMs = (
	nodeTimeoutMs: number,
	validityFactor: number = defaultValidityFactor,
): number | undefined => (validityFactor === 0 ? undefined : nodeTimeoutMs * (validityFactor + 1) + pingPeriodMs);

/**
Why a replica's data prevents its promotion in a cluster; undefined if no reason is known. The text follows the
replica's address: "10.0.1.12:6379 …". `keys` is the number of keys that the
replica has, such as those of its own RDB file. Source: Redis cluster_legacy.c, `clusterHandleSlaveFailover`.
*/
export function dataObstacle(
	{isLinkUp, linkDownSeconds, validityFactor}: ReplicaLinkState,
	nodeTimeoutMs: number,
	keys = 0,
): string | undefined {
	if (isLinkUp !== false || linkDownSeconds === undefined) {
		return undefined;
	}

	if (linkDownSeconds < 0) {
		return keys > 0
			? `has not synchronised with its primary since its start: its ${countText(keys, 'key')} may be old`
			: 'never synchronised with its primary, so it has nothing to serve';
	}

	const limitMs = validityLimitMs(nodeTimeoutMs, validityFactor);
	return limitMs !== undefined && linkDownSeconds * 1000 > limitMs
		? `has data that is ${durationText(linkDownSeconds * 1000)} old, more than cluster-replica-validity-factor allows (${durationText(limitMs)})`
		: undefined;
}

/** Why this setting prevents a replica's promotion. The text follows the replica's address: "10.0.1.12:6379 …". */
export const mayNotBePromoted = 'may not be promoted (cluster-replica-no-failover)';
