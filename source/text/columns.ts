import {cellWidth} from './cell-width.js';
import {fit, padLine} from './fit.js';
import type {Glyphs} from './glyphs.js';
import {type Line, type Span, span, type Tone} from './line.js';

export type Column<Row> = {
	readonly id: string;
	readonly title: string;
	readonly align?: 'left' | 'right';
	/** Cells it has at least. */
	readonly minWidth: number;
	/** Cells it grows to when its content asks for them, or, if flexible, when there is room. */
	readonly maxWidth?: number;
	/** Takes what the others leave; without `maxWidth` all of it. */
	readonly isFlexible?: boolean;
	/** 1 is never dropped; the larger, the earlier it goes when the width is too small. */
	readonly priority: number;
	readonly text: (row: Row) => string;
	readonly tone?: (row: Row) => Tone;
};

export type ColumnLayout<Row> = {
	readonly width: number;
	readonly columns: ReadonlyArray<{readonly column: Column<Row>; readonly width: number}>;
};

export type ListSort = {readonly id: string; readonly isInverted: boolean};

/** One cell before the first column holds the selection's mark. */
const gutter = 1;

/** Rows looked at for a column's need. More would cost more than a frame may, and say little else. */
const measuredRows = 100;

/** Widths grow in steps of so many cells, so that they don't change with every sample. */
const growthStep = 4;

/** Cells that the columns take at least, with the gutter and the blanks between them. */
function leastWidth<Row>(columns: ReadonlyArray<Column<Row>>): number {
	return columns.reduce((sum, column) => sum + column.minWidth, gutter + Math.max(0, columns.length - 1));
}

function columnsThatFit<Row>(columns: ReadonlyArray<Column<Row>>, width: number): Array<Column<Row>> {
	const kept = [...columns];
	const droppable = columns.filter(column => column.priority > 1).sort((a, b) => a.priority - b.priority);
	while (leastWidth(kept) > width) {
		const dropped = droppable.pop();
		if (dropped === undefined) {
			break;
		}

		kept.splice(kept.indexOf(dropped), 1);
	}

	return kept;
}

function wishedWidth<Row>(column: Column<Row>, rows: readonly Row[]): number {
	const limit = column.maxWidth ?? (column.isFlexible ? Number.POSITIVE_INFINITY : column.minWidth);
	if (column.isFlexible || limit <= column.minWidth) {
		return limit;
	}

	let widest = column.minWidth;
	for (const row of rows.slice(0, measuredRows)) {
		widest = Math.max(widest, cellWidth(column.text(row)));
	}

	const steps = Math.ceil((widest - column.minWidth) / growthStep);
	return Math.min(limit, column.minWidth + steps * growthStep);
}

/**
Which columns fit into `width` cells, and how wide each is: every one gets its least width, then those with a `maxWidth`
grow to what their content asks for, then flexible ones take the rest. One blank stands between two columns and one
cell before the first.
*/
export function columnLayout<Row>(
	columns: ReadonlyArray<Column<Row>>,
	rows: readonly Row[],
	width: number,
	_glyphs: Glyphs,
): ColumnLayout<Row> {
	const fitting = columnsThatFit(columns, width);
	const widths = new Map(fitting.map(column => [column.id, column.minWidth]));
	let room = width - leastWidth(fitting);
	const byNeed = [...fitting].sort((a, b) => Number(a.isFlexible ?? false) - Number(b.isFlexible ?? false));
	for (const column of byNeed) {
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

/** The columns' titles, exactly the layout's width; the sorted one carries an arrow (down: its own order, up: inverted). */
export function headerLine<Row>(layout: ColumnLayout<Row>, sort: ListSort | undefined, glyphs: Glyphs): Line {
	const spans: Span[] = [span(' '.repeat(gutter), 'label')];
	for (const [index, {column, width}] of layout.columns.entries()) {
		const isSorted = sort?.id === column.id;
		const mark = isSorted ? (sort.isInverted ? glyphs.up : glyphs.down) : '';
		const text = titleText(column.title, width, column.align ?? 'left', mark, glyphs.ellipsis);
		spans.push(span(index === 0 ? '' : ' ', 'label'), span(text, isSorted ? 'accent' : 'label'));
	}

	return padLine(joined(spans), layout.width, glyphs.ellipsis);
}

/** One row, exactly the layout's width. A selected one has `>` before it as well as its tone. */
export function rowLine<Row>(
	layout: ColumnLayout<Row>,
	row: Row,
	{isSelected, glyphs}: {readonly isSelected: boolean; readonly glyphs: Glyphs},
): Line {
	const spans: Span[] = [span((isSelected ? '>' : ' ').repeat(gutter), isSelected ? 'selected' : 'plain')];
	for (const [index, {column, width}] of layout.columns.entries()) {
		const tone = isSelected ? 'selected' : (column.tone?.(row) ?? 'plain');
		const text = fit(column.text(row), width, column.align ?? 'left', glyphs.ellipsis);
		spans.push(span(index === 0 ? '' : ' ', isSelected ? 'selected' : 'plain'), span(text, tone));
	}

	const drawn = joined(spans);
	const padded = padLine(drawn, layout.width, glyphs.ellipsis);
	return isSelected && padded !== drawn ? joined(padded.map(({text}) => span(text, 'selected'))) : padded;
}
