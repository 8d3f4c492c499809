/** Longest wait after the first failure, in milliseconds. The wait doubles with each further failure. */
const shortestMs = 1000;
/** Longest wait after any number of failures, in milliseconds. */
const longestMs = 30_000;

/**
Milliseconds until the next attempt, by the number of failures in a row: 1 s, doubled each time, 30 s at most. If the
server asks for a longer wait (Retry-After), that wait counts.

@param random A number from 0 to 1. Half of the time is random, so that many senders do not retry at the same moment.
Source: https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/
*/
export function retryDelayMs(failures: number, retryAfterMs: number | undefined, random: number): number {
	const fullMs = Math.min(longestMs, shortestMs * 2 ** Math.min(failures - 1, 16));
	return Math.max(retryAfterMs ?? 0, Math.round(fullMs / 2 + (fullMs / 2) * random));
}
