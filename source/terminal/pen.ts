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

const shortest = (first: string, ...others: readonly string[]): string =>
	others.reduce((best, text) => (text.length < best.length ? text : best), first);

/** A parameter of 1 is left out. */
const parameter = (value: number): string => (value === 1 ? '' : String(value));

const absolute = (row: number, column: number): string =>
	`\u001B[${parameter(row + 1)}${column === 0 ? '' : `;${column + 1}`}H`;

function alongRow(from: number | undefined, to: number): string {
	if (from === to) {
		return '';
	}

	const jump = `\u001B[${parameter(to + 1)}G`;
	if (from === undefined) {
		return jump;
	}

	return from < to
		? shortest(jump, `\u001B[${parameter(to - from)}C`)
		: shortest(jump, '\b'.repeat(from - to), to === 0 ? '\r' : jump);
}

/** The shortest way of the cursor. No line feeds: what becomes of their column is for the terminal's driver to say. */
export function moveTo({row: fromRow, column: fromColumn, style}: Pen, row: number, column: number): Stroke {
	const text =
		fromRow === row
			? shortest(alongRow(fromColumn, column), ...(fromColumn === undefined ? [absolute(row, column)] : []))
			: fromRow !== undefined && fromColumn !== undefined && fromRow < row
				? shortest(absolute(row, column), `\u001B[${parameter(row - fromRow)}B${alongRow(fromColumn, column)}`)
				: absolute(row, column);
	return {text, pen: {row, column, style}};
}

/** A blank is written in whatever style leaves it blank. */
export const withStyleFor = ({style}: Pen, cell: StyledCell): string =>
	isBlankCell(cell) && !showsOnBlank(style) ? style : cell.style;

/** Writes cells where the pen stands. @param columns The terminal's width. */
export function writeCells(pen: Pen, cells: readonly StyledCell[], columns: number): Stroke {
	let {style} = pen;
	let isCertain = true;
	let text = '';
	for (const cell of cells) {
		// The second half of a wide character came with the first.
		if (cell.text !== '') {
			const wanted = withStyleFor({...pen, style}, cell);
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
