import assert from 'node:assert/strict';
import test from 'node:test';
import {styledCharsFromTokens, tokenize} from '@alcalzone/ansi-tokenize';
import fc from 'fast-check';
import {cellWidth} from '../../source/text/cell-width.js';
import {showsOnBlank, styledCells} from '../../source/text/styled-cells.js';

const sequence = fc.constantFrom(
	'',
	'\u001B[31m',
	'\u001B[39m',
	'\u001B[1m',
	'\u001B[22m',
	'\u001B[7m',
	'\u001B[27m',
	'\u001B[1;91m',
	'\u001B[0m',
	'\u001B[m',
	'\u001B[48;5;17m',
	'\u001B[49m',
);
const word = fc.stringMatching(/^[ -~─█▃…é漢👍]{0,6}$/u);
const row = fc.array(fc.tuple(sequence, word), {maxLength: 12}).map(parts => parts.flat().join(''));

/** The cells by ansi-tokenize alone. */
function tokenizedCells(text: string, columns: number): Array<[string, string]> {
	const cells: Array<[string, string]> = [];
	for (const {value, styles} of styledCharsFromTokens(tokenize(text))) {
		const style = styles
			.map(({code}) => code.slice(2, -1))
			.filter(Boolean)
			.join(';');
		const width = cellWidth(value);
		if (cells.length + width > columns) {
			break;
		}

		if (width > 0) {
			cells.push(value === ' ' && !showsOnBlank(style) ? [' ', ''] : [value, style]);
		}

		for (let extra = 1; extra < width; extra++) {
			cells.push(['', style]);
		}
	}

	return [...cells, ...Array.from({length: columns - cells.length}, (): [string, string] => [' ', ''])];
}

test('a row has the cells of its tokens, at every width', () => {
	fc.assert(
		fc.property(row, fc.integer({min: 1, max: 40}), (text, columns) => {
			assert.deepEqual(
				styledCells(text, columns).map(({text: character, style}) => [character, style]),
				tokenizedCells(text, columns),
			);
		}),
	);
});

test('equal cells are the same object', () => {
	const [first] = styledCells('\u001B[31mx', 1);
	assert.equal(styledCells('y\u001B[31mx', 2)[1], first);
});
