import type {MouseAction} from '../../keys/read-mouse.js';
import type {ViewEvent} from '../../state/reduce-view.js';
import type {ViewState} from '../../state/view-state.js';
import type {Line} from '../../text/line.js';
import {clickTarget} from '../screen-targets.js';

export type MouseControlOptions = {
	readonly view: () => ViewState;
	/** The screen's rows as they are shown. */
	readonly shownLines: () => readonly Line[];
	readonly move: (to: 'up' | 'down') => void;
	readonly apply: (event: ViewEvent) => void;
};

/** Rows that one notch of the wheel goes; what terminals and browsers do. */
const wheelRows = 3;

/** What the mouse does to a screen that no box asks something on: the wheel scrolls, a click chooses a row or a panel. */
export function performMouse(action: MouseAction, {view, shownLines, move, apply}: MouseControlOptions): void {
	if (action.kind === 'wheel') {
		for (let step = 0; step < wheelRows; step++) {
			move(action.by === 1 ? 'down' : 'up');
		}
	} else if (action.kind === 'click' && view().overlay === undefined) {
		const target = clickTarget(shownLines(), view().panel, action);
		if (target?.kind === 'panel') {
			apply({kind: 'panel-opened', panel: target.panel});
		} else if (target?.kind === 'row') {
			apply({kind: 'row-chosen', rowKey: target.rowKey});
		}
	}
}
