import {isBlankCell, isSameCell, type StyledCell} from '../text/styled-cells.js';

/** Unchanged cells between two changed ones that are written again rather than jumped over: a jump takes 4 bytes. */
const shortestJump = 4;

/** Ends every style. */
const plainStyle = '\u001B[m';

const moveTo = (row: number, column: number): string =>
	column === 0 ? `\u001B[${row + 1}H` : `\u001B[${row + 1};${column + 1}H`;

const styleChange = (from: string, to: string): string => {
	if (from === to) {
		return '';
	}

	if (to === '') {
		return plainStyle;
	}

	return from === '' ? `\u001B[${to}m` : `\u001B[0;${to}m`;
};

/**
What must be written to turn one row of the screen into another: only the cells that changed, with the fewest cursor
moves and style changes. Begins anywhere, ends in the plain style; empty when nothing changed.

@param row Counted from 0.
@param before Undefined: what stands there is not known, and the whole row is written.
*/
export function rowDifference(
	row: number,
	before: readonly StyledCell[] | undefined,
	after: readonly StyledCell[],
): string {
	const runs = changedRuns(before, after);
	const [first] = runs;
	if (first === undefined) {
		return '';
	}

	const contentEnd = after.findLastIndex(cell => !isBlankCell(cell)) + 1;
	let text = '';
	let style = '';
	let cursor = -1;
	for (const {from, to} of runs) {
		// Where only blanks follow they are erased, not written: that takes 3 bytes.
		const lastWritten = Math.max(from, contentEnd);
		const end = contentEnd <= to && to - lastWritten >= 3 ? lastWritten : to;
		text += cursor === -1 ? moveTo(row, from) : `\u001B[${from + 1}G`;
		for (const cell of after.slice(from, end)) {
			text += styleChange(style, cell.style) + cell.text;
			style = cell.style;
		}

		if (end < to) {
			text += `${styleChange(style, '')}\u001B[K`;
			style = '';
		}

		cursor = end;
	}

	return text + styleChange(style, '');
}

type Run = {from: number; to: number};

function changedRuns(before: readonly StyledCell[] | undefined, after: readonly StyledCell[]): Run[] {
	if (before === undefined) {
		return after.length === 0 ? [] : [{from: 0, to: after.length}];
	}

	const runs: Run[] = [];
	for (let column = 0; column < after.length; column++) {
		if (isSameCell(before[column], after[column])) {
			continue;
		}

		const from = wideStart(before, after, column);
		const to = wideEnd(before, after, column + 1);
		const last = runs.at(-1);
		if (last !== undefined && from - last.to < shortestJump) {
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
