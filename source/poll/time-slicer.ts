/** Longest work without a break, milliseconds. A key that is pressed meanwhile waits for a few slices at most. */
const sliceMs = 8;

/**
Yields the event loop between replies. The replies of 1,000 nodes may all be there at once, at the start or after a lag.
Without a break, a key would wait until the last of them is parsed.
*/
export class TimeSlicer {
	readonly #elapsed: () => number;
	readonly #waiting: Array<() => void> = [];
	#beganMs: number | undefined;

	/** @param elapsed Monotonic milliseconds. */
	constructor(elapsed: () => number) {
		this.#elapsed = elapsed;
	}

	/** To be awaited before a piece of work; undefined: it may begin at once. */
	yieldIfDue(): Promise<void> | undefined {
		if (this.#beganMs === undefined) {
			this.#begin();
		}

		if (this.#waiting.length === 0 && !this.#isSpent) {
			return undefined;
		}

		return new Promise(resolve => {
			this.#waiting.push(resolve);
		});
	}

	get #isSpent(): boolean {
		return this.#beganMs !== undefined && this.#elapsed() - this.#beganMs >= sliceMs;
	}

	/** A slice ends when the event loop has handled what has come by now. */
	#begin(): void {
		this.#beganMs = this.#elapsed();
		setImmediate(() => {
			this.#beganMs = undefined;
			this.#release();
		});
	}

	/** Releases one waiter after the other, because only after its work is it known how long it took. */
	#release(): void {
		const next = this.#waiting.shift();
		if (next === undefined) {
			return;
		}

		if (this.#beganMs === undefined) {
			this.#begin();
		}

		next();
		queueMicrotask(() => {
			if (!this.#isSpent) {
				this.#release();
			}
		});
	}
}
