import {isSingleCelled} from '../text/single-cells.js';
import type {Patch} from './row-patches.js';
import {styleChange} from './style-change.js';

/** SGR sequences, the only escape sequences of a frame. */
const styleSequences = /\u001B\[[\d;]*m/g;

/** The characters of charts. A chart that moves by one cell changes most of its cells without being a new screen. */
const chartCharacters = /[\u2581-\u2588\u2800-\u28ff]/;

const bareOf = (row: string): string => (row.includes('\u001B') ? row.replaceAll(styleSequences, '') : row);

/**
Whether two texts differ at `most` positions or more. Missing characters at the end of the shorter text count as blanks.
*/
function differAt(before: string, after: string, most: number): boolean {
	let changed = 0;
	for (let index = Math.max(before.length, after.length) - 1; index >= 0 && changed < most; index--) {
		const shown = index < before.length ? before.charCodeAt(index) : blank;
		changed += shown === (index < after.length ? after.charCodeAt(index) : blank) ? 0 : 1;
	}

	return changed >= most;
}

/** The code of a blank. */
const blank = 0x20;

/**
Whether a frame is a different screen from the frame before, such as after a change of the panel. That is so if in a
third of the rows at least a third of the cells changed; rows of charts don't count. All rows are then written whole,
because comparing them cell by cell takes longer than it saves.
*/
export function isNewScreen(before: readonly string[], after: readonly string[], columns: number): boolean {
	let left = after.reduce((count, next, row) => count + (before[row] !== undefined && before[row] !== next ? 1 : 0), 0);
	let rows = 0;
	for (let row = 0; row < after.length && (rows + left) * 3 >= after.length && rows * 3 < after.length; row++) {
		const [shown, next] = [before[row], after[row] ?? ''];
		if (shown === undefined || shown === next) {
			continue;
		}

		left -= 1;
		const [bareShown, bareNext] = [bareOf(shown), bareOf(next)];
		const isChart = chartCharacters.test(bareShown) && chartCharacters.test(bareNext);
		rows += !isChart && differAt(bareShown, bareNext, columns / 3) ? 1 : 0;
	}

	return rows * 3 >= after.length;
}

/**
A patch that writes a whole row and erases the cells behind it. Undefined for a row of uncertain width, which has to be
cut cell by cell.
*/
export function wholeRow(row: number, text: string, columns: number): Patch | undefined {
	const bare = bareOf(text);
	if (!isSingleCelled(bare) || bare.length > columns) {
		return undefined;
	}

	const isStyled = bare.length < text.length;
	return {
		row,
		column: 0,
		firstStyle: () => '',
		draw: ({style}) => ({
			text: `${styleChange(style, '')}${text}${isStyled ? '\u001B[m' : ''}${bare.length < columns ? '\u001B[K' : ''}`,
			pen: {row: undefined, column: undefined, style: ''},
		}),
	};
}
