import type {RecordedStep} from '../record/recorded-session.js';
import type {Recording} from '../record/recording.js';
import type {RecordingCursor} from '../record/recording-cursor.js';
import type {RuleSettings} from '../rules/node-facts.js';
import {MonitorStore} from '../state/monitor-store.js';
import {ReplayClock} from './replay-clock.js';
import {ReplayFeed} from './replay-feed.js';

export type ReplayRunOptions = {
	/** The present configuration's rule settings for all nodes; undefined: the recorded settings. */
	readonly settings?: RuleSettings | undefined;
	/**
	Returns whether nothing of interest was noted around a moment. The polls of such a quiet time are joined, so that a
	long part of the recording is processed faster. Undefined: every poll is processed.
	*/
	readonly isQuiet?: ((atMs: number) => boolean) | undefined;
};

/** A store that processes a recording from a moment on, and its position in the recording. */
export class ReplayRun {
	readonly store: MonitorStore;
	readonly clock: ReplayClock;
	/** The first moment that the store processed, in milliseconds since the epoch. */
	readonly beganMs: number;
	readonly #feed: ReplayFeed;
	readonly #steps: RecordingCursor;
	#next: RecordedStep | undefined;

	constructor(recording: Recording, fromMs: number, {settings, isQuiet}: ReplayRunOptions) {
		this.#steps = recording.from(fromMs, isQuiet);
		this.clock = new ReplayClock(this.next?.atMs ?? fromMs);
		this.beganMs = this.clock.now();
		const {target, isInsecure, user, rememberedAtMs, intervalMs} = recording.sessionAt(fromMs).header;
		this.store = new MonitorStore({
			target,
			isInsecure,
			user,
			rememberedAtMs,
			intervalMs,
			clock: this.clock,
			startedAtMs: recording.beganMs,
			isRecorded: true,
			runLater: this.clock.runLater,
		});
		this.#feed = new ReplayFeed({store: this.store, clock: this.clock, settings});
	}

	/** The next step to process; undefined if nothing more is written yet. */
	get next(): RecordedStep | undefined {
		this.#next ??= this.#steps.next();
		return this.#next;
	}

	/** Processes all steps up to a moment. */
	take(untilMs: number): void {
		for (let {next} = this; next !== undefined && next.atMs <= untilMs; next = this.next) {
			this.#feed.apply(next);
			this.#next = undefined;
		}
	}
}
