import type {Entry, OpenFinding, RecordedChange} from './entry.js';
import {EntryEncoder} from './entry-encoder.js';
import {dictionaryAfter, frame, frameKinds, packed} from './frame.js';
import {toText} from './plain-json.js';

/** Longest block, milliseconds: to show a moment, at most so much is read before it. */
export const blockMs = 60_000;
/** Longest part, milliseconds: so much is lost when the process is killed. */
export const partMs = 5000;

/** A whole frame, ready to be appended to a file. */
export type WrittenFrame = {
	readonly bytes: Buffer;
	/** A file may begin with this frame: it is a block's state. */
	readonly beginsBlock: boolean;
	readonly lastMs: number;
};

export type BlockWriterOptions = {
	/** The open findings, for the state that a block begins with. */
	readonly findings: () => readonly OpenFinding[];
	readonly onFrame: (frame: WrittenFrame) => void;
};

/** Turns entries into frames: a whole state each minute, and a part each few seconds. */
export class BlockWriter {
	readonly #options: BlockWriterOptions;
	readonly #encoder = new EntryEncoder();
	#changes: RecordedChange[] = [];
	/** Undefined before the first block. */
	#beganMs: number | undefined;
	#dictionary: Buffer = Buffer.alloc(0);
	#flushedAtMs = Number.NEGATIVE_INFINITY;
	#firstMs = Number.POSITIVE_INFINITY;
	#lastMs = Number.NEGATIVE_INFINITY;

	constructor(options: BlockWriterOptions) {
		this.#options = options;
	}

	add(entry: Entry): void {
		if (this.#beganMs === undefined || Math.abs(entry.atMs - this.#beganMs) >= blockMs) {
			this.begin(entry.atMs);
		}

		this.#encoder.add(entry);
		this.#note(entry.atMs);
		if (Math.abs(entry.atMs - this.#flushedAtMs) >= partMs) {
			this.flush();
		}
	}

	addChanges(changes: readonly RecordedChange[]): void {
		this.#changes.push(...changes);
	}

	/** Begins a block, as for a file that starts now. */
	begin(atMs: number): void {
		this.flush();
		this.#beganMs = atMs;
		this.#encoder.begin(atMs, this.#options.findings());
		const raw = this.#encoder.take();
		this.#dictionary = dictionaryAfter(Buffer.alloc(0), raw);
		this.#emit(frameKinds.state, packed(raw, Buffer.alloc(0)), atMs, atMs);
		this.#flushedAtMs = atMs;
	}

	/** Writes what is pending. */
	flush(): void {
		if (this.#encoder.length > 0) {
			const raw = this.#encoder.take();
			this.#emit(frameKinds.part, packed(raw, this.#dictionary), this.#firstMs, this.#lastMs);
			this.#dictionary = dictionaryAfter(this.#dictionary, raw);
			this.#flushedAtMs = this.#lastMs;
			this.#firstMs = Number.POSITIVE_INFINITY;
			this.#lastMs = Number.NEGATIVE_INFINITY;
		}

		if (this.#changes.length > 0) {
			const times = this.#changes.map(({atMs}) => atMs);
			const content = packed(Buffer.from(toText(this.#changes)), Buffer.alloc(0));
			this.#changes = [];
			this.#emit(frameKinds.changes, content, Math.min(...times), Math.max(...times));
		}
	}

	#note(atMs: number): void {
		this.#firstMs = Math.min(this.#firstMs, atMs);
		this.#lastMs = Math.max(this.#lastMs, atMs);
	}

	#emit(kind: number, content: Buffer, firstMs: number, lastMs: number): void {
		this.#options.onFrame({
			bytes: frame(kind, content, firstMs, lastMs),
			beginsBlock: kind === frameKinds.state,
			lastMs,
		});
	}
}
