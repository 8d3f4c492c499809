import {type StyledCell, styledCells} from '../text/styled-cells.js';
import {moveLength, type Pen, type Stroke} from './pen.js';
import {drawn, type Patch, rowPatches} from './row-patches.js';
import {styleChange} from './style-change.js';
import {isNewScreen, wholeRow} from './whole-rows.js';

/** The part of the terminal's stream that painting needs. */
export type PaintTarget = {
	readonly columns: number;
	readonly rows: number;
	/** Writes a text, and calls `taken` when the stream has accepted it. */
	write(text: string, taken: () => void): unknown;
};

/**
The beginning and the end of a synchronized update (DEC mode 2026). The terminal shows the whole update at once, or
ignores the mode.
*/
const beginUpdate = '\u001B[?2026h';
const endUpdate = '\u001B[?2026l';

/** `enterScreen` switches to the cleared alternate screen and hides the cursor. `leaveScreen` reverses both. */
export const enterScreen = '\u001B[?1049h\u001B[?25l\u001B[H\u001B[2J';
export const leaveScreen = '\u001B[m\u001B[?25h\u001B[?1049l';

/**
Writes frames to the terminal. Of each frame, only the cells that differ from the previous frame are written. Only one
write is under way at a time. Meanwhile only the newest frame waits. A terminal that reads slowly therefore misses
frames, but delays nothing else.
*/
export class Painter {
	readonly #target: PaintTarget;
	/** The rows that the terminal shows, as strings. */
	#shownRows: readonly string[] = [];
	/** The cells of the rows that the terminal shows; undefined for a row that was not compared cell by cell. */
	#shownCells: ReadonlyArray<readonly StyledCell[] | undefined> = [];
	#columns = 0;
	#next: string | undefined;
	#isUnderWay = false;
	#isStopped = false;

	constructor(target: PaintTarget) {
		this.#target = target;
	}

	/**
	Shows a frame on the terminal.

	@param frame Rows separated by line feeds, with SGR sequences and no other control characters.
	*/
	paint(frame: string): void {
		this.#next = frame;
		this.#send();
	}

	/** Clears the screen with the next frame and writes that frame whole. */
	forget(): void {
		this.#shownRows = [];
		this.#shownCells = [];
		this.#columns = 0;
	}

	/** Stops painting until `resume` is called. */
	stop(): void {
		this.#isStopped = true;
	}

	resume(): void {
		this.#isStopped = false;
		this.forget();
		this.#send();
	}

	#send(): void {
		if (this.#isUnderWay || this.#isStopped || this.#next === undefined) {
			return;
		}

		const frame = this.#next;
		this.#next = undefined;
		const text = this.#difference(frame.split('\n'));
		if (text === '') {
			return;
		}

		this.#isUnderWay = true;
		this.#target.write(beginUpdate + text + endUpdate, () => {
			this.#isUnderWay = false;
			this.#send();
		});
	}

	#difference(rows: readonly string[]): string {
		const {columns, rows: height} = this.#target;
		const isCleared = columns !== this.#columns;
		if (isCleared) {
			this.forget();
			this.#columns = columns;
		}

		// Each frame begins with the plain style and an unknown position of the cursor, because other programs may have
		// moved it.
		const start: Stroke = isCleared
			? {text: '\u001B[m\u001B[H\u001B[2J', pen: {row: 0, column: 0, style: ''}}
			: {text: '', pen: {row: undefined, column: undefined, style: ''}};
		const before = isCleared ? Array.from({length: height}, () => '') : this.#shownRows;
		const after = Array.from({length: height}, (_, row) => rows[row] ?? '');
		const isNew = isCleared || isNewScreen(before, after, columns);
		const patches: Patch[] = [];
		const shownCells: Array<readonly StyledCell[] | undefined> = [];
		for (const [row, next] of after.entries()) {
			const shown = before[row];
			if (shown === next) {
				shownCells.push(this.#shownCells[row]);
				continue;
			}

			const whole = isNew ? wholeRow(row, next, columns) : undefined;
			const cells = whole === undefined ? styledCells(next, columns) : undefined;
			shownCells.push(cells);
			if (whole !== undefined) {
				patches.push(whole);
			} else if (cells !== undefined) {
				const known = this.#shownCells[row] ?? (shown === undefined ? undefined : styledCells(shown, columns));
				patches.push(...rowPatches(row, known, cells));
			}
		}

		this.#shownRows = after;
		this.#shownCells = shownCells;
		const {text, pen} = isNew ? patches.reduce(drawn, start) : drawNearestFirst(start, patches);
		return text + styleChange(pen.style, '');
	}
}

/** Number of patches among which the nearest patch is searched. A higher number takes longer and saves few bytes. */
const lookAhead = 16;

/**
Writes all patches. Of the next `lookAhead` patches, the one that needs the fewest bytes for the cursor's movement and
the change of style is written first. For example, digits below each other in a column are two bytes apart.
*/
function drawNearestFirst(start: Stroke, patches: readonly Patch[]): Stroke {
	const waiting = [...patches];
	let stroke = start;
	while (waiting.length > 0) {
		const nearest = nearestOf(stroke.pen, waiting);
		const [patch] = waiting.splice(nearest, 1);
		stroke = patch === undefined ? stroke : drawn(stroke, patch);
	}

	return stroke;
}

function nearestOf(pen: Pen, patches: readonly Patch[]): number {
	let best = 0;
	let fewest = Number.POSITIVE_INFINITY;
	for (let index = 0; index < Math.min(lookAhead, patches.length); index++) {
		const patch = patches[index] as Patch;
		const move = moveLength(pen, patch.row, patch.column);
		// A movement that is too long needs no comparison of styles.
		const bytes = move < fewest ? move + styleChange(pen.style, patch.firstStyle(pen.style)).length : move;
		if (bytes < fewest) {
			best = index;
			fewest = bytes;
		}
	}

	return best;
}
