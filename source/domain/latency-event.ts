/** One line of LATENCY LATEST: the server's own latency monitor, which is off unless `latency-monitor-threshold` is set. */
export type LatencyEvent = {
	/** `command`, `fork`, `aof-fsync-always` … */
	readonly event: string;
	/** When it last happened, by the server's clock, milliseconds since the epoch. */
	readonly atMs: number;
	readonly latestMs: number;
	/** The longest since the server's start or LATENCY RESET. */
	readonly longestMs: number;
};
