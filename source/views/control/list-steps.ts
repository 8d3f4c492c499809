import type {Intent} from '../../keys/intent.js';
import type {ViewEvent} from '../../state/reduce-view.js';
import type {TableView} from '../../state/view-state.js';
import type {SortKey} from '../panel.js';

type Move = Extract<Intent, {kind: 'move'}>['to'];

/**
The distance of a movement in list rows, negative for up.

@param page Number of list rows on one page.
@param length Number of list rows in the whole list.
*/
export function moveSteps(to: Move, page: number, length: number): number {
	const steps: Record<Move, number> = {
		up: -1,
		down: 1,
		'page-up': -page,
		'page-down': page,
		first: -length,
		last: length,
	};
	return steps[to];
}

/** The key of the selected row. If no row was selected or the selected row is gone, it is the key of the first row. */
export const selectedRow = (keys: readonly string[], selectedKey: string | undefined): string | undefined =>
	selectedKey !== undefined && keys.includes(selectedKey) ? selectedKey : keys[0];

/** The key of the row on which a movement ends; undefined in an empty list. */
export function rowAfter(keys: readonly string[], selectedKey: string | undefined, to: Move, page: number) {
	const index = keys.indexOf(selectedRow(keys, selectedKey) ?? '') + moveSteps(to, page, keys.length);
	return keys[Math.min(Math.max(0, index), keys.length - 1)];
}

/** The id of the sort key that follows `sort` when the key `s` is pressed. `sortKeys` begins with the default order. */
export function sortAfter(sortKeys: readonly SortKey[], sort: string | undefined): string | undefined {
	const index = sort === undefined ? 0 : sortKeys.findIndex(({id}) => id === sort);
	return sortKeys[(index + 1) % sortKeys.length]?.id;
}

/** The change of the order that the key `s` makes; undefined for a list that has only one order. */
export const sortStep = (
	sortKeys: readonly SortKey[],
	{sort, groupBy}: Pick<TableView, 'sort' | 'groupBy'>,
): ViewEvent | undefined =>
	sortKeys.length === 0 || groupBy === 'what-if' ? undefined : {kind: 'sorted', sort: sortAfter(sortKeys, sort)};

/** The element after or before `current`. At either end the list continues at its other end. */
export function neighbour<T>(all: readonly T[], current: T | undefined, by: 1 | -1): T | undefined {
	const index = current === undefined ? 0 : all.indexOf(current);
	return all[(index + by + all.length) % all.length];
}
