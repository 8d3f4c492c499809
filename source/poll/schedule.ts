import type {NodeAddress} from '../domain/node.js';

/** Between two attempts to reach a node that is down, at most this, milliseconds: it comes back by itself. */
export const longestRetryMs = 5000;

/** Refused credentials are not tried again at once, milliseconds: a loop of them locks accounts out and raises alarms. */
export const authRetryMs = 15_000;

/**
The interval has so many places. Nodes of one place are asked together, twenty of a thousand: while each came by itself,
all processor caches were cold for it, which was a fifth of all work at a thousand nodes.
*/
export const placesInInterval = 50;

/**
Where in the interval a node has its turn, 0 < phase < 1, the middle of one of `placesInInterval`: from its address, so
that a thousand nodes spread evenly and each keeps its place over restarts. FNV-1a, 32 bits.
*/
export function phaseOf(address: NodeAddress): number {
	let hash = 0x81_1c_9d_c5;
	for (const character of address) {
		hash = Math.imul(hash ^ (character.codePointAt(0) ?? 0), 0x01_00_01_93);
	}

	return (Math.floor(((hash >>> 0) / 2 ** 32) * placesInInterval) + 0.5) / placesInInterval;
}

/**
Milliseconds until the node's next turn: the next point of its own raster (`phase`, `intervalMs`) after `nowMs`. A turn
that was missed because the last poll took too long is dropped, not made up for.
*/
export function untilNextTurn(nowMs: number, intervalMs: number, phase: number): number {
	const offset = phase * intervalMs;
	const sinceTurn = (((nowMs - offset) % intervalMs) + intervalMs) % intervalMs;
	return intervalMs - sinceTurn;
}

/** Milliseconds until a node that failed `misses` times in a row is tried again: doubling from 250 ms to 5 s. */
export function retryDelay(misses: number): number {
	return Math.min(longestRetryMs, 250 * 2 ** Math.min(misses - 1, 10));
}

export type Backoff = {readonly factor: 1 | 2 | 4 | 8; readonly calm: number};

export const noBackoff: Backoff = {factor: 1, calm: 0};

const slower = {1: 2, 2: 4, 4: 8, 8: 8} as const;
const faster = {1: 1, 2: 1, 4: 2, 8: 4} as const;

/**
The server comes first: a reply that takes more than a quarter of the interval longer than it must doubles the interval,
up to eight times; five quick ones in a row halve it again.

@param extraMs What the round trip took beyond the shortest one seen, which is the network's share.
*/
export function nextBackoff(backoff: Backoff, extraMs: number, intervalMs: number): Backoff {
	if (extraMs * 4 > intervalMs) {
		return {factor: slower[backoff.factor], calm: 0};
	}

	return backoff.calm >= 4
		? {factor: faster[backoff.factor], calm: 0}
		: {factor: backoff.factor, calm: backoff.calm + 1};
}
