import {routineKinds} from '../domain/event.js';
import type {RecordedChange} from '../record/entry.js';
import {isFindingEvent} from '../state/finding-events.js';

/**
Time before and after a noted change in which every poll counts, in milliseconds. A finding opens and ends after several
evaluations, so the time before is the longer one.
*/
const beforeMs = 6000;
const afterMs = 1500;

/**
Rules about the machine's load. Their findings come and go with each measurement, so a few seconds more or less say
nothing.
*/
const restlessRules: ReadonlySet<string> = new Set(['os.psi', 'os.runq']);

/** Tells in which parts of a recording nothing of interest was noted. */
export class QuietTimes {
	/** The beginnings and ends of the times that are not quiet, in turn and ascending. */
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

		// After an odd number of bounds a time began that has not ended.
		return low % 2 === 0;
	};
}

const isOfInterest = ({what, id, severity}: RecordedChange): boolean =>
	what === 'action' ||
	(what === 'event'
		? !routineKinds.has(id) && !isFindingEvent({kind: id})
		: severity !== 'info' && !restlessRules.has(id));
