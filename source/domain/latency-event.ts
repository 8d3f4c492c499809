/**
One line of LATENCY LATEST. It comes from the server's latency monitor, which is off unless `latency-monitor-threshold`
is set.
*/
export type LatencyEvent = {
	/** The name of the event: `command`, `fork`, `aof-fsync-always` … */
	readonly event: string;
	/** When the event last happened, by the server's clock, in milliseconds since the epoch. */
	readonly atMs: number;
	readonly latestMs: number;
	/** The longest duration since the server's start or LATENCY RESET, in milliseconds. */
	readonly longestMs: number;
};

/** One line of LATENCY HISTORY: when an event of one kind happened, and how long it took. */
export type LatencyMoment = {
	/**
	When the event happened, by the server's clock, in milliseconds since the epoch. The server keeps the longest event of
	each second.
	*/
	readonly atMs: number;
	readonly durationMs: number;
};
