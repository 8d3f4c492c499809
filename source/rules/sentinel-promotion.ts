import type {MonitoredPrimary, SentinelPeer} from '../domain/sentinel.js';
import {seconds} from '../text/units.js';

/** Whether a Sentinel flags the primary as down. */
export const isFlaggedDown = ({flags}: Pick<MonitoredPrimary, 'flags'>): boolean =>
	flags.has('s_down') || flags.has('o_down');

/**
Why sentinels do not promote a replica; undefined for a replica that they would promote. The link of the replica may be
down for ten times `down-after-milliseconds`, plus the time for which the primary is flagged down. A primary that loads
its data is not flagged down, because the reply LOADING counts as alive. Source: sentinel.c, `sentinelSelectSlave`.
*/
export function promotionObstacle(
	{flags, linkStatus, linkDownMs = 0, priority}: SentinelPeer,
	primary: MonitoredPrimary,
): string | undefined {
	if (isFlaggedDown({flags})) {
		return 'is down';
	}

	if (flags.has('disconnected')) {
		return 'is not connected';
	}

	if (priority === 0) {
		return 'has priority 0';
	}

	if (linkStatus !== 'err') {
		return undefined;
	}

	const isDown = isFlaggedDown(primary);
	// Without a time, the replica never had a link. It has none of the primary's data.
	if (linkDownMs <= 0) {
		return isDown ? undefined : 'has no link to the primary';
	}

	const downMs = primary.downMs ?? 0;
	const allowedMs = 10 * (primary.downAfterMs ?? Number.POSITIVE_INFINITY);
	if (linkDownMs <= downMs + allowedMs) {
		return undefined;
	}

	return isDown
		? `had lost the primary ${seconds((linkDownMs - downMs) / 1000)} before`
		: `lost the primary ${seconds(linkDownMs / 1000)} ago, sentinels allow ${seconds(allowedMs / 1000)}`;
}
