import {isSingleCelled} from '../text/single-cells.js';
import {isSameCell, type StyledCell} from '../text/styled-cells.js';

/**
A run of cells whose content has moved one cell to the left. Cells `from` to `to` (inclusive) now have the content of
`from + 1` to `to + 1`.
*/
export type Shift = {readonly from: number; readonly to: number};

/** Least number of changed cells for which a shift is used. A shift takes about 20 bytes. */
const fewestChanged = 5;

/** Whether terminals agree on the width of all characters in the cells. */
const isCertain = (cells: readonly StyledCell[]): boolean =>
	cells.every(({text}) => text !== '' && isSingleCelled(text));

/**
The runs of cells whose content has moved one cell to the left, as in a chart after one more sample. They are shifted
instead of written again. A row with wide characters or characters of uncertain width has no shifts.
*/
export function shiftsIn(before: readonly StyledCell[], after: readonly StyledCell[]): Shift[] {
	const shifts: Shift[] = [];
	for (let column = 0; column < after.length - 1; column++) {
		let first = -1;
		let last = -1;
		let changed = 0;
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

/** The row after a shift. The cell behind the shifted cells is blank. */
export const shifted = (cells: readonly StyledCell[], {from, to}: Shift): readonly StyledCell[] => [
	...cells.slice(0, from),
	...cells.slice(from + 1, to + 2),
	blank,
	...cells.slice(to + 2),
];
