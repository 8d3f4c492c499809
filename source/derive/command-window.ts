import type {NodeSample} from '../domain/sample.js';
import {type CommandRate, commandRates} from './command-rates.js';

/** Length of the window over which commands are compared, in milliseconds. */
export const windowMs = 10_000;

/** Shortest time between two samples that are kept as possible starts of the window, in milliseconds. */
const spacingMs = 2500;

/**
How long the shown rates are kept where no histograms are read, in milliseconds. List rows that change places each
second can't be read.
*/
export const shownForMs = 5000;

/**
How long the rates between two readings of LATENCY HISTOGRAM are kept, in milliseconds, if no further reading comes. It
is longer than the time between two readings.
*/
const histogramsShownForMs = 15_000;

/**
The rates that lists show, the command with the largest share of the time first. Rates and order are of the same time,
and stay until both are replaced.
*/
export type ShownRates = {
	readonly rates: readonly CommandRate[];
	/** The time between the two samples that are compared, in milliseconds. */
	readonly overMs: number;
	/** The time of the later sample, in milliseconds since the epoch and on the monotonic clock. */
	readonly atMs: number;
	readonly elapsedMs: number;
	/** Whether LATENCY HISTOGRAM was read with both samples, so that its percentiles are of the same calls. */
	readonly isOfHistograms: boolean;
};

/** The commands over the last ten seconds, and the rates of them that lists show. */
export type CommandWindow = {
	readonly rates: readonly CommandRate[];
	/** The time between the samples that `rates` compares, in milliseconds; undefined before the second sample. */
	readonly overMs: number | undefined;
	/** Undefined before the second sample. */
	readonly shown: ShownRates | undefined;
	/** Samples at which the next window may begin, oldest first. */
	readonly starts: readonly NodeSample[];
	/** The sample with which LATENCY HISTOGRAM was last read. */
	readonly histogramsAt: NodeSample | undefined;
};

/**
The window after a sample. A sample without commandstats leaves the window unchanged. After a gap or a restart, the
window begins again.

@param kept The window so far; undefined after a gap.
@param hasHistograms Whether LATENCY HISTOGRAM was read with the sample.
*/
export function nextCommandWindow(
	kept: CommandWindow | undefined,
	sample: NodeSample,
	hasHistograms = false,
): CommandWindow | undefined {
	const before = kept?.starts.at(-1)?.runId === sample.runId ? kept : undefined;
	const [first] = before?.starts ?? [];
	const rates = commandRates(first, sample);
	if (rates === undefined) {
		return before;
	}

	return {
		rates,
		overMs: first === undefined ? undefined : sample.elapsedMs - first.elapsedMs,
		shown: nextShown(before, sample, rates, hasHistograms),
		starts: nextStarts(before?.starts ?? [], sample),
		histogramsAt: hasHistograms ? sample : before?.histogramsAt,
	};
}

/**
The rates that lists show after a sample. Each reading of LATENCY HISTOGRAM replaces them by the rates since the reading
before it. A row's rates and percentiles then describe the same calls. Without such readings, the rates of the window
replace them after some seconds.
*/
function nextShown(
	before: CommandWindow | undefined,
	sample: NodeSample,
	rates: readonly CommandRate[],
	hasHistograms: boolean,
): ShownRates | undefined {
	const [first] = before?.starts ?? [];
	if (before === undefined || first === undefined) {
		return undefined;
	}

	const {shown, histogramsAt} = before;
	const between = hasHistograms && histogramsAt !== undefined ? commandRates(histogramsAt, sample) : undefined;
	if (between !== undefined && histogramsAt !== undefined) {
		return shownRates(between, histogramsAt, sample, true);
	}

	const keptForMs = shown?.isOfHistograms === true ? histogramsShownForMs : shownForMs;
	return shown !== undefined && sample.elapsedMs - shown.elapsedMs < keptForMs
		? shown
		: shownRates(rates, first, sample, false);
}

const shownRates = (
	rates: readonly CommandRate[],
	first: NodeSample,
	{atMs, elapsedMs}: NodeSample,
	isOfHistograms: boolean,
): ShownRates => ({
	rates: rates.toSorted((a, b) => (b.timeShare ?? -1) - (a.timeShare ?? -1) || b.calls - a.calls),
	overMs: elapsedMs - first.elapsedMs,
	atMs,
	elapsedMs,
	isOfHistograms,
});

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
