import assert from 'node:assert/strict';
import test from 'node:test';
import fc from 'fast-check';
import {counterRate} from '../../source/domain/rate.js';

const runId = fc.constantFrom('a', 'b', undefined);
const reading = fc.record({
	// A clock's grain: microseconds.
	elapsedMs: fc
		.maxSafeNat()
		.map(large => large % 1e12)
		.map(elapsedMicroseconds => elapsedMicroseconds / 1000),
	runId,
	total: fc.integer({min: 0, max: 2 ** 53 - 1}),
});

test('a rate is never negative, infinite or NaN', () => {
	fc.assert(
		fc.property(reading, reading, (earlier, later) => {
			const rate = counterRate(earlier, later);
			assert.ok(rate === undefined || (rate >= 0 && Number.isFinite(rate)));
		}),
	);
});

test('a rate is known exactly when process, direction and time allow it', () => {
	fc.assert(
		fc.property(reading, reading, (earlier, later) => {
			const isKnown =
				earlier.runId === later.runId && later.total >= earlier.total && later.elapsedMs > earlier.elapsedMs;
			assert.equal(counterRate(earlier, later) !== undefined, isKnown);
		}),
	);
});

const cases: ReadonlyArray<readonly [string, Parameters<typeof counterRate>, number | undefined]> = [
	[
		'ten in two seconds',
		[
			{elapsedMs: 0, runId: 'a', total: 5},
			{elapsedMs: 2000, runId: 'a', total: 15},
		],
		5,
	],
	[
		'nothing happened',
		[
			{elapsedMs: 0, runId: 'a', total: 5},
			{elapsedMs: 500, runId: 'a', total: 5},
		],
		0,
	],
	[
		'another process',
		[
			{elapsedMs: 0, runId: 'a', total: 5},
			{elapsedMs: 500, runId: 'b', total: 9},
		],
		undefined,
	],
	[
		'run id hidden',
		[
			{elapsedMs: 0, runId: undefined, total: 5},
			{elapsedMs: 500, runId: undefined, total: 9},
		],
		8,
	],
	[
		'CONFIG RESETSTAT',
		[
			{elapsedMs: 0, runId: 'a', total: 5},
			{elapsedMs: 500, runId: 'a', total: 1},
		],
		undefined,
	],
	[
		'the same moment',
		[
			{elapsedMs: 9, runId: 'a', total: 5},
			{elapsedMs: 9, runId: 'a', total: 8},
		],
		undefined,
	],
];

for (const [name, [earlier, later], rate] of cases) {
	test(`counterRate: ${name}`, () => {
		assert.equal(counterRate(earlier, later), rate);
	});
}
