import type {Clock} from '../domain/clock.js';
import {scale} from '../domain/scale.js';

/**
Shortest time between two published states, in milliseconds. Publishing is expensive: Ink lays out the whole screen, and
lists and totals read every node.
*/
export const publishPeriodMs = (nodes: number): number => (nodes <= scale.quickPublishUpTo ? 250 : 1000);

/**
How long samples of other nodes wait for a sample of the node in focus, in milliseconds. The screen is then redrawn once
per poll interval instead of once per node.
*/
export const patienceMs = 1500;

/** Runs `run` after `waitMs` milliseconds. Returns the function that cancels it. */
export type RunLater = (run: () => void, waitMs: number) => () => void;

const runLater: RunLater = (run, waitMs) => {
	const timer = setTimeout(run, waitMs);
	return () => clearTimeout(timer);
};

/**
Decides when to publish: at once if nothing was published for a while, otherwise later, together with the changes that
arrive until then.
*/
export class PublishTimer {
	readonly #clock: Clock;
	readonly #publish: () => void;
	readonly #runLater: RunLater;
	#cancel: (() => void) | undefined;
	#dueMs = Number.POSITIVE_INFINITY;
	#publishedAtMs = Number.NEGATIVE_INFINITY;

	/**
	@param publish Publishes and calls `done` itself, because the store also publishes without this timer.
	@param later Runs something later. A replay passes its own function, which uses the recording's time.
	*/
	constructor(clock: Clock, publish: () => void, later: RunLater = runLater) {
		this.#runLater = later;
		this.#clock = clock;
		this.#publish = publish;
	}

	/**
	Publishes once `pauseMs` milliseconds have passed since the last publication, so that many samples share one redraw.
	*/
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
