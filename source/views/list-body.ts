import type {NodeAddress} from '../domain/node.js';
import type {TableView} from '../state/view-state.js';
import {type Column, columnLayout, headerLine, type ListSort, rowLine} from '../text/columns.js';
import type {Glyphs} from '../text/glyphs.js';
import {type Line, line, withTarget} from '../text/line.js';
import {visibleRows} from '../text/list.js';
import type {Rect} from './panel.js';

export type List<Row> = {
	readonly columns: ReadonlyArray<Column<Row>>;
	/** The elements that the list shows, after filter and sort, top to bottom. */
	readonly rows: readonly Row[];
	readonly keyOf: (row: Row, index: number) => string;
	/**
	The node that a list row is about, for lists of nodes. In a large deployment, redis-top polls the nodes of the drawn
	rows more often than others.
	*/
	readonly nodeOf?: (row: Row) => NodeAddress | undefined;
	readonly sort: ListSort | undefined;
	/** Selection and filter of the list; undefined for a list without selection. */
	readonly table: Pick<TableView, 'selectedKey' | 'filter'> | undefined;
	/** The text of an empty list. */
	readonly whenEmpty: string;
	readonly glyphs: Glyphs;
};

/**
The column titles, and the list rows around the selected row. `range` says which rows are shown: `1-6 of 812`. It is
undefined for an empty list.
*/
export function listBody<Row>(
	{columns, rows, keyOf, nodeOf, sort, table, whenEmpty, glyphs}: List<Row>,
	{width, height}: Rect,
): {readonly lines: readonly Line[]; readonly range: string | undefined} {
	if (rows.length === 0) {
		const filter = table?.filter ?? '';
		const why = filter === '' ? whenEmpty : `Nothing matches the filter ${filter}.`;
		return {lines: height > 0 ? [line(` ${why}`, 'dim')] : [], range: undefined};
	}

	const hasHeader = height > 1;
	const keys = rows.map(keyOf);
	// When the selected row is gone, the first row is selected.
	const selectedKey = keys.find(key => key === table?.selectedKey);
	const {first, last, selectedIndex} = visibleRows(keys, selectedKey, height - (hasHeader ? 1 : 0));
	const shown = rows.slice(first, last);
	const layout = columnLayout(columns, shown, width, {sorted: sort?.id, all: rows});
	const drawn = shown.map((row, index) => {
		const isSelected = table !== undefined && first + index === selectedIndex;
		const spans = rowLine(layout, row, {isSelected, glyphs});
		const key = keys[first + index];
		return withTarget(spans, {node: nodeOf?.(row), ...(table !== undefined && key !== undefined && {row: key})});
	});
	return {
		lines: hasHeader ? [headerLine(layout, sort, glyphs), ...drawn] : drawn,
		range: `${first + 1}-${last} of ${rows.length}`,
	};
}

/** The filter as a part of a frame's title: `filter api`. Undefined without a filter. */
export const filterTitle = ({filter}: TableView): string | undefined =>
	filter === '' ? undefined : `filter ${filter}`;
