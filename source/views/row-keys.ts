import {actionRow, shortTitle} from '../actions/catalogue/catalogue.js';
import type {ActionName} from '../domain/action.js';
import type {Keyboard} from '../keys/keyboard.js';
import {rowAction} from './control/action-subject.js';
import {selectedRow} from './control/list-steps.js';
import {clientOfRow} from './control/sought-client.js';
import {panelById} from './panels.js';
import {panelInput, type ScreenInput} from './screen-input.js';

/** The action of the key `row-action` on a list row, and whether the key `client` has a client to show. */
export type RowKeys = {readonly action: ActionName | undefined; readonly hasClient: boolean};

/** The effects of the keys of the selected row, or of the row whose details are open. */
export function rowKeysOf(input: ScreenInput): RowKeys {
	const {state, view} = input;
	const panel = panelById[view.panel];
	const drawn = panelInput(input);
	const {overlay} = view;
	const key = overlay?.kind === 'details' ? overlay.rowKey : selectedRow(panel.rowKeys(drawn), drawn.table.selectedKey);
	if (key === undefined) {
		return {action: undefined, hasClient: false};
	}

	return {
		action:
			view.replay === undefined && state.isMasked !== true ? rowAction(state, view, key)?.choice.action : undefined,
		hasClient: clientOfRow(panel, drawn, key) !== undefined,
	};
}

/** The word for the key of a row's action on the last line. */
export const actionWord = (action: ActionName): string => (action === 'client-kill' ? 'close it' : 'remedy');

/** The keys of a row with their effects, for the frame of the row's details. */
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
