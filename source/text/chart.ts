import {plot} from 'asciichart';
import {cellWidth} from './cell-width.js';
import {fit} from './fit.js';
import type {Glyphs} from './glyphs.js';

export type ChartOptions = {
	readonly width: number;
	readonly height: number;
	readonly glyphs: Glyphs;
	/** Formats the labels of the scale. */
	readonly format: (n: number) => string;
	/** A dotted line with a label; the scale always includes it. */
	readonly limit?: {readonly value: number; readonly label: string} | undefined;
	/** The scale begins at the lower of this value and the smallest reading; undefined: at the smallest reading. */
	readonly minimum?: number | undefined;
	/** Number of readings ever taken, of which `values` are the last ones; `values.length` by default. */
	readonly taken?: number | undefined;
};

type Scale = {readonly min: number; readonly max: number; readonly rows: number};

/**
asciichart's ten symbols in its order: the axis at zero, the axis, both ends of a line, level, the four corners,
vertical.
*/
const unicodeSymbols = ['─', ' ', '╶', '╴', '─', '╰', '╭', '╮', '╯', '│'];
const asciiSymbols = ['-', ' ', '-', '-', '-', '`', ',', '.', "'", '|'];

/** Largest drawn value. The difference of larger values could be infinite, and asciichart would throw. */
const largest = 1e300;

const isKnown = (value: number | undefined): value is number => value !== undefined && Math.abs(value) < largest;

/**
The numbers of readings that one column of a chart may stand for, apart from a power of ten: 1, 1.5, …, 8, 10, 15, ….
When the readings no longer fit, the next larger number is used. It is at most twice as large, so the chart is then at
least half full.
*/
const columnSteps = [1, 1.5, 2, 2.5, 3, 4, 5, 6, 8];

/**
Number of readings for each column, so that all `readings` fit into `columns`: 1, 2, 3, 4, 5, 6, 8, 10, 15, 20, 25 …
*/
export function readingsPerColumn(readings: number, columns: number): number {
	for (let power = 1; ; power *= 10) {
		const step = columnSteps
			.map(each => each * power)
			.find(each => Number.isInteger(each) && each * Math.max(1, columns) >= readings);
		if (step !== undefined) {
			return step;
		}
	}
}

/**
At most `columns` values, newest last. Each is the largest of a group of readings, so that peaks stay visible. A group
without values is a gap. Groups count from the first reading ever taken, so that a new reading changes only the last
column.
*/
export function downsampled(
	values: ReadonlyArray<number | undefined>,
	columns: number,
	taken = values.length,
): Array<number | undefined> {
	const step = readingsPerColumn(values.length, columns);
	if (step === 1) {
		return [...values];
	}

	const groups: Array<number | undefined> = [];
	for (let end = values.length, size = taken % step || step; end > 0; end -= size, size = step) {
		const known = values.slice(Math.max(0, end - size), end).filter(isKnown);
		groups.unshift(known.length > 0 ? Math.max(...known) : undefined);
	}

	return groups.slice(-columns);
}

function scaleOf(known: readonly number[], {minimum, limit}: ChartOptions, rows: number): Scale {
	const ends = [...known, ...(limit === undefined ? [] : [limit.value]), ...(minimum === undefined ? [] : [minimum])];
	const min = ends.length > 0 ? Math.min(...ends) : 0;
	const max = ends.length > 0 ? Math.max(...ends) : 0;
	return {min, max: max > min ? max : min + Math.max(1, Math.abs(min)), rows};
}

/**
The row of a value, from 1 at the bottom. Row 0 is left out, because asciichart draws another symbol for the axis there.
*/
const rowOf = (value: number, {min, max, rows}: Scale): number => 1 + ((value - min) / (max - min)) * (rows - 1);

/** Runs of known values, each with its first column. */
function runsOf(values: ReadonlyArray<number | undefined>): Array<{start: number; values: number[]}> {
	const runs: Array<{start: number; values: number[]}> = [];
	let isOpen = false;
	for (const [column, value] of values.entries()) {
		if (isKnown(value)) {
			if (isOpen) {
				runs.at(-1)?.values.push(value);
			} else {
				runs.push({start: column, values: [value]});
			}
		}

		isOpen = isKnown(value);
	}

	return runs;
}

