import type {NodeAddress} from '../../domain/node.js';
import type {Intent} from '../../keys/intent.js';
import type {ExternalStore} from '../../state/external-store.js';
import {reduceView, type ViewEvent} from '../../state/reduce-view.js';
import type {ViewState} from '../../state/view-state.js';

type ScrubStep = Extract<Intent, {kind: 'scrub'}>;

export type TimeEffects = {
	/** Keeps the present state on the screen while polling goes on. */
	readonly hold: () => void;
	/** Shows the live state again. */
	readonly release: () => void;
	/** The moment to show after a step back or forward from `fromMs`; undefined for the live state. */
	readonly momentFrom: (node: NodeAddress, fromMs: number, step: ScrubStep) => number | undefined;
	readonly showMoment: (atMs: number) => void;
	/**
	Sets the baseline: figures are then shown as their change since this moment, in milliseconds since the epoch.
	Undefined removes the baseline.
	*/
	readonly setBaseline: (atMs: number | undefined) => void;
};

export type TimeControlOptions = {
	readonly view: ExternalStore<ViewState>;
	readonly effects: TimeEffects;
	readonly now: () => number;
};

/**
Chooses the moment that the screen shows, and the baseline of its figures. It handles pause, steps through the history,
and the baseline.
*/
export class TimeControl {
	readonly #options: TimeControlOptions;

	constructor(options: TimeControlOptions) {
		this.#options = options;
	}

	togglePause(): void {
		const {effects, now, view} = this.#options;
		if (view.get().pausedAtMs === undefined && view.get().shownAtMs === undefined) {
			effects.hold();
			this.#apply({kind: 'paused', atMs: now()});
		} else {
			this.goLive();
		}
	}

	goLive(): void {
		this.#options.effects.release();
		this.#apply({kind: 'resumed'});
	}

	/** Steps through the history of `node`. A step beyond the end of the history returns to the live state. */
	scrub(node: NodeAddress | undefined, step: ScrubStep): void {
		const {effects, now, view} = this.#options;
		const fromMs = view.get().shownAtMs ?? view.get().pausedAtMs ?? now();
		const atMs = node === undefined ? undefined : effects.momentFrom(node, fromMs, step);
		if (atMs === undefined) {
			this.goLive();
			return;
		}

		effects.showMoment(atMs);
		this.#apply({kind: 'moment-chosen', atMs});
	}

	toggleBaseline(): void {
		const {effects, now, view} = this.#options;
		const atMs = view.get().baselineAtMs === undefined ? (view.get().shownAtMs ?? now()) : undefined;
		effects.setBaseline(atMs);
		this.#apply({kind: 'baseline-set', atMs});
	}

	#apply(event: ViewEvent): void {
		this.#options.view.set(reduceView(this.#options.view.get(), event));
	}
}
