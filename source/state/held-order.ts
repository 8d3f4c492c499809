import {type HeldOrder, tableOf, type ViewState} from './view-state.js';

/** How long the rows of a sorted list keep their order, in milliseconds. Rows that move can't be read. */
export const orderHeldMs = 5000;

/**
Identifies the list on the screen. A list with another panel, node, sort, filter, grouping or baseline has its own
order.
*/
function listOf(view: ViewState, node: string | undefined): string {
	const {sort, isInverted, filter, groupBy} = tableOf(view, view.panel);
	return JSON.stringify([view.panel, node, sort, isInverted, filter, groupBy, view.baselineAtMs]);
}

/**
The order of the list on the screen. An order is kept for five seconds, and then replaced by the order that `rowKeys`
returns. The same object is returned while the order is kept.

@param node The node in focus.
@param rowKeys Returns the keys of the rows in their present order.
*/
export function nextOrder(
	view: ViewState,
	node: string | undefined,
	rowKeys: () => readonly string[],
	nowMs: number,
): HeldOrder {
	const of = listOf(view, node);
	const {order} = view;
	const isHeld = order?.of === of && nowMs >= order.atMs && nowMs - order.atMs < orderHeldMs;
	return isHeld ? order : {of, positions: new Map(rowKeys().map((key, index) => [key, index])), atMs: nowMs};
}

/**
The position of each row in the kept order of the list on the screen, by the row's key. Undefined when no order is kept
for this list. At a past moment, nothing is kept: every list has the order of that moment.
*/
export const heldPositions = (view: ViewState, node: string | undefined): ReadonlyMap<string, number> | undefined =>
	view.shownAtMs === undefined && view.order?.of === listOf(view, node) ? view.order.positions : undefined;
