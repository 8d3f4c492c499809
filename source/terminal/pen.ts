import {isSingleCelled} from '../text/cell-width.js';
import {isBlankCell, type StyledCell, showsOnBlank} from '../text/styled-cells.js';
import {styleChange} from './style-change.js';

/** Where the terminal's cursor stands and what it writes with, both counted from 0; undefined: not known for certain. */
export type Pen = {
	readonly row: number | undefined;
	readonly column: number | undefined;
	/** SGR parameters; empty for none. */
	readonly style: string;
};

/** What is sent, and the pen after it. */
export type Stroke = {readonly text: string; readonly pen: Pen};

/** A way of the cursor, not yet written: its length is asked for far more often than its text. */
type Way = {readonly length: number; readonly text: () => string};

const shortest = (first: Way, ...others: readonly Way[]): Way =>
	others.reduce((best, way) => (way.length < best.length ? way : best), first);

const digitsOf = (value: number): number =>
	value < 10 ? 1 : value < 100 ? 2 : value < 1000 ? 3 : String(value).length;

/** A parameter of 1 is left out. */
const parameter = (value: number): string => (value === 1 ? '' : String(value));

/** ESC [, the parameter and the letter. */
const control = (value: number, letter: string): Way => ({
	length: 3 + (value === 1 ? 0 : digitsOf(value)),
	text: () => `\u001B[${parameter(value)}${letter}`,
});

const nowhere: Way = {length: 0, text: () => ''};

const absolute = (row: number, column: number): Way =>
	column === 0
		? control(row + 1, 'H')
		: {
				length: 4 + (row === 0 ? 0 : digitsOf(row + 1)) + digitsOf(column + 1),
				text: () => `\u001B[${parameter(row + 1)};${column + 1}H`,
			};

function alongRow(from: number | undefined, to: number): Way {
	if (from === to) {
		return nowhere;
	}

	const jump = control(to + 1, 'G');
	if (from === undefined) {
		return jump;
	}

	if (from < to) {
		return shortest(jump, control(to - from, 'C'));
	}

	const back = from - to;
	const byOne: Way = {length: back, text: () => '\b'.repeat(back)};
	return to === 0 ? {length: 1, text: () => '\r'} : shortest(jump, byOne, control(back, 'D'));
}

/**
Keeps the column. IND and RI are shortest for a single row (and never scroll: there is a row to go to). No line feeds:
what becomes of their column is for the terminal's driver to say.
*/
function alongColumn(from: number, to: number): Way {
	const rows = Math.abs(to - from);
	if (rows === 1) {
		return {length: 2, text: () => (to > from ? '\u001BD' : '\u001BM')};
	}

	return rows === 0 ? nowhere : control(rows, to > from ? 'B' : 'A');
}

function wayTo({row: fromRow, column: fromColumn}: Pen, row: number, column: number): Way {
	if (fromRow === undefined) {
		return absolute(row, column);
	}

	if (fromColumn === undefined) {
		return fromRow === row ? shortest(alongRow(undefined, column), absolute(row, column)) : absolute(row, column);
	}

	const down = alongColumn(fromRow, row);
	const along = alongRow(fromColumn, column);
	const both: Way = {length: down.length + along.length, text: () => down.text() + along.text()};
	return fromRow === row ? both : shortest(absolute(row, column), both);
}

/** Bytes of the cursor's shortest way. */
export const moveLength = (pen: Pen, row: number, column: number): number => wayTo(pen, row, column).length;

/** The cursor's shortest way. */
export const moveTo = (pen: Pen, row: number, column: number): Stroke => ({
	text: wayTo(pen, row, column).text(),
	pen: {row, column, style: pen.style},
});

/** A blank is written in whatever style leaves it blank. */
export const withStyleFor = (style: string, cell: StyledCell): string =>
	isBlankCell(cell) && !showsOnBlank(style) ? style : cell.style;

/** Writes cells where the pen stands. @param columns The terminal's width. */
export function writeCells(pen: Pen, cells: readonly StyledCell[], columns: number): Stroke {
	let {style} = pen;
	let isCertain = true;
	let text = '';
	for (const cell of cells) {
		// The second half of a wide character came with the first.
		if (cell.text !== '') {
			const wanted = withStyleFor(style, cell);
			text += styleChange(style, wanted) + cell.text;
			style = wanted;
			isCertain &&= isSingleCelled(cell.text);
		}
	}

	// In the last column a terminal waits with going on; and of an unusual character it may think otherwise than we do.
	const column = (pen.column ?? 0) + cells.length;
	const isKnown = pen.column !== undefined && isCertain && column < columns;
	return {
		text,
		pen: {row: column < columns ? pen.row : undefined, column: isKnown ? column : undefined, style},
	};
}
