import {isResent} from '../domain/closer-look.js';
import type {NodeRecord} from './node-record.js';

/**
Longest time that a reply may stay away while PINGs are answered, in milliseconds. A packet that is lost three times in
a row delays a reply by 1.4 s. A proxy may answer PING itself while its server is hung, so a longer wait counts.
*/
const lostPacketMs = 3000;
/** Milliseconds after a request in which a PING may come that the server answered before the request. */
const crossingMs = 50;

/**
Whether a reply of a node stays away, and a PING was answered since its request: the server works, and the reply or the
request may have been lost and is sent again.
*/
export function mayBeLostPacket(
	{failure, pendingSinceMs, ping}: Pick<NodeRecord, 'failure' | 'pendingSinceMs' | 'ping'>,
	nowMs: number,
): boolean {
	if (failure?.code !== 'TIMEOUT' || failure.kind !== undefined || pendingSinceMs === undefined) {
		return false;
	}

	const answeredAtMs = Math.max(ping.answeredAtMs ?? 0, ping.burst?.atMs ?? 0);
	return answeredAtMs > pendingSinceMs + crossingMs && nowMs - pendingSinceMs < lostPacketMs;
}

/** Milliseconds for which a burst of PINGs tells of the way. */
const burstMs = 60_000;

/**
Whether small packets get lost on the way to a node, too: PINGs of the last burst came late by a lost packet, although the
server answered others meanwhile. A limit of the packet size loses no small packet.
*/
export function losesSmallPackets({ping: {burst}}: Pick<NodeRecord, 'ping'>, nowMs: number): boolean {
	if (burst === undefined || nowMs - burst.atMs > burstMs) {
		return false;
	}

	const quickest = Math.min(...burst.pings.map(({roundTripMs}) => roundTripMs));
	return burst.pings.some(({roundTripMs, isOvertaken}) => isOvertaken && isResent(roundTripMs, quickest));
}

/** The reason of a reply that stays away where packets of any size are lost. */
export const packetsLost = 'packets are lost on the way';
