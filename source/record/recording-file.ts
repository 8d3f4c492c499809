import {closeSync, fstatSync, openSync, readSync} from 'node:fs';
import {Block} from './block.js';
import type {WrittenFrame} from './block-writer.js';
import type {RecordedChange} from './entry.js';
import {EntryDecoder} from './entry-decoder.js';
import {FirstFormatDecoder} from './first-format-decoder.js';
import {
	dictionaryAfter,
	type FrameContent,
	type FrameHeader,
	firstFormatKinds,
	frameContent,
	frameHeader,
	frameHeaderBytes,
	frameKinds,
} from './frame.js';
import {fromText} from './plain-json.js';
import {mostHeaderBytes, type RecordingHeader, RecordingProblem, readHeader} from './recording-header.js';

type FramePlace = FrameHeader & {readonly offset: number};

/** Where a block is in the file: its whole state and the parts after that. */
export type BlockPlace = {
	readonly state: FramePlace;
	/**
	The frame of the reference state, to which the whole state is a difference; undefined: the state is written whole.
	*/
	readonly reference: FramePlace | undefined;
	readonly parts: FramePlace[];
	readonly firstMs: number;
	lastMs: number;
};

type BlockDecoder = EntryDecoder | FirstFormatDecoder;

/** One file of a recording, with an index of its frames. The file may grow while it is read. */
export class RecordingFile {
	readonly path: string;
	readonly header: RecordingHeader;
	readonly blocks: BlockPlace[] = [];
	readonly #descriptor: number;
	readonly #changeFrames: FramePlace[] = [];
	#indexedTo: number;
	/** The last frame with a reference state, in the part of the file that is indexed already. */
	#reference: FramePlace | undefined;
	/** The frame with a reference state that was copied last. */
	#lastCopied: {readonly place: FramePlace; readonly bytes: Buffer} | undefined;
	#readReference: {readonly place: FramePlace; readonly decoder: BlockDecoder} | undefined;

