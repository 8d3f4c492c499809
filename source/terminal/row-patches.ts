import {isSingleCelled} from '../text/single-cells.js';
import {isBlankCell, isSameCell, type StyledCell, showsOnBlank} from '../text/styled-cells.js';
import {moveLength, moveTo, type Pen, type Stroke, withStyleFor, writeCells} from './pen.js';
import {type Shift, shifted, shiftsIn} from './row-shift.js';
import {styleChange} from './style-change.js';

/** A part of the screen to write. Patches of a frame don't overlap, so they can be written in any order. */
export type Patch = {
	readonly row: number;
	readonly column: number;
	/** Returns the style in which the patch begins, for a pen that has `style`. */
	readonly firstStyle: (style: string) => string;
	/** Writes the patch with a pen that is at the patch's position. */
	readonly draw: (pen: Pen) => Stroke;
};

/**
Length of the longest run of unchanged cells that is written again, in cells. Such a run lies between changed cells. A
jump over a longer run never takes more bytes than the run, even with changes of style.
*/
const longestBridge = 16;

/** Largest number of blanks at the end of a row that are written instead of erased. Erasing takes 3 bytes. */
const mostBlanksWritten = 3;

type Row = {
	readonly row: number;
	/** The cells of the row on the terminal; undefined when they are unknown. */
	readonly before: readonly StyledCell[] | undefined;
	readonly after: readonly StyledCell[];
};

/**
The patches that change a row on the terminal from `before` to `after`. Changed cells that are close to each other are
in the same patch. Empty when nothing changed.

@param row Counted from 0.
@param before Undefined when the row on the terminal is unknown; the whole row is then written.
*/
export function rowPatches(
	row: number,
	before: readonly StyledCell[] | undefined,
	after: readonly StyledCell[],
): Patch[] {
	const patches: Patch[] = [];
	let from = 0;
	for (const shift of before === undefined ? [] : shiftsIn(before, after)) {
		const to = shift.to + 2;
		const written = changedPatches({row, before, after}, shift.from, to);
		const moved = shiftPatch({row, before, after}, shift);
		patches.push(
			...changedPatches({row, before, after}, from, shift.from),
			...(bytesOf([moved]) < bytesOf(written) ? [moved] : written),
		);
		from = to;
	}

	return [...patches, ...endPatches({row, before, after}, from)];
}

/** Number of bytes of the patches in a row, without the movement to the first one. */
function bytesOf(patches: readonly Patch[]): number {
	const [first] = patches;
	const start: Pen = {row: first?.row, column: first?.column, style: first?.firstStyle('') ?? ''};
	return Buffer.byteLength(patches.reduce((stroke, patch) => drawn(stroke, patch), {text: '', pen: start}).text);
}

const then = (stroke: Stroke, next: Stroke): Stroke => ({text: stroke.text + next.text, pen: next.pen});

/** Moves the pen to a patch and writes the patch. */
export function drawn(stroke: Stroke, {row, column, draw}: Patch): Stroke {
	const there = then(stroke, moveTo(stroke.pen, row, column));
	return then(there, draw(there.pen));
}

/**
The style that the pen must have before a sequence that deletes, inserts or erases cells. Such a sequence fills cells
with the current background. A style that is visible on blanks is therefore ended first.
*/
const unseen = (style: string): string => (showsOnBlank(style) ? '' : style);

const command = (pen: Pen, sequence: string): Stroke => {
	const style = unseen(pen.style);
	return {text: styleChange(pen.style, style) + sequence, pen: {...pen, style}};
};

/**
The patch of a shift. It deletes the first cell of the shift and inserts a cell after its end (DCH, ICH). The cells
further right keep their places.
*/
function shiftPatch({row, before = [], after}: Row, shift: Shift): Patch {
	const rest = changedPatches({row, before: shifted(before, shift), after}, shift.from, shift.to + 2);
	return {
		row,
		column: shift.from,
		firstStyle: unseen,
		draw(pen) {
			const deleted = command(pen, '\u001B[P');
			const there = then(deleted, moveTo(deleted.pen, row, shift.to + 1));
			return rest.reduce(drawn, then(there, command(there.pen, '\u001B[@')));
		},
	};
}

/** The patches for the last part of a row. Trailing blanks are erased instead of written. */
function endPatches(row: Row, from: number): Patch[] {
	const {before, after} = row;
	const contentEnd = Math.max(from, after.findLastIndex(cell => !isBlankCell(cell)) + 1);
	let firstStale = -1;
	let lastStale = -1;
	for (let column = contentEnd; column < after.length; column++) {
		if (!isSameCell(before?.[column], after[column])) {
			firstStale = firstStale === -1 ? column : firstStale;
			lastStale = column;
		}
	}

	if (firstStale === -1 || lastStale - firstStale < mostBlanksWritten) {
		return changedPatches(row, from, after.length);
	}

	const erased: Patch = {
		row: row.row,
		column: firstStale,
		firstStyle: unseen,
		draw: pen => command(pen, '\u001B[K'),
	};
	return [...changedPatches(row, from, contentEnd), erased];
}

/**
The patches for the changed cells from `from` up to `to`. Unchanged cells between changed ones are written if a jump
over them would take more bytes.
*/
function changedPatches({row, before, after}: Row, from: number, to: number): Patch[] {
	const runs: Run[] = [];
	for (const run of changedRuns(before, after, from, to)) {
		const last = runs.at(-1);
		if (last !== undefined && isBridged(row, after, last, run)) {
			last.to = run.to;
		} else {
			runs.push(run);
		}
	}

	return runs.map(run => {
		const cells = after.slice(run.from, run.to);
		const [first] = cells;
		return {
			row,
			column: run.from,
			firstStyle: style => (first === undefined ? style : withStyleFor(style, first)),
			draw: pen => writeCells(pen, cells, after.length),
		};
	});
}

/** Whether writing the unchanged cells between two runs takes fewer bytes than a jump over them. */
function isBridged(row: number, after: readonly StyledCell[], last: Run, next: Run): boolean {
	const between = after.slice(last.to, next.from);
	const target = after[next.from];
	if (
		between.length > longestBridge ||
		target === undefined ||
		!between.every(({text}) => isSingleCelled(text) && text !== '')
	) {
		return false;
	}

	const {pen} = writeCells({row, column: last.from, style: ''}, after.slice(last.from, last.to), after.length);
	const written = writeCells(pen, between, after.length);
	const styleLength = (style: string) => styleChange(style, withStyleFor(style, target)).length;
	return (
		Buffer.byteLength(written.text) + styleLength(written.pen.style) <=
		moveLength(pen, row, next.from) + styleLength(pen.style)
	);
}

type Run = {readonly from: number; to: number};

function changedRuns(
	before: readonly StyledCell[] | undefined,
	after: readonly StyledCell[],
	start: number,
	end: number,
): Run[] {
	if (before === undefined) {
		return start < end ? [{from: start, to: end}] : [];
	}

	const runs: Run[] = [];
	for (let column = start; column < end; column++) {
		// Equal cells are nearly always the same object.
		if (before[column] === after[column] || isSameCell(before[column], after[column])) {
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

/**
The column at which a run begins: `column`, or a column before it. It must be the start of a whole character in both
rows, because half of a wide character can't be written.
*/
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
