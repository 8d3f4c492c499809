import {cellWidth} from './cell-width.js';
import {fit, padLine} from './fit.js';
import type {Glyphs} from './glyphs.js';
import {type Line, type Span, span, type Tone} from './line.js';

export type Column<Row> = {
	readonly id: string;
	readonly title: string;
	readonly align?: 'left' | 'right';
	/** Least width in cells. */
	readonly minWidth: number;
	/**
	Largest width in cells. For long content, a column grows up to this width; a flexible column grows only into room that
	is left.
	*/
	readonly maxWidth?: number;
	/** Whether the column takes the width that the other columns leave, up to `maxWidth`. */
	readonly isFlexible?: boolean;
	/**
	Whether the column identifies its row. Such a column grows to its content before columns with a priority above 2 are
	shown.
	*/
	readonly isEssential?: boolean;
	/** Columns with the largest numbers are dropped first on a narrow screen; a column with 1 is never dropped. */
	readonly priority: number;
	readonly text: (row: Row) => string;
	readonly tone?: (row: Row) => Tone;
};

export type ColumnLayout<Row> = {
	readonly width: number;
	readonly columns: ReadonlyArray<{readonly column: Column<Row>; readonly width: number}>;
};

export type ListSort = {readonly id: string; readonly isInverted: boolean};

/** Width in cells of the space before the first column. It has the mark of the selected row. */
const gutter = 1;

/**
Number of rows that are measured for a column's width; measuring all rows would take too long each time the screen is
drawn.
*/
const measuredRows = 100;

/** Widths grow in steps of this size, in cells, so that they don't change with every sample. */
const growthStep = 4;

/** Width of columns in cells, with the gutter and the blanks between them. */
function widthOf<Row>(
	columns: ReadonlyArray<Column<Row>>,
	widthOfColumn: (column: Column<Row>) => number = ({minWidth}) => minWidth,
): number {
	return columns.reduce((sum, column) => sum + widthOfColumn(column), gutter + Math.max(0, columns.length - 1));
}

/** Columns whose `priority` is larger than this make room for the content of an essential column. */
const lastBesideEssential = 2;

/** The columns that fit. The sorted column is never dropped, so that the reason for the order stays visible. */
function columnsThatFit<Row>(
	columns: ReadonlyArray<Column<Row>>,
	rows: readonly Row[],
	width: number,
	sorted: string | undefined,
): Array<Column<Row>> {
	const kept = [...columns];
	const wished = new Map(
		columns.filter(({isEssential}) => isEssential).map(each => [each.id, contentWidth(each, rows)]),
	);
	const wish = ({id, minWidth}: Column<Row>) => wished.get(id) ?? minWidth;
	const droppable = columns
		.filter(({id, priority}) => priority > 1 && id !== sorted)
		.sort((a, b) => a.priority - b.priority);
	for (let last = droppable.at(-1); last !== undefined; last = droppable.at(-1)) {
		if (widthOf(kept) <= width && (last.priority <= lastBesideEssential || widthOf(kept, wish) <= width)) {
			break;
		}

		kept.splice(kept.indexOf(last), 1);
		droppable.pop();
	}

	return kept;
}

/** The width of the widest content of a column, at least `minWidth` and at most `maxWidth`. */
function contentWidth<Row>(column: Column<Row>, rows: readonly Row[]): number {
	let widest = column.minWidth;
	for (const row of rows.slice(0, measuredRows)) {
		widest = Math.max(widest, cellWidth(column.text(row)));
	}

	return Math.min(column.maxWidth ?? Number.POSITIVE_INFINITY, widest);
}

function wishedWidth<Row>(column: Column<Row>, rows: readonly Row[]): number {
	const limit = column.maxWidth ?? (column.isFlexible ? Number.POSITIVE_INFINITY : column.minWidth);
	if (column.isFlexible || limit <= column.minWidth) {
		return limit;
	}

	const steps = Math.ceil((contentWidth(column, rows) - column.minWidth) / growthStep);
	return Math.min(limit, column.minWidth + steps * growthStep);
}

