import type {MonitorEvent} from '../domain/event.js';
import {milliseconds} from '../text/units.js';
import type {NodeRecord} from './monitor-state.js';

/** Event-loop lag that is reported as an event, milliseconds. Less than this is not. */
const worthAnEventMs = 500;
/** Interval between two such events, milliseconds: a slow terminal stays slow for a while. */
const eventEveryMs = 60_000;
/** Lag below this is inexactness of the timer, milliseconds. */
const noiseMs = 20;

/** True where half or more of a round trip was our own event-loop lag: it says nothing about the server. */
export const isLocalLag = (roundTripMs: number, lagMs: number): boolean => lagMs > noiseMs && lagMs >= roundTripMs / 2;

/** The event that reports it; undefined when the lag is short, or the last event is less than a minute ago. */
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

/**
The node after a PING on its own connection. A round trip that was our own lag is a gap, so that no rule blames the server.
So is one of a server that loads: it answers between two parts of its data set, and that is over with the load.
*/
export function pingedNode(record: NodeRecord, roundTripMs: number | undefined, lagMs: number): NodeRecord {
	const isOurs = roundTripMs !== undefined && isLocalLag(roundTripMs, lagMs);
	const {series} = record.ping;
	series.push(isOurs || record.reach === 'loading' ? undefined : roundTripMs);
	return {...record, ping: {series, lastMs: roundTripMs, isLocalLag: isOurs}};
}
