import type {Entry, OpenFinding, RecordedChange} from './entry.js';
import {EntryEncoder, type ReferenceTexts} from './entry-encoder.js';
import {dictionaryAfter, type FrameContent, frame, frameKinds, noNumbers} from './frame.js';
import {toText} from './plain-json.js';

/**
Largest length of a block, in milliseconds. To show a moment, a replay first decodes the entries from the beginning of
the moment's block.
*/
export const blockMs = 60_000;
/** Largest length of a part of a block, in milliseconds. If the process is killed, at most this much is lost. */
export const partMs = 5000;
/**
Least size of a reference state, in bytes. The states of later blocks are written as differences to the reference state.
A smaller state was taken before the first replies and is no useful reference.
*/
const leastReferenceBytes = 2000;

/** A complete frame (the unit in which a recording is written), ready to be appended to a file. */
export type WrittenFrame = {
	readonly bytes: Buffer;
	/** True for a frame with the whole state, which begins a block. A file must begin with such a frame. */
	readonly beginsBlock: boolean;
	/** The frame of the reference state. It must be in the same file before this frame, but only once. */
	readonly reference?: Buffer | undefined;
	readonly lastMs: number;
};

export type BlockWriterOptions = {
	/** Returns the findings that are open now. They are part of the state that a block begins with. */
	readonly findings: () => readonly OpenFinding[];
	readonly onFrame: (frame: WrittenFrame) => void;
};

/**
Turns entries into frames. A frame with the whole state begins a block every minute. Frames with the newest entries
follow every few seconds.
*/
export class BlockWriter {
	readonly #options: BlockWriterOptions;
	readonly #encoder = new EntryEncoder();
	/** The state to which later states are written as differences, and the frame that holds it. */
	#reference: {readonly texts: ReferenceTexts; readonly frame: Buffer} | undefined;
	/** Bytes of the smallest frame with a whole state since the reference state was chosen. */
	#leastStateBytes = Number.POSITIVE_INFINITY;
	/** Sum of the bytes by which frames with a whole state were larger than `#leastStateBytes`. */
	#excessBytes = 0;
	#changes: RecordedChange[] = [];
	/** When the present block began, in milliseconds since the epoch; undefined before the first block. */
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

	/** Begins a block. A new file must start with a block. */
	begin(atMs: number): void {
		this.flush();
		this.#beganMs = atMs;
		const findings = this.#options.findings();
		this.#renewReference(atMs, findings);
		this.#encoder.begin(atMs, findings, this.#reference?.texts);
		const content = this.#encoder.take();
		this.#dictionary = dictionaryAfter(Buffer.alloc(0), content.raw);
		const length = this.#emit(frameKinds.state, content, Buffer.alloc(0), {firstMs: atMs, lastMs: atMs});
		this.#leastStateBytes = Math.min(this.#leastStateBytes, length);
		this.#excessBytes += length - this.#leastStateBytes;
		this.#flushedAtMs = atMs;
	}

	/** Writes the pending entries and changes as frames. */
	flush(): void {
		if (this.#encoder.length > 0) {
			const content = this.#encoder.take();
			this.#emit(frameKinds.part, content, this.#dictionary, {firstMs: this.#firstMs, lastMs: this.#lastMs});
			this.#dictionary = dictionaryAfter(this.#dictionary, content.raw);
			this.#flushedAtMs = this.#lastMs;
			this.#firstMs = Number.POSITIVE_INFINITY;
			this.#lastMs = Number.NEGATIVE_INFINITY;
		}

		if (this.#changes.length > 0) {
			const times = this.#changes.map(({atMs}) => atMs);
			const raw = Buffer.from(toText(this.#changes));
			this.#changes = [];
			const content = {raw, numbers: noNumbers};
			this.#emit(frameKinds.changes, content, Buffer.alloc(0), {
				firstMs: Math.min(...times),
				lastMs: Math.max(...times),
			});
		}
	}

	/**
	Chooses a new reference state once the old reference state differs too much from the present state. This is the case
	when `#excessBytes` reaches the size of the reference's frame.
	*/
	#renewReference(atMs: number, findings: readonly OpenFinding[]): void {
		if (this.#reference !== undefined && this.#excessBytes < this.#reference.frame.length) {
			return;
		}

		this.#encoder.begin(atMs, findings);
		const content = this.#encoder.take();
		if (content.raw.length >= leastReferenceBytes) {
			this.#reference = {
				texts: this.#encoder.reference(atMs),
				frame: frame(frameKinds.reference, content, Buffer.alloc(0), {firstMs: atMs, lastMs: atMs}),
			};
			this.#leastStateBytes = Number.POSITIVE_INFINITY;
			this.#excessBytes = 0;
		}
	}

	#note(atMs: number): void {
		this.#firstMs = Math.min(this.#firstMs, atMs);
		this.#lastMs = Math.max(this.#lastMs, atMs);
	}

	#emit(
		kind: number,
		content: FrameContent,
		before: Buffer,
		times: {readonly firstMs: number; readonly lastMs: number},
	): number {
		const bytes = frame(kind, content, before, times);
		this.#options.onFrame({
			bytes,
			beginsBlock: kind === frameKinds.state,
			reference: kind === frameKinds.state ? this.#reference?.frame : undefined,
			lastMs: times.lastMs,
		});
		return bytes.length;
	}
}
