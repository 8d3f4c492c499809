/**
A ring buffer of readings, newest last, with one reading for each interval. A gap (`NaN` inside, `undefined` outside)
stands for a reading that could not be taken. A gap is never filled, carried forward or shown as 0.
*/
export class Series {
	readonly #values: Float64Array | Float32Array;
	#head = 0;
	#length = 0;
	#taken = 0;

	/**
	@param capacity Number of readings that are kept; at least 1, else a RangeError is thrown.
	@param isCoarse Whether readings are rounded to seven digits, which halves the memory and is enough for charts.
	*/
	constructor(
		readonly capacity: number,
		readonly isCoarse = false,
	) {
		if (!Number.isInteger(capacity) || capacity < 1) {
			throw new RangeError(`a series keeps at least one reading, not ${capacity}`);
		}

		this.#values = isCoarse ? new Float32Array(capacity) : new Float64Array(capacity);
	}

	get length(): number {
		return this.#length;
	}

	/**
	The number of readings that `push` ever added, including those that are no longer kept. Readings added by `prepend`
	don't count.
	*/
	get taken(): number {
		return this.#taken;
	}

	push(value: number | undefined): void {
		this.#values[this.#head] = value === undefined || !Number.isFinite(value) ? Number.NaN : value;
		this.#head = (this.#head + 1) % this.capacity;
		this.#length = Math.min(this.#length + 1, this.capacity);
		this.#taken += 1;
	}

	/**
	Adds readings before the oldest reading. If there isn't room for all, the newest of them are added. When the buffer
	is full, later readings overwrite the added readings first.

	@param values Oldest first, `undefined` for a gap.
	*/
	prepend(values: ReadonlyArray<number | undefined>): void {
		const room = this.capacity - this.#length;
		const first = this.#head - this.#length - 1 + 2 * this.capacity;
		for (let back = 0; back < Math.min(room, values.length); back++) {
			const value = values[values.length - 1 - back];
			this.#values[(first - back) % this.capacity] =
				value === undefined || !Number.isFinite(value) ? Number.NaN : value;
		}

		this.#length += Math.min(room, values.length);
	}

	/** The number of kept readings that `prepend` added. */
	get prepended(): number {
		return Math.max(0, this.#length - this.#taken);
	}

	/**
	An independent copy, which later readings of the original don't change.

	@param stepsBack Number of newest readings to leave out. The copy is then the series of an earlier moment.
	*/
	copy(stepsBack = 0): Series {
		const series = new Series(this.capacity, this.isCoarse);
		const dropped = Math.min(stepsBack, this.#length);
		series.#values.set(this.#values);
		series.#head = (this.#head - dropped + this.capacity) % this.capacity;
		series.#length = this.#length - dropped;
		series.#taken = this.#taken - dropped;
		return series;
	}

	/**
	A series of another capacity with the newest readings of this series. The number of readings taken stays the same.
	*/
	resized(capacity: number, isCoarse = false): Series {
		const series = new Series(capacity, isCoarse);
		for (const value of this.latest(capacity)) {
			series.push(value);
		}

		series.#taken = this.#taken;
		return series;
	}

	/**
	The reading `stepsBack` before the newest one (0 is the newest). Undefined for a gap, and for a reading that isn't
	kept.
	*/
	recent(stepsBack: number): number | undefined {
		if (stepsBack < 0 || stepsBack >= this.#length) {
			return undefined;
		}

		const value = this.#values[(this.#head - 1 - stepsBack + 2 * this.capacity) % this.capacity];
		return value === undefined || Number.isNaN(value) ? undefined : value;
	}

	/** The last `count` readings, oldest first, gaps as undefined. The list is shorter when fewer readings are kept. */
	latest(count: number): Array<number | undefined> {
		const readings: Array<number | undefined> = [];
		for (let stepsBack = Math.min(count, this.#length) - 1; stepsBack >= 0; stepsBack--) {
			readings.push(this.recent(stepsBack));
		}

		return readings;
	}

	/** The largest of the last `count` readings; undefined without any reading among them. */
	largest(count: number): number | undefined {
		let largest: number | undefined;
		for (let stepsBack = Math.min(count, this.#length) - 1; stepsBack >= 0; stepsBack--) {
			const value = this.recent(stepsBack);
			largest = value !== undefined && (largest === undefined || value > largest) ? value : largest;
		}

		return largest;
	}

	/**
	The last `count` groups of `size` readings, oldest first, each folded to one value. Groups are counted from the first
	reading ever taken, not from the newest one. A reading therefore stays in its group, and a new reading changes only
	the newest bar of a chart. A group without a reading is undefined.

	@param fold Combines a group's readings. Default: the largest, because a peak must not vanish.
	*/
	groups(
		count: number,
		size: number,
		fold: (readings: readonly number[]) => number = readings => Math.max(...readings),
	): Array<number | undefined> {
		const newest = this.#taken % size || size;
		const readings = this.latest(newest + Math.max(0, count - 1) * size);
		const groups: Array<number | undefined> = [];
		for (let end = readings.length, width = newest; end > 0 && count > groups.length; end -= width, width = size) {
			const known = readings.slice(Math.max(0, end - width), end).filter(reading => reading !== undefined);
			groups.unshift(known.length === 0 ? undefined : fold(known));
		}

		return groups;
	}
}
