import type {WrittenFrame} from './block-writer.js';
import type {RecordedSession} from './recorded-session.js';
import {notWrittenBecause, writeWhole} from './recording-writer.js';

/**
Copies a period of one session into a new file. Each block is copied from its start, so the copy may begin earlier than
`fromMs`. Frames are copied byte for byte.

@throws RecordingProblem if the file exists, can't be written, or nothing was recorded in the period.
*/
export async function writeExcerpt(
	{header, blocks}: RecordedSession,
	{fromMs, toMs}: {readonly fromMs: number; readonly toMs: number},
	file: string,
): Promise<void> {
	const within = blocks.filter(({place}) => place.firstMs <= toMs && place.lastMs >= fromMs);
	const [first] = within;
	if (first === undefined) {
		throw notWrittenBecause(file, 'nothing was recorded at this time');
	}

	const beganMs = first.place.firstMs;
	const files = [...new Set(within.map(block => block.file))];
	const frames: WrittenFrame[] = [
		...within.flatMap(block => block.file.copyBlock(block.index, toMs)),
		...files.flatMap(source => source.copyChanges(beganMs, toMs)),
	];
	await writeWhole(file, {...header, began: new Date(beganMs).toISOString()}, frames);
}
