import type {PanelId} from '../state/panel-table.js';
import {panelWithKey} from '../state/panel-table.js';

/** What lies under a click. `by` is how many rows the clicked one stands below the selected one. */
export type ClickTarget =
	| {readonly kind: 'panel'; readonly panel: PanelId}
	| {readonly kind: 'row'; readonly by: number};

type Box = {
	readonly top: number;
	readonly title: string;
	/** Column of the left border. */
	readonly left: number;
};

/**
The map of a screen is the screen: frames say in their titles which panel they are and which of its rows they show, and
the selected row has a mark. Undefined where there is nothing to choose.

@param lines The screen's rows as text, one character a cell up to the click.
@param selectedIndex Where the selected row stands in the shown panel's whole list, from 0.
*/
export function clickTarget(
	lines: readonly string[],
	shown: PanelId,
	selectedIndex: number,
	{column, row}: {readonly column: number; readonly row: number},
): ClickTarget | undefined {
	const box = boxAround(lines, column, row);
	if (box === undefined) {
		return undefined;
	}

	const digit = /^(\S) /.exec(box.title)?.[1];
	const panel = panelWithKey(digit ?? '');
	if (panel !== undefined && panel !== shown) {
		return {kind: 'panel', panel};
	}

	return rowUnder(lines, box, row, selectedIndex);
}

function boxAround(lines: readonly string[], column: number, row: number): Box | undefined {
	for (let top = row; top >= 0; top--) {
		const text = [...(lines[top] ?? '')];
		const corners = text.flatMap((character, index) => (/[┌+]/.test(character) ? [index] : []));
		const left = corners.findLast(index => index <= column && /[─-]/.test(text[index + 1] ?? ''));
		if (left !== undefined) {
			const title = /^[┌+][─-] (.*?) [─-]/.exec(text.slice(left).join(''))?.[1] ?? '';
			const rest = text.slice(left).join('');
			const right = /[┐+](?=[┌+]|$|\s*$)/.exec(rest.slice(1));
			const isInside = right === null || column <= left + right.index + 1;
			return isInside ? {top, title: `${title} ${rest.slice(0, (right?.index ?? rest.length) + 1)}`, left} : undefined;
		}
	}

	return undefined;
}

function rowUnder(
	lines: readonly string[],
	{top, title, left}: Box,
	row: number,
	selectedIndex: number,
): ClickTarget | undefined {
	const [, first, last] = /(\d+)-(\d+) of \d/.exec(title) ?? [];
	const marked = lines.findIndex((text, index) => index > top && [...text][left + 1] === '>');
	if (first === undefined || last === undefined || marked === -1) {
		return undefined;
	}

	const by = row - marked;
	const index = selectedIndex + by + 1;
	return index >= Number(first) && index <= Number(last) ? {kind: 'row', by} : undefined;
}
