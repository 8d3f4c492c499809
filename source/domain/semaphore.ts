/** Runs a limited number of tasks at the same time; the others wait in the order in which they came. */
export class Semaphore {
	readonly #places: number;
	#running = 0;
	readonly #waiting: Array<() => void> = [];

	constructor(places: number) {
		this.#places = places;
	}

	async run<T>(work: () => Promise<T>): Promise<T> {
		if (this.#running >= this.#places) {
			await new Promise<void>(resolve => {
				this.#waiting.push(resolve);
			});
		}

		this.#running += 1;
		try {
			return await work();
		} finally {
			this.#running -= 1;
			this.#waiting.shift()?.();
		}
	}
}
