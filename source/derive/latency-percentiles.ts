import type {CommandHistogram} from '../domain/histogram.js';

/** Fewest calls for a percentile. With fewer, a single slow call would be the p99. */
export const fewestCallsForPercentile = 100;

export type IntervalBounds = {
	readonly calls: number;
	readonly p50: number | undefined;
	readonly p99: number | undefined;
	readonly p999: number | undefined;
	readonly max: number | undefined;
};

/**
The number of calls in an interval that took at most `bound` microseconds, and longer than the next smaller bound.
*/
export type LatencyBucket = {readonly bound: number; readonly count: number};

/**
The lower bound of a bucket: half of its upper bound, because the server's bounds are powers of two. The bound of the
bucket before can't be used, because the server leaves out buckets without calls.
*/
export const boundBelow = (bound: number): number => Math.floor(bound / 2);

/** Upper end of Redis' latency histograms, in microseconds; the last bucket counts all slower calls. */
const clampMicroseconds = 1_000_000;

/** Whether a bound is that of the last bucket, so that its calls may have taken any longer time. */
export const isUnbounded = (boundMicroseconds: number): boolean => boundMicroseconds > clampMicroseconds;

/**
The number of calls that took at most `boundMicroseconds`. The histogram's counts are cumulative, and empty buckets are
left out.
*/
function cumulativeAt(histogram: CommandHistogram, boundMicroseconds: number): number {
	const {buckets} = histogram;
	let count = 0;
	// A loop with an index: it runs for each bucket of each command, and an iterator would allocate an object a step.
	for (let at = 0; at < buckets.length; at++) {
		const bucket = buckets[at];
		if (bucket === undefined || bucket.boundMicroseconds > boundMicroseconds) {
			break;
		}

		count = bucket.cumulativeCount;
	}

	return count;
}

/**
The number of calls in each bucket of the interval, in ascending order, without empty buckets. Undefined when a count
fell between the histograms, because they can't be compared then.
*/
export function intervalBuckets(earlier: CommandHistogram, later: CommandHistogram): LatencyBucket[] | undefined {
	const bounds = [...new Set([...earlier.buckets, ...later.buckets].map(bucket => bucket.boundMicroseconds))].sort(
		(a, b) => a - b,
	);
	let before = 0;
	const buckets: LatencyBucket[] = [];
	for (const bound of bounds) {
		const cumulative = cumulativeAt(later, bound) - cumulativeAt(earlier, bound);
		if (cumulative < before) {
			return undefined;
		}

		if (cumulative > before) {
			buckets.push({bound, count: cumulative - before});
		}

		before = cumulative;
	}

	return buckets;
}

/**
The percentiles of an interval as upper bounds, in microseconds. A percentile is the smallest bucket bound that at least
this share of the calls did not exceed. Bounds are powers of two, so the true value lies between half the bound and the
bound. Calls longer than one second are in the last bucket. Undefined when counts fell, after CONFIG RESETSTAT or a
restart.
*/
export function intervalBounds(earlier: CommandHistogram, later: CommandHistogram): IntervalBounds | undefined {
	const calls = later.calls - earlier.calls;
	const buckets = calls < 0 ? undefined : intervalBuckets(earlier, later);
	if (buckets === undefined) {
		return undefined;
	}

	return boundsIn(buckets, calls);
}

/** The percentiles of all calls in the buckets of several commands or nodes. The buckets may come in any order. */
export function mergedBounds(buckets: readonly LatencyBucket[]): IntervalBounds {
	const counts = new Map<number, number>();
	for (const {bound, count} of buckets) {
		counts.set(bound, (counts.get(bound) ?? 0) + count);
	}

	const merged = [...counts].map(([bound, count]) => ({bound, count})).sort((a, b) => a.bound - b.bound);
	return boundsIn(
		merged,
		merged.reduce((sum, {count}) => sum + count, 0),
	);
}

function boundsIn(buckets: readonly LatencyBucket[], calls: number): IntervalBounds {
	const quantile = (share: number, fewest: number): number | undefined => {
		if (calls < fewest) {
			return undefined;
		}

		let seen = 0;
		return buckets.find(({count}) => {
			seen += count;
			return seen >= Math.ceil(calls * share);
		})?.bound;
	};

	return {
		calls,
		p50: quantile(0.5, fewestCallsForPercentile),
		p99: quantile(0.99, fewestCallsForPercentile),
		p999: quantile(0.999, 10 * fewestCallsForPercentile),
		max: buckets.findLast(({count}) => count > 0)?.bound,
	};
}
