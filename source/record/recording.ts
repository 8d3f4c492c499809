import {readdirSync, statSync} from 'node:fs';
import path from 'node:path';
import type {NodeAddress} from '../domain/node.js';
import type {Block} from './block.js';
import type {RecordedChange} from './entry.js';
import type {FileBlock, RecordedSession} from './recorded-session.js';
import {RecordingCursor} from './recording-cursor.js';
import {RecordingFile} from './recording-file.js';
import {RecordingProblem} from './recording-header.js';

/** The extension of recording files. */
export const recordingExtension = '.rtr';

/** Between two runs of redis-top, a time without recording counts as a pause from this length on, in milliseconds. */
const leastRestartMs = 2000;

/** Number of decoded blocks that are kept in memory. Steps back and forth read the same blocks. */
const blocksKept = 4;

/** One or more files that are read as one recording, in order of time. */
export class Recording {
	readonly #paths: readonly string[];
	readonly #files: RecordingFile[];
	#sessions: readonly RecordedSession[];
	readonly #decoded = new Map<string, Block | undefined>();

	private constructor(paths: readonly string[], files: RecordingFile[]) {
		this.#paths = paths;
		this.#files = files;
		this.#sessions = sessionsOf(files);
	}

	/**
	Opens the given files, and every recording in the given folders.

	@throws RecordingProblem for a file that is no recording, or if no file has anything to replay.
	*/
	static open(paths: readonly string[]): Recording {
		const files = paths.flatMap(recordingsIn).map(file => new RecordingFile(file));
		const recording = new Recording(paths, files);
		if (recording.#sessions.length === 0) {
			recording.close();
			throw new RecordingProblem(`${paths.join(', ')} holds no sample yet`);
		}

		const isReadable = recording.#sessions.some(session =>
			session.blocks.some((_, index) => recording.#block(session, index) !== undefined),
		);
		if (!isReadable) {
			recording.close();
			throw new RecordingProblem(`${paths.join(', ')} can't be read: it is damaged, or of another version`);
		}

		return recording;
	}

	/** The sessions (one for each run of redis-top), in the order in which they began. */
	get sessions(): readonly RecordedSession[] {
		return this.#sessions;
	}

