import {wrapWhole} from '../../text/wrap-words.js';

export type Fact = readonly [label: string, value: string];

export const detailsWidth = (columns: number): number => Math.min(columns, 100);

/** Lines of the screen that stay visible around a details box: header and verdict above it, keys below it. */
const rowsAround = {above: 2, below: 1};

/** Least height of a screen, in lines, from which a details box leaves the lines around it visible. */
const roomyRows = 12;

/**
The first line and the largest height of a details box on a screen of `rows` lines. The first line is fixed, so that the
rows don't move when the box grows.
*/
export const detailsRoom = (rows: number): {readonly top: number; readonly height: number} =>
	rows < roomyRows
		? {top: 0, height: rows}
		: {top: rowsAround.above, height: rows - rowsAround.above - rowsAround.below};

/**
The details of a list row, wrapped to the width of the box. If the row has left the list, `facts` is undefined, and one
row says so.
*/
export function detailRows(facts: readonly Fact[] | undefined, columns: number): readonly Fact[] {
	const labelWidth = Math.max(4, ...(facts ?? []).map(([label]) => label.length));
	return (facts ?? [['gone', 'this row is no longer in the list'] as const]).flatMap(([label, value]) =>
		wrapWhole(value, Math.max(10, detailsWidth(columns) - labelWidth - 8)).map(
			(text, index) => [index === 0 ? label : '', text] as const,
		),
	);
}
