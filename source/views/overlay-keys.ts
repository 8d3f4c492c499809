import type {Intent} from '../keys/intent.js';
import type {ViewEvent} from '../state/reduce-view.js';
import type {Overlay} from '../state/view-state.js';
import {moveSteps} from './list-steps.js';

/** Rows of the screen that are no rows of a box that fills it. */
const rowsAroundBox = 4;

/** More than any box has: the box itself knows where its last row is. */
const allRows = 10_000;

/**
What a key does while a box is open: it takes the keys that move in it, copy it and close it, and no others.
`perform`: as it would without the box.
*/
export function overlayStep(
	intent: Intent,
	{kind, firstRow}: Overlay,
	screenRows: number,
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
			const page = Math.max(1, screenRows - rowsAroundBox);
			return {kind: 'overlay-scrolled', firstRow: Math.max(0, firstRow + moveSteps(intent.to, page, allRows))};
		}

		case 'copy':
		case 'quit-with-frame':
		case 'repaint': {
			return 'perform';
		}

		default: {
			return undefined;
		}
	}
}
