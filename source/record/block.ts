import type {Entry, WholeState} from './entry.js';

/**
A block of a recording: the whole state at its beginning, and the entries after that. Entries are decoded only when a
caller asks for them.
*/
export class Block {
	readonly state: WholeState;
	/** The decoded entries. Those that were released are undefined. */
	readonly #entries: Array<Entry | undefined> = [];
	/**
	Decodes the block's next part. Returns undefined if no part is left, or the next part begins after `toMs`
	(milliseconds since the epoch).
	*/
	readonly #nextPart: (toMs: number) => readonly Entry[] | undefined;
	#isWhole = true;

	constructor(state: WholeState, nextPart: (toMs: number) => readonly Entry[] | undefined) {
		this.state = state;
		this.#nextPart = nextPart;
	}

	/** All entries of the block that can be read. */
	get entries(): readonly Entry[] {
		return this.entriesUntil(Number.POSITIVE_INFINITY);
	}

	/**
	Drops an entry that no reader needs any more. A long recording is read in far less time when the decoded replies don't
	outlive their use.
	*/
	release(index: number): void {
		this.#entries[index] = undefined;
	}

	/**
	False if entries at the end of the block could not be read. The value is final only after all entries were decoded.
	*/
	get isWhole(): boolean {
		return this.#isWhole;
	}

	/** The entry at an index; undefined after the last entry. */
	entry(index: number): Entry | undefined {
		while (index >= this.#entries.length && this.#read(Number.POSITIVE_INFINITY)) {}
		return this.#entries[index];
	}

	/** The entries of all parts that begin at or before a moment, in milliseconds since the epoch. */
	entriesUntil(toMs: number): readonly Entry[] {
		while (this.#read(toMs)) {}
		return this.#entries.filter(entry => entry !== undefined);
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
