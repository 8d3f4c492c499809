import type {Clock} from '../domain/clock.js';
import type {StoreInput} from '../state/store-input.js';

/** Buffers the inputs that a monitor store gets before the recorder is loaded. */
export class EarlyInputs {
	readonly #inputs: Array<{readonly input: StoreInput; readonly atMs: number}> = [];
	#take: ((input: StoreInput, atMs: number) => void) | undefined;

	constructor(readonly clock: Pick<Clock, 'now'>) {}

	/** The `journal` of a `MonitorStore`: receives each input of the store. */
	readonly journal = (input: StoreInput): void => {
		const atMs = this.clock.now();
		if (this.#take === undefined) {
			this.#inputs.push({input, atMs});
		} else {
			this.#take(input, atMs);
		}
	};

	/** Passes the buffered inputs to `take`, and then every later input too. */
	handTo(take: (input: StoreInput, atMs: number) => void): void {
		for (const {input, atMs} of this.#inputs.splice(0)) {
			take(input, atMs);
		}

		this.#take = take;
	}
}
