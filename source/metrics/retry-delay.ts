/** Shortest and longest time between two attempts, in milliseconds. */
const shortestMs = 1000;
const longestMs = 30_000;

/**
Time until the next attempt after so many failures in a row, in milliseconds: 1 s, doubled each time, 30 s at most. What
the server asks for (Retry-After) has precedence where it is longer.

@param random A number from 0 to 1. Half of the time is random, so that many senders do not come at once. Source:
https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/
*/
export function retryDelayMs(failures: number, retryAfterMs: number | undefined, random: number): number {
	const fullMs = Math.min(longestMs, shortestMs * 2 ** Math.min(failures - 1, 16));
	return Math.max(retryAfterMs ?? 0, Math.round(fullMs / 2 + (fullMs / 2) * random));
}
