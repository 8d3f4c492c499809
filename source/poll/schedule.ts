import type {NodeAddress} from '../domain/node.js';

/** Longest interval between two attempts to reach a node that is down, in milliseconds. */
export const longestRetryMs = 5000;

/**
Interval between two attempts after refused credentials, in milliseconds. Faster attempts lock accounts and raise
alarms.
*/
export const authRetryMs = 15_000;

/**
Number of moments (places) within an interval at which nodes are polled. Nodes with the same place are polled together:
about twenty of 1,000 nodes. When each node was polled alone, each poll ran with cold processor caches. The cold caches
took a fifth of redis-top's work at 1,000 nodes.
*/
export const placesInInterval = 50;

/**
Where in an interval a node is polled, 0 < phase < 1: the middle of one of `placesInInterval` places. A hash of the
address (FNV-1a, 32 bits) chooses the place. So 1,000 nodes spread evenly, and each keeps its place after a restart of
redis-top.
*/
export function phaseOf(address: NodeAddress): number {
	let hash = 0x81_1c_9d_c5;
	for (const character of address) {
		hash = Math.imul(hash ^ (character.codePointAt(0) ?? 0), 0x01_00_01_93);
	}

	return (Math.floor(((hash >>> 0) / 2 ** 32) * placesInInterval) + 0.5) / placesInInterval;
}

/**
Milliseconds until the node's next poll. A node is polled once in each interval, at its `phase` of that interval. A poll
that was missed because the last poll took too long is skipped.
*/
export function untilNextPoll(nowMs: number, intervalMs: number, phase: number): number {
	const offset = phase * intervalMs;
	const sincePoll = (((nowMs - offset) % intervalMs) + intervalMs) % intervalMs;
	return intervalMs - sincePoll;
}

/** Milliseconds until the next attempt after `misses` failures in a row. The delay doubles from 250 ms to 5 s. */
export function retryDelay(misses: number): number {
	return Math.min(longestRetryMs, 250 * 2 ** Math.min(misses - 1, 10));
}

export type Backoff = {readonly factor: 1 | 2 | 4 | 8; readonly calm: number};

export const noBackoff: Backoff = {factor: 1, calm: 0};

const slower = {1: 2, 2: 4, 4: 8, 8: 8} as const;
const faster = {1: 1, 2: 1, 4: 2, 8: 4} as const;

/**
The backoff after a reply, which protects a slow server. If `extraMs` is more than a quarter of the interval, the
interval doubles, up to eight times its length. Five quick replies in a row halve the interval again.

@param extraMs Milliseconds of the round trip beyond the shortest round trip seen. The shortest round trip is the
network's share.
*/
export function nextBackoff(backoff: Backoff, extraMs: number, intervalMs: number): Backoff {
	if (extraMs * 4 > intervalMs) {
		return {factor: slower[backoff.factor], calm: 0};
	}

	return backoff.calm >= 4
		? {factor: faster[backoff.factor], calm: 0}
		: {factor: backoff.factor, calm: backoff.calm + 1};
}
