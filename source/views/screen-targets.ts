import type {NodeAddress} from '../domain/node.js';
import {type PanelId, panelNamed} from '../state/panel-table.js';
import {cellWidth} from '../text/cell-width.js';
import type {Line, Target} from '../text/line.js';

/** What a click chooses: a list row, a panel, or a column by its title. */
export type ClickTarget =
	| {readonly kind: 'panel'; readonly panel: PanelId}
	| {readonly kind: 'row'; readonly rowKey: string}
	| {readonly kind: 'column'; readonly column: string};

/**
The target of a cell of the screen. Undefined for a cell without target and outside of the lines. `column` and `row`
count from 0.
*/
function targetAt(lines: readonly Line[], column: number, row: number): Target | undefined {
	let end = 0;
	for (const {text, target} of lines[row] ?? []) {
		end += cellWidth(text);
		if (column < end) {
			return target;
		}
	}

	return undefined;
}

/**
What a click chooses: a row or a column of the shown panel's list, or another panel by its card or its tab. Undefined
for a click on anything else.
*/
export function clickTarget(
	lines: readonly Line[],
	shown: PanelId,
	{column, row}: {readonly column: number; readonly row: number},
): ClickTarget | undefined {
	const target = targetAt(lines, column, row);
	if (target?.row !== undefined) {
		return {kind: 'row', rowKey: target.row};
	}

	if (target?.column !== undefined && (target.panel === undefined || target.panel === shown)) {
		return {kind: 'column', column: target.column};
	}

	const panel = panelNamed(target?.panel ?? '');
	return panel === undefined || panel === shown ? undefined : {kind: 'panel', panel};
}

/** The nodes that the given lines show. */
export function nodesShown(lines: readonly Line[]): ReadonlySet<NodeAddress> {
	const nodes = new Set<NodeAddress>();
	for (const line of lines) {
		for (const {target} of line) {
			if (target?.node !== undefined) {
				nodes.add(target.node);
			}
		}
	}

	return nodes;
}
