import {recentEntries, recentMs} from '../../../derive/recent-log.js';
import type {LogHistory, Timed} from '../../../state/monitor-state.js';
import {grouped, wholeSeconds} from '../../../text/units.js';

/** The number of new entries of a log, with the time that they are counted over. */
export function recentText(log: LogHistory<unknown>): string {
	const {count, overMs} = recentEntries(log);
	return `${grouped(count)} in the last ${overMs < recentMs ? wholeSeconds(overMs) : 'minute'}`;
}

/** The number of new entries of several logs. The times that the logs cover may differ, so it may be a lower bound. */
export function allRecentText(
	logs: ReadonlyArray<Timed<LogHistory<unknown>> | undefined>,
	words = 'in the last minute',
): string {
	const known = logs.flatMap(log => (log === undefined ? [] : [log.value]));
	const count = known.reduce((sum, {perMinute}) => sum + perMinute, 0);
	const isWhole = known.every(({shorter}) => shorter === undefined || shorter.count === 0);
	return `${isWhole ? '' : 'at least '}${grouped(count)} ${words}`;
}
