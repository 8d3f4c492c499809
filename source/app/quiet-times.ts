import {routineKinds} from '../domain/event.js';
import type {RecordedChange} from '../record/entry.js';
import {isFindingEvent} from '../state/finding-events.js';

/**
Time before a noted change in which each poll is processed by itself, not joined with others, in milliseconds. It is
longer than `afterMs`, because a finding opens and ends only after several evaluations. The polls for
these evaluations come before the change.
*/
const beforeMs = 6000;
/** Time after a noted change in which each poll is processed by itself, not joined with others, in milliseconds. */
const afterMs = 1500;

/**
Rules about the machine's load. Their findings come and go with each measurement, so these changes end no quiet time.
*/
const restlessRules: ReadonlySet<string> = new Set(['os.psi', 'os.runq']);

/** Tells in which parts of a recording nothing of interest was noted. */
export class QuietTimes {
	/** The beginning and the end of each time that is not quiet, in ascending order. */
	readonly #bounds: number[] = [];

	/** @param changes The noted changes, oldest first. */
	constructor(changes: readonly RecordedChange[]) {
		for (const {atMs} of changes.filter(isOfInterest)) {
			const last = this.#bounds.at(-1);
			if (last !== undefined && atMs - beforeMs <= last) {
				this.#bounds.splice(-1, 1, Math.max(last, atMs + afterMs));
			} else {
				this.#bounds.push(atMs - beforeMs, atMs + afterMs);
			}
		}
	}

	readonly isQuiet = (atMs: number): boolean => {
		let [low, high] = [0, this.#bounds.length];
		while (low < high) {
			const middle = (low + high) >> 1;
			if ((this.#bounds[middle] ?? 0) <= atMs) {
				low = middle + 1;
			} else {
				high = middle;
			}
		}

		// If an odd number of bounds is before the moment, a time that is not quiet has begun and has not ended.
		return low % 2 === 0;
	};
}

const isOfInterest = ({what, id, severity}: RecordedChange): boolean =>
	what === 'action' ||
	(what === 'event'
		? !routineKinds.has(id) && !isFindingEvent({kind: id})
		: severity !== 'info' && !restlessRules.has(id));
