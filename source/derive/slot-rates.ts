import type {NodeSample} from '../domain/sample.js';
import type {SlotTotals, SlotUse} from '../domain/slot-use.js';

/** The load of a slot per second between two readings; a value is undefined where it can't be known. */
export type SlotRate = {
	readonly slot: number;
	readonly keys: number | undefined;
	/** Share of the main thread's time that commands on keys of the slot take, 0–1. */
	readonly cpuShare: number | undefined;
	readonly inBytesPerSecond: number | undefined;
	readonly outBytesPerSecond: number | undefined;
};

export type SlotReading = SlotUse & {
	readonly elapsedMs: number;
	readonly runId: string | undefined;
	/**
	The slots by their load, the highest load first. Among slots of equal load, the slot with most keys comes first.
	Before the second reading the slots have no rates.
	*/
	readonly rates: readonly SlotRate[];
};

/** Shortest time between two readings from which rates are computed, in milliseconds. */
const shortestMs = 500;

/** The reading after a poll, with the rates of each slot since the earlier reading of the same process. */
export function slotReading(
	kept: SlotReading | undefined,
	came: SlotUse,
	{elapsedMs, runId}: Pick<NodeSample, 'elapsedMs' | 'runId'>,
): SlotReading {
	const seconds = kept === undefined ? 0 : (elapsedMs - kept.elapsedMs) / 1000;
	const before = kept !== undefined && kept.runId === runId && seconds >= shortestMs / 1000 ? kept.slots : undefined;
	const rates = [...came.slots].map(([slot, totals]) => rateOf(slot, before?.get(slot), totals, seconds));
	return {...came, elapsedMs, runId, rates: rates.toSorted(hotter)};
}

function rateOf(slot: number, before: SlotTotals | undefined, after: SlotTotals, seconds: number): SlotRate {
	const growth = (name: 'cpuMicroseconds' | 'inBytes' | 'outBytes') => {
		const [from, to] = [before?.[name], after[name]];
		return from === undefined || to === undefined || to < from ? undefined : (to - from) / seconds;
	};
	const microseconds = growth('cpuMicroseconds');
	return {
		slot,
		keys: after.keys,
		cpuShare: microseconds === undefined ? undefined : microseconds / 1_000_000,
		inBytesPerSecond: growth('inBytes'),
		outBytesPerSecond: growth('outBytes'),
	};
}

const bytesOf = ({inBytesPerSecond = 0, outBytesPerSecond = 0}: SlotRate): number =>
	inBytesPerSecond + outBytesPerSecond;

const hotter = (one: SlotRate, other: SlotRate): number =>
	(other.cpuShare ?? -1) - (one.cpuShare ?? -1) ||
	bytesOf(other) - bytesOf(one) ||
	(other.keys ?? 0) - (one.keys ?? 0) ||
	one.slot - other.slot;

/**
The slots with most load, at most `most`. Slots without load are left out. redis-top reads the keys of these slots.
*/
export const hottestSlots = ({rates}: SlotReading, most: number): readonly number[] =>
	rates
		.filter(rate => (rate.cpuShare ?? 0) > 0 || bytesOf(rate) > 0)
		.slice(0, most)
		.map(({slot}) => slot);
