/**
A cache of recently used values, in two generations. After a number of look-ups the younger generation becomes the older
one, and a value that was not used for a whole generation is dropped. So it never has to be filled again from nothing.
*/
export class RecentlyUsed<Value extends NonNullable<unknown>> {
	readonly #generation: number;
	#younger = new Map<string, Value>();
	#older: ReadonlyMap<string, Value> = new Map();
	#looks = 0;

	/** @param generation Look-ups; at most twice as many values are kept. */
	constructor(generation: number) {
		if (!Number.isInteger(generation) || generation < 1) {
			throw new RangeError(`a generation is one look at least, not ${generation}`);
		}

		this.#generation = generation;
	}

	/** Values in both generations; one that is in each counts twice. */
	get size(): number {
		return this.#younger.size + this.#older.size;
	}

	/** The value of a key, made by `make` where there is none. */
	get(key: string, make: (key: string) => Value): Value {
		this.#looks += 1;
		if (this.#looks > this.#generation) {
			this.#older = this.#younger;
			this.#younger = new Map();
			this.#looks = 1;
		}

		const young = this.#younger.get(key);
		if (young !== undefined) {
			return young;
		}

		const value = this.#older.get(key) ?? make(key);
		this.#younger.set(key, value);
		return value;
	}
}
