/** One reading of a counter. The server only increases the counter, except for a reset to 0. */
export type CounterReading = {
	/** When the counter was read, on the monotonic clock in milliseconds. */
	readonly elapsedMs: number;
	readonly runId: string | undefined;
	readonly total: number;
};

/**
The rate of a counter per second between two readings; never negative. Undefined when the readings cannot be compared:
another process (`run_id`), a counter that fell, or no time between them. A counter falls at CONFIG RESETSTAT, or at a
restart whose run id is hidden.
*/
export function counterRate(earlier: CounterReading, later: CounterReading): number | undefined {
	const elapsedMs = later.elapsedMs - earlier.elapsedMs;
	const isComparable = earlier.runId === later.runId && later.total >= earlier.total && elapsedMs > 0;
	return isComparable ? ((later.total - earlier.total) * 1000) / elapsedMs : undefined;
}
