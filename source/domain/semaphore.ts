/** Lets so many in at the same time; the others wait in the order in which they came. */
export class Semaphore {
	readonly #places: number;
	#inside = 0;
	readonly #waiting: Array<() => void> = [];

	constructor(places: number) {
		this.#places = places;
	}

	async pass<T>(work: () => Promise<T>): Promise<T> {
		if (this.#inside >= this.#places) {
			await new Promise<void>(resolve => {
				this.#waiting.push(resolve);
			});
		}

		this.#inside += 1;
		try {
			return await work();
		} finally {
			this.#inside -= 1;
			this.#waiting.shift()?.();
		}
	}
}
