import {setImmediate as nextTurn} from 'node:timers/promises';
import {version} from '../arguments/version.js';
import {systemClock} from '../domain/clock.js';
import type {MonitorEvent} from '../domain/event.js';
import type {NodeAddress} from '../domain/node.js';
import type {OpenFinding, RecordedChange} from '../record/entry.js';
import {writeExcerpt} from '../record/excerpt.js';
import {isNotable} from '../record/finding-spans.js';
import type {Recording} from '../record/recording.js';
import type {RuleSettings} from '../rules/node-facts.js';
import {isFindingEvent} from '../state/finding-events.js';
import type {MonitorState} from '../state/monitor-state.js';
import {QuietTimes} from './quiet-times.js';
import {ReplayRun} from './replay-run.js';
import {ReplayScan} from './replay-scan.js';

/**
How much of a recording before a moment is processed to show that moment, in milliseconds. Charts show half an hour, and
some conditions must hold for a time before they become findings.
*/
const warmUpMs = 30 * 60_000;
/**
Most polls that are processed before a shown moment. With this limit, a moment opens as fast with many nodes as with
few.
*/
const warmUpPolls = 240;
/**
How much of a recording before a moment is processed at least, in milliseconds. Rates need two polls, and some
replies come only every few seconds.
*/
const leastWarmUpMs = 30_000;
/** Time before a shown moment during which rules are evaluated as often as in the live monitor, in milliseconds. */
const thoroughMs = 20_000;

/** Longest time for which `deepen` works without a break, in milliseconds. Key presses are handled in the breaks. */
const sliceMs = 8;

/** Lengths of the periods that are searched, one after the other, for the next or previous poll, in milliseconds. */
const windowsMs: readonly number[] = [15_000, 120_000, 3_600_000, Number.POSITIVE_INFINITY];

export type ReplayOptions = {
	/** The present configuration's rule settings for all nodes; undefined: the recorded settings. */
	readonly settings?: RuleSettings | undefined;
	/**
	Whether the polls of quiet times are joined. A shown state is then up to five seconds old, but takes only a fraction
	of the time to make. @default false
	*/
	readonly isJoined?: boolean;
};

/**
The state of a monitor at any moment of a recording. Findings come from this version's rules. Nothing is polled and
nothing can be sent.
*/
export class Replay {
	readonly recording: Recording;
	#noted: readonly RecordedChange[];
	#scan: ReplayScan | undefined;
	readonly #options: ReplayOptions;
	readonly #listeners = new Set<() => void>();
	#run: ReplayRun;
	/** Number of calls of `seek` so far. `deepen` stops if the number changes. */
	#seeks = 0;

	/** Begins at the recording's first moment. */
	constructor(recording: Recording, options: ReplayOptions = {}) {
		this.recording = recording;
		this.#noted = recording.changes();
		this.#options = options;
		this.#run = this.#begin(recording.beganMs);
		this.#run.store.isSparse = false;
		this.advance(recording.beganMs);
	}

	/**
	The changes, oldest first, as the monitors noted them while they recorded. Where `scan` has evaluated the recording,
	the findings are those of this version's rules.
	*/
	get changes(): readonly RecordedChange[] {
		return this.#scan?.merged(this.#noted) ?? this.#noted;
	}

	/** Whether the polls of quiet times are joined. */
	get isJoined(): boolean {
		return this.#options.isJoined ?? false;
	}

	/**
	Whether the monitor that recorded a moment noted nothing of interest around it. False if that monitor was another
	version of redis-top: this version's rules may find more than was noted.
	*/
	readonly isQuiet = (atMs: number): boolean => {
		if (this.#quiet?.of !== this.#noted) {
			this.#quiet = {of: this.#noted, times: new QuietTimes(this.#noted)};
		}

		return this.recording.sessionAt(atMs).header.version === version && this.#quiet.times.isQuiet(atMs);
	};

	#quiet: {readonly of: readonly RecordedChange[]; readonly times: QuietTimes} | undefined;

	/** Evaluates this version's rules over the whole recording. The evaluation starts when `run` or `work` is called. */
	get scan(): ReplayScan {
		this.#scan ??= new ReplayScan(this.recording, {...this.#options, isQuiet: this.isQuiet});
		return this.#scan;
	}

	/** The moment that is shown, in milliseconds since the epoch. */
	get nowMs(): number {
		return this.#run.clock.now();
	}

	/** Whether the recording has no later step. */
	get isAtEnd(): boolean {
		return this.#run.next === undefined;
	}

	/** The state at `nowMs`. */
	readonly get = (): MonitorState => this.#run.store.get();

	readonly subscribe = (listener: () => void): (() => void) => {
		this.#listeners.add(listener);
		return () => {
			this.#listeners.delete(listener);
		};
	};

	/**
	Shows a moment within 300 ms. For a moment outside of the recording, shows the recording's first or last moment.

	@param atMs Milliseconds since the epoch.
	*/
	seek(atMs: number): void {
		const {beganMs, endedMs} = this.recording;
		const wantedMs = Math.min(Math.max(atMs, beganMs), endedMs);
		this.#seeks += 1;
		const run = this.#begin(wantedMs - this.#warmUpMs(wantedMs));
		run.take(wantedMs - thoroughMs);
		this.#goOnThoroughly(run);
		this.#run = run;
		this.advance(wantedMs);
	}

