import assert from 'node:assert/strict';
import test from 'node:test';
import fc from 'fast-check';
import stringWidth from 'string-width';
import {cellWidth, isSingleCelled} from '../../source/text/cell-width.js';

const cases: ReadonlyArray<readonly [text: string, cells: number]> = [
	['', 0],
	['GET user:1', 10],
	['┌─ Memory ─┐', 12],
	['≤33.8 ms …', 10],
	['850 µs', 6],
	['日本', 4],
	['e\u0301', 1],
	['👨‍👩‍👧', 2],
];

for (const [text, cells] of cases) {
	test(`"${text}" takes ${cells} cells`, () => {
		assert.equal(cellWidth(text), cells);
	});
}

test('the fast path agrees with string-width on every character that it accepts', () => {
	for (let code = 0; code <= 0xffff; code++) {
		const text = String.fromCharCode(code);
		if (isSingleCelled(text)) {
			assert.equal(stringWidth(text), 1, `U+${code.toString(16)}`);
		}
	}
});

test('the width of two texts with a blank between is the sum', () => {
	fc.assert(
		fc.property(fc.string({unit: 'grapheme'}), fc.string({unit: 'grapheme'}), (left, right) => {
			assert.equal(cellWidth(`${left} ${right}`), cellWidth(left) + 1 + cellWidth(right));
		}),
		{numRuns: 200},
	);
});
