/**
One command's latencies from LATENCY HISTOGRAM. Each bucket counts the calls that took at most the bucket's bound, since
the server's start or CONFIG RESETSTAT.

Bounds are microseconds in ascending order, powers of two. Counts are cumulative. The server leaves out empty buckets,
and the last bound holds all calls above one second.
*/
export type CommandHistogram = {
	readonly calls: number;
	readonly buckets: ReadonlyArray<{readonly boundMicroseconds: number; readonly cumulativeCount: number}>;
};
