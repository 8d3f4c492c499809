/** Work is done so long without a break, milliseconds: a key that is pressed meanwhile is answered within a few of them. */
const sliceMs = 8;

/**
Cuts the taking-in of replies into slices. A thousand nodes' replies that have all come (because we were held up, or at the
start) would else be taken in one after the other, and whatever else has come, a key first of all, would wait for the last.
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
	turn(): Promise<void> | undefined {
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

	/** A slice ends when everything that has come by now was looked at. */
	#begin(): void {
		this.#beganMs = this.#elapsed();
		setImmediate(() => {
			this.#beganMs = undefined;
			this.#release();
		});
	}

	/** One after the other: each works until it has to wait for something, and only then it is known how long it took. */
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
