/** One reading of a counter that the server only ever raises. */
export type CounterReading = {
	/** Monotonic milliseconds. */
	readonly elapsedMs: number;
	readonly runId: string | undefined;
	readonly total: number;
};

/**
Per second, or `undefined` when the two readings cannot be compared: another process (`run_id`), a counter that fell
(CONFIG RESETSTAT, a restart whose run id is hidden), or no time between them. Never negative.
*/
export function counterRate(earlier: CounterReading, later: CounterReading): number | undefined {
	const elapsedMs = later.elapsedMs - earlier.elapsedMs;
	const isComparable = earlier.runId === later.runId && later.total >= earlier.total && elapsedMs > 0;
	return isComparable ? ((later.total - earlier.total) * 1000) / elapsedMs : undefined;
}
