import {isSingleCelled} from '../text/single-cells.js';
import {isBlankCell, type StyledCell, showsOnBlank} from '../text/styled-cells.js';
import {styleChange} from './style-change.js';

/** Position and style of the terminal's cursor. Row and column count from 0; undefined if they are uncertain. */
export type Pen = {
	readonly row: number | undefined;
	readonly column: number | undefined;
	/** The SGR parameters of the style, such as `1;91`; empty for plain text. */
	readonly style: string;
};

/** A text for the terminal, and the pen after the text was written. */
export type Stroke = {readonly text: string; readonly pen: Pen};

const digitsOf = (value: number): number =>
	value < 10 ? 1 : value < 100 ? 2 : value < 1000 ? 3 : String(value).length;

/** Number of bytes of a control sequence with one parameter. The parameter 1 is left out, because it is the default. */
const controlLength = (value: number): number => 3 + (value === 1 ? 0 : digitsOf(value));

/** A control sequence: ESC [, the parameter and the letter. */
const control = (value: number, letter: string): string => `\u001B[${value === 1 ? '' : value}${letter}`;

const absoluteLength = (row: number, column: number): number =>
	column === 0 ? controlLength(row + 1) : 4 + (row === 0 ? 0 : digitsOf(row + 1)) + digitsOf(column + 1);

const absolute = (row: number, column: number): string =>
	column === 0 ? control(row + 1, 'H') : `\u001B[${row === 0 ? '' : row + 1};${column + 1}H`;

function alongRowLength(from: number | undefined, to: number): number {
	if (from === to) {
		return 0;
	}

	const jump = controlLength(to + 1);
	if (from === undefined) {
		return jump;
	}

	if (from < to) {
		return Math.min(jump, controlLength(to - from));
	}

	return to === 0 ? 1 : Math.min(jump, from - to, controlLength(from - to));
}

function alongRow(from: number | undefined, to: number): string {
	if (from === to) {
		return '';
	}

	const length = alongRowLength(from, to);
	if (to === 0 && from !== undefined) {
		return '\r';
	}

	if (from === undefined || length === controlLength(to + 1)) {
		return control(to + 1, 'G');
	}

	if (from < to) {
		return control(to - from, 'C');
	}

	const back = from - to;
	return length === back ? '\b'.repeat(back) : control(back, 'D');
}

function alongColumnLength(from: number, to: number): number {
	const rows = Math.abs(to - from);
	return rows === 0 ? 0 : rows === 1 ? 2 : controlLength(rows);
}

/**
The shortest movement within a column. IND (ESC D) and RI (ESC M) are shortest for a single row. They don't scroll,
because the target row exists. Line feeds are not used: the terminal driver may turn them into CR LF.
*/
function alongColumn(from: number, to: number): string {
	const rows = Math.abs(to - from);
	if (rows === 1) {
		return to > from ? '\u001BD' : '\u001BM';
	}

	return rows === 0 ? '' : control(rows, to > from ? 'B' : 'A');
}

/** Number of bytes of the shortest movement from the pen's position that is not absolute; infinite if there is none. */
function relativeLength({row: fromRow, column: fromColumn}: Pen, row: number, column: number): number {
	return fromRow === undefined || (fromColumn === undefined && fromRow !== row)
		? Number.POSITIVE_INFINITY
		: alongColumnLength(fromRow, row) + alongRowLength(fromColumn, column);
}

/** Whether the shortest movement is relative. Within a row it is, unless the column is unknown. */
const isRelative = (pen: Pen, row: number, length: number, wholeLength: number): boolean =>
	pen.row === row ? pen.column !== undefined || length <= wholeLength : length < wholeLength;

/**
Number of bytes of the shortest movement to a cell. No text is made, because lengths are compared a thousand times for
each frame.
*/
export function moveLength(pen: Pen, row: number, column: number): number {
	const length = relativeLength(pen, row, column);
	const wholeLength = absoluteLength(row, column);
	return isRelative(pen, row, length, wholeLength) ? length : wholeLength;
}

/** Moves the cursor to a cell by the shortest movement. */
export function moveTo(pen: Pen, row: number, column: number): Stroke {
	const relative = isRelative(pen, row, relativeLength(pen, row, column), absoluteLength(row, column));
	return {
		text: relative ? alongColumn(pen.row ?? row, row) + alongRow(pen.column, column) : absolute(row, column),
		pen: {row, column, style: pen.style},
	};
}

/**
The style in which a cell is written. A blank is written in the present style, `style`, if this style is invisible on
blanks.
*/
export const withStyleFor = (style: string, cell: StyledCell): string =>
	isBlankCell(cell) && !showsOnBlank(style) ? style : cell.style;

/**
Writes cells at the position of the pen.

@param columns The terminal's width, in cells.
*/
export function writeCells(pen: Pen, cells: readonly StyledCell[], columns: number): Stroke {
	let {style} = pen;
	let isCertain = true;
	let text = '';
	for (const cell of cells) {
		// A cell without text is the second half of a wide character, which is already written.
		if (cell.text !== '') {
			const wanted = withStyleFor(style, cell);
			text += styleChange(style, wanted) + cell.text;
			style = wanted;
			isCertain &&= isSingleCelled(cell.text);
		}
	}

	// After the last column the position is uncertain, because terminals wrap only before the next character. It is also
	// uncertain after unusual characters, on whose width terminals disagree.
	const column = (pen.column ?? 0) + cells.length;
	const isKnown = pen.column !== undefined && isCertain && column < columns;
	return {
		text,
		pen: {row: column < columns ? pen.row : undefined, column: isKnown ? column : undefined, style},
	};
}
