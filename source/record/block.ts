import type {Entry, WholeState} from './entry.js';

/** A block of a recording: its state, and the entries after it, which are decoded as they are asked for. */
export class Block {
	readonly state: WholeState;
	readonly #entries: Entry[] = [];
	/** Decodes the entries of the next part that begins until a moment; undefined: there is none. */
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

	/** False where entries at the block's end could not be read. It is known when the last entry was asked for. */
	get isWhole(): boolean {
		return this.#isWhole;
	}

	/** The entry at an index; undefined after the last one. */
	entry(index: number): Entry | undefined {
		while (index >= this.#entries.length && this.#read(Number.POSITIVE_INFINITY)) {}
		return this.#entries[index];
	}

	/** The entries of all parts that begin until a moment, milliseconds since the epoch. */
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
