import assert from 'node:assert/strict';
import test from 'node:test';
import fc from 'fast-check';
import stringWidth from 'string-width';
import {cellWidth} from '../../source/text/cell-width.js';
import {isSingleCelled} from '../../source/text/single-cells.js';

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

test('the fast path takes what screens are drawn with, and agrees with string-width on every character it takes', () => {
	const taken = Array.from({length: 0x1_00_00}, (_, code) => String.fromCharCode(code)).filter(isSingleCelled);
	for (const text of taken) {
		assert.equal(stringWidth(text), 1, `U+${text.charCodeAt(0).toString(16)}`);
	}

	assert.ok([...'aZ09 ~é│─┌█▁⡇⣿…→≤'].every(character => taken.includes(character)));
});

test('the width of two texts with a blank between is the sum', () => {
	fc.assert(
		fc.property(fc.string({unit: 'grapheme'}), fc.string({unit: 'grapheme'}), (left, right) => {
			assert.equal(cellWidth(`${left} ${right}`), cellWidth(left) + 1 + cellWidth(right));
		}),
		{numRuns: 200},
	);
});
