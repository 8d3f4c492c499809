import assert from 'node:assert/strict';
import test from 'node:test';
import fc from 'fast-check';
import * as units from '../../source/text/units.js';

const table: ReadonlyArray<
	readonly [name: string, format: (n: number | undefined) => string, cases: ReadonlyArray<readonly [number, string]>]
> = [
	[
		'bytes',
		units.bytes,
		[
			[0, '0B'],
			[1023, '1023B'],
			[1024, '1.00K'],
			[831_488, '812K'],
			[1023.7 * 1024, '1.00M'],
			[5_862_588_416, '5.46G'],
			[-2048, '-2.00K'],
		],
	],
	['bytesExact', units.bytesExact, [[5_862_588_416, '5,862,588,416']]],
	[
		'count',
		units.count,
		[
			[-1e-14, '0'],
			[-0.6, '-1'],
			[0, '0'],
			[812, '812'],
			[999.6, '1.00k'],
			[47_912, '47.9k'],
			[999_600, '1.00M'],
			[18_211_094, '18.2M'],
		],
	],
	['grouped', units.grouped, [[47_912, '47,912']]],
	[
		'perSecond',
		units.perSecond,
		[
			[0, '0/s'],
			[0.01, '<0.1/s'],
			[0.3, '0.3/s'],
			[9.96, '10/s'],
			[47_912, '47.9k/s'],
		],
	],
	['bytesPerSecond', units.bytesPerSecond, [[11_744_051, '11.2M/s']]],
	[
		'seconds',
		units.seconds,
		[
			[-5, '0s'],
			[0.9, '0s'],
			[59, '59s'],
			[192, '3m12s'],
			[7500, '2h05m'],
			[3_553_200, '41d03h'],
			[8_636_400, '99d23h'],
			[8_640_000, '100d'],
			[104_025_600, '1204d'],
		],
	],
	[
		'milliseconds',
		units.milliseconds,
		[
			[0, '0.0 ms'],
			[0.000_1, '0.001 ms'],
			[0.004, '0.004 ms'],
			[0.04, '0.04 ms'],
			[0.4, '0.4 ms'],
			[33.816, '33.8 ms'],
			[812, '812 ms'],
			[1234, '1.2 s'],
			[123_456, '123 s'],
		],
	],
	[
		'microseconds',
		units.microseconds,
		[
			[0, '0 µs'],
			[2.41, '2.4 µs'],
			[850, '850 µs'],
			[33_816, '33.8 ms'],
		],
	],
	[
		'percent',
		units.percent,
		[
			[0, '0%'],
			[0.0001, '<0.1%'],
			[0.003, '0.3%'],
			[0.91, '91%'],
			[0.9999, '99.9%'],
			[1, '100%'],
		],
	],
	['utcClock', units.utcClock, [[1_795_356_151_120, '14:02:31']]],
	['utcDateTime', units.utcDateTime, [[1_795_356_151_120, '2026-11-22 14:02:31']]],
];

for (const [name, format, cases] of table) {
	test(`${name}: ${cases.map(([, text]) => text).join(' · ')}`, () => {
		for (const [value, expected] of cases) {
			assert.equal(format(value), expected);
		}

		assert.equal(format(undefined), '-');
		assert.equal(format(Number.NaN), '-');
		assert.equal(format(Number.POSITIVE_INFINITY), '-');
	});
}

test('a figure that moves around a step keeps the unit of the largest one near it', () => {
	const near = units.inUnitOf(1.02 * 1024 ** 2);
	assert.deepEqual(
		[1.02, 0.98, 0.5, 0.49].map(n => near.bytes(n * 1024 ** 2)),
		['1.02M', '0.98M', '0.50M', '502K'],
	);
	assert.equal(near.bytes(3 * 1024 ** 2), '3.00M');
	assert.equal(near.bytes(0), '0B');
	assert.equal(near.bytesPerSecond(0.98 * 1024 ** 2), '0.98M/s');
	const rates = units.inUnitOf(1200);
	assert.deepEqual([990, 400, 5, 0].map(rates.perSecond), ['0.99k/s', '400/s', '5.0/s', '0/s']);
	assert.equal(rates.count(990), '0.99k');
	assert.deepEqual(
		[1200, 950, 420].map(us => rates.microseconds(us)),
		['1.2 ms', '0.9 ms', '420 µs'],
	);
	assert.equal(units.inUnitOf(undefined).bytes(1000), '1000B');
	assert.equal(near.bytes(undefined), '-');
});

test('microseconds in ASCII', () => {
	assert.equal(units.microseconds(850, true), '850 us');
});

test('when something will happen', () => {
	assert.equal(units.inAbout(192), 'in about 3m12s');
	assert.equal(units.inAbout(1), 'in about 1s');
	assert.equal(units.inAbout(0.7), 'within a second');
	assert.equal(units.inAbout(0), 'within a second');
});

test('ageSince', () => {
	assert.equal(units.ageSince(1000, 193_000), '3m12s');
	assert.equal(units.ageSince(2000, 1000), '0s');
	assert.equal(units.ageSince(undefined, 1000), '-');
});

test('sizes and counts stay within their cells', () => {
	fc.assert(
		fc.property(fc.double({min: 0, max: 1e18, noNaN: true}), value => {
			assert.ok(units.bytes(value).length <= 5, units.bytes(value));
			assert.ok(units.count(value).length <= 5, units.count(value));
			assert.ok(units.perSecond(value).length <= 7, units.perSecond(value));
			assert.ok(units.seconds(value / 1e10).length <= 6, units.seconds(value / 1e10));
			assert.ok(units.percent(value / 1e18).length <= 5, units.percent(value / 1e18));
		}),
	);
});

test('thousands are grouped as by Intl.NumberFormat for English', () => {
	fc.assert(
		fc.property(fc.oneof(fc.integer(), fc.maxSafeInteger(), fc.double({min: -1e15, max: 1e15, noNaN: true})), n => {
			assert.equal(units.grouped(n), Math.round(n).toLocaleString('en-US').replace(/^-0$/, '0'));
		}),
	);
});

test('the time of some events is rounded up to whole seconds, and never none', () => {
	assert.deepEqual([0, 300, 1000, 1200, 59_900].map(units.wholeSeconds), ['1s', '1s', '1s', '2s', '1m00s']);
});
