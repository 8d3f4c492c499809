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
	/** Rows that don't fit are not laid out. */
	readonly height: number;
	readonly firstRow?: number;
	/** Of the first column, cells; by default that of the widest label. */
	readonly labelWidth?: number;
	readonly paint: Paint;
	readonly glyphs: Glyphs;
};

/** An ES module sees a CommonJS module's `exports` as its default, as Node does; the component is one level down. */
const Table = (inkTable as unknown as {readonly default: typeof inkTable}).default;

/** No rules between the rows and none around them: a row takes one line. */
const noRule = (): ReactNode => null;

/**
Label and value pairs, drawn with ink-table: for the small fixed tables of a box. It puts a Box around every cell, so
long live lists are drawn otherwise.
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

	// ink-table puts one blank on either side of a cell, and pads by characters: beside wide ones that is too much.
	const labelWidth = Math.min(given ?? Math.max(...rows.map(([label]) => label.length)), Math.floor(width / 2));
	const valueWidth = Math.max(1, width - labelWidth - 4);
	const data = shown.map(([label, value]) => ({
		label: fit(label, labelWidth, 'left', glyphs.ellipsis),
		value: fit(value, valueWidth, 'left', glyphs.ellipsis),
	}));
	return (
		<Table
			// It keeps the cell that it was first given, and with it the widths.
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
