import type {MonitorEvent} from '../domain/event.js';
import {milliseconds} from '../text/units.js';

/** Shortest event-loop lag that is reported as an event, in milliseconds. */
const worthAnEventMs = 500;
/**
Shortest interval between two events about event-loop lag, in milliseconds. A slow terminal causes many lags in a row,
and one event is enough for these lags.
*/
const eventEveryMs = 60_000;
/** Longest lag that is only inaccuracy of the timer, in milliseconds. */
const noiseMs = 20;

/**
Whether at least half of a round trip was redis-top's own event-loop lag. Such a round trip says nothing about the
server.
*/
export const isLocalLag = (roundTripMs: number, lagMs: number): boolean => lagMs > noiseMs && lagMs >= roundTripMs / 2;

/**
The event that reports an event-loop lag. Undefined when the lag is short, or the last such event is less than a minute
ago.
*/
export function lagEvent(lagMs: number, lastEventAtMs: number | undefined, nowMs: number): MonitorEvent | undefined {
	const isDue = lastEventAtMs === undefined || nowMs - lastEventAtMs >= eventEveryMs;
	return lagMs >= worthAnEventMs && isDue
		? {
				atMs: nowMs,
				node: undefined,
				kind: 'held-up',
				severity: 'info',
				text: `redis-top itself was held up for ${milliseconds(lagMs)}: round trips of that moment are not the server's`,
			}
		: undefined;
}
