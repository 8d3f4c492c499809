/** A PING of a burst. */
export type BurstPing = {
	readonly roundTripMs: number;
	/**
	Whether the server answered a PING on another connection long before this reply came. Its main thread was then free,
	and this reply or its request was late on the way.
	*/
	readonly isOvertaken: boolean;
};

/** What redis-top found out about a node over short-lived connections, beside the polls. */
export type CloserLook = {readonly kind: 'pings'; readonly pings: readonly BurstPing[]};

/**
Shortest time after which Linux sends a lost packet again, in milliseconds. A way with losses has a longer one, because
the kernel takes the resent packets for a slow way. Source: include/net/tcp.h, `TCP_RTO_MIN`.
*/
const resendMs = 200;
/** A resend timer may end this many milliseconds early, because the kernel counts in ticks. */
const earlyMs = 5;

/** Whether a round trip is so much longer than the quickest one that a packet may have been sent again. */
export const isResent = (roundTripMs: number, quickestMs: number): boolean =>
	roundTripMs - quickestMs >= resendMs - earlyMs;
