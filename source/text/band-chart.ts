import {cellWidth} from './cell-width.js';
import {chart} from './chart.js';
import {fit} from './fit.js';
import type {Glyphs} from './glyphs.js';
import {type Line, type Span, span, type Tone} from './line.js';

export type ChartLimit = {readonly value: number; readonly label: string; readonly tone: 'warning' | 'critical'};

/** An event within the window of a chart, by its distance from the newest reading, in readings. */
export type ChartMark = {readonly readingsAgo: number; readonly severity: 'info' | 'warning' | 'critical'};

export type BandChartOptions = {
	readonly width: number;
	readonly height: number;
	readonly glyphs: Glyphs;
	/** Formats the labels of the scale. */
	readonly format: (n: number) => string;
	/** The number of readings that one column stands for; at least 1. */
	readonly perColumn: number;
	/**
	Number of readings ever taken, of which `values` are the last ones. Columns are counted from the first reading ever
	taken, so a new reading does not regroup older readings.
	*/
	readonly taken: number;
	/**
	Number of the newest readings that redis-top itself took; undefined: all. Below readings of another source, such as
	Prometheus, the axis is dotted.
	*/
	readonly ownReadings?: number | undefined;
	/** The largest value of the scale, such as maxmemory; by default the largest reading, rounded up. */
	readonly max?: number | undefined;
	readonly limits?: readonly ChartLimit[];
	readonly marks?: readonly ChartMark[];
};

/** The smallest and the largest reading of half a column. */
type Range = {readonly min: number; readonly max: number};

/**
The values, times a power of ten, to which the end of a scale is rounded up. Each is about 25 % larger than the one
before: the series R10 of ISO 3.
*/
const roundNumbers = [1, 1.25, 1.6, 2, 2.5, 3.15, 4, 5, 6.3, 8, 10];

function roundedUp(value: number): number {
	const power = 10 ** Math.floor(Math.log10(value));
	return value > 0 ? (roundNumbers.map(each => each * power).find(each => each >= value) ?? value) : 1;
}

const isKnown = (value: number | undefined): value is number => value !== undefined && Number.isFinite(value);

function rangeOf(readings: ReadonlyArray<number | undefined>): Range | undefined {
	const known = readings.filter(isKnown);
	return known.length === 0 ? undefined : {min: Math.min(...known), max: Math.max(...known)};
}

/**
The readings of each column, newest last, as the ranges of its left and its right half. A column of one reading has the
same range twice. Columns are counted from the first reading ever taken: a new reading changes the last column, or moves
all columns by one.
*/
function columnsOf(
	values: ReadonlyArray<number | undefined>,
	columns: number,
	{perColumn, taken}: Pick<BandChartOptions, 'perColumn' | 'taken'>,
): ReadonlyArray<readonly [Range | undefined, Range | undefined]> {
	const halves: Array<readonly [Range | undefined, Range | undefined]> = [];
	const middle = Math.ceil(perColumn / 2);
	let size = taken % perColumn || perColumn;
	for (let end = values.length; end > 0 && halves.length < columns; end -= size, size = perColumn) {
		const readings = values.slice(Math.max(0, end - size), end);
		const left = rangeOf(readings.slice(0, middle));
		halves.unshift(perColumn === 1 ? [left, left] : [left, rangeOf(readings.slice(middle))]);
	}

	return [...Array.from({length: columns - halves.length}, () => [undefined, undefined] as const), ...halves];
}

/** The dots of a braille cell, bottom to top, in its left and its right column. Source: Unicode, block U+2800. */
const brailleDots = [
	[0x40, 0x04, 0x02, 0x01],
	[0x80, 0x20, 0x10, 0x08],
] as const;

/** How much of one row of the plot a value fills, in steps from 0 to `steps`. */
const filledSteps = (value: number, max: number, rows: number, rowFromBottom: number, steps: number): number =>
	Math.max(0, Math.min(steps, Math.round((value / max) * rows * steps) - rowFromBottom * steps));

function brailleCell(halves: readonly [number, number]): string {
	let dots = 0x2800;
	for (const [side, count] of halves.entries()) {
		for (const dot of brailleDots[side === 0 ? 0 : 1].slice(0, count)) {
			dots += dot;
		}
	}

	return String.fromCodePoint(dots);
}

const dotsInCell = 4;

/** One cell of the plot: the character, and whether it lies wholly below the smallest reading of its column. */
function plotCell(
	[left, right]: readonly [Range | undefined, Range | undefined],
	rowFromBottom: number,
	{max, rows, glyphs}: {readonly max: number; readonly rows: number; readonly glyphs: Glyphs},
): {readonly text: string; readonly isBelow: boolean} {
	const known = [left, right].filter(range => range !== undefined);
	if (known.length === 0) {
		return {text: ' ', isBelow: false};
	}

	// A known reading always shows at least its lowest dot, so that the value 0 differs from a gap.
	const least = rowFromBottom === 0 ? 1 : 0;
	const steps = glyphs.plot === 'braille' ? dotsInCell : glyphs.spark.length;
	const fill = (range: Range | undefined) =>
		range === undefined ? 0 : Math.max(least, filledSteps(range.max, max, rows, rowFromBottom, steps));
	const lowest = Math.min(...known.map(range => range.min));
	const isBelow = filledSteps(lowest, max, rows, rowFromBottom, steps) === steps;
	if (glyphs.plot === 'braille') {
		const halves = [fill(left), fill(right)] as const;
		return {text: halves[0] + halves[1] === 0 ? ' ' : brailleCell(halves), isBelow};
	}

	const highest = Math.max(fill(left), fill(right));
	return {text: highest === 0 ? ' ' : (glyphs.spark[highest - 1] ?? ' '), isBelow};
}

