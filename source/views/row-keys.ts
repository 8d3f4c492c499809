import {actionRow, shortTitle} from '../actions/catalogue/catalogue.js';
import type {ActionName} from '../domain/action.js';
import type {Keyboard} from '../keys/keyboard.js';
import {rowAction} from './control/action-subject.js';
import {selectedRow} from './control/list-steps.js';
import {clientOfRow} from './control/sought-client.js';
import {panelById} from './panels.js';
import {panelInput, type ScreenInput} from './screen-input.js';

/**
For a list row: the action that the key binding `row-action` opens, and whether the binding `client` has a client to
show.
*/
export type RowKeys = {readonly action: ActionName | undefined; readonly hasClient: boolean};

/** The effects of the keyboard keys that act on a row: the row whose details are open, else the selected row. */
export function rowKeysOf(input: ScreenInput): RowKeys {
	const {state, view} = input;
	const panel = panelById[view.panel];
	const drawn = panelInput(input);
	const {overlay} = view;
	const isInDetails = overlay?.kind === 'details';
	const key = isInDetails ? overlay.rowKey : selectedRow(panel.rowKeys(drawn), drawn.table.selectedKey);
	// The details of a node do not name the remedy on line 2, which may be for another node.
	if (key === undefined || (isInDetails && view.panel === 'overview')) {
		return {action: undefined, hasClient: false};
	}

	return {
		action:
			view.replay === undefined && state.isMasked !== true ? rowAction(state, view, key)?.choice.action : undefined,
		hasClient: clientOfRow(panel, drawn, key) !== undefined,
	};
}

/** The word that the last line shows beside the keyboard key of a row's action. */
export const actionWord = (action: ActionName): string => (action === 'client-kill' ? 'close it' : 'remedy');

/** The keyboard keys that act on a row, with their effects, for the frame of the row's details. */
export const rowHints = (
	{action, hasClient}: RowKeys,
	{shown}: Keyboard,
): ReadonlyArray<readonly [key: string, does: string]> => [
	...(action === undefined
		? []
		: [
				[
					shown('row-action'),
					action === 'client-kill' ? 'closes it' : `opens ${shortTitle(actionRow(action).title)}`,
				] as const,
			]),
	...(hasClient ? [[shown('client'), 'shows its client'] as const] : []),
];
