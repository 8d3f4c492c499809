import {type Clock, systemClock} from '../domain/clock.js';
import type {RecordedChange} from '../record/entry.js';
import type {Recording} from '../record/recording.js';
import type {Finding} from '../rules/finding.js';
import type {RuleSettings} from '../rules/node-facts.js';
import {findingChanges} from './recorder.js';
import {ReplayRun} from './replay-run.js';

/** Longest work without a break in which keys are handled, in milliseconds. */
const sliceMs = 8;
/** Pause after such work, in milliseconds: the scan takes less than half of a processor. */
const pauseMs = 12;
/** Time between two reports of progress, in milliseconds. */
const tellEveryMs = 1000;

const isFinding = ({what}: RecordedChange): boolean => what === 'finding-opened' || what === 'finding-closed';

/**
Looks through a whole recording for what this version's rules find in it. Another version that recorded noted what its own
rules found.
*/
export class ReplayScan {
	readonly #run: ReplayRun;
	#findings: readonly Finding[] = [];
	#changes: readonly RecordedChange[] = [];

	/** @param settings The present configuration's rule settings for all nodes; undefined: the recorded settings. */
	constructor(recording: Recording, settings: RuleSettings | undefined) {
		this.#run = new ReplayRun(recording, recording.beganMs, settings);
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

	/** Up to which moment the recording was looked through, in milliseconds since the epoch. */
	get untilMs(): number {
		return this.#run.clock.now();
	}

	/** Whether everything that is written was looked through. */
	get isDone(): boolean {
		return this.#run.next === undefined;
	}

	/**
	The changes of a whole recording: until `untilMs` the findings of this version's rules, then those that were noted.
	Events and actions are those that were noted. The same list for the same lists.
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

	/** Looks on for a time, in milliseconds. */
	work(longestMs: number): void {
		const endMs = systemClock.elapsed() + longestMs;
		for (let {next} = this.#run; next !== undefined && systemClock.elapsed() < endMs; next = this.#run.next) {
			this.#run.take(next.atMs);
		}
	}

	/** Looks through the recording in short slices until the signal aborts, and on when more is written. */
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
