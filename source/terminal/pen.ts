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

/** A movement of the cursor. Its text is made only when it is written, because lengths are compared far more often. */
type Move = {readonly length: number; readonly text: () => string};

const shortest = (first: Move, ...others: readonly Move[]): Move =>
	others.reduce((best, move) => (move.length < best.length ? move : best), first);

const digitsOf = (value: number): number =>
	value < 10 ? 1 : value < 100 ? 2 : value < 1000 ? 3 : String(value).length;

/** A parameter of a control sequence. The parameter 1 is left out, because it is the default. */
const parameter = (value: number): string => (value === 1 ? '' : String(value));

/** A control sequence as a movement: ESC [, the parameter and the letter. */
const control = (value: number, letter: string): Move => ({
	length: 3 + (value === 1 ? 0 : digitsOf(value)),
	text: () => `\u001B[${parameter(value)}${letter}`,
});

const noMove: Move = {length: 0, text: () => ''};

const absolute = (row: number, column: number): Move =>
	column === 0
		? control(row + 1, 'H')
		: {
				length: 4 + (row === 0 ? 0 : digitsOf(row + 1)) + digitsOf(column + 1),
				text: () => `\u001B[${parameter(row + 1)};${column + 1}H`,
			};

function alongRow(from: number | undefined, to: number): Move {
	if (from === to) {
		return noMove;
	}

	const jump = control(to + 1, 'G');
	if (from === undefined) {
		return jump;
	}

	if (from < to) {
		return shortest(jump, control(to - from, 'C'));
	}

	const back = from - to;
	const byOne: Move = {length: back, text: () => '\b'.repeat(back)};
	return to === 0 ? {length: 1, text: () => '\r'} : shortest(jump, byOne, control(back, 'D'));
}

/**
The shortest movement within a column. IND (ESC D) and RI (ESC M) are shortest for a single row. They don't scroll,
because the target row exists. Line feeds are not used: the terminal driver may turn them into CR LF.
*/
function alongColumn(from: number, to: number): Move {
	const rows = Math.abs(to - from);
	if (rows === 1) {
		return {length: 2, text: () => (to > from ? '\u001BD' : '\u001BM')};
	}

	return rows === 0 ? noMove : control(rows, to > from ? 'B' : 'A');
}

function shortestMove({row: fromRow, column: fromColumn}: Pen, row: number, column: number): Move {
	if (fromRow === undefined) {
		return absolute(row, column);
	}

	if (fromColumn === undefined) {
		return fromRow === row ? shortest(alongRow(undefined, column), absolute(row, column)) : absolute(row, column);
	}

	const down = alongColumn(fromRow, row);
	const along = alongRow(fromColumn, column);
	const both: Move = {length: down.length + along.length, text: () => down.text() + along.text()};
	return fromRow === row ? both : shortest(absolute(row, column), both);
}

/** Number of bytes of the shortest movement to a cell. */
export const moveLength = (pen: Pen, row: number, column: number): number => shortestMove(pen, row, column).length;

/** Moves the cursor to a cell by the shortest movement. */
export const moveTo = (pen: Pen, row: number, column: number): Stroke => ({
	text: shortestMove(pen, row, column).text(),
	pen: {row, column, style: pen.style},
});

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
