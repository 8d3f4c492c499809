/** Runs a limited number of tasks at the same time. Other tasks wait in the order of their arrival. */
export class Semaphore {
	readonly #places: number;
	#running = 0;
	readonly #waiting: Array<() => void> = [];

	constructor(places: number) {
		this.#places = places;
	}

	async run<T>(work: () => Promise<T>): Promise<T> {
		if (this.#running < this.#places) {
			this.#running += 1;
		} else {
			// A task that ends passes its place to the next waiting task, so that no later task takes it.
			await new Promise<void>(resolve => {
				this.#waiting.push(resolve);
			});
		}

		try {
			return await work();
		} finally {
			const next = this.#waiting.shift();
			if (next === undefined) {
				this.#running -= 1;
			} else {
				next();
			}
		}
	}
}