	/**
	Processes the whole half hour before the shown moment, if `seek` processed less. Charts and histories become longer.
	Works in short slices, between which key presses are handled. Resolves with true if something was added. Resolves with
	false if there was nothing to add, or if another moment was chosen meanwhile.
	*/
	async deepen(): Promise<boolean> {
		const seeks = this.#seeks;
		const run = this.#begin(this.nowMs - warmUpMs);
		if (run.beganMs >= this.#run.beganMs) {
			return false;
		}

		const isOnTheWay = () => run.next !== undefined && run.next.atMs <= this.nowMs - thoroughMs;
		while (isOnTheWay()) {
			const endMs = systemClock.elapsed() + sliceMs;
			while (isOnTheWay() && systemClock.elapsed() < endMs) {
				run.take(run.next?.atMs ?? 0);
			}

			await nextTurn();
			if (seeks !== this.#seeks) {
				return false;
			}
		}

		this.#goOnThoroughly(run);
		const {nowMs} = this;
		this.#run = run;
		this.advance(nowMs);
		return true;
	}

	/** Processes everything until a moment, which must not be before `nowMs`. */
	advance(toMs: number): void {
		const {clock, store} = this.#run;
		this.#run.take(toMs);
		clock.moveTo(Math.max(toMs, clock.now()));
		store.flush();
		for (const listener of this.#listeners) {
			listener();
		}
	}

	/**
	The time of the next or previous poll of `address`, or of any node by default; undefined if there is no such poll.
	*/
	pollFrom(atMs: number, by: 1 | -1, address?: NodeAddress): number | undefined {
		for (const windowMs of windowsMs) {
			const [fromMs, toMs] = by === 1 ? [atMs, atMs + windowMs] : [atMs - windowMs, atMs];
			const times = this.recording.pollTimes(fromMs, toMs, address);
			const found = by === 1 ? times.find(time => time > atMs) : times.findLast(time => time < atMs);
			if (found !== undefined) {
				return found;
			}
		}

		return undefined;
	}

	/** The next or previous change that `isNotable` accepts; undefined if there is no such change. */
	changeFrom(atMs: number, by: 1 | -1): RecordedChange | undefined {
		// An opened finding is also noted as an event, just before the finding. That event is skipped.
		const isStep = (change: RecordedChange) =>
			isNotable(change) && (change.what !== 'event' || !isFindingEvent({kind: change.id}));
		return by === 1
			? this.changes.find(change => change.atMs > atMs && isStep(change))
			: this.changes.findLast(change => change.atMs < atMs && isStep(change));
	}

	/** Reads what was added to a recording that is still being written. */
	refresh(): void {
		if (this.recording.refresh()) {
			this.#noted = this.recording.changes();
		}
	}

	/**
	Writes the half hour before the shown moment into a new file.

	@throws RecordingProblem if that can't be done.
	*/
	async save(file: string): Promise<void> {
		const toMs = this.nowMs;
		await writeExcerpt(this.recording.sessionAt(toMs), {fromMs: toMs - warmUpMs, toMs}, file);
	}

	/**
	Ends the fast processing of the time before the shown moment. From now on, rules are evaluated as often as in the live
	monitor. The noted events are restored.
	*/
	#goOnThoroughly({store, clock}: ReplayRun): void {
		store.isSparse = false;
		store.restoreEvents(eventsUntil(this.#noted, clock.now()));
		store.expectFindings(openFindingsAt(this.changes, clock.now()));
	}

	#begin(fromMs: number): ReplayRun {
		const {settings} = this.#options;
		const isQuiet = this.isJoined ? this.isQuiet : undefined;
		const run = new ReplayRun(this.recording, fromMs, {settings, isQuiet});
		run.store.isSparse = true;
		return run;
	}

	#warmUpMs(atMs: number): number {
		// No more is decoded here than the shortest run-up needs anyway.
		const polls = this.recording.pollTimes(atMs - leastWarmUpMs, atMs).length;
		const affordableMs = (warmUpPolls / Math.max(1, polls)) * leastWarmUpMs;
		return Math.max(leastWarmUpMs, Math.min(warmUpMs, affordableMs));
	}
}

/** The events until a moment, newest first. */
const eventsUntil = (changes: readonly RecordedChange[], untilMs: number): MonitorEvent[] =>
	changes
		.flatMap(({what, atMs, severity, node, id, text}) =>
			what === 'event' && atMs <= untilMs ? [{atMs, severity, node, kind: id, text}] : [],
		)
		.toReversed();

/**
The conditions that held at a moment according to the noted changes. Conditions that had not held long enough to be
listed are included.
*/
function openFindingsAt(changes: readonly RecordedChange[], atMs: number): OpenFinding[] {
	const open = new Map<string, OpenFinding>();
	for (const {what, finding, atMs: notedMs} of changes) {
		if (finding === undefined || finding.sinceMs > atMs) {
			continue;
		}

		const key = `${finding.rule} ${finding.node} ${finding.subject}`;
		if (what === 'finding-opened') {
			open.set(key, {...finding, isListed: notedMs <= atMs});
		} else if (notedMs <= atMs) {
			open.delete(key);
		}
	}

	return [...open.values()];
}
