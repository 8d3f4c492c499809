import {reduceView} from '../../state/reduce-view.js';
import type {ControllerOptions} from './controller-options.js';

/**
Handles Esc: each press closes one open part of the screen. If nothing is open, Esc goes back to the previous view.
*/
export function stepBack({view, effects}: Pick<ControllerOptions, 'view' | 'effects'>): void {
	const before = view.get();
	view.set(reduceView(before, {kind: 'went-back'}));
	if (view.get() === before) {
		effects.goBack?.();
	}
}
