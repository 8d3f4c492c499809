/**
One command's line of LATENCY HISTOGRAM: how many calls since start took at most each bound.

Bounds are microseconds, ascending, powers of two; counts are cumulative; empty buckets are left out by the server and
the last bound is where calls above one second are put.
*/
export type CommandHistogram = {
	readonly calls: number;
	readonly buckets: ReadonlyArray<{readonly boundMicroseconds: number; readonly cumulativeCount: number}>;
};
