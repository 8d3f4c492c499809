import {cellWidth} from '../../text/cell-width.js';
import {seconds, unknown} from '../../text/units.js';

const padded = (text: string, width: number): string => text + ' '.repeat(Math.max(0, width - cellWidth(text)));

/**
Lines of a table. Two blanks separate columns, and no line ends with blanks. A column is as wide as its widest cell, but
never narrower than its entry in `leastWidths`. An empty cell becomes a dash.
*/
export function textTable(rows: ReadonlyArray<readonly string[]>, leastWidths: readonly number[] = []): string[] {
	const cells = rows.map(row => row.map(cell => (cell === '' ? unknown : cell)));
	const widths: number[] = [...leastWidths];
	for (const row of cells) {
		for (const [index, cell] of row.entries()) {
			widths[index] = Math.max(widths[index] ?? 0, cellWidth(cell));
		}
	}

	return cells.map(row =>
		row
			.map((cell, index) => padded(cell, widths[index] ?? 0))
			.join('  ')
			.trimEnd(),
	);
}

/** Converts the snapshot's null to the undefined that `text/units.ts` prints as a dash. */
export const known = (value: number | null | undefined): number | undefined => value ?? undefined;

/** A delay in its two largest units. A delay under a second is `<1s`, because 0 would mean no delay. */
export function lag(behindSeconds: number | null | undefined): string {
	const isBelowSecond = behindSeconds !== null && behindSeconds !== undefined && behindSeconds > 0 && behindSeconds < 1;
	return isBelowSecond ? '<1s' : seconds(known(behindSeconds));
}