/** The plot without its axis: `rows` rows of one character for each column. */
function plotted(values: ReadonlyArray<number | undefined>, scale: Scale, glyphs: Glyphs): string[][] {
	const canvas = Array.from({length: scale.rows}, () => Array.from({length: values.length}, () => ' '));
	for (const run of runsOf(values)) {
		const drawn = plot(
			run.values.map(value => rowOf(value, scale)),
			{
				min: 1,
				max: scale.rows,
				height: scale.rows - 1,
				offset: 1,
				format: () => ' ',
				symbols: glyphs.isAscii ? asciiSymbols : unicodeSymbols,
			},
		).split('\n');
		for (const [row, text] of drawn.entries()) {
			for (const [column, character] of [...text].entries()) {
				const cells = canvas[row];
				if (cells !== undefined && character !== ' ' && run.start + column < cells.length) {
					cells[run.start + column] = character;
				}
			}
		}
	}

	return canvas;
}

/**
Draws dots on the limit's row wherever the curve leaves it free. The label is drawn at the left or the right end, if one
of them has room for all of it.
*/
function drawLimit(canvas: string[][], columns: number, scale: Scale, {limit, glyphs}: ChartOptions): void {
	const cells = limit === undefined ? undefined : canvas[scale.rows - Math.round(rowOf(limit.value, scale))];
	if (limit === undefined || cells === undefined) {
		return;
	}

	const dot = glyphs.isAscii ? '.' : '┈';
	const label = [...` ${limit.label} `];
	const isFree = (start: number) => start >= 0 && cells.slice(start, start + label.length).every(cell => cell === ' ');
	const start = [2, columns - label.length - 2].find(isFree);
	for (const [column, character] of cells.entries()) {
		if (character === ' ') {
			cells[column] = (start === undefined ? undefined : label[column - start]) ?? dot;
		}
	}
}

/**
Which rows have a label: both ends, and between them every row, every second or every fourth. If rounding makes two
labels equal, only the ends have a label, because an equal label would be wrong in one of the rows.
*/
function labelledRows(labels: readonly string[]): (row: number) => boolean {
	const last = labels.length - 1;
	const every = labels.length < 8 ? 1 : labels.length < 16 ? 2 : 4;
	const between = (row: number) => row % every === 0 && last - row >= every;
	const shown = labels.filter((_, row) => row === 0 || row === last || between(row));
	const isDistinct = new Set(shown).size === shown.length;
	return row => row === 0 || row === last || (isDistinct && between(row));
}

/**
A line chart of exactly `height` lines of at most `width` cells, with its scale at the left and the newest reading at
the right. Gaps stay open. If there are more readings than columns, each column is the largest of 2, 3, 4 … readings.
Without a known value the chart is blank.
*/
export function chart(values: ReadonlyArray<number | undefined>, options: ChartOptions): string[] {
	const {width, height, glyphs, format} = options;
	const rows = Math.max(0, Math.floor(height));
	const known = values.filter(isKnown);
	if (known.length === 0 || width < 1 || rows < 1) {
		return Array.from({length: rows}, () => '');
	}

	const scale = scaleOf(known, options, rows);
	const labels = Array.from({length: rows}, (_, row) =>
		format(rows === 1 ? Math.max(...known) : scale.max - (row * (scale.max - scale.min)) / (rows - 1)),
	);
	const labelWidth = Math.max(...labels.map(cellWidth));
	const hasLabels = width - labelWidth - 1 >= 4;
	const columns = hasLabels ? width - labelWidth - 1 : width;
	const shown = downsampled(values, columns, options.taken);
	const padded = [...Array.from({length: columns - shown.length}, () => undefined), ...shown];
	const canvas = plotted(padded, scale, glyphs);
	drawLimit(canvas, columns, scale, options);

	const isLabelled = labelledRows(labels);
	return canvas.map((cells, row) => {
		const axis = glyphs.isAscii ? '|' : isLabelled(row) ? '┤' : '│';
		const text = isLabelled(row) ? (labels[row] ?? '') : '';
		const label = hasLabels ? fit(text, labelWidth, 'right', glyphs.ellipsis) + axis : '';
		return (label + cells.join('')).trimEnd();
	});
}
