import {Text} from 'ink';
import inkTable from 'ink-table';
import type {ReactNode} from 'react';
import {cut, fit} from '../../text/fit.js';
import type {Glyphs} from '../../text/glyphs.js';
import {span} from '../../text/line.js';
import type {Paint} from '../theme.js';

export type FactTableProps = {
	readonly rows: ReadonlyArray<readonly [label: string, value: string]>;
	readonly width: number;
	/** Height of the table, in lines. Rows that don't fit are not laid out. */
	readonly height: number;
	readonly firstRow?: number;
	/** Width of the first column, in cells. By default it is the width of the widest label. */
	readonly labelWidth?: number;
	readonly paint: Paint;
	readonly glyphs: Glyphs;
};

/**
The table component. ink-table is a CommonJS module: its default import is the module's `exports`, whose `default` is
the component.
*/
const Table = (inkTable as unknown as {readonly default: typeof inkTable}).default;

/** Draws nothing. It replaces ink-table's rules around and between rows, so that a row takes one line. */
const noRule = (): ReactNode => null;

/**
Label and value pairs, drawn with ink-table, for the small fixed tables of a box. ink-table puts an Ink `Box` around
every cell. Long live lists use `text/columns.ts`, which is faster.
*/
export function FactTable({
	rows,
	width,
	height,
	firstRow = 0,
	labelWidth: given,
	paint,
	glyphs,
}: FactTableProps): ReactNode {
	const shown = rows.slice(firstRow, firstRow + Math.max(0, height));
	if (shown.length === 0) {
		return null;
	}

	// ink-table puts one blank on either side of a cell. It pads by characters instead of cells, so that wide characters
	// get too many blanks; `cell` cuts the surplus blanks off.
	const labelWidth = Math.min(given ?? Math.max(...rows.map(([label]) => label.length)), Math.floor(width / 2));
	const valueWidth = Math.max(1, width - labelWidth - 4);
	const data = shown.map(([label, value]) => ({
		label: fit(label, labelWidth, 'left', glyphs.ellipsis),
		value: fit(value, valueWidth, 'left', glyphs.ellipsis),
	}));
	return (
		<Table
			// ink-table keeps the first `cell` function that it gets, with the widths in it. A new React `key` makes a new
			// table for new widths.
			key={`${labelWidth} ${valueWidth}`}
			data={data}
			columns={['label', 'value']}
			header={noRule}
			skeleton={noRule}
			cell={({column, children}) => (
				<Text wrap="truncate">
					{paint([
						column === 0
							? span(cut(String(children), labelWidth + 2, ''), 'label')
							: span(cut(String(children), valueWidth + 2, '')),
					])}
				</Text>
			)}
		/>
	);
}
