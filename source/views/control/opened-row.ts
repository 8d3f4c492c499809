import type {NodeAddress} from '../../domain/node.js';
import type {ViewEvent} from '../../state/reduce-view.js';
import type {Panel, PanelInput} from '../panel.js';

/**
What Enter does on a list row: it opens the row's details. In a list of nodes, the first Enter puts the row's node in
focus, and the second Enter opens its details. A row that groups other rows is unfolded or folded instead.
*/
export function openedRow(
	panel: Panel,
	input: PanelInput,
	rowKey: string | undefined,
): ViewEvent | {readonly problem: string} {
	const node = pickedNode(panel, input, rowKey);
	if (node !== undefined) {
		return {kind: 'node-chosen', node};
	}

	if (rowKey === undefined || panel.details === undefined) {
		return {problem: 'there is no row to open'};
	}

	return panel.isFoldable?.(input, rowKey) === true
		? {kind: 'row-toggled', rowKey}
		: {kind: 'overlay-opened', overlay: {kind: 'details', panel: panel.id, rowKey, firstRow: 0}};
}

/**
The node that Enter on a row puts in focus. Undefined for a row without a known node, and if the row's node is in focus
already.
*/
function pickedNode(panel: Panel, input: PanelInput, rowKey: string | undefined): NodeAddress | undefined {
	const node = rowKey === undefined ? undefined : panel.nodeOf?.(input, rowKey);
	return node === input.node?.address ? undefined : node;
}
