import {Series} from '../domain/series.js';

/** Where two offsets and their times are known, the time of an offset between them, if the growth was even. */
const between = (offset: number, from: Point, to: Point): number =>
	from.elapsedMs + ((to.elapsedMs - from.elapsedMs) * (offset - from.offset)) / (to.offset - from.offset);

type Point = {readonly elapsedMs: number; readonly offset: number};

/**
The replication offsets of a node over time (`master_repl_offset` of INFO). They tell how old the data of a replica is:
as old as the moment at which its source had the offset that the replica has now.
*/
export class WrittenOffsets {
	readonly #times: Series;
	readonly #offsets: Series;
	/** The process whose offsets these are. Offsets of different processes can't be compared. */
	readonly runId: string | undefined;

	/** @param capacity Number of offsets that are kept. An older age is estimated. */
	constructor(capacity: number, runId: string | undefined) {
		this.#times = new Series(capacity);
		this.#offsets = new Series(capacity);
		this.runId = runId;
	}

	/** Whether an offset can follow the offsets so far. It cannot after a full resync, which sets a new one. */
	isFollowedBy({elapsedMs, offset}: Point): boolean {
		const last = this.#at(this.#times.length - 1);
		return last === undefined || (elapsedMs >= last.elapsedMs && offset >= last.offset);
	}

	push({elapsedMs, offset}: Point): void {
		this.#times.push(elapsedMs);
		this.#offsets.push(offset);
	}

	/**
	Seconds since the node had an offset: 0 for its present offset. For an offset from before the first that is kept, the
	age is estimated from the mean rate of the writes since the first. Undefined when that rate is unknown or 0.

	@param leastRate The rate for the estimate, bytes a second, when the mean rate is lower: a node that hardly writes for
	some seconds has written more before.
	*/
	ageSeconds(offset: number, leastRate = 0): number | undefined {
		const newest = this.#at(this.#times.length - 1);
		const oldest = this.#at(0);
		if (newest === undefined || oldest === undefined) {
			return undefined;
		}

		if (offset >= newest.offset) {
			return 0;
		}

		if (offset < oldest.offset) {
			const keptSeconds = (newest.elapsedMs - oldest.elapsedMs) / 1000;
			const meanRate = keptSeconds > 0 ? (newest.offset - oldest.offset) / keptSeconds : undefined;
			const rate = meanRate === undefined ? 0 : Math.max(meanRate, leastRate);
			return rate > 0 ? keptSeconds + (oldest.offset - offset) / rate : undefined;
		}

		// The last reading at or below the offset: what the replica lacks was written after it.
		let [low, high] = [0, this.#times.length - 1];
		while (high - low > 1) {
			const middle = Math.floor((low + high) / 2);
			if ((this.#at(middle)?.offset ?? 0) <= offset) {
				low = middle;
			} else {
				high = middle;
			}
		}

		const [from, to] = [this.#at(low) ?? oldest, this.#at(high) ?? newest];
		return (newest.elapsedMs - between(offset, from, to)) / 1000;
	}

	/** The reading at an index, 0 being the oldest that is kept. */
	#at(index: number): Point | undefined {
		const stepsBack = this.#times.length - 1 - index;
		const [elapsedMs, offset] = [this.#times.recent(stepsBack), this.#offsets.recent(stepsBack)];
		return elapsedMs === undefined || offset === undefined ? undefined : {elapsedMs, offset};
	}
}
