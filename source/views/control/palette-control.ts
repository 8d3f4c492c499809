import type {KeyName} from '../../keys/bindings.js';
import {reduceView, type ViewEvent} from '../../state/reduce-view.js';
import {type PaletteEntry, paletteEntries} from '../palette/palette-entries.js';
import {paletteStep} from '../palette/palette-keys.js';
import {focusedNode} from '../screen-input.js';
import type {ControllerOptions} from './controller-options.js';

export type PaletteControlOptions = Pick<ControllerOptions, 'shownState' | 'keyboard' | 'view'> & {
	readonly choose: (entry: PaletteEntry) => void;
};

/** Opens the palette, and handles all keyboard keys while the palette is open. */
export class PaletteControl {
	readonly #options: PaletteControlOptions;

	constructor(options: PaletteControlOptions) {
		this.#options = options;
	}

	get isOpen(): boolean {
		return this.#options.view.get().overlay?.kind === 'palette';
	}

	open(): void {
		this.#apply({kind: 'overlay-opened', overlay: {kind: 'palette', text: '', selected: 0, firstRow: 0}});
	}

	/** Handles a key while the palette is open, and returns true. Returns false while the palette is closed. */
	press(key: KeyName): boolean {
		const {shownState, keyboard, view, choose} = this.#options;
		const {overlay} = view.get();
		if (overlay?.kind !== 'palette') {
			return false;
		}

		const state = shownState();
		const step = paletteStep(overlay, paletteEntries({state, node: focusedNode(state, view.get()), keyboard}), key);
		if (step !== undefined && 'event' in step) {
			this.#apply(step.event);
		} else if (step !== undefined) {
			this.#apply({kind: 'overlay-closed'});
			choose(step.chosen);
		}

		return true;
	}

	#apply(event: ViewEvent): void {
		const {view} = this.#options;
		view.set(reduceView(view.get(), event));
	}
}
