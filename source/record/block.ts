import type {Entry, WholeState} from './entry.js';

/** A block of a recording: a state, and the entries after it. Entries are decoded when they are asked for. */
export class Block {
	readonly state: WholeState;
	readonly #entries: Entry[] = [];
	/** Decodes the next part, if it begins at or before `toMs`. Returns undefined if no such part is left. */
	readonly #nextPart: (toMs: number) => readonly Entry[] | undefined;
	#isWhole = true;

	constructor(state: WholeState, nextPart: (toMs: number) => readonly Entry[] | undefined) {
		this.state = state;
		this.#nextPart = nextPart;
	}

	/** All entries that can be read. */
	get entries(): readonly Entry[] {
		return this.entriesUntil(Number.POSITIVE_INFINITY);
	}

	/**
	False if entries at the end of the block could not be read. The value is final once the last entry was asked for.
	*/
	get isWhole(): boolean {
		return this.#isWhole;
	}

	/** The entry at an index; undefined after the last one. */
	entry(index: number): Entry | undefined {
		while (index >= this.#entries.length && this.#read(Number.POSITIVE_INFINITY)) {}
		return this.#entries[index];
	}

	/** The entries of all parts that begin at or before a moment, in milliseconds since the epoch. */
	entriesUntil(toMs: number): readonly Entry[] {
		while (this.#read(toMs)) {}
		return this.#entries;
	}

	#read(toMs: number): boolean {
		if (!this.#isWhole) {
			return false;
		}

		try {
			const entries = this.#nextPart(toMs);
			for (const entry of entries ?? []) {
				this.#entries.push(entry);
			}

			return entries !== undefined;
		} catch {
			// The entries before the damage are kept.
			this.#isWhole = false;
			return false;
		}
	}
}
