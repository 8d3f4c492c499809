import type {PollDemand} from './poll-demand.js';
import type {PollState} from './poll-state.js';

/**
Time between two CLUSTER LINKS in milliseconds; undefined: not with this poll. The reply grows with the cluster: 300 KB
at 1,000 nodes, almost all of it the same as in the previous reply. A newly missing link is checked after three seconds,
because it may be connecting. A link that is confirmed as missing is checked every minute.
*/
export function linksPeriod({busLinks}: PollState, {isFocused, isWholeAtOnce, links = 'scheduled'}: PollDemand) {
	const gaps = busLinks?.gaps ?? [];
	const againMs = gaps.some(({isConfirmed}) => !isConfirmed) ? (isWholeAtOnce ? 0 : 3000) : 60_000;
	const gapMs = gaps.length === 0 ? Number.POSITIVE_INFINITY : againMs;
	const scheduledMs = {now: 0, scheduled: isFocused ? 10_000 : 30_000, 'not-now': Number.POSITIVE_INFINITY}[links];
	const periodMs = Math.min(gapMs, scheduledMs);
	return Number.isFinite(periodMs) ? periodMs : undefined;
}
