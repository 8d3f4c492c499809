import assert from 'node:assert/strict';
import test from 'node:test';
import fc from 'fast-check';
import {
	boundBelow,
	fewestCallsForPercentile,
	intervalBounds,
	intervalBuckets,
} from '../../source/derive/latency-percentiles.js';
import type {CommandHistogram} from '../../source/domain/histogram.js';

const bounds = [1, 2, 4, 8, 16, 33, 66, 132, 264, 528, 1056];

/** What the server would say after these calls, each given by its bucket's bound. */
function histogramOf(calls: readonly number[]): CommandHistogram {
	const buckets = bounds
		.map(bound => ({
			boundMicroseconds: bound,
			own: calls.filter(call => call === bound).length,
			cumulativeCount: calls.filter(call => call <= bound).length,
		}))
		.filter(({own}) => own > 0)
		.map(({boundMicroseconds, cumulativeCount}) => ({boundMicroseconds, cumulativeCount}));
	return {calls: calls.length, buckets};
}

/** The call at that share of all calls, sorted. */
const quantileOf = (calls: readonly number[], share: number): number | undefined =>
	calls.toSorted((a, b) => a - b)[Math.ceil(calls.length * share) - 1];

const someCalls = (maxLength: number) => fc.array(fc.constantFrom(...bounds), {maxLength, size: 'max'});

test('below each bound stands the one before it, as servers print them', () => {
	const bounds = [
		1, 2, 4, 8, 16, 33, 66, 132, 264, 528, 1056, 2113, 4227, 8454, 16_908, 33_816, 67_633, 135_266, 270_532, 541_065,
		1_082_130,
	];
	assert.deepEqual(bounds.map(boundBelow), [0, ...bounds.slice(0, -1)]);
});

test('the bounds are those of the sorted list of the interval’s calls', () => {
	fc.assert(
		fc.property(someCalls(300), someCalls(1500), (before, during) => {
			const interval = intervalBounds(histogramOf(before), histogramOf([...before, ...during]));
			const isEnough = during.length >= fewestCallsForPercentile;
			assert.deepEqual(interval, {
				calls: during.length,
				p50: isEnough ? quantileOf(during, 0.5) : undefined,
				p99: isEnough ? quantileOf(during, 0.99) : undefined,
				p999: during.length >= 1000 ? quantileOf(during, 0.999) : undefined,
				max: during.length === 0 ? undefined : Math.max(...during),
			});
		}),
		{numRuns: 60},
	);
});

test('buckets of the interval are those that got calls', () => {
	fc.assert(
		fc.property(someCalls(30), someCalls(30), (before, during) => {
			const buckets = intervalBuckets(histogramOf(before), histogramOf([...before, ...during]));
			const expected = bounds
				.map(bound => ({bound, count: during.filter(call => call === bound).length}))
				.filter(({count}) => count > 0);
			assert.deepEqual(buckets, expected);
		}),
	);
});

const anyHistogram: fc.Arbitrary<CommandHistogram> = fc
	.array(fc.tuple(fc.constantFrom(...bounds), fc.integer({min: 1, max: 3000})), {maxLength: 8})
	.map(own => {
		const counts = new Map(own);
		const ascending = [...counts].sort(([a], [b]) => a - b);
		const buckets = ascending.map(([boundMicroseconds], index) => ({
			boundMicroseconds,
			cumulativeCount: ascending.slice(0, index + 1).reduce((sum, [, count]) => sum + count, 0),
		}));
		return {calls: buckets.at(-1)?.cumulativeCount ?? 0, buckets};
	});

test('p50 ≤ p99 ≤ p99.9 ≤ max, whatever two histograms', () => {
	fc.assert(
		fc.property(anyHistogram, anyHistogram, (earlier, later) => {
			const interval = intervalBounds(earlier, later);
			if (interval === undefined) {
				return;
			}

			const known = [interval.p50, interval.p99, interval.p999, interval.max].filter(bound => bound !== undefined);
			assert.deepEqual(
				known,
				known.toSorted((a, b) => a - b),
			);
			assert.ok(interval.calls >= 0);
		}),
	);
});

test('a histogram that fell anywhere gives nothing', () => {
	fc.assert(
		fc.property(anyHistogram, anyHistogram, (earlier, later) => {
			const own = ({buckets}: CommandHistogram, bound: number) => {
				const index = buckets.findIndex(({boundMicroseconds}) => boundMicroseconds === bound);
				return index === -1 ? 0 : (buckets[index]?.cumulativeCount ?? 0) - (buckets[index - 1]?.cumulativeCount ?? 0);
			};
			const hasFallen = bounds.some(bound => own(later, bound) < own(earlier, bound));
			assert.equal(intervalBounds(earlier, later) === undefined, hasFallen);
		}),
	);
});

test('a share of calls that is no whole number is rounded up', () => {
	const bounds = (fast: number, slow: number) =>
		intervalBounds(histogramOf([]), histogramOf([...Array(fast).fill(1), ...Array(slow).fill(2)]));
	assert.deepEqual([bounds(50, 51)?.p50, bounds(51, 50)?.p50], [2, 1]);
	assert.deepEqual([bounds(148, 2)?.p99, bounds(149, 1)?.p99], [2, 1]);
});

test('30 slow calls after 300,000 fast ones are seen in the interval, not in the total', () => {
	const earlier = {calls: 300_000, buckets: [{boundMicroseconds: 1, cumulativeCount: 300_000}]};
	const later = {
		calls: 301_030,
		buckets: [
			{boundMicroseconds: 1, cumulativeCount: 301_000},
			{boundMicroseconds: 33_816, cumulativeCount: 301_030},
		],
	};
	assert.deepEqual(intervalBounds(earlier, later), {calls: 1030, p50: 1, p99: 33_816, p999: 33_816, max: 33_816});
});
