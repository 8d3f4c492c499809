import assert from 'node:assert/strict';
import test from 'node:test';
import fc from 'fast-check';
import {cellWidth} from '../../source/text/cell-width.js';
import {asciiGlyphs as glyphs} from '../../source/text/glyphs.js';
import {meter} from '../../source/text/meter.js';

const cases: ReadonlyArray<readonly [ratio: number | undefined, bar: string]> = [
	[0, '..........'],
	[0.001, '#.........'],
	[0.5, '#####.....'],
	[0.999, '#########.'],
	[1, '##########'],
	[1.7, '##########'],
	[-1, '..........'],
	[undefined, '-         '],
];

for (const [ratio, bar] of cases) {
	test(`${ratio} is ${bar}`, () => {
		assert.equal(meter(ratio, 10, glyphs), bar);
	});
}

test('exactly the width', () => {
	fc.assert(
		fc.property(fc.option(fc.double(), {nil: undefined}), fc.integer({min: -1, max: 50}), (ratio, width) => {
			assert.equal(cellWidth(meter(ratio, width, glyphs)), Math.max(0, width));
		}),
	);
});
