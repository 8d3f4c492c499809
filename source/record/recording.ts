import {readdirSync, statSync} from 'node:fs';
import path from 'node:path';
import type {NodeAddress} from '../domain/node.js';
import type {Entry, RecordedChange, WholeState} from './entry.js';
import {type Block, type BlockPlace, RecordingFile} from './recording-file.js';
import {type RecordingHeader, RecordingProblem} from './recording-header.js';

/** The extension of recording files. */
export const recordingExtension = '.rtr';

/** Most ended sessions that are searched for nodes that no later session has. */
const mostEarlierSessions = 5;
/** Decoded blocks that are kept, because steps back and forth read the same blocks. */
const blocksKept = 4;

/** A block of one of the files. */
type FileBlock = {readonly file: RecordingFile; readonly index: number; readonly place: BlockPlace};

/** One run of a recording monitor, with its files, which continue each other. */
export type RecordedSession = {
	readonly id: string;
	readonly header: RecordingHeader;
	readonly blocks: readonly FileBlock[];
	readonly beganMs: number;
	readonly endedMs: number;
};

/**
One step of a recording. It is an entry; or a whole state, where a session or the reading begins, and after damage.
*/
export type RecordedStep = {readonly session: RecordedSession; readonly atMs: number} & (
	| {readonly entry: Entry; readonly state?: undefined}
	| {readonly state: WholeState; readonly entry?: undefined}
);

/** One or more files that are read as one recording, in order of time. */
export class Recording {
	readonly files: readonly RecordingFile[];
	#sessions: readonly RecordedSession[];
	readonly #decoded = new Map<string, Block | undefined>();

	private constructor(files: readonly RecordingFile[]) {
		this.files = files;
		this.#sessions = sessionsOf(files);
	}

	/**
	Opens files, and every recording in folders.

	@throws RecordingProblem for a file that is no recording, and where no file has anything to replay.
	*/
	static open(paths: readonly string[]): Recording {
		const files = paths.flatMap(recordingsIn).map(file => new RecordingFile(file));
		const recording = new Recording(files);
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

	/** The sessions, in the order in which they began. */
	get sessions(): readonly RecordedSession[] {
		return this.#sessions;
	}

	/** The first moment that can be shown, milliseconds since the epoch. */
	get beganMs(): number {
		return Math.min(...this.#sessions.map(({beganMs}) => beganMs));
	}

	/** The last moment that can be shown, in milliseconds since the epoch. */
	get endedMs(): number {
		return Math.max(...this.#sessions.map(({endedMs}) => endedMs));
	}

	/** The findings raised and closed, events and actions that the recording monitors noted, oldest first. */
	changes(): readonly RecordedChange[] {
		const known = new Set<string>();
		return this.files
			.flatMap(file => file.changes())
			.filter(({what, atMs, node, id}) => {
				const key = `${what} ${atMs} ${node} ${id}`;
				return !known.has(key) && known.add(key);
			})
			.sort((one, other) => one.atMs - other.atMs);
	}

	/** The session that runs at a moment, or the last one before it. */
	sessionAt(atMs: number): RecordedSession {
		const session = this.#sessions.findLast(({beganMs}) => beganMs <= atMs) ?? this.#sessions[0];
		if (session === undefined) {
			throw new RangeError('a recording without a session');
		}

		return session;
	}

	/**
	The times of the polls of all nodes, or of one node, within a period. Failed polls are included. Ascending, in
	milliseconds since the epoch.
	*/
	pollTimes(fromMs: number, toMs: number, address?: NodeAddress): number[] {
		const times: number[] = [];
		for (const session of this.#sessions) {
			for (const [index, {place}] of session.blocks.entries()) {
				const isWithin = place.firstMs <= toMs && place.lastMs >= fromMs;
				for (const entry of isWithin ? (this.#block(session, index)?.entries ?? []) : []) {
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

	/** Indexes what was written to the files since the last call. Returns true if there is any. */
	refresh(): boolean {
		const isLonger = this.files.map(file => file.refresh()).includes(true);
		if (isLonger) {
			this.#decoded.clear();
			this.#sessions = sessionsOf(this.files);
		}

		return isLonger;
	}

	/** The steps from a moment on, in order of time. Each session begins with its state at or before that moment. */
	from(atMs: number): IterableIterator<RecordedStep> {
		const begun = this.#sessions.filter(({beganMs}) => beganMs <= atMs).slice(-mostEarlierSessions);
		const later = this.#sessions.filter(({beganMs}) => beganMs > atMs);
		return merged([
			...begun.map(session =>
				this.#steps(
					session,
					session.blocks.findLastIndex(({place}) => place.firstMs <= atMs),
				),
			),
			...later.map(session => this.#steps(session, 0)),
		]);
	}

	close(): void {
		for (const file of this.files) {
			file.close();
		}
	}

	*#steps(session: RecordedSession, from: number): IterableIterator<RecordedStep> {
		let wantsState = true;
		for (let index = Math.max(0, from); index < session.blocks.length; index++) {
			const block = this.#block(session, index);
			if (block !== undefined && wantsState) {
				yield {session, atMs: block.state.atMs, state: block.state};
			}

			for (const entry of block?.entries ?? []) {
				yield {session, atMs: entry.atMs, entry};
			}

			// The state of the next block has everything that the damaged block lost.
			wantsState = block === undefined || !block.isWhole;
		}
	}

	#block({blocks}: RecordedSession, index: number): Block | undefined {
		const place = blocks[index];
		if (place === undefined) {
			return undefined;
		}

		const key = `${place.file.path} ${place.index}`;
		if (!this.#decoded.has(key)) {
			this.#decoded.set(key, place.file.block(place.index));
			const [oldest] = this.#decoded.keys();
			if (this.#decoded.size > blocksKept && oldest !== undefined) {
				this.#decoded.delete(oldest);
			}
		}

		return this.#decoded.get(key);
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

		// Opening the file later gives the reason why it can't be read.
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

/** Merges the steps of several sessions in order of time. */
function* merged(sources: ReadonlyArray<IterableIterator<RecordedStep>>): IterableIterator<RecordedStep> {
	const heads = sources.flatMap(source => {
		const first = source.next();
		return first.done === true ? [] : [{source, step: first.value}];
	});
	for (;;) {
		const [head] = heads.toSorted((one, other) => one.step.atMs - other.step.atMs);
		if (head === undefined) {
			return;
		}

		yield head.step;
		const next = head.source.next();
		if (next.done === true) {
			heads.splice(heads.indexOf(head), 1);
		} else {
			head.step = next.value;
		}
	}
}