	/** The first moment that can be shown, in milliseconds since the epoch. */
	get beganMs(): number {
		return Math.min(...this.#sessions.map(({beganMs}) => beganMs));
	}

	/** The last moment that can be shown, in milliseconds since the epoch. */
	get endedMs(): number {
		return Math.max(...this.#sessions.map(({endedMs}) => endedMs));
	}

	/**
	The changes that redis-top noted while it recorded: findings that opened or closed, events and actions. Oldest first.
	*/
	changes(): readonly RecordedChange[] {
		const known = new Set<string>();
		return this.#files
			.flatMap(file => file.changes())
			.filter(({what, atMs, node, id}) => {
				const key = `${what} ${atMs} ${node} ${id}`;
				return !known.has(key) && known.add(key);
			})
			.sort((one, other) => one.atMs - other.atMs);
	}

	/**
	The last session that began at or before a moment (milliseconds since the epoch). For a moment before all sessions:
	the first session.
	*/
	sessionAt(atMs: number): RecordedSession {
		const session = this.#sessions.findLast(({beganMs}) => beganMs <= atMs) ?? this.#sessions[0];
		if (session === undefined) {
			throw new RangeError('a recording without a session');
		}

		return session;
	}

	/**
	The times of the polls of all nodes, or of one node, within a period. Failed polls are included. The times ascend, in
	milliseconds since the epoch.
	*/
	pollTimes(fromMs: number, toMs: number, address?: NodeAddress): number[] {
		const times: number[] = [];
		for (const session of this.#sessions) {
			for (const [index, {place}] of session.blocks.entries()) {
				const isWithin = place.firstMs <= toMs && place.lastMs >= fromMs;
				for (const entry of isWithin ? (this.#block(session, index)?.entriesUntil(toMs) ?? []) : []) {
					const node =
						entry.kind === 'poll' ? entry.poll.address : entry.kind === 'failure' ? entry.address : undefined;
					const isWanted = node !== undefined && (address === undefined || node === address);
					if (isWanted && entry.atMs >= fromMs && entry.atMs <= toMs) {
						times.push(entry.atMs);
					}
				}
			}
		}

		return times.sort((one, other) => one - other);
	}

	/**
	Indexes what was written since the last call, in open files and in new files of the folders. Returns true if there is
	anything new.
	*/
	refresh(): boolean {
		const isLonger = [this.#openNew(), ...this.#files.map(file => file.refresh())].includes(true);
		if (isLonger) {
			this.#decoded.clear();
			this.#sessions = sessionsOf(this.#files);
		}

		return isLonger;
	}

	/**
	Opens files that were created since the last call. A file without a complete first line is left for the next call.
	*/
	#openNew(): boolean {
		const known = new Set(this.#files.map(file => file.path));
		const opened = newRecordings(this.#paths, known);
		this.#files.push(...opened);
		return opened.length > 0;
	}

	/**
	Returns a cursor over the steps from a moment on, in order of time. Each session begins with its state at or before
	that moment. At the end, the cursor continues once `refresh` has found more.

	@param isQuiet Given when much of the recording is read. For times for which it returns true, the polls of each node
	are joined to one poll per five seconds. With `isQuiet`, no block is kept in memory after it was read.
	*/
	from(atMs: number, isQuiet?: (atMs: number) => boolean): RecordingCursor {
		const sessions = () => this.#sessions;
		const readBlock = (session: RecordedSession, index: number) =>
			isQuiet === undefined ? this.#block(session, index) : readPlace(session.blocks[index], isQuiet);
		return new RecordingCursor({sessions, readBlock, isOnlyReader: isQuiet !== undefined}, atMs);
	}

	/**
	The pauses within a period: times of at least `leastMs` without a recorded entry, exact to one part of a block (5 s).
	A running redis-top records each poll, also a failed poll. Between two runs, a pause counts from two seconds on.
	*/
	pauses(fromMs: number, toMs: number, leastMs: number): Array<{readonly fromMs: number; readonly toMs: number}> {
		const written = this.#sessions
			.flatMap(({blocks}) => blocks.flatMap(({place}) => place.parts))
			.filter(({firstMs, lastMs}) => firstMs <= toMs && lastMs >= fromMs)
			.sort((one, other) => one.firstMs - other.firstMs);
		const pauses: Array<{readonly fromMs: number; readonly toMs: number}> = [];
		let untilMs = fromMs;
		for (const {firstMs, lastMs} of [...written, {firstMs: toMs, lastMs: toMs}]) {
			const isRestart = this.#sessions.some(({beganMs}) => beganMs > untilMs && beganMs <= firstMs);
			if (firstMs - untilMs >= (isRestart ? Math.min(leastRestartMs, leastMs) : leastMs)) {
				pauses.push({fromMs: untilMs, toMs: firstMs});
			}

			untilMs = Math.max(untilMs, lastMs);
		}

		return pauses;
	}

	close(): void {
		for (const file of this.#files) {
			file.close();
		}
	}

	#block({blocks}: RecordedSession, index: number): Block | undefined {
		const place = blocks[index];
		if (place === undefined) {
			return undefined;
		}

		const key = `${place.file.path} ${place.index}`;
		if (!this.#decoded.has(key)) {
			this.#decoded.set(key, readPlace(place));
			const [oldest] = this.#decoded.keys();
			if (this.#decoded.size > blocksKept && oldest !== undefined) {
				this.#decoded.delete(oldest);
			}
		}

		return this.#decoded.get(key);
	}
}

const readPlace = (place: FileBlock | undefined, isQuiet?: (atMs: number) => boolean): Block | undefined =>
	place?.file.block(place.index, isQuiet);

/** The recordings in the folders that have not been opened yet. */
const newRecordings = (paths: readonly string[], known: ReadonlySet<string>): RecordingFile[] =>
	paths.flatMap(filesIn).flatMap(file => {
		try {
			return known.has(file) ? [] : [new RecordingFile(file)];
		} catch {
			return [];
		}
	});

function filesIn(given: string): string[] {
	try {
		return recordingsIn(given);
	} catch {
		return [];
	}
}

/** The recordings in a folder; for a file, that file alone. */
function recordingsIn(given: string): string[] {
	try {
		if (!statSync(given).isDirectory()) {
			return [given];
		}

		const names = readdirSync(given).filter(name => name.endsWith(recordingExtension));
		if (names.length === 0) {
			throw new RecordingProblem(`${given} holds no recording (*${recordingExtension})`);
		}

		return names.sort().map(name => path.join(given, name));
	} catch (error) {
		if (error instanceof RecordingProblem) {
			throw error;
		}

		// The missing or unreadable file stays in the list. An attempt to open it later reports the reason.
		return [given];
	}
}

function sessionsOf(files: readonly RecordingFile[]): RecordedSession[] {
	const bySession = new Map<string, FileBlock[]>();
	for (const file of files) {
		const blocks = bySession.get(file.header.session) ?? [];
		bySession.set(file.header.session, blocks);
		blocks.push(...file.blocks.map((place, index) => ({file, index, place})));
	}

	return [...bySession]
		.flatMap(([id, unsorted]): RecordedSession[] => {
			const blocks = unsorted.sort((one, other) => one.place.firstMs - other.place.firstMs);
			const [first] = blocks;
			return first === undefined
				? []
				: [
						{
							id,
							header: first.file.header,
							blocks,
							beganMs: first.place.firstMs,
							endedMs: Math.max(...blocks.map(({place}) => place.lastMs)),
						},
					];
		})
		.sort((one, other) => one.beganMs - other.beganMs);
}
