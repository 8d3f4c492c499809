import {isSingleCelled} from '../text/cell-width.js';
import {isBlankCell, isSameCell, type StyledCell, showsOnBlank} from '../text/styled-cells.js';
import {moveTo, type Pen, type Stroke, withStyleFor, writeCells} from './pen.js';
import {type Shift, shifted, shiftsIn} from './row-shift.js';
import {styleChange} from './style-change.js';

/** A jump and the changes of style around it never take more bytes. */
const longestBridge = 16;

/** Blanks to the row's end that are written rather than erased: erasing takes 3 bytes. */
const mostBlanksWritten = 3;

type Row = {
	readonly row: number;
	/** Undefined: what stands there is not known. */
	readonly before: readonly StyledCell[] | undefined;
	readonly after: readonly StyledCell[];
};

/**
What must be written to turn one row of the screen into another: only the cells that changed, with the fewest bytes for
cursor moves and styles. Begins where and how the pen stands; empty when nothing changed.

@param row Counted from 0.
@param before Undefined: what stands there is not known, and the whole row is written.
*/
export function rowDifference(
	start: Pen,
	row: number,
	before: readonly StyledCell[] | undefined,
	after: readonly StyledCell[],
): Stroke {
	let stroke: Stroke = {text: '', pen: start};
	let known = before;
	let from = 0;
	for (const shift of before === undefined ? [] : shiftsIn(before, after)) {
		const to = shift.to + 2;
		const written = rangeDifference(stroke, {row, before: known, after}, from, to);
		const isMoved = withShift(stroke, {row, before: known, after}, from, shift);
		if (bytesOf(isMoved.stroke.text) < bytesOf(written.text)) {
			known = isMoved.before;
			stroke = isMoved.stroke;
		} else {
			stroke = written;
		}

		from = to;
	}

	return endDifference(stroke, {row, before: known, after}, from);
}

const bytesOf = (text: string): number => Buffer.byteLength(text);

const then = (stroke: Stroke, next: Stroke): Stroke => ({text: stroke.text + next.text, pen: next.pen});

/** Deletes the first cell of the stretch and inserts one behind it (DCH, ICH): what stands further right comes back. */
function withShift(
	start: Stroke,
	row: Row,
	from: number,
	shift: Shift,
): {readonly stroke: Stroke; readonly before: readonly StyledCell[]} {
	const before = shifted(row.before ?? [], shift);
	let stroke = rangeDifference(start, row, from, shift.from);
	stroke = then(stroke, moveTo(stroke.pen, row.row, shift.from));
	// An inserted cell has the background of the style in force.
	const style = showsOnBlank(stroke.pen.style) ? '' : stroke.pen.style;
	stroke = then(stroke, {text: `${styleChange(stroke.pen.style, style)}\u001B[P`, pen: {...stroke.pen, style}});
	stroke = then(stroke, moveTo(stroke.pen, row.row, shift.to + 1));
	stroke = then(stroke, {text: '\u001B[@', pen: stroke.pen});
	return {stroke: rangeDifference(stroke, {...row, before}, shift.from, shift.to + 2), before};
}

/** The last part of a row: where only blanks follow they are erased, not written. */
function endDifference(start: Stroke, row: Row, from: number): Stroke {
	const {before, after} = row;
	const contentEnd = Math.max(from, after.findLastIndex(cell => !isBlankCell(cell)) + 1);
	const isChanged = (_: StyledCell, column: number) =>
		column >= contentEnd && !isSameCell(before?.[column], after[column]);
	const firstStale = after.findIndex(isChanged);
	const lastStale = after.findLastIndex(isChanged);
	if (firstStale === -1 || lastStale - firstStale < mostBlanksWritten) {
		return rangeDifference(start, row, from, after.length);
	}

	let stroke = rangeDifference(start, row, from, contentEnd);
	stroke = then(stroke, moveTo(stroke.pen, row.row, firstStale));
	const style = showsOnBlank(stroke.pen.style) ? '' : stroke.pen.style;
	return then(stroke, {text: `${styleChange(stroke.pen.style, style)}\u001B[K`, pen: {...stroke.pen, style}});
}

/** The changed cells from `from` up to `to`. */
function rangeDifference(start: Stroke, row: Row, from: number, to: number): Stroke {
	let stroke = start;
	let reached: number | undefined;
	for (const run of changedRuns(row, from, to)) {
		const bridge = reached === undefined ? undefined : bridgeTo(stroke.pen, row, reached, run.from);
		stroke = then(stroke, bridge ?? moveTo(stroke.pen, row.row, run.from));
		stroke = then(stroke, writeCells(stroke.pen, row.after.slice(run.from, run.to), row.after.length));
		reached = run.to;
	}

	return stroke;
}

/** Unchanged cells that are written again, where that is shorter than to jump over them. */
function bridgeTo(pen: Pen, {row, after}: Row, from: number, to: number): Stroke | undefined {
	const between = after.slice(from, to);
	const next = after[to];
	if (
		between.length > longestBridge ||
		next === undefined ||
		!between.every(({text}) => isSingleCelled(text) && text !== '')
	) {
		return undefined;
	}

	const written = writeCells(pen, between, after.length);
	const jump = moveTo(pen, row, to);
	const cost = (stroke: Stroke) =>
		bytesOf(stroke.text) + styleChange(stroke.pen.style, withStyleFor(stroke.pen, next)).length;
	return cost(written) <= cost(jump) ? written : undefined;
}

type Run = {readonly from: number; to: number};

function changedRuns({before, after}: Row, start: number, end: number): Run[] {
	if (before === undefined) {
		return start < end ? [{from: start, to: end}] : [];
	}

	const runs: Run[] = [];
	for (let column = start; column < end; column++) {
		if (isSameCell(before[column], after[column])) {
			continue;
		}

		const from = wideStart(before, after, column);
		const to = wideEnd(before, after, column + 1);
		const last = runs.at(-1);
		if (last !== undefined && from <= last.to) {
			last.to = Math.max(last.to, to);
		} else {
			runs.push({from, to});
		}
	}

	return runs;
}

/** Half of a wide character can't be written: the run begins where the whole one does, before and after. */
function wideStart(before: readonly StyledCell[], after: readonly StyledCell[], column: number): number {
	let from = column;
	while (from > 0 && (before[from]?.text === '' || after[from]?.text === '')) {
		from -= 1;
	}

	return from;
}

function wideEnd(before: readonly StyledCell[], after: readonly StyledCell[], column: number): number {
	let to = column;
	while (to < after.length && (before[to]?.text === '' || after[to]?.text === '')) {
		to += 1;
	}

	return to;
}
