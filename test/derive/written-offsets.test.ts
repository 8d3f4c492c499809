import assert from 'node:assert/strict';
import test from 'node:test';
import fc from 'fast-check';
import {WrittenOffsets} from '../../source/derive/written-offsets.js';

const offsetsOf = (readings: ReadonlyArray<readonly [second: number, offset: number]>, capacity = 1800) => {
	const offsets = new WrittenOffsets(capacity, 'a');
	for (const [second, offset] of readings) {
		offsets.push({elapsedMs: second * 1000, offset});
	}

	return offsets;
};

const cases: ReadonlyArray<
	readonly [string, readonly (readonly [number, number])[], number, number | undefined, number?]
> = [
	['nothing is known', [], 5, undefined],
	['one reading, and its own offset', [[0, 100]], 100, 0],
	['one reading, and an offset before it', [[0, 100]], 50, undefined],
	['one reading, with the rate since the start', [[0, 100]], 50, undefined, 10],
	['an offset ahead', [[0, 100]], 120, 0],
	[
		'between two readings',
		[
			[0, 100],
			[2, 200],
		],
		150,
		1,
	],
	[
		'the age counts from the last second with this offset',
		[
			[0, 100],
			[60, 100],
			[61, 200],
		],
		100,
		1,
	],
	[
		'older than the first reading, at the rate seen since',
		[
			[0, 100],
			[10, 200],
		],
		50,
		15,
	],
	[
		'older than the first reading, and nothing was written since',
		[
			[0, 100],
			[10, 100],
		],
		50,
		undefined,
	],
	[
		'the same, with the rate since the start',
		[
			[0, 100],
			[10, 100],
		],
		50,
		15,
		10,
	],
];
for (const [name, readings, offset, expected, leastRate] of cases) {
	test(`written offsets: ${name}`, () => {
		assert.equal(offsetsOf(readings).ageSeconds(offset, leastRate), expected);
	});
}

test('written offsets: an older offset is never younger, and no age is negative', () => {
	fc.assert(
		fc.property(
			fc.array(fc.nat(1000), {minLength: 2, maxLength: 60}),
			fc.nat(40_000),
			fc.nat(40_000),
			(steps, a, b) => {
				const readings = steps.map((_, second) => {
					const written = steps.slice(0, second + 1).reduce((sum, step) => sum + step, 20_000);
					return [second, written] as const;
				});
				const offsets = offsetsOf(readings, 30);
				const [older, younger] = [offsets.ageSeconds(Math.min(a, b)), offsets.ageSeconds(Math.max(a, b))];
				assert.ok(older === undefined || younger === undefined || older >= younger - 1e-6);
				assert.ok((younger ?? 0) >= 0);
			},
		),
	);
});

test('written offsets: which reading can follow', () => {
	const offsets = offsetsOf([[10, 100]]);
	assert.ok(offsets.isFollowedBy({elapsedMs: 11_000, offset: 100}));
	assert.ok(!offsets.isFollowedBy({elapsedMs: 11_000, offset: 99}), 'the offset has started over');
	assert.ok(!offsets.isFollowedBy({elapsedMs: 9000, offset: 100}), 'another recording, with another clock');
	assert.ok(offsetsOf([]).isFollowedBy({elapsedMs: 0, offset: 0}));
});
