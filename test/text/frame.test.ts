import assert from 'node:assert/strict';
import test from 'node:test';
import fc from 'fast-check';
import {lineWidth} from '../../source/text/fit.js';
import {beside, frame, innerHeight, innerWidth, pairs, stacked} from '../../source/text/frame.js';
import {asciiGlyphs, unicodeGlyphs as glyphs} from '../../source/text/glyphs.js';
import {line, plainText, span} from '../../source/text/line.js';

const box = (width: number, height: number, more = {}) =>
	frame({title: 'Memory', right: '60s', lines: [line('used 5.46G')], width, height, glyphs, ...more}).map(plainText);

test('title left, the other text right', () => {
	assert.deepEqual(box(24, 4), [
		'┌─ Memory ─────── 60s ─┐',
		'│used 5.46G            │',
		'│                      │',
		'└──────────────────────┘',
	]);
});

test('padding', () => {
	assert.deepEqual(box(18, 3, {padding: 1, glyphs: asciiGlyphs}), [
		'+- Memory - 60s -+',
		'| used 5.46G     |',
		'+----------------+',
	]);
});

test('a narrow frame drops the right text, then cuts the title, then drops the border', () => {
	assert.equal(box(17, 3)[0], '┌─ Memory ──────┐');
	assert.equal(box(10, 3)[0], '┌─ Mem… ─┐');
	assert.deepEqual(box(5, 3), ['┌───┐', '│us…│', '└───┘']);
	assert.deepEqual(box(3, 3), ['us…', '   ', '   ']);
	assert.deepEqual(box(12, 2), ['used 5.46G  ', '            ']);
	assert.deepEqual(box(12, 0), []);
});

test('blocks beside and below each other', () => {
	const left = {lines: [line('a')], width: 2};
	const right = {lines: [line('1'), line('2')], width: 1};
	assert.deepEqual(beside([left, right], 2).map(plainText), ['a 1', '  2']);
	assert.deepEqual(stacked([line('a')], [line('b')]).map(plainText), ['a', 'b']);
});

test('values are aligned after the longest label', () => {
	const rows = pairs(
		[
			['used', '5.46G'],
			['policy', [span('noeviction', 'warning')]],
		],
		14,
	);
	assert.deepEqual(rows.map(plainText), ['used    5.46G', 'policy  noevi…']);
});

test('a frame is exactly as large as asked, its inside what it says', () => {
	fc.assert(
		fc.property(
			fc.string(),
			fc.string(),
			fc.array(fc.string({unit: 'grapheme'})),
			fc.integer({min: 0, max: 60}),
			fc.integer({min: 0, max: 20}),
			fc.constantFrom(0 as const, 1 as const),
			(title, right, texts, width, height, padding) => {
				const lines = texts.map(text => line(text));
				const drawn = frame({title, right, lines, width, height, glyphs, padding});
				assert.deepEqual(
					drawn.map(lineWidth),
					Array.from({length: height}, () => width),
				);
				assert.ok(innerWidth(width, padding) <= width && innerHeight(width, height) <= height);
			},
		),
	);
});

test('beside never exceeds its widths, pairs never theirs', () => {
	fc.assert(
		fc.property(fc.array(fc.tuple(fc.string(), fc.string())), fc.integer({min: 0, max: 40}), (rows, width) => {
			const lines = pairs(rows, width);
			assert.ok(lines.every(row => lineWidth(row) <= width));
			assert.ok(beside([{lines, width}], rows.length).every(row => lineWidth(row) === width));
		}),
	);
});
