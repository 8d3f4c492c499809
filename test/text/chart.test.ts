import assert from 'node:assert/strict';
import test from 'node:test';
import fc from 'fast-check';
import {cellWidth} from '../../source/text/cell-width.js';
import {chart, downsampled, readingsPerColumn} from '../../source/text/chart.js';
import {asciiGlyphs, unicodeGlyphs} from '../../source/text/glyphs.js';
import {bytes} from '../../source/text/units.js';

const base = {width: 20, height: 5, glyphs: unicodeGlyphs, format: (n: number) => n.toFixed(0)};

test('a rise, a gap and a fall, newest at the right', () => {
	assert.deepEqual(chart([0, 1, 2, 3, 4, undefined, 4, 2, 0], base), [
		'4┤             ╭ ─╮',
		'3┤            ╭╯  │',
		'2┤           ╭╯   ╰╮',
		'1┤          ╭╯     │',
		'0┤         ─╯      ╰',
	]);
});

test('ASCII', () => {
	assert.deepEqual(chart([0, 2, 2, 0], {...base, width: 8, height: 3, glyphs: asciiGlyphs}), [
		'2|   ,-.',
		'1|   | |',
		"0|  -' `",
	]);
});

test('the limit is within the scale, dotted and named', () => {
	const lines = chart([10, 10, 10], {...base, width: 24, format: bytes, minimum: 0, limit: {value: 40, label: 'max'}});
	assert.deepEqual(lines, ['40B┤┈┈ max ┈┈┈┈┈┈┈┈┈┈┈┈┈', '30B┤', '20B┤', '10B┤                 ───', ' 0B┤']);
});

test('one value, equal values and a height of one', () => {
	assert.deepEqual(chart([5], {...base, width: 8, height: 1}), ['5┤     ─']);
	assert.deepEqual(chart([5, 5, 5], {...base, width: 8, height: 3}), ['10┤', ' 8┤', ' 5┤  ───']);
});

test('no rounded label appears twice', () => {
	assert.deepEqual(chart([0, 0], {...base, width: 8}), ['1┤', ' │', ' │', ' │', '0┤    ──']);
});

test('nothing known is blank', () => {
	assert.deepEqual(chart([undefined, Number.NaN], {...base, height: 2}), ['', '']);
});

test('readings are grouped in steps', () => {
	assert.deepEqual(
		[1, 10, 11, 20, 21, 51, 101].map(readings => readingsPerColumn(readings, 10)),
		[1, 1, 2, 2, 3, 6, 15],
	);
});

test('a column is the largest of its group, and a group of gaps is a gap', () => {
	assert.deepEqual(downsampled([1, 9, 2, undefined, undefined, undefined, 3, 4], 4), [9, 2, undefined, 4]);
	// The newest group has one of its two readings, then both. The oldest group that is dropped moves no other group.
	assert.deepEqual(downsampled([9, 2, undefined, undefined, undefined, 3, 4], 4, 7), [9, undefined, 3, 4]);
	assert.deepEqual(downsampled([9, 2, undefined, undefined, undefined, 3, 4, 5], 4, 8), [9, undefined, 3, 5]);
	assert.deepEqual(downsampled([2, undefined, undefined, undefined, 3, 4, 5], 4, 8), [2, undefined, 3, 5]);
});

test('exactly the height and at most the width, for any readings and any size', () => {
	const value = fc.option(fc.oneof(fc.double(), fc.double({min: 0, max: 1e10})), {nil: undefined});
	fc.assert(
		fc.property(
			fc.array(value),
			fc.integer({min: -1, max: 80}),
			fc.integer({min: -1, max: 20}),
			fc.option(fc.double({min: 0, max: 1e12, noNaN: true}), {nil: undefined}),
			(values, width, height, limit) => {
				const lines = chart(values, {
					width,
					height,
					glyphs: unicodeGlyphs,
					format: bytes,
					limit: limit === undefined ? undefined : {value: limit, label: 'maxmemory'},
				});
				assert.equal(lines.length, Math.max(0, height));
				for (const line of lines) {
					assert.ok(cellWidth(line) <= Math.max(0, width), JSON.stringify(line));
				}
			},
		),
	);
});

test("the limit's label is whole or missing", () => {
	const top = (values: readonly number[]) =>
		chart(values, {
			width: 40,
			height: 4,
			glyphs: unicodeGlyphs,
			format: bytes,
			limit: {value: 10, label: 'maxmemory'},
		})[0];
	const full = (from: number, to: number) =>
		Array.from({length: 36}, (_, index) => (index >= from && index < to ? 10 : 1));
	assert.match(top(full(0, 0)) ?? '', /┤┈┈ maxmemory ┈/);
	assert.match(top(full(5, 12)) ?? '', /─.*┈ maxmemory ┈┈$/);
	assert.doesNotMatch(top(full(5, 30)) ?? '', /m/);
});
