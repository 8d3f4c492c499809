/** The rows of a list to draw: `rows.slice(first, last)`. */
export type VisibleRows = {
	readonly first: number;
	/** Index of the row after the last shown row. */
	readonly last: number;
	/** Index of the selected row in the whole list; −1 when the list is empty or the selected row is gone. */
	readonly selectedIndex: number;
};

/**
The window of at most `height` rows that shows the selected row. The window moves by half of its height, so that one
step in a list usually repaints two rows instead of all. Without a selection the first row is selected.
*/
export function visibleRows(keys: readonly string[], selectedKey: string | undefined, height: number): VisibleRows {
	const selectedIndex = selectedKey === undefined ? Math.min(0, keys.length - 1) : keys.indexOf(selectedKey);
	const rows = Math.max(0, Math.floor(height));
	if (rows === 0) {
		return {first: 0, last: 0, selectedIndex};
	}

	const step = Math.max(1, Math.floor(rows / 2));
	const block = Math.floor(Math.max(0, selectedIndex) / step) * step;
	const first = Math.max(0, Math.min(block - Math.floor((rows - step) / 2), keys.length - rows));
	return {first, last: Math.min(keys.length, first + rows), selectedIndex};
}

type SortValue = number | string | undefined;

function compareValues(left: SortValue, right: SortValue, direction: number): number {
	if (left === undefined || right === undefined) {
		return Number(left === undefined) - Number(right === undefined);
	}

	if (typeof left === 'number' && typeof right === 'number') {
		return (right - left) * direction;
	}

	const [a, b] = [String(left), String(right)];
	return a === b ? 0 : (a < b ? -1 : 1) * direction;
}

/**
A sorted copy: numbers from the largest, text from A; with `isInverted` the other way round. Undefined values come last
in both cases. The sort is stable.
*/
export function sortRows<Row>(rows: readonly Row[], sortValue: (row: Row) => SortValue, isInverted = false): Row[] {
	const direction = isInverted ? -1 : 1;
	return rows
		.map(row => ({row, value: sortValue(row)}))
		.sort((left, right) => compareValues(left.value, right.value, direction))
		.map(({row}) => row);
}

/**
The rows whose text contains the filter, ignoring case; for a filter that begins with `!`, the rows that don't contain
it.
*/
export function filterRows<Row>(rows: readonly Row[], filter: string, textOf: (row: Row) => string): readonly Row[] {
	const isInverted = filter.startsWith('!');
	const wanted = (isInverted ? filter.slice(1) : filter).toLowerCase();
	if (wanted === '') {
		return rows;
	}

	return rows.filter(row => textOf(row).toLowerCase().includes(wanted) !== isInverted);
}

/**
The rows in an order that was kept from an earlier moment, so that rows do not jump each second. A new row, which has no
position in that order, comes after the row that stands before it in `rows`.

@param positions The kept order: the position of each row by its key. Undefined: the rows stay as they are.
*/
export function heldRows<Row>(
	rows: readonly Row[],
	keyOf: (row: Row) => string,
	positions: ReadonlyMap<string, number> | undefined,
): readonly Row[] {
	if (positions === undefined) {
		return rows;
	}

	let last = -1;
	const placed = rows.map(row => {
		last = positions.get(keyOf(row)) ?? last;
		return {row, position: last};
	});
	// A new row got the position of the row before it. The sort is stable, so the new row stays after that row.
	return placed.sort((a, b) => a.position - b.position).map(({row}) => row);
}
