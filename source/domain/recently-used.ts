/**
A cache of recently used values in two generations. Each look-up puts its value into the younger generation. After
`generation` look-ups, the older generation is dropped, and the younger one takes its place. A value is therefore
dropped only if it was not used for a whole generation.
*/
export class RecentlyUsed<Value extends NonNullable<unknown>> {
	readonly #generation: number;
	#younger = new Map<string, Value>();
	#older: ReadonlyMap<string, Value> = new Map();
	#looks = 0;

	/**
	@param generation Number of look-ups in one generation, at least 1, else a RangeError is thrown. The cache keeps at
	most two generations, so at most twice this number of values.
	*/
	constructor(generation: number) {
		if (!Number.isInteger(generation) || generation < 1) {
			throw new RangeError(`a generation is one look at least, not ${generation}`);
		}

		this.#generation = generation;
	}

	/** The number of values in both generations. A value that is in both counts twice. */
	get size(): number {
		return this.#younger.size + this.#older.size;
	}

	/** The value of a key. If the cache lacks the key, `make` makes the value. */
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
