import {isSingleCelled} from '../text/cell-width.js';
import {isSameCell, type StyledCell} from '../text/styled-cells.js';

/** Cells of a row that have moved one to the left: `from` to `to` (inclusive) hold what stood one further right. */
export type Shift = {readonly from: number; readonly to: number};

/** A shift takes about 20 bytes; fewer changed cells are written again. */
const fewestChanged = 5;

/** Of some characters a terminal may think otherwise than we do. */
const isCertain = (cells: readonly StyledCell[]): boolean =>
	cells.every(({text}) => text !== '' && (isSingleCelled(text) || isBraille(text)));

const isBraille = (text: string): boolean => /^[\u2800-\u28ff]$/.test(text);

/**
Where a chart or a sparkline has moved on by one sample: whole stretches of cells that can be moved instead of written.
None in a row with wide characters, of which half would be moved, nor with any whose width is not beyond doubt.
*/
export function shiftsIn(before: readonly StyledCell[], after: readonly StyledCell[]): Shift[] {
	const shifts: Shift[] = [];
	for (let column = 0; column < after.length - 1; column++) {
		let [first, last, changed] = [-1, -1, 0];
		while (column < after.length - 1 && isSameCell(after[column], before[column + 1])) {
			if (!isSameCell(after[column], before[column])) {
				first = first === -1 ? column : first;
				last = column;
				changed += 1;
			}

			column += 1;
		}

		if (changed >= fewestChanged) {
			shifts.push({from: first, to: last});
		}
	}

	return shifts.length > 0 && isCertain(before) && isCertain(after) ? shifts : [];
}

const blank: StyledCell = {text: ' ', style: ''};

/** The row after the shift was made: the cell behind it is empty. */
export const shifted = (cells: readonly StyledCell[], {from, to}: Shift): readonly StyledCell[] => [
	...cells.slice(0, from),
	...cells.slice(from + 1, to + 2),
	blank,
	...cells.slice(to + 2),
];