/**
Labels for the top, the middle and the bottom of the scale, by row. If rounding makes two labels equal, one of them is
left out.
*/
function scaleLabels(max: number, rows: number, format: (n: number) => string): readonly string[] {
	const labels = Array.from({length: rows}, () => '');
	const wanted: ReadonlyArray<readonly [row: number, value: number]> = [
		[0, max],
		[rows - 1, 0],
		...(rows >= 5 ? [[Math.round((rows - 1) / 2), max * (1 - Math.round((rows - 1) / 2) / (rows - 1))] as const] : []),
	];
	for (const [row, value] of wanted) {
		const text = format(value);
		if (!labels.includes(text)) {
			labels[row] = text;
		}
	}

	return labels;
}

/** The character of the axis below readings of another source, such as Prometheus. */
const otherSource = '┈';

/** The axis below the plot, with a mark at each moment at which something happened. */
function timeAxis(columns: number, {perColumn, marks = [], glyphs, ownReadings}: BandChartOptions): Span[] {
	const ownColumns = ownReadings === undefined ? columns : Math.ceil(ownReadings / perColumn);
	const worst = new Map<number, ChartMark['severity']>();
	const rank = {info: 0, warning: 1, critical: 2};
	for (const {readingsAgo, severity} of marks) {
		const column = columns - 1 - Math.floor(readingsAgo / perColumn);
		const known = worst.get(column);
		if (column >= 0 && (known === undefined || rank[severity] > rank[known])) {
			worst.set(column, severity);
		}
	}

	const spans: Span[] = [];
	for (let column = 0; column < columns; column++) {
		const severity = worst.get(column);
		const tone: Tone = severity === undefined ? 'border' : severity === 'info' ? 'accent' : severity;
		const isOwn = column >= columns - ownColumns;
		const text = severity === undefined ? (isOwn ? glyphs.horizontal : otherSource) : severity === 'info' ? '^' : '!';
		const last = spans.at(-1);
		if (last?.tone === tone) {
			spans[spans.length - 1] = span(last.text + text, tone);
		} else {
			spans.push(span(text, tone));
		}
	}

	return spans;
}

/**
A chart of exactly `height` lines of at most `width` cells. Its scale begins at 0 and stands at the left; the newest
reading is at the right. The area below the smallest reading of a column has the tone `label`. The band up to the
largest reading has the tone `accent`. Limits are dotted lines where no reading covers them. Gaps stay open. Without a
known reading the chart is blank.
*/
export function bandChart(values: ReadonlyArray<number | undefined>, options: BandChartOptions): Line[] {
	const {width, height, glyphs, format, limits = []} = options;
	const known = values.filter(isKnown);
	if (known.length === 0 || width < 8 || height < 2) {
		return Array.from({length: Math.max(0, height)}, () => []);
	}

	if (glyphs.isAscii) {
		return asciiForm(values, options);
	}

	const hasAxis = height >= 5;
	const rows = height - (hasAxis ? 1 : 0);
	const max = options.max ?? roundedUp(Math.max(...known, ...limits.map(({value}) => value)));
	const labels = scaleLabels(max, rows, format);
	const labelWidth = Math.max(...labels.map(cellWidth));
	const columns = Math.max(1, width - labelWidth - 1);
	const halves = columnsOf(values, columns, options);
	const limitRows = new Map(
		limits.map(limit => [rows - 1 - Math.min(rows - 1, Math.floor((limit.value / max) * rows)), limit] as const),
	);
	const lines = labels.map((label, row): Line => {
		const limit = limitRows.get(row);
		const axis = glyphs.isAscii ? '|' : label === '' ? '│' : '┤';
		const spans: Span[] = [span(fit(label, labelWidth, 'right', glyphs.ellipsis), 'label'), span(axis, 'border')];
		for (const [column, range] of halves.entries()) {
			const {text, isBelow} = plotCell(range, rows - 1 - row, {max, rows, glyphs});
			const isLimit = text === ' ' && limit !== undefined;
			const limitText = isLimit ? (` ${limit.label} `[column - 1] ?? (glyphs.isAscii ? '.' : '┈')) : text;
			const tone: Tone = isLimit ? limit.tone : text === ' ' ? 'plain' : isBelow ? 'label' : 'accent';
			const last = spans.at(-1);
			if (last?.tone === tone) {
				spans[spans.length - 1] = span(last.text + limitText, tone);
			} else {
				spans.push(span(limitText, tone));
			}
		}

		return spans;
	});
	const corner = glyphs.isAscii ? '+' : '└';
	return hasAxis
		? [...lines, [span(' '.repeat(labelWidth), 'label'), span(corner, 'border'), ...timeAxis(columns, options)]]
		: lines;
}

/** The band chart in ASCII, as asciichart draws it: a line of the largest readings, with the highest limit. */
function asciiForm(values: ReadonlyArray<number | undefined>, options: BandChartOptions): Line[] {
	const {width, height, glyphs, format, limits = [], max} = options;
	const [limit] = limits.toSorted((a, b) => b.value - a.value);
	const highest = max === undefined ? limit : {value: max, label: limit?.label ?? ''};
	return chart(values, {width, height, glyphs, format, minimum: 0, limit: highest, taken: options.taken}).map(text => [
		span(text, 'accent'),
	]);
}

/** Number of readings for each column of a chart, so that a window of `readings` fits into `columns`. */
export const readingsPerChartColumn = (readings: number, columns: number): number =>
	Math.max(1, Math.ceil(readings / Math.max(1, columns)));
