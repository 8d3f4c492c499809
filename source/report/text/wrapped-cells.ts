import {cellWidth} from '../../text/cell-width.js';

/**
Lines of a table as rows of at most `width` cells, broken between table cells. A terminal itself would break a long line
anywhere, as in `behind_` and `s=<1s`. Rows after the first are indented, and the padding of the columns is left out.
*/
export function wrappedCells(text: string, width: number): string {
	return text
		.split('\n')
		.flatMap(row => (cellWidth(row) <= width ? [row] : wrapped(row.split(/ {2,}/), width)))
		.join('\n');
}

function wrapped(cells: readonly string[], width: number): string[] {
	const rows: string[] = [];
	for (const cell of cells) {
		const last = rows.at(-1);
		const longer = last === undefined ? cell : `${last}  ${cell}`;
		if (last === undefined || cellWidth(longer) > width) {
			rows.push(last === undefined ? cell : `  ${cell}`);
		} else {
			rows[rows.length - 1] = longer;
		}
	}

	return rows;
}
