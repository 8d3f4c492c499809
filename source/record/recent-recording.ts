import type {WrittenFrame} from './block-writer.js';
import type {RecordingHeader} from './recording-header.js';
import {writeWhole} from './recording-writer.js';

/** Length of the recording in memory, in milliseconds. */
const recentMs = 30 * 60_000;
/** Largest size of the recording in memory, in bytes. Six busy nodes take a third of this size in half an hour. */
const mostBytes = 8 * 1024 * 1024;

type RecentBlock = {readonly frames: WrittenFrame[]; bytes: number; lastMs: number};

/**
The last half hour of the recording, kept in memory as it would stand in a file: frames, in blocks that each begin with
a whole state.
*/
export class RecentRecording {
	readonly #blocks: RecentBlock[] = [];

	/** The size of all frames in memory, in bytes. */
	get bytes(): number {
		return this.#blocks.reduce((sum, {bytes}) => sum + bytes, 0);
	}

	readonly write = (frame: WrittenFrame): void => {
		const last = this.#blocks.at(-1);
		const block = frame.beginsBlock || last === undefined ? {frames: [], bytes: 0, lastMs: frame.lastMs} : last;
		if (block !== last) {
			this.#blocks.push(block);
		}

		block.frames.push(frame);
		block.bytes += frame.bytes.length;
		block.lastMs = Math.max(block.lastMs, frame.lastMs);
		this.#forgetOld(frame.lastMs);
	};

	/**
	Writes the frames in memory into a new file.

	@throws RecordingProblem if the file exists or can't be written.
	*/
	async save(file: string, header: RecordingHeader): Promise<void> {
		await writeWhole(
			file,
			header,
			this.#blocks.flatMap(block => block.frames),
		);
	}

	#forgetOld(nowMs: number): void {
		while (this.#blocks.length > 1) {
			const [oldest] = this.#blocks;
			if (oldest === undefined || (oldest.lastMs >= nowMs - recentMs && this.bytes <= mostBytes)) {
				return;
			}

			this.#blocks.shift();
		}
	}
}
