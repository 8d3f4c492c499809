import type {Intent} from '../../keys/intent.js';
import type {ViewEvent} from '../../state/reduce-view.js';
import type {Overlay} from '../../state/view-state.js';
import {moveSteps} from '../control/list-steps.js';
import {detailsRoom} from './box-rows.js';

/** Number of lines that the frame of a box takes: its upper and its lower border. */
const frameRows = 2;

/**
What a keyboard key does while the help or the details box is open. `perform`: the same as without an open box.
Undefined: the key does nothing.
*/
export function overlayStep(
	intent: Intent,
	{kind, firstRow}: Overlay,
	{screenRows, boxRows}: {readonly screenRows: number; readonly boxRows: number},
): ViewEvent | 'perform' | undefined {
	switch (intent.kind) {
		case 'back': {
			return {kind: 'went-back'};
		}

		case 'quit':
		case 'open-help':
		case 'open-details': {
			return {kind: 'overlay-closed'};
		}

		case 'start-filter': {
			return kind === 'help' ? {kind: 'help-searched', search: {text: '', isTyping: true}} : undefined;
		}

		case 'move': {
			const shown = (kind === 'details' ? detailsRoom(screenRows).height : screenRows) - frameRows;
			const page = Math.max(1, shown - 1);
			const last = Math.max(0, boxRows - shown);
			const row = Math.min(firstRow, last) + moveSteps(intent.to, page, boxRows);
			return {kind: 'overlay-scrolled', firstRow: Math.min(Math.max(0, row), last)};
		}

		case 'copy':
		case 'quit-with-frame':
		case 'repaint': {
			return 'perform';
		}

		case 'open-row-action':
		case 'show-client':
		case 'open-actions': {
			return kind === 'details' ? 'perform' : undefined;
		}

		default: {
			return undefined;
		}
	}
}
