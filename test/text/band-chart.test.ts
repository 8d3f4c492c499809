import assert from 'node:assert/strict';
import {test} from 'node:test';
import fc from 'fast-check';
import {type BandChartOptions, bandChart, readingsPerChartColumn} from '../../source/text/band-chart.js';
import {cellWidth} from '../../source/text/cell-width.js';
import {asciiGlyphs, blockGlyphs, unicodeGlyphs} from '../../source/text/glyphs.js';
import {plainText} from '../../source/text/line.js';
import {bytes, count, seconds} from '../../source/text/units.js';

const base: BandChartOptions = {
	width: 14,
	height: 6,
	glyphs: unicodeGlyphs,
	format: n => n.toFixed(0),
	perColumn: 1,
	taken: 10,
	max: 10,
};

const drawn = (values: ReadonlyArray<number | undefined>, options: Partial<BandChartOptions> = {}): string[] =>
	bandChart(values, {...base, ...options}).map(plainText);

test('an area from 0 on, a gap, and the newest reading at the right', () => {
	assert.deepEqual(drawn([0, 2, 4, 6, 8, undefined, 10, 5]), [
		'10┤         ⣿ ',
		'  │       ⣿ ⣿ ',
		' 5┤      ⣿⣿ ⣿⣤',
		'  │     ⣿⣿⣿ ⣿⣿',
		' 0┤   ⣀⣿⣿⣿⣿ ⣿⣿',
		'  └───────────',
	]);
});

test('blocks where there is no braille, and a line by asciichart in ASCII', () => {
	const blocks = drawn([1, 5, 10], {glyphs: blockGlyphs, height: 3});
	assert.match(blocks.join('\n'), /█/);
	assert.doesNotMatch(blocks.join('\n'), /[\u2800-\u28FF]/);
	const ascii = drawn([1, 5, 10], {glyphs: asciiGlyphs});
	assert.match(ascii.join('\n'), /^[\x00-\x7F]+$/);
});

test('a column of several readings shows their band: calm up to the smallest, brighter up to the largest', () => {
	const lines = bandChart([2, 8, 2, 8], {...base, perColumn: 4, taken: 4});
	const last = lines.map(spans => spans.at(-1));
	assert.deepEqual(
		last.slice(0, 5).map(each => each?.tone),
		['plain', 'accent', 'accent', 'accent', 'label'],
	);
});

test('limits are dotted lines with their names, and events are marks below', () => {
	const lines = drawn([1, 1, 1], {
		width: 30,
		limits: [{value: 8, label: '80%', tone: 'warning'}],
		marks: [
			{readingsAgo: 2, severity: 'critical'},
			{readingsAgo: 0, severity: 'info'},
			{readingsAgo: 500, severity: 'critical'},
		],
	});
	assert.match(lines[0] ?? '', /│?.* 80% ┈/);
	assert.match(lines[5] ?? '', /─!─\^$/);
});

test('the axis is dotted below readings of another source', () => {
	const values = [1, 1, 1, 1, 1, 1];
	assert.equal(drawn(values, {ownReadings: 2})[5], '  └┈┈┈┈┈┈┈┈┈──');
	assert.equal(drawn(values, {ownReadings: 0})[5], '  └┈┈┈┈┈┈┈┈┈┈┈');
	assert.equal(drawn(values, {ownReadings: 3, perColumn: 2, taken: 3})[5], '  └┈┈┈┈┈┈┈┈┈──');
	assert.equal(drawn(values)[5], '  └───────────');
});

test('no two labels of a scale are equal, whatever the readings', () => {
	for (const format of [bytes, count, seconds, (n: number) => n.toFixed(0)]) {
		for (const value of [0, 0.001, 0.4, 1, 3, 999, 1e6, 32 * 1024 * 1024]) {
			for (const height of [3, 4, 5, 12, 40]) {
				const labels = drawn([value, value], {format, height, width: 40, max: undefined})
					.map(text => text.split(/[┤│└]/)[0]?.trim())
					.filter(Boolean);
				assert.equal(new Set(labels).size, labels.length, labels.join());
			}
		}
	}
});

test('any readings, any size: exactly the height, never wider', () => {
	const value = fc.option(fc.double({min: 0, max: 1e15, noNaN: true}), {nil: undefined});
	fc.assert(
		fc.property(
			fc.array(value, {maxLength: 80}),
			fc.integer({min: 0, max: 60}),
			fc.integer({min: 0, max: 20}),
			fc.integer({min: 1, max: 9}),
			fc.constantFrom(unicodeGlyphs, blockGlyphs, asciiGlyphs),
			(values, width, height, perColumn, glyphs) => {
				const lines = drawn(values, {
					width,
					height,
					perColumn,
					glyphs,
					taken: values.length,
					format: bytes,
					max: undefined,
				});
				assert.equal(lines.length, height);
				for (const text of lines) {
					assert.ok(cellWidth(text) <= Math.max(width, 0), text);
				}
			},
		),
	);
});

test('one more reading moves all columns by one at most', () => {
	const values = Array.from({length: 40}, (_, index) => (index * 7) % 11);
	for (const perColumn of [1, 2, 3, 5]) {
		for (let taken = 30; taken < 40; taken++) {
			const frame = (until: number) =>
				drawn(values.slice(0, until), {perColumn, taken: until, max: 11}).map(text => text.slice(3));
			const [before, after] = [frame(taken), frame(taken + 1)];
			for (const [row, text] of after.slice(0, 5).entries()) {
				const old = before[row] ?? '';
				assert.ok(text.slice(0, -1) === old.slice(0, -1) || text.slice(0, -1) === old.slice(1), `${old}|${text}`);
			}
		}
	}
});

test('a window fits into its columns', () => {
	assert.equal(readingsPerChartColumn(60, 110), 1);
	assert.equal(readingsPerChartColumn(300, 110), 3);
	assert.equal(readingsPerChartColumn(1800, 0), 1800);
});
