import type {Entry, WholeState} from './entry.js';
import type {BlockPlace, RecordingFile} from './recording-file.js';
import type {RecordingHeader} from './recording-header.js';

/** A block of a recording, with the file that contains it. */
export type FileBlock = {readonly file: RecordingFile; readonly index: number; readonly place: BlockPlace};

/** The recording of one run of redis-top. One session may have several files, which continue each other. */
export type RecordedSession = {
	readonly id: string;
	readonly header: RecordingHeader;
	readonly blocks: readonly FileBlock[];
	readonly beganMs: number;
	readonly endedMs: number;
};

/**
One step of a recording: an entry or a whole state. A step is a whole state at the start of a session, where reading
begins, and after damage.
*/
export type RecordedStep = {readonly session: RecordedSession; readonly atMs: number} & (
	| {readonly entry: Entry; readonly state?: undefined}
	| {readonly state: WholeState; readonly entry?: undefined}
);
