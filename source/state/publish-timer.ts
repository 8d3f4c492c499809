import type {Clock} from '../domain/clock.js';
import {scale} from '../domain/scale.js';

/**
Shortest time between two published states, in milliseconds. Ink lays out every state, and lists and totals visit every
node.
*/
export const publishPeriodMs = (nodes: number): number => (nodes <= scale.quickPublishUpTo ? 250 : 1000);

/**
How long samples of other nodes wait for one of the node in focus, in milliseconds. This makes one frame an interval
instead of one for each node.
*/
export const patienceMs = 1500;

/** Runs something later; returns what cancels it. */
export type RunLater = (run: () => void, waitMs: number) => () => void;

const runLater: RunLater = (run, waitMs) => {
	const timer = setTimeout(run, waitMs);
	return () => clearTimeout(timer);
};

/**
Decides when to publish: at once if nothing was published for a while, else together with what arrives in the meantime.
*/
export class PublishTimer {
	readonly #clock: Clock;
	readonly #publish: () => void;
	readonly #runLater: RunLater;
	#cancel: (() => void) | undefined;
	#dueMs = Number.POSITIVE_INFINITY;
	#publishedAtMs = Number.NEGATIVE_INFINITY;

	/**
	@param publish Calls `done` itself, because it is also called without a timer.
	@param later A replay has its own, whose time is the recording's.
	*/
	constructor(clock: Clock, publish: () => void, later: RunLater = runLater) {
		this.#runLater = later;
		this.#clock = clock;
		this.#publish = publish;
	}

	/** Publishes once `pauseMs` milliseconds have passed since the last time, so that many samples share one frame. */
	within(pauseMs: number): void {
		const dueMs = this.#publishedAtMs + pauseMs;
		if (this.#cancel !== undefined && this.#dueMs <= dueMs) {
			return;
		}

		const waitMs = dueMs - this.#clock.elapsed();
		if (waitMs <= 0) {
			this.#publish();
			return;
		}

		this.#cancel?.();
		this.#dueMs = dueMs;
		this.#cancel = this.#runLater(this.#publish, waitMs);
	}

	/** Stops the timer, because the state is being published. */
	done(): void {
		this.#cancel?.();
		this.#cancel = undefined;
		this.#dueMs = Number.POSITIVE_INFINITY;
		this.#publishedAtMs = this.#clock.elapsed();
	}
}
