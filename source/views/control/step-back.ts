import {reduceView} from '../../state/reduce-view.js';
import type {ControllerOptions} from './controller-options.js';

/** Esc: closes what is open, one thing at a time. Where nothing is left to close, it leaves for where one came from. */
export function stepBack({view, effects}: Pick<ControllerOptions, 'view' | 'effects'>): void {
	const before = view.get();
	view.set(reduceView(before, {kind: 'went-back'}));
	if (view.get() === before) {
		effects.goBack?.();
	}
}
