import {constants} from 'node:fs';
import {type FileHandle, open} from 'node:fs/promises';
import type {WrittenFrame} from './block-writer.js';
import {headerLine, type RecordingHeader, RecordingProblem} from './recording-header.js';

/** Largest number of bytes that wait for a slow disk. Further frames are left out. */
const mostWaitingBytes = 8 * 1024 * 1024;

/** Appends the frames of a recording to one new file, mode 0600. A slow or failed disk never blocks the monitor. */
export class RecordingWriter {
	readonly file: string;
	readonly #handle: FileHandle;
	#bytes: number;
	#waiting: WrittenFrame[] = [];
	#waitingBytes = 0;
	/**
	True if the file needs a whole state next: at the start, and after a frame was left out. Frames before that state are
	left out too, because they can't be read without it.
	*/
	#wantsState = true;
	#problem: string | undefined;
	#reference: Buffer | undefined;
	#isWriting = false;
	#writing: Promise<void> = Promise.resolve();

	private constructor(file: string, handle: FileHandle, bytes: number) {
		this.file = file;
		this.#handle = handle;
		this.#bytes = bytes;
	}

	/**
	Makes the file.

	@throws RecordingProblem if it exists already or can't be written.
	*/
	static async create(file: string, header: RecordingHeader): Promise<RecordingWriter> {
		const handle = await open(
			file,
			constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL | constants.O_APPEND,
			0o600,
		).catch((error: unknown) => {
			throw notWritten(file, error);
		});
		const line = headerLine(header);
		try {
			await handle.writeFile(line);
		} catch (error) {
			await handle.close();
			throw notWritten(file, error);
		}

		return new RecordingWriter(file, handle, line.length);
	}

	/** The size of the file in bytes. */
	get bytes(): number {
		return this.#bytes;
	}

	/** Why the last frame could not be written; undefined while writing succeeds. */
	get problem(): string | undefined {
		return this.#problem;
	}

	readonly write = (frame: WrittenFrame): void => {
		if (this.#waitingBytes + frame.bytes.length > mostWaitingBytes) {
			this.#problem ??= 'the disk is too slow';
			this.#waiting = [];
			this.#waitingBytes = 0;
			this.#wantsState = true;
		}

		this.#waiting.push(frame);
		this.#waitingBytes += frame.bytes.length;
		// If no frame is being written, this frame starts the writing. Otherwise, the loop that is writing takes this frame
		// too.
		if (!this.#isWriting) {
			this.#writing = this.#writeWaiting();
		}
	};

	/** Resolves when every waiting frame is written or has failed. */
	async settled(): Promise<void> {
		while (this.#isWriting) {
			await this.#writing;
		}
	}

	async close(): Promise<void> {
		await this.settled();
		await this.#handle.close().catch(() => undefined);
	}

	async #writeWaiting(): Promise<void> {
		this.#isWriting = true;
		for (;;) {
			const frame = this.#waiting.shift();
			if (frame === undefined) {
				this.#isWriting = false;
				return;
			}

			this.#waitingBytes -= frame.bytes.length;
			if (!this.#wantsState || frame.beginsBlock) {
				this.#wantsState = (await this.append(frame)) !== undefined;
			}
		}
	}

	/**
	Appends one frame at once. Resolves with the reason if that fails. A failed write is undone, so the file keeps its
	former end.
	*/
	async append({bytes: own, reference}: WrittenFrame): Promise<string | undefined> {
		const isNew = reference !== undefined && reference !== this.#reference;
		const bytes = isNew ? Buffer.concat([reference, own]) : own;
		try {
			await this.#handle.appendFile(bytes);
			this.#bytes += bytes.length;
			this.#problem = undefined;
			this.#reference = reference ?? this.#reference;
		} catch (error) {
			this.#problem = whyNotWritten(error);
			// A partly written frame would make every later frame unreadable.
			await this.#handle.truncate(this.#bytes).catch(() => undefined);
		}

		return this.#problem;
	}
}

/**
Writes a whole recording into a new file.

@throws RecordingProblem if the file exists already or can't be written.
*/
export async function writeWhole(file: string, header: RecordingHeader, frames: Iterable<WrittenFrame>): Promise<void> {
	const writer = await RecordingWriter.create(file, header);
	try {
		for (const frame of frames) {
			const problem = await writer.append(frame);
			if (problem !== undefined) {
				throw notWrittenBecause(file, problem);
			}
		}
	} finally {
		await writer.close();
	}
}

const codeOf = (error: unknown): string => (error as NodeJS.ErrnoException | undefined)?.code ?? String(error);

/** Why a write failed, as text for the user. */
export const whyNotWritten = (error: unknown): string => {
	const code = codeOf(error);
	const words: Readonly<Record<string, string>> = {
		ENOSPC: 'the disk is full',
		EDQUOT: "the user's share of the disk is used up",
		EROFS: 'the file system is read-only',
		EACCES: 'permission denied',
		EPERM: 'permission denied',
		ENOENT: 'the folder does not exist',
		ENOTDIR: 'a part of its path is no folder',
		EISDIR: 'it is a folder',
		EEXIST: 'it exists already, and no recording is overwritten',
	};
	return words[code] ?? code;
};

/** The error of a file that can't be made; its message is one line. */
export const notWritten = (file: string, error: unknown): RecordingProblem =>
	notWrittenBecause(file, whyNotWritten(error));

export const notWrittenBecause = (file: string, why: string): RecordingProblem =>
	new RecordingProblem(`can't record into ${file}: ${why}`, 'access');
