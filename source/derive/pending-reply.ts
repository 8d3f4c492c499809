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
