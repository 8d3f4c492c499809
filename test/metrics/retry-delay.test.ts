import assert from 'node:assert/strict';
import {test} from 'node:test';
import {retryDelayMs} from '../../source/metrics/retry-delay.js';

test('the time between attempts doubles up to 30 s, half of it at random, and Retry-After may ask for more', () => {
	const cases: ReadonlyArray<
		readonly [failures: number, retryAfterMs: number | undefined, random: number, expected: number]
	> = [
		[1, undefined, 0, 500],
		[1, undefined, 1, 1000],
		[2, undefined, 1, 2000],
		[6, undefined, 1, 30_000],
		[10_000, undefined, 0, 15_000],
		[1, 7000, 1, 7000],
		[6, 7000, 1, 30_000],
	];
	for (const [failures, retryAfterMs, random, expected] of cases) {
		assert.equal(retryDelayMs(failures, retryAfterMs, random), expected);
	}
});
