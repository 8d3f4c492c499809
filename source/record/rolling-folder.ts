import {readdir, stat, unlink} from 'node:fs/promises';
import path from 'node:path';
import {makeFolder} from '../host/own-folders.js';
import type {WrittenFrame} from './block-writer.js';
import {recordingExtension} from './recording.js';
import type {RecordingHeader} from './recording-header.js';
import {notWritten, RecordingWriter, whyNotWritten} from './recording-writer.js';

/** How much a rolling recording keeps: the last `ms` milliseconds, or at most `bytes` bytes. */
export type Keep = {readonly kind: 'time'; readonly ms: number} | {readonly kind: 'size'; readonly bytes: number};

/** Length of the recording in one file, in milliseconds. */
const fileMs = 3_600_000;
/**
Largest share of the allowed size that one file may have. Files must be small, because only whole files are removed.
*/
const fileShare = 1 / 8;
/** Matches names of files that a rolling recording makes. No other file is ever removed. */
const ownFile = /^\d{8}T\d{6}Z(?:-\d+)?\.rtr$/;
/** Interval between two attempts to write while the disk is full, in milliseconds. */
const retryMs = 10_000;

export type RollingFolderOptions = {
	readonly folder: string;
	readonly keep: Keep;
	/** Returns the header of a file that begins at a moment. */
	readonly header: (beganMs: number) => RecordingHeader;
	/** Called with one line for the user when the recording pauses or continues. */
	readonly complain: (text: string) => void;
};

/**
A folder with one recording file per hour. The oldest files are removed to stay within the limit `Keep`. When the disk
is full, further old files are removed. If that does not help, the recording pauses and the user is told. It continues
when there is free space.
*/
export class RollingFolder {
	readonly #options: RollingFolderOptions;
	#writer: RecordingWriter | undefined;
	#beganMs = Number.NEGATIVE_INFINITY;
	#pausedAtMs: number | undefined;
	#work: Promise<void> = Promise.resolve();
	#waiting = 0;

	constructor(options: RollingFolderOptions) {
		this.#options = options;
	}

	/**
	Makes the folder and begins a file in it.

	@throws RecordingProblem if the folder or the file can't be made.
	*/
	async prepare(nowMs: number): Promise<void> {
		const {folder} = this.#options;
		await makeFolder(folder).catch((error: unknown) => {
			throw notWritten(folder, error);
		});
		await this.#begin(nowMs);
	}

	/** The file that is being written; undefined while the recording pauses. */
	get file(): string | undefined {
		return this.#writer?.file;
	}

	get isPaused(): boolean {
		return this.#pausedAtMs !== undefined;
	}

	readonly write = (frame: WrittenFrame): void => {
		// Without this limit, frames that wait for a hanging disk would fill the memory.
		if (this.#waiting > 100) {
			return;
		}

		this.#waiting++;
		this.#work = this.#work
			.then(() => this.#append(frame))
			.catch((error: unknown) => this.#pause(frame.lastMs, whyNotWritten(error)))
			.finally(() => {
				this.#waiting--;
			});
	};

	/** Resolves when every waiting frame is written or has failed. */
	async settled(): Promise<void> {
		await this.#work;
	}

	async close(): Promise<void> {
		await this.#work;
		await this.#writer?.close();
	}

	async #append(frame: WrittenFrame): Promise<void> {
		const {lastMs, beginsBlock} = frame;
		if (this.#pausedAtMs !== undefined && (!beginsBlock || Math.abs(lastMs - this.#pausedAtMs) < retryMs)) {
			return;
		}

		if (this.#pausedAtMs !== undefined || (beginsBlock && this.#isFileFull(lastMs))) {
			await this.#begin(lastMs);
		}

		for (;;) {
			const problem = await this.#writer?.append(frame);
			if (problem === undefined) {
				break;
			}

			if (!(await this.#removeOldest())) {
				this.#pause(lastMs, problem);
				return;
			}
		}

		this.#goOn();
		if (beginsBlock) {
			await this.#removeOld(lastMs);
		}
	}

	#isFileFull(nowMs: number): boolean {
		const {keep} = this.#options;
		const hour = (ms: number) => Math.floor(ms / fileMs);
		return (
			hour(nowMs) !== hour(this.#beganMs) ||
			(keep.kind === 'size' && (this.#writer?.bytes ?? 0) > keep.bytes * fileShare)
		);
	}

	async #begin(nowMs: number): Promise<void> {
		await this.#writer?.close();
		this.#writer = undefined;
		const {folder, header} = this.#options;
		const stamp = new Date(nowMs).toISOString().replaceAll(/[-:]|\.\d+/g, '');
		for (let number = 1; ; number++) {
			const file = path.join(folder, `${stamp}${number === 1 ? '' : `-${number}`}${recordingExtension}`);
			try {
				this.#writer = await RecordingWriter.create(file, header(nowMs));
				this.#beganMs = nowMs;
				return;
			} catch (error) {
				const isTaken = await stat(file).then(
					({size}) => size > 0,
					() => false,
				);
				if (!isTaken || number > 1000) {
					throw error;
				}
			}
		}
	}

	#pause(nowMs: number, why: string): void {
		if (this.#pausedAtMs === undefined) {
			this.#options.complain(`the recording in ${this.#options.folder} pauses: ${why}`);
		}

		this.#pausedAtMs = nowMs;
	}

	#goOn(): void {
		if (this.#pausedAtMs !== undefined) {
			this.#pausedAtMs = undefined;
			this.#options.complain(`the recording in ${this.#options.folder} goes on`);
		}
	}

	async #removeOld(nowMs: number): Promise<void> {
		const {keep} = this.#options;
		const files = await this.#files();
		let bytes = files.reduce((sum, {size}) => sum + size, 0);
		for (const {file, size, modifiedMs} of files) {
			const isOld = keep.kind === 'time' ? nowMs - modifiedMs > keep.ms : bytes > keep.bytes;
			if (isOld && file !== this.#writer?.file) {
				await unlink(file).catch(() => undefined);
				bytes -= size;
			}
		}
	}

	/** Removes the oldest file. Returns false if only the file being written is left, or if the removal fails. */
	async #removeOldest(): Promise<boolean> {
		const oldest = (await this.#files()).find(({file}) => file !== this.#writer?.file);
		return (
			oldest !== undefined &&
			(await unlink(oldest.file).then(
				() => true,
				() => false,
			))
		);
	}

	/** The recordings in the folder that redis-top made, oldest first. */
	async #files() {
		const {folder} = this.#options;
		const names = (await readdir(folder).catch((): string[] => [])).filter(name => ownFile.test(name));
		const files = await Promise.all(
			names.map(async name => {
				const file = path.join(folder, name);
				const found = await stat(file).catch(() => undefined);
				return found === undefined ? [] : [{file, size: found.size, modifiedMs: found.mtimeMs}];
			}),
		);
		return files.flat().sort((one, other) => one.modifiedMs - other.modifiedMs || one.file.localeCompare(other.file));
	}
}
