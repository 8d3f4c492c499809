import type {Entry, WholeState} from './entry.js';
import type {BlockPlace, RecordingFile} from './recording-file.js';
import type {RecordingHeader} from './recording-header.js';

/** A block of one of the files of a recording. */
export type FileBlock = {readonly file: RecordingFile; readonly index: number; readonly place: BlockPlace};

/** One run of a monitor that recorded: its files continue each other. */
export type RecordedSession = {
	readonly id: string;
	readonly header: RecordingHeader;
	readonly blocks: readonly FileBlock[];
	readonly beganMs: number;
	readonly endedMs: number;
};

/**
One step of a recording: an entry, or the whole state where a session begins, where reading begins, or after damage.
*/
export type RecordedStep = {readonly session: RecordedSession; readonly atMs: number} & (
	| {readonly entry: Entry; readonly state?: undefined}
	| {readonly state: WholeState; readonly entry?: undefined}
);
