import assert from 'node:assert/strict';
import test from 'node:test';
import fc from 'fast-check';
import {cellWidth} from '../../source/text/cell-width.js';
import {asciiGlyphs, unicodeGlyphs as glyphs} from '../../source/text/glyphs.js';
import {sparkline} from '../../source/text/sparkline.js';

test('newest at the right, gaps blank, zero lowest', () => {
	assert.equal(sparkline([0, 1, undefined, 7], 6, glyphs), '  ▁▂ █');
	assert.equal(sparkline([0, 1, undefined, 7], 2, glyphs), ' █');
	assert.equal(sparkline([0, 1, undefined, 7], 6, asciiGlyphs), '  _. @');
});

test('nothing, and nothing but zeros', () => {
	assert.equal(sparkline([], 3, glyphs), '   ');
	assert.equal(sparkline([0, 0], 3, glyphs), ' ▁▁');
});

test('a given scale clamps', () => {
	assert.equal(sparkline([0.5, 1, 2], 3, glyphs, {max: 1}), '▅██');
	assert.equal(sparkline([90, 100], 2, glyphs, {min: 90, max: 100}), '▁█');
});

test('the default scale follows the largest value in steps, so that a new peak rarely changes it', () => {
	assert.equal(sparkline([500, 810], 2, glyphs), sparkline([500, 990], 2, glyphs).replace('█', '▇'));
	assert.equal(sparkline([1000, 500], 2, glyphs), '█▅');
	assert.equal(sparkline([0.004, Number.MIN_VALUE], 2, glyphs), '█▂');
	assert.equal(sparkline([1.7e308], 1, glyphs), '█');
});

test('exactly the width for any readings', () => {
	const value = fc.option(fc.double(), {nil: undefined});
	fc.assert(
		fc.property(fc.array(value), fc.integer({min: -1, max: 50}), (values, width) => {
			assert.equal(cellWidth(sparkline(values, width, glyphs)), Math.max(0, width));
		}),
	);
});
