import type {Block} from './block.js';
import type {RecordedSession, RecordedStep} from './recorded-session.js';

/**
Of the sessions that began before the cursor's first moment, at most this many are read. The newest of them is not
enough, because an older session may have nodes that no later session has.
*/
const mostEarlierSessions = 5;

/**
Intervals between two polls, and least time in milliseconds, for which a session must have outlasted another so that the
other is not read. A replay drops nodes that only the other session recorded after a shorter time.
*/
const outlastedIntervals = 10;
const leastOutlastedMs = 60_000;

/** What a cursor reads from. `sessions` returns a new list after the recording has grown. */
export type CursorSource = {
	readonly sessions: () => readonly RecordedSession[];
	readonly readBlock: (session: RecordedSession, index: number) => Block | undefined;
	/** Whether no other reader uses the blocks. Entries are then released as soon as they were read. */
	readonly isOnlyReader: boolean;
};

/** How far one session has been read. */
type Place = {
	readonly id: string;
	block: number;
	entry: number;
	wantsState: boolean;
	/** The decoded block. It is kept here, because the cache that all cursors share holds only a few blocks. */
	held: {readonly session: RecordedSession; readonly index: number; readonly block: Block | undefined} | undefined;
	/** The next step; undefined until the session has more steps. */
	head: RecordedStep | undefined;
};

/**
Reads the steps of all sessions of a recording in order of time. At the end, `next` returns undefined until the
recording has grown.
*/
export class RecordingCursor {
	readonly #source: CursorSource;
	readonly #places = new Map<string, Place>();
	#sessions: readonly RecordedSession[];

	/**
	@param atMs In each session, the cursor begins with the last whole state at or before this moment, in milliseconds
	since the epoch.
	*/
	constructor(source: CursorSource, atMs: number) {
		this.#source = source;
		this.#sessions = source.sessions();
		const begun = this.#sessions
			.filter(({beganMs}) => beganMs <= atMs)
			.slice(-mostEarlierSessions)
			.filter((session, _, all) => !all.some(other => hasOutlasted(other, session, atMs)));
		for (const session of begun) {
			const block = session.blocks.findLastIndex(({place}) => place.firstMs <= atMs);
			this.#add(session, Math.max(0, block));
		}

		for (const session of this.#sessions.filter(({beganMs}) => beganMs > atMs)) {
			this.#add(session, 0);
		}
	}

	/** Returns the next step; undefined at the end, until the recording has grown. */
	next(): RecordedStep | undefined {
		this.#noteWritten();
		let first: Place | undefined;
		for (const place of this.#places.values()) {
			if (place.head !== undefined && (first?.head === undefined || place.head.atMs < first.head.atMs)) {
				first = place;
			}
		}

		const step = first?.head;
		if (first !== undefined) {
			first.head = this.#read(first);
		}

		return step;
	}

	/** Continues sessions that have grown, and begins new sessions. */
	#noteWritten(): void {
		const sessions = this.#source.sessions();
		if (sessions === this.#sessions) {
			return;
		}

		const known = new Set(this.#sessions.map(({id}) => id));
		this.#sessions = sessions;
		for (const place of this.#places.values()) {
			place.head ??= this.#read(place);
		}

		for (const session of sessions.filter(({id}) => !known.has(id))) {
			this.#add(session, 0);
		}
	}

	#add({id}: RecordedSession, block: number): void {
		const place: Place = {id, block, entry: 0, wantsState: true, held: undefined, head: undefined};
		place.head = this.#read(place);
		this.#places.set(id, place);
	}

	#read(place: Place): RecordedStep | undefined {
		const session = this.#sessions.find(({id}) => id === place.id);
		for (;;) {
			if (session === undefined || place.block >= session.blocks.length) {
				return undefined;
			}

			if (place.held?.session !== session || place.held.index !== place.block) {
				place.held = {session, index: place.block, block: this.#source.readBlock(session, place.block)};
			}

			const {block} = place.held;
			if (place.wantsState && block !== undefined) {
				place.wantsState = false;
				return {session, atMs: block.state.atMs, state: block.state};
			}

			const entry = block?.entry(place.entry);
			if (entry !== undefined) {
				if (this.#source.isOnlyReader) {
					block?.release(place.entry);
				}

				place.entry += 1;
				return {session, atMs: entry.atMs, entry};
			}

			if (place.block + 1 === session.blocks.length) {
				return undefined;
			}

			// After damage, the cursor needs the state of the next block, which contains everything that was lost.
			place.wantsState = block === undefined || !block.isWhole;
			place.block += 1;
			place.entry = 0;
		}
	}
}

/**
Whether one session has run long enough after the end of another that nothing of the other is shown at a moment. A monitor
that was restarted several times leaves such sessions. Each of them would cost as much as a block.
*/
function hasOutlasted(one: RecordedSession, other: RecordedSession, atMs: number): boolean {
	const aloneMs = Math.min(one.endedMs, atMs) - Math.max(one.beganMs, other.endedMs);
	const longestMs = Math.max(one.header.intervalMs, other.header.intervalMs) * outlastedIntervals;
	return one !== other && aloneMs > Math.max(leastOutlastedMs, longestMs);
}
