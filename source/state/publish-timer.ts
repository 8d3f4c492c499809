import type {Clock} from '../domain/clock.js';

/** When what is known is published: at once when nothing was for a while, else together with what comes meanwhile. */
export class PublishTimer {
	readonly #clock: Clock;
	readonly #publish: () => void;
	#timer: NodeJS.Timeout | undefined;
	#dueMs = Number.POSITIVE_INFINITY;
	#publishedAtMs = Number.NEGATIVE_INFINITY;

	/** @param publish Calls `done` itself, because it is also called without a timer. */
	constructor(clock: Clock, publish: () => void) {
		this.#clock = clock;
		this.#publish = publish;
	}

	/** At once when nothing was published for so long, else when that time has come: one frame for many outcomes. */
	within(pauseMs: number): void {
		const dueMs = this.#publishedAtMs + pauseMs;
		if (this.#timer !== undefined && this.#dueMs <= dueMs) {
			return;
		}

		const waitMs = dueMs - this.#clock.elapsed();
		if (waitMs <= 0) {
			this.#publish();
			return;
		}

		clearTimeout(this.#timer);
		this.#dueMs = dueMs;
		this.#timer = setTimeout(this.#publish, waitMs);
	}

	/** It is being published now: no timer is left behind. */
	done(): void {
		clearTimeout(this.#timer);
		this.#timer = undefined;
		this.#dueMs = Number.POSITIVE_INFINITY;
		this.#publishedAtMs = this.#clock.elapsed();
	}
}
