import type {Clock} from '../domain/clock.js';
import type {StoreInput} from '../state/store-input.js';

/** What a store was told before the recorder was loaded, which takes longer than the first data. */
export class EarlyInputs {
	readonly #inputs: Array<{readonly input: StoreInput; readonly atMs: number}> = [];
	#take: ((input: StoreInput, atMs: number) => void) | undefined;

	constructor(readonly clock: Pick<Clock, 'now'>) {}

	/** For `MonitorStore`. */
	readonly journal = (input: StoreInput): void => {
		const atMs = this.clock.now();
		if (this.#take === undefined) {
			this.#inputs.push({input, atMs});
		} else {
			this.#take(input, atMs);
		}
	};

	/** From now on everything goes to `take`, after what has come so far. */
	handTo(take: (input: StoreInput, atMs: number) => void): void {
		for (const {input, atMs} of this.#inputs.splice(0)) {
			take(input, atMs);
		}

		this.#take = take;
	}
}
