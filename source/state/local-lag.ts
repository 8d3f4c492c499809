import type {MonitorEvent} from '../domain/event.js';
import {milliseconds} from '../text/units.js';
import type {NodeRecord} from './monitor-state.js';

/** Held up for less, redis-top says nothing of it, milliseconds. */
const worthAnEventMs = 500;
/** A terminal that is slow is slow for a while: once in so many milliseconds is enough. */
const eventEveryMs = 60_000;
/** Beneath it a delay is the timer's own inexactness, milliseconds. */
const noiseMs = 20;

/** A round trip of which half or more was our own waiting says nothing of the server. */
export const isLocalLag = (roundTripMs: number, ownDelayMs: number): boolean =>
	ownDelayMs > noiseMs && ownDelayMs >= roundTripMs / 2;

/** The event that says so; undefined when the delay is short, or the last event is not long ago. */
export function ownDelayEvent(
	ownDelayMs: number,
	lastEventAtMs: number | undefined,
	nowMs: number,
): MonitorEvent | undefined {
	const isDue = lastEventAtMs === undefined || nowMs - lastEventAtMs >= eventEveryMs;
	return ownDelayMs >= worthAnEventMs && isDue
		? {
				atMs: nowMs,
				node: undefined,
				kind: 'held-up',
				severity: 'info',
				text: `redis-top itself was held up for ${milliseconds(ownDelayMs)}: round trips of that moment are not the server's`,
			}
		: undefined;
}

/** The node after a PING on its own connection; one that was our own doing is a gap, so that no rule takes it for the server's. */
export function pingedNode(record: NodeRecord, roundTripMs: number | undefined, ownDelayMs: number): NodeRecord {
	const isOurs = roundTripMs !== undefined && isLocalLag(roundTripMs, ownDelayMs);
	const {series} = record.ping;
	series.push(isOurs ? undefined : roundTripMs);
	return {...record, ping: {series, lastMs: roundTripMs, isLocalLag: isOurs}};
}
