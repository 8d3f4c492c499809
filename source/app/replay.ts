import {setImmediate as nextTurn} from 'node:timers/promises';
import {systemClock} from '../domain/clock.js';
import type {MonitorEvent} from '../domain/event.js';
import type {NodeAddress} from '../domain/node.js';
import type {OpenFinding, RecordedChange} from '../record/entry.js';
import {isNotable} from '../record/finding-spans.js';
import type {RecordedStep, Recording} from '../record/recording.js';
import type {RuleSettings} from '../rules/node-facts.js';
import {isFindingEvent} from '../state/finding-events.js';
import type {MonitorState} from '../state/monitor-state.js';
import {MonitorStore} from '../state/monitor-store.js';
import {ReplayClock} from './replay-clock.js';
import {ReplayFeed} from './replay-feed.js';

/** How much before a moment is taken in to show it, milliseconds: charts of half an hour, and conditions that must hold. */
const warmUpMs = 30 * 60_000;
/** The same in polls, so that a moment of many nodes opens as fast. */
const warmUpPolls = 400;
/** Least warm-up, milliseconds: rates, and what is asked every few seconds. */
const leastWarmUpMs = 65_000;
/** The last part of it, milliseconds, in which every rule is evaluated as often as live. */
const thoroughMs = 20_000;

/** Longest slice of the work while keys may come, in milliseconds of processor time. */
const sliceMs = 8;

/** Windows in which the next or previous poll is looked for, milliseconds. */
const windowsMs: readonly number[] = [15_000, 120_000, 3_600_000, Number.POSITIVE_INFINITY];

/** A store on its way through the recording. */
type Run = {
	readonly store: MonitorStore;
	readonly clock: ReplayClock;
	readonly feed: ReplayFeed;
	readonly steps: IterableIterator<RecordedStep>;
	next: RecordedStep | undefined;
	/** The first moment that it took in. */
	readonly beganMs: number;
};

/** Takes in everything until a moment. */
function take(run: Run, untilMs: number): void {
	while (run.next !== undefined && run.next.atMs <= untilMs) {
		run.feed.apply(run.next);
		run.next = following(run.steps);
	}
}

export type ReplayOptions = {
	/** What rules read of the configuration; undefined: what was in force when it was recorded. */
	readonly settings?: RuleSettings | undefined;
};

/**
A recording as a monitor's state that moves in time. Findings are made again by this version's rules. Nothing is polled and
nothing can be sent.
*/
export class Replay {
	readonly recording: Recording;
	#changes: readonly RecordedChange[];
	readonly #options: ReplayOptions;
	readonly #listeners = new Set<() => void>();
	#run: Run;
	/** How often a moment was chosen. */
	#seeks = 0;

	/** Begins at the recording's first moment. */
	constructor(recording: Recording, options: ReplayOptions = {}) {
		this.recording = recording;
		this.#changes = recording.changes();
		this.#options = options;
		this.#run = this.#begin(recording.beganMs);
		this.#run.store.isSparse = false;
		this.advance(recording.beganMs);
	}

	/** What the monitors that recorded noted, oldest first. */
	get changes(): readonly RecordedChange[] {
		return this.#changes;
	}

	/** The moment that is shown, milliseconds since the epoch. */
	get nowMs(): number {
		return this.#run.clock.now();
	}

	/** Nothing follows. */
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
	Shows a moment: of one outside of the recording its first or last. Takes under 300 ms.

	@param atMs Milliseconds since the epoch.
	*/
	seek(atMs: number): void {
		const {beganMs, endedMs} = this.recording;
		const wantedMs = Math.min(Math.max(atMs, beganMs), endedMs);
		this.#seeks += 1;
		const run = this.#begin(wantedMs - this.#warmUpMs(wantedMs));
		take(run, wantedMs - thoroughMs);
		this.#goOnThoroughly(run);
		this.#run = run;
		this.advance(wantedMs);
	}

	/**
	Takes in the half hour before the present moment, where `seek` took in less of it: charts and histories become longer.
	Works in short slices, so that keys are handled meanwhile. Resolves with whether anything changed; not if another moment
	was chosen meanwhile.
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
				take(run, run.next?.atMs ?? 0);
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

	/** Takes in everything until a moment that is not before `nowMs`. */
	advance(toMs: number): void {
		const {clock, store} = this.#run;
		take(this.#run, toMs);
		clock.moveTo(Math.max(toMs, clock.now()));
		store.flush();
		for (const listener of this.#listeners) {
			listener();
		}
	}

	/** When the node, or any one, was polled next or before a moment; undefined where it was not. */
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

	/** The next or previous finding that was raised, event or action; undefined where none was noted. Advice is left out. */
	changeFrom(atMs: number, by: 1 | -1): RecordedChange | undefined {
		// A finding that opens is noted as an event too, a moment earlier.
		const isStep = (change: RecordedChange) =>
			isNotable(change) && (change.what !== 'event' || !isFindingEvent({kind: change.id}));
		return by === 1
			? this.changes.find(change => change.atMs > atMs && isStep(change))
			: this.changes.findLast(change => change.atMs < atMs && isStep(change));
	}

	/** Looks for what was recorded meanwhile, in a recording that is still written. */
	refresh(): void {
		const nowMs = this.nowMs;
		if (this.recording.refresh()) {
			this.#changes = this.recording.changes();
			this.seek(nowMs);
		}
	}

	/** Ends the run-up of a store: what was noted until then stands, and rules are evaluated as often as live. */
	#goOnThoroughly({store, clock}: Run): void {
		store.isSparse = false;
		store.restoreEvents(eventsUntil(this.changes, clock.now()));
		store.expectFindings(openFindingsAt(this.changes, clock.now()));
	}

	#begin(fromMs: number): Run {
		const header = this.recording.sessionAt(fromMs).header;
		const steps = this.recording.from(fromMs);
		const next = following(steps);
		const clock = new ReplayClock(next?.atMs ?? fromMs);
		const {target, isInsecure, user, rememberedAtMs, intervalMs} = header;
		const store = new MonitorStore({
			target,
			isInsecure,
			user,
			rememberedAtMs,
			intervalMs,
			clock,
			runLater: clock.runLater,
		});
		const feed = new ReplayFeed({store, clock, settings: this.#options.settings});
		store.isSparse = true;
		return {store, clock, feed, steps, next, beganMs: clock.now()};
	}

	#warmUpMs(atMs: number): number {
		const pollsPerMinute = this.recording.pollTimes(atMs - 60_000, atMs).length;
		const affordableMs = (warmUpPolls / Math.max(1, pollsPerMinute)) * 60_000;
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

/** The conditions that held at a moment as far as was noted, also those that were listed later. */
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

const following = (steps: IterableIterator<RecordedStep>): RecordedStep | undefined => {
	const {value, done} = steps.next();
	return done === true ? undefined : value;
};
