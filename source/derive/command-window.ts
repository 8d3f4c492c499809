import type {NodeSample} from '../domain/sample.js';
import {type CommandRate, commandRates} from './command-rates.js';

/**
Length of the window over which commands are compared, in milliseconds. The latency percentiles in the same list row
cover about ten seconds too, so all figures of a row describe the same calls.
*/
export const windowMs = 10_000;

/** Shortest time between two samples that are kept as possible starts of the window, in milliseconds. */
const spacingMs = 2500;

/**
How long the order of the commands is kept, in milliseconds. List rows that change places each second can't be read.
*/
export const orderHeldMs = 5000;

/** The commands over the last ten seconds, and their order, which is kept for a few seconds. */
export type CommandWindow = {
	readonly rates: readonly CommandRate[];
	/** The time between the samples that `rates` compares, in milliseconds; undefined before the second sample. */
	readonly overMs: number | undefined;
	/**
	The position of each command by its share of time, largest first. A command that is newer than the order has no
	position.
	*/
	readonly order: ReadonlyMap<string, number>;
	/**
	The rates from which the order was made, by command. While the order is kept, these rates decide the units of the
	figures, so that the units do not change each second either.
	*/
	readonly ordered: ReadonlyMap<string, CommandRate>;
	/** When the order was made, on the monotonic clock in milliseconds. */
	readonly orderedAtMs: number;
	/** Samples at which the next window may begin, oldest first. */
	readonly starts: readonly NodeSample[];
};

/**
The window after a sample. A sample without commandstats leaves the window unchanged. After a gap or a restart, the
window begins again.

@param kept The window so far; undefined after a gap.
*/
export function nextCommandWindow(kept: CommandWindow | undefined, sample: NodeSample): CommandWindow | undefined {
	const before = kept?.starts.at(-1)?.runId === sample.runId ? kept : undefined;
	const [first] = before?.starts ?? [];
	const rates = commandRates(first, sample);
	if (rates === undefined) {
		return before;
	}

	const nowMs = sample.elapsedMs;
	const isHeld = before !== undefined && first !== undefined && nowMs - before.orderedAtMs < orderHeldMs;
	// An empty order is replaced at once. The order is empty after the first sample, because no rates are known then.
	const isOrdered = isHeld && before.order.size > 0;
	return {
		rates,
		overMs: first === undefined ? undefined : nowMs - first.elapsedMs,
		order: isOrdered ? before.order : orderOf(rates),
		ordered: isOrdered ? before.ordered : new Map(rates.map(rate => [rate.command, rate])),
		orderedAtMs: isOrdered ? before.orderedAtMs : nowMs,
		starts: nextStarts(before?.starts ?? [], sample),
	};
}

/**
The samples at which the window may begin: the newest sample that is at least ten seconds (`windowMs`) old, and all
samples after it.
*/
function nextStarts(starts: readonly NodeSample[], sample: NodeSample): readonly NodeSample[] {
	const last = starts.at(-1);
	const added = last === undefined || sample.elapsedMs - last.elapsedMs >= spacingMs ? [...starts, sample] : starts;
	const begins = added.findLastIndex(({elapsedMs}) => sample.elapsedMs - elapsedMs >= windowMs);
	return begins > 0 ? added.slice(begins) : added;
}

/** The order by the share of time, then by calls. It is empty while no share is known. */
function orderOf(rates: readonly CommandRate[]): ReadonlyMap<string, number> {
	const known = rates.filter(({timeShare}) => timeShare !== undefined);
	const sorted = known.toSorted((a, b) => (b.timeShare ?? 0) - (a.timeShare ?? 0) || b.calls - a.calls);
	return new Map(sorted.map(({command}, index) => [command, index]));
}
