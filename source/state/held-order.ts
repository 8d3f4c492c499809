import {type HeldOrder, tableOf, type ViewState} from './view-state.js';

/** Time for which the rows of a sorted list stay where they are, in milliseconds. Rows that move can't be read. */
export const orderHeldMs = 5000;

/** Identifies the list on the screen: another panel, node, sort, filter, grouping or baseline has an order of its own. */
function listOf(view: ViewState, node: string | undefined): string {
	const {sort, isInverted, filter, groupBy} = tableOf(view, view.panel);
	return JSON.stringify([view.panel, node, sort, isInverted, filter, groupBy, view.baselineAtMs]);
}

/**
The order of the list on the screen: the held one for five seconds, then that of `rowKeys`. The same object is returned
while it holds.

@param node The node in focus.
@param rowKeys The rows as they would be ordered now.
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

/** The positions that hold for the list on the screen. At a past moment every list has the order of that moment. */
export const heldPositions = (view: ViewState, node: string | undefined): ReadonlyMap<string, number> | undefined =>
	view.shownAtMs === undefined && view.order?.of === listOf(view, node) ? view.order.positions : undefined;
