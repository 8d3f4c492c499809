import type {NodeAddress} from '../../domain/node.js';
import type {KeyName} from '../../keys/bindings.js';
import type {Intent} from '../../keys/intent.js';
import type {ExternalStore} from '../../state/external-store.js';
import {reduceView} from '../../state/reduce-view.js';
import type {Notice, ViewState} from '../../state/view-state.js';
import {typing} from './filter-typing.js';

/**
The functions that move a replay. A text that they return is a notice for the user. Without such a text, the screen
itself shows the result.
*/
export type ReplayEffects = {
	readonly togglePlay: () => void;
	/** Moves to the next or previous poll of `node`; undefined: of any node. */
	readonly stepSample: (by: 1 | -1, node: NodeAddress | undefined) => string | undefined;
	readonly stepBy: (ms: number) => void;
	/** Moves to the next or previous finding, event or action. */
	readonly stepChange: (by: 1 | -1) => string;
	readonly goTo: (text: string) => string | undefined;
	readonly toEnd: () => void;
	readonly stepSpeed: (by: 1 | -1) => void;
};

export type ReplayControlOptions = {
	readonly view: ExternalStore<ViewState>;
	readonly effects: ReplayEffects;
	readonly notify: (text: string, tone?: Notice['tone']) => void;
};

const minuteMs = 60_000;

/** Performs the keyboard keys that have a special meaning in a replay. */
export class ReplayControl {
	readonly #options: ReplayControlOptions;

	constructor(options: ReplayControlOptions) {
		this.#options = options;
	}

	/** Handles a key while the moment to go to is being typed, and returns true. Returns false otherwise. */
	type(key: KeyName): boolean {
		const draft = this.#options.view.get().timeDraft;
		if (draft === undefined) {
			return false;
		}

		const typed = typing(draft, key);
		if (typed?.kind === 'typed') {
			this.#typed(typed.text);
		} else if (typed !== undefined) {
			this.#typed(undefined);
			if (typed.kind === 'kept' && draft.trim() !== '') {
				this.#tell(this.#options.effects.goTo(draft.trim()));
			}
		}

		return true;
	}

	/**
	Performs an intent that has a special meaning in a replay, and returns true. Returns false for any other intent.
	*/
	obey(intent: Intent, node: NodeAddress | undefined): boolean {
		const {effects, notify} = this.#options;
		switch (intent.kind) {
			case 'toggle-play': {
				effects.togglePlay();
				return true;
			}

			case 'scrub': {
				if (intent.unit === 'minute') {
					effects.stepBy(intent.by * minuteMs);
				} else {
					this.#tell(effects.stepSample(intent.by, node));
				}

				return true;
			}

			case 'step-ten-minutes': {
				effects.stepBy(intent.by * 10 * minuteMs);
				return true;
			}

			case 'step-change': {
				notify(effects.stepChange(intent.by));
				return true;
			}

			case 'ask-time': {
				this.#typed('');
				return true;
			}

			case 'step-speed': {
				effects.stepSpeed(intent.by);
				return true;
			}

			case 'go-live': {
				effects.toEnd();
				return true;
			}

			case 'set-interval': {
				notify('a replay has the interval of its recording');
				return true;
			}

			default: {
				return false;
			}
		}
	}

	#typed(text: string | undefined): void {
		const {view} = this.#options;
		view.set(reduceView(view.get(), {kind: 'time-typed', text}));
	}

	#tell(problem: string | undefined): void {
		if (problem !== undefined) {
			this.#options.notify(problem, 'warning');
		}
	}
}
