import {type Clock, systemClock} from '../domain/clock.js';
import type {RecordedChange} from '../record/entry.js';
import type {Recording} from '../record/recording.js';
import type {Finding} from '../rules/finding.js';
import {findingChanges} from './recorder.js';
import {ReplayRun, type ReplayRunOptions} from './replay-run.js';

/** Longest time for which the scan works without a break, in milliseconds. Key presses are handled in the breaks. */
const sliceMs = 8;
/** Length of a break of the scan, in milliseconds. With it, the scan takes less than half of one processor. */
const pauseMs = 12;
/** Time between two reports of the scan's progress, in milliseconds. */
const tellEveryMs = 1000;

const isFinding = ({what}: RecordedChange): boolean => what === 'finding-opened' || what === 'finding-closed';

/**
Evaluates this version's rules over a whole recording. The recording itself holds only the findings of the version that
recorded it.
*/
export class ReplayScan {
	readonly #run: ReplayRun;
	#findings: readonly Finding[] = [];
	#changes: readonly RecordedChange[] = [];

	/**
	@param options The rule settings, and the quiet times in which nothing was noted. In quiet times, rules are evaluated
	less often.
	*/
	constructor(recording: Recording, options: ReplayRunOptions) {
		this.#run = new ReplayRun(recording, recording.beganMs, options);
		const {store, clock} = this.#run;
		store.subscribe(() => {
			const {findings} = store.get();
			const changes = findings === this.#findings ? [] : findingChanges(this.#findings, findings, clock.now());
			this.#findings = findings;
			if (changes.length > 0) {
				this.#changes = [...this.#changes, ...changes];
			}
		});
	}

	/** The moment up to which the recording was evaluated, in milliseconds since the epoch. */
	get untilMs(): number {
		return this.#run.clock.now();
	}

	/** Whether everything that is written so far was evaluated. */
	get isDone(): boolean {
		return this.#run.next === undefined;
	}

	/**
	The changes of a whole recording. Findings up to `untilMs` are those of this version's rules. Later findings, and all
	events and actions, are those that the monitors noted while they recorded. Returns the same list for the same input
	lists.
	*/
	merged(noted: readonly RecordedChange[]): readonly RecordedChange[] {
		if (noted !== this.#merged?.noted || this.#changes !== this.#merged.found || !this.#merged.isDone) {
			const {untilMs, isDone} = this;
			const changes = [...this.#changes, ...noted.filter(change => !isFinding(change) || change.atMs > untilMs)];
			changes.sort((one, other) => one.atMs - other.atMs);
			this.#merged = {noted, found: this.#changes, isDone, changes};
		}

		return this.#merged.changes;
	}

	#merged:
		| {
				readonly noted: readonly RecordedChange[];
				readonly found: readonly RecordedChange[];
				readonly isDone: boolean;
				readonly changes: readonly RecordedChange[];
		  }
		| undefined;

	/** Continues the evaluation for at most this time, in milliseconds. */
	work(longestMs: number): void {
		const endMs = systemClock.elapsed() + longestMs;
		for (let {next} = this.#run; next !== undefined && systemClock.elapsed() < endMs; next = this.#run.next) {
			this.#run.take(next.atMs);
		}
	}

	/** Evaluates the recording in short slices until the signal aborts. Continues when more is written. */
	async run(clock: Clock, signal: AbortSignal, onProgress: () => void): Promise<void> {
		let toldAtMs = clock.elapsed();
		while (!signal.aborted) {
			const wasDone = this.isDone;
			this.work(sliceMs);
			const nowMs = clock.elapsed();
			if (!wasDone && (this.isDone || nowMs - toldAtMs >= tellEveryMs)) {
				toldAtMs = nowMs;
				onProgress();
			}

			await clock.sleep(this.isDone ? tellEveryMs : pauseMs, signal);
		}
	}
}