	/** @throws RecordingProblem for a file that can't be read or is no recording. */
	constructor(path: string) {
		this.path = path;
		this.#descriptor = opened(path);
		try {
			const {header, bytes} = readHeader(this.#read(0, mostHeaderBytes), path);
			this.header = header;
			this.#indexedTo = bytes;
			this.refresh();
		} catch (error) {
			this.close();
			throw error instanceof RecordingProblem ? error : unreadable(path, error);
		}
	}

	/** Indexes the frames that were written since the last call. Returns true if there are new frames. */
	refresh(): boolean {
		const {size} = fstatSync(this.#descriptor);
		const before = this.#indexedTo;
		for (;;) {
			const header = frameHeader(this.#read(this.#indexedTo, frameHeaderBytes));
			const end = this.#indexedTo + frameHeaderBytes + (header?.length ?? 0);
			if (header === undefined || end > size) {
				return this.#indexedTo > before;
			}

			this.#place({...header, offset: this.#indexedTo});
			this.#indexedTo = end;
		}
	}

	/**
	Decodes the block at an index, up to the block's first damaged part. Undefined if the state of the block is damaged.

	@param isQuiet Whether nothing of interest happens at a moment. In a part of the block at such a time, the polls of
	each node are joined into one poll.
	*/
	block(index: number, isQuiet: (atMs: number) => boolean = () => false): Block | undefined {
		const place = this.blocks[index];
		if (place === undefined) {
			return undefined;
		}

		try {
			const decoder = this.#decoderOf(place);
			const state = this.#content(place.state, Buffer.alloc(0));
			let dictionary = dictionaryAfter(Buffer.alloc(0), state.raw);
			let next = 0;
			return new Block(decoder.state(state), toMs => {
				const part = place.parts[next];
				if (part === undefined || part.firstMs > toMs) {
					return undefined;
				}

				const content = this.#content(part, dictionary);
				dictionary = dictionaryAfter(dictionary, content.raw);
				next += 1;
				return isQuiet(part.firstMs) && isQuiet(part.lastMs)
					? decoder.joinedEntries(content)
					: decoder.entries(content);
			});
		} catch {
			return undefined;
		}
	}

	/** The changes that redis-top noted while it recorded, in the order of the file. */
	changes(): RecordedChange[] {
		return this.#changeFrames.flatMap(frame => {
			try {
				return fromText(this.#content(frame, Buffer.alloc(0)).raw.toString()) as RecordedChange[];
			} catch {
				return [];
			}
		});
	}

	/** The frames of a block up to a moment (milliseconds since the epoch), byte for byte as in the file. */
	copyBlock(index: number, toMs: number): WrittenFrame[] {
		const block = this.blocks[index];
		if (block === undefined) {
			return [];
		}

		const {state, parts, reference} = block;
		return [
			{...this.#copy(state), beginsBlock: true, reference: reference && this.#copiedReference(reference)},
			...parts.filter(part => part.firstMs <= toMs).map(part => this.#copy(part)),
		];
	}

	/** The frames of changes within a period (milliseconds since the epoch), byte for byte as in the file. */
	copyChanges(fromMs: number, toMs: number): WrittenFrame[] {
		return this.#changeFrames
			.filter(({firstMs, lastMs}) => firstMs <= toMs && lastMs >= fromMs)
			.map(place => this.#copy(place));
	}

	close(): void {
		closeSync(this.#descriptor);
	}

	#place(frame: FramePlace): void {
		const last = this.blocks.at(-1);
		if (frame.kind === frameKinds.state || frame.kind === firstFormatKinds.state) {
			this.blocks.push({
				state: frame,
				reference: this.#reference,
				parts: [],
				firstMs: frame.firstMs,
				lastMs: frame.lastMs,
			});
		} else if (last !== undefined && frame.kind === partKindOf(last.state)) {
			last.parts.push(frame);
			last.lastMs = Math.max(last.lastMs, frame.lastMs);
		} else if (frame.kind === frameKinds.reference || frame.kind === firstFormatKinds.reference) {
			this.#reference = frame;
		} else if (frame.kind === frameKinds.changes) {
			this.#changeFrames.push(frame);
		}
	}

	#copy({offset, length, lastMs}: FramePlace): WrittenFrame {
		return {bytes: this.#read(offset, frameHeaderBytes + length), beginsBlock: false, lastMs};
	}

	/**
	Returns the bytes of a frame with a reference state. All blocks that use that state get the same buffer. A writer
	compares buffers by reference, and so writes the frame only once.
	*/
	#copiedReference(place: FramePlace): Buffer {
		if (this.#lastCopied?.place !== place) {
			this.#lastCopied = {place, bytes: this.#copy(place).bytes};
		}

		return this.#lastCopied.bytes;
	}

	/** Returns a decoder for one block. The last reference is kept in memory, because blocks share it. */
	#decoderOf({state, reference, firstMs}: BlockPlace): BlockDecoder {
		const isFirstFormat = state.kind === firstFormatKinds.state;
		const isOfFormat = reference?.kind === (isFirstFormat ? firstFormatKinds : frameKinds).reference;
		if (reference === undefined || !isOfFormat) {
			return isFirstFormat ? new FirstFormatDecoder(firstMs) : new EntryDecoder(firstMs);
		}

		if (this.#readReference?.place !== reference) {
			const decoder = isFirstFormat ? new FirstFormatDecoder(reference.firstMs) : new EntryDecoder(reference.firstMs);
			decoder.state(this.#content(reference, Buffer.alloc(0)));
			this.#readReference = {place: reference, decoder};
		}

		return this.#readReference.decoder.next(firstMs);
	}

	#content({offset, length}: FramePlace, dictionary: Buffer): FrameContent {
		return frameContent(this.#read(offset, frameHeaderBytes + length), dictionary);
	}

	#read(offset: number, length: number): Buffer {
		const bytes = Buffer.allocUnsafe(length);
		let filled = 0;
		while (filled < length) {
			const read = readSync(this.#descriptor, bytes, filled, length - filled, offset + filled);
			if (read === 0) {
				break;
			}

			filled += read;
		}

		return bytes.subarray(0, filled);
	}
}

const partKindOf = ({kind}: FramePlace): number =>
	kind === firstFormatKinds.state ? firstFormatKinds.part : frameKinds.part;

function opened(path: string): number {
	try {
		return openSync(path, 'r');
	} catch (error) {
		throw unreadable(path, error);
	}
}

const unreadable = (path: string, error: unknown): RecordingProblem => {
	const code = (error as NodeJS.ErrnoException | undefined)?.code ?? '';
	const why =
		{ENOENT: 'does not exist', EACCES: 'may not be read', EISDIR: 'is a folder'}[code] ?? `can't be read (${code})`;
	return new RecordingProblem(`${path} ${why}`, code === 'ENOENT' || code === 'EISDIR' ? 'usage' : 'access');
};
