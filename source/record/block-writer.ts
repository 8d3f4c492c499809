import type {Entry, OpenFinding, RecordedChange} from './entry.js';
import {EntryEncoder} from './entry-encoder.js';
import {dictionaryAfter, frame, frameKinds} from './frame.js';
import {toText} from './plain-json.js';

/** Longest block, milliseconds: to show a moment, at most so much is read before it. */
export const blockMs = 60_000;
/** Longest part, milliseconds: so much is lost when the process is killed. */
export const partMs = 5000;
/** For how long a state serves as the dictionary of others, milliseconds. */
const dictionaryMs = 3_600_000;
/** A state before the first replies is no use as a dictionary. */
const leastDictionaryBytes = 2000;

/** A whole frame, ready to be appended to a file. */
export type WrittenFrame = {
	readonly bytes: Buffer;
	/** A file may begin with this frame: it is a block's state. */
	readonly beginsBlock: boolean;
	/** A frame that has to stand before this one in its file, once; undefined: none has to. */
	readonly dictionary?: Buffer | undefined;
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
	/** What the states of this hour are compressed with, and the frame that holds it. */
	#states: {readonly raw: Buffer; readonly frame: Buffer; readonly madeAtMs: number} | undefined;
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
		this.#emit(frameKinds.state, raw, this.#dictionaryFor(raw, atMs), {firstMs: atMs, lastMs: atMs});
		this.#flushedAtMs = atMs;
	}

	/** Writes what is pending. */
	flush(): void {
		if (this.#encoder.length > 0) {
			const raw = this.#encoder.take();
			this.#emit(frameKinds.part, raw, this.#dictionary, {firstMs: this.#firstMs, lastMs: this.#lastMs});
			this.#dictionary = dictionaryAfter(this.#dictionary, raw);
			this.#flushedAtMs = this.#lastMs;
			this.#firstMs = Number.POSITIVE_INFINITY;
			this.#lastMs = Number.NEGATIVE_INFINITY;
		}

		if (this.#changes.length > 0) {
			const times = this.#changes.map(({atMs}) => atMs);
			const raw = Buffer.from(toText(this.#changes));
			this.#changes = [];
			this.#emit(frameKinds.changes, raw, Buffer.alloc(0), {firstMs: Math.min(...times), lastMs: Math.max(...times)});
		}
	}

	/** A state differs little from one of the same hour. */
	#dictionaryFor(raw: Buffer, atMs: number): Buffer {
		const isOld = this.#states === undefined || Math.abs(atMs - this.#states.madeAtMs) >= dictionaryMs;
		if (isOld && raw.length >= leastDictionaryBytes) {
			const tail = dictionaryAfter(Buffer.alloc(0), raw);
			const bytes = frame(frameKinds.dictionary, tail, Buffer.alloc(0), {firstMs: atMs, lastMs: atMs});
			this.#states = {raw: tail, frame: bytes, madeAtMs: atMs};
		}

		return this.#states?.raw ?? Buffer.alloc(0);
	}

	#note(atMs: number): void {
		this.#firstMs = Math.min(this.#firstMs, atMs);
		this.#lastMs = Math.max(this.#lastMs, atMs);
	}

	#emit(kind: number, raw: Buffer, before: Buffer, times: {readonly firstMs: number; readonly lastMs: number}): void {
		this.#options.onFrame({
			bytes: frame(kind, raw, before, times),
			beginsBlock: kind === frameKinds.state,
			dictionary: kind === frameKinds.state ? this.#states?.frame : undefined,
			lastMs: times.lastMs,
		});
	}
}
