import {type CloserLook, isInTurn} from '../domain/closer-look.js';
import {isLocalLag} from './local-lag.js';
import type {NodeRecord} from './monitor-state.js';

/**
The node's record after a PING on its own connection. A round trip caused by event-loop lag is recorded as a gap, so
that no rule blames the server. A round trip to a loading server is a gap as well, because a loading server answers only
between two parts of its data set.
*/
export function pingedNode(
	record: NodeRecord,
	roundTripMs: number | undefined,
	lagMs: number,
	nowMs: number,
): NodeRecord {
	const isOurs = roundTripMs !== undefined && isLocalLag(roundTripMs, lagMs);
	const {series, answeredAtMs} = record.ping;
	series.push(isOurs || record.reach === 'loading' ? undefined : roundTripMs);
	return {
		...record,
		ping: {
			...record.ping,
			lastMs: roundTripMs,
			isLocalLag: isOurs,
			answeredAtMs: roundTripMs === undefined ? answeredAtMs : nowMs,
		},
	};
}

/**
Time for which an address counts as leading to several servers after a look that showed them, in milliseconds. A look with
two connections meets the same server twice in every second case.
*/
const severalForMs = 150_000;

/** The node's record after a closer look at it. */
export function lookedAt(record: NodeRecord, look: CloserLook, nowMs: number): NodeRecord {
	if (look.kind === 'pings') {
		return {...record, ping: {...record.ping, burst: {atMs: nowMs, pings: look.pings}}};
	}

	if (look.kind === 'new-connections') {
		return {...record, newConnections: {atMs: nowMs, value: look.latest}};
	}

	const {servers: before} = record;
	const isKept =
		before !== undefined && nowMs - before.atMs < severalForMs && isInTurn(before.seen) && !isInTurn(look.servers);
	return isKept ? record : {...record, servers: {atMs: nowMs, seen: look.servers}};
}
