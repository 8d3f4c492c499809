import {wrapWhole} from '../../text/wrap-words.js';

export type Fact = readonly [label: string, value: string];

export const detailsWidth = (columns: number): number => Math.min(columns, 100);

/**
Numbers of screen lines that stay visible around a details box: header and verdict above it, the last line below it.
*/
const rowsAround = {above: 2, below: 1};

/** Least height of a screen, in lines, from which a details box leaves the lines around it visible. */
const roomyRows = 12;

/**
The first line and the largest height of a details box on a screen of `rows` lines. The first line is fixed, so that the
text in the box doesn't move when the box grows.
*/
export const detailsRoom = (rows: number): {readonly top: number; readonly height: number} =>
	rows < roomyRows
		? {top: 0, height: rows}
		: {top: rowsAround.above, height: rows - rowsAround.above - rowsAround.below};

/**
The details of a list row, wrapped to the width of the box. `facts` is undefined if the row has left the list. The box
then has a single row, which says that.
*/
export function detailRows(facts: readonly Fact[] | undefined, columns: number): readonly Fact[] {
	const labelWidth = Math.max(4, ...(facts ?? []).map(([label]) => label.length));
	return (facts ?? [['gone', 'this row is no longer in the list'] as const]).flatMap(([label, value]) =>
		wrapWhole(value, Math.max(10, detailsWidth(columns) - labelWidth - 8)).map(
			(text, index) => [index === 0 ? label : '', text] as const,
		),
	);
}
