/** Longest work without a break, in milliseconds. A key press during the work waits for a few slices at most. */
const sliceMs = 8;

/**
Lets the event loop run between the parsing of replies. The replies of 1,000 nodes may arrive at once, at the start or
after a lag. Without a break, a key press would wait until all are parsed.
*/
export class TimeSlicer {
	readonly #elapsed: () => number;
	readonly #waiting: Array<() => void> = [];
	#beganMs: number | undefined;

	/** @param elapsed Returns the present time in monotonic milliseconds. */
	constructor(elapsed: () => number) {
		this.#elapsed = elapsed;
	}

	/** A promise to await before a piece of work; undefined when the work may begin at once. */
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

	/** Begins a slice. It ends when the event loop has handled everything that has arrived. */
	#begin(): void {
		this.#beganMs = this.#elapsed();
		setImmediate(() => {
			this.#beganMs = undefined;
			this.#release();
		});
	}

	/**
	Releases the waiters one by one. The next waiter follows only if the work of the previous one has not used up the
	slice.
	*/
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