/**
The columns that fit into `width` cells, and their widths. Every column gets its least width. Then columns with a
`maxWidth` grow to the width of their content, essential ones first, and flexible columns take the rest. One blank
separates two columns, and one cell stands before the first.

@param rows The rows that are shown. Their content is measured.
@param list The id of the column by which the list is sorted, and all rows of the list. The content of essential columns
is measured in the first rows of the list, so that scrolling drops no column.
*/
export function columnLayout<Row>(
	columns: ReadonlyArray<Column<Row>>,
	rows: readonly Row[],
	width: number,
	{sorted, all = rows}: {readonly sorted?: string | undefined; readonly all?: readonly Row[]} = {},
): ColumnLayout<Row> {
	const fitting = columnsThatFit(columns, all, width, sorted);
	const widths = new Map(fitting.map(column => [column.id, column.minWidth]));
	let room = width - widthOf(fitting);
	const turn = ({isFlexible = false, isEssential = false}: Column<Row>) => (isFlexible ? 2 : isEssential ? 0 : 1);
	for (const column of fitting.toSorted((a, b) => turn(a) - turn(b))) {
		const grown = Math.max(0, Math.min(room, wishedWidth(column, rows) - column.minWidth));
		widths.set(column.id, column.minWidth + grown);
		room -= grown;
	}

	return {width, columns: fitting.map(column => ({column, width: widths.get(column.id) ?? column.minWidth}))};
}

function joined(spans: readonly Span[]): Line {
	const merged: Span[] = [];
	for (const next of spans) {
		const last = merged.at(-1);
		if (last?.tone === next.tone) {
			merged[merged.length - 1] = span(last.text + next.text, last.tone);
		} else {
			merged.push(next);
		}
	}

	return merged;
}

function titleText(title: string, width: number, align: 'left' | 'right', mark: string, ellipsis: string): string {
	if (mark === '' || width < 2) {
		return fit(title, width, align, ellipsis);
	}

	const shown = cellWidth(title) < width ? title : fit(title, width - 1, 'left', ellipsis).trimEnd();
	return fit(shown + mark, width, align, ellipsis);
}

/**
The titles, exactly as wide as the layout. The sorted column has an arrow: down for the default order, up for inverted.
*/
export function headerLine<Row>(layout: ColumnLayout<Row>, sort: ListSort | undefined, glyphs: Glyphs): Line {
	const spans: Span[] = [span(' '.repeat(gutter), 'label')];
	for (const [index, {column, width}] of layout.columns.entries()) {
		const isSorted = sort?.id === column.id;
		const mark = isSorted ? (sort.isInverted ? glyphs.up : glyphs.down) : '';
		const text = titleText(column.title, width, column.align ?? 'left', mark, glyphs.ellipsis);
		spans.push(span(index === 0 ? '' : ' ', 'label'), {
			...span(text, isSorted ? 'accent' : 'label'),
			target: {column: column.id},
		});
	}

	return padLine(spans, layout.width, glyphs.ellipsis);
}

/**
One list row, exactly as wide as the layout. A selected row has a `>`, and its spans have `isUnderCursor`. The spans
keep their tones, so that a severity stays visible. There, a blank between two cells of one tone has that tone as well:
where the cursor is inverse, a plain blank would be a white gap in a coloured block.
*/
export function rowLine<Row>(
	layout: ColumnLayout<Row>,
	row: Row,
	{isSelected, glyphs}: {readonly isSelected: boolean; readonly glyphs: Glyphs},
): Line {
	const spans: Span[] = [span((isSelected ? '>' : ' ').repeat(gutter))];
	for (const [index, {column, width}] of layout.columns.entries()) {
		const text = fit(column.text(row), width, column.align ?? 'left', glyphs.ellipsis);
		const tone = column.tone?.(row) ?? 'plain';
		const isBlock = isSelected && index > 0 && spans.at(-1)?.tone === tone;
		spans.push(span(index === 0 ? '' : ' ', isBlock ? tone : 'plain'), span(text, tone));
	}

	const padded = padLine(joined(spans), layout.width, glyphs.ellipsis);
	return isSelected ? padded.map(each => ({...each, isUnderCursor: true})) : padded;
}
