import type {MouseAction} from '../keys/read-mouse.js';
import type {ViewEvent} from '../state/reduce-view.js';
import type {ViewState} from '../state/view-state.js';
import {clickTarget} from './click-target.js';

export type MouseControlOptions = {
	readonly view: () => ViewState;
	/** The shown list's keys, top to bottom, and the selected one. */
	readonly rows: () => {readonly keys: readonly string[]; readonly selected: string | undefined};
	/** The screen's rows as they are shown, as text. */
	readonly screenText: () => readonly string[];
	readonly move: (to: 'up' | 'down') => void;
	readonly apply: (event: ViewEvent) => void;
};

/** Rows that one notch of the wheel goes; what terminals and browsers do. */
const wheelRows = 3;

/** What the mouse does to a screen that no box asks something on: the wheel scrolls, a click chooses a row or a panel. */
export function performMouse(action: MouseAction, {view, rows, screenText, move, apply}: MouseControlOptions): void {
	if (action.kind === 'wheel') {
		for (let step = 0; step < wheelRows; step++) {
			move(action.by === 1 ? 'down' : 'up');
		}
	} else if (action.kind === 'click' && view().overlay === undefined) {
		const {keys, selected = ''} = rows();
		const index = keys.indexOf(selected);
		const target = clickTarget(screenText(), view().panel, index, action);
		const rowKey = target?.kind === 'row' ? keys[index + target.by] : undefined;
		if (target?.kind === 'panel') {
			apply({kind: 'panel-opened', panel: target.panel});
		} else if (rowKey !== undefined) {
			apply({kind: 'row-chosen', rowKey});
		}
	}
}
