import {type MetricId, metrics} from '../domain/metric.js';
import type {Scrape, ScrapeTarget} from './scrapes.js';

/**
Number of usual scrape intervals. If two scrapes are further apart, there is a gap between them. A single lost scrape is
therefore a gap.
*/
const gapFromPeriods = 1.7;

/** The longest time between two scrapes of a target without a gap, in milliseconds. */
export const gapMs = ({periodMs}: ScrapeTarget): number => gapFromPeriods * periodMs;

/**
Whether a rate may be computed between two scrapes: both are of the same process and the same target, and no scrape is
missing between them. Two targets read the server at different moments. Scrapes do not tell these
moments, so the time between the readings is unknown.
*/
export const areAdjacent = (before: Scrape | undefined, after: Scrape): before is Scrape =>
	before?.isUp === true &&
	after.isUp &&
	before.target === after.target &&
	before.runId === after.runId &&
	after.atMs - before.atMs <= gapMs(after.target);

/** Whether a scrape's values still apply at a moment: the next scrape is not due yet, or only a little late. */
export const standsFor = ({atMs, target}: Scrape, momentMs: number): boolean =>
	momentMs >= atMs && momentMs - atMs <= gapMs(target);

/**
The readings of every metric at some moments, oldest first: gauges as read, counters per second since the previous
scrape. A scrape is valid until the next one. A reading is a gap if no scrape is valid at the moment. It is also a gap
if a rate would cross a gap, a restart or a reset.

@param scrapes Oldest first.
@param momentsMs Ascending, in milliseconds since the epoch.
*/
export function pastReadings(
	scrapes: readonly Scrape[],
	momentsMs: readonly number[],
): ReadonlyMap<MetricId, ReadonlyArray<number | undefined>> {
	const readings = metrics.map((): Array<number | undefined> => []);
	let place = -1;
	for (const momentMs of momentsMs) {
		while ((scrapes[place + 1]?.atMs ?? Number.POSITIVE_INFINITY) <= momentMs) {
			place += 1;
		}

		const scrape = scrapes[place];
		const isKnown = scrape?.isUp === true && standsFor(scrape, momentMs);
		for (const [index, {kind}] of metrics.entries()) {
			readings[index]?.push(
				!isKnown
					? undefined
					: kind === 'gauge'
						? knownNumber(scrape.metrics[index])
						: rateAt(scrapes[place - 1], scrape, index),
			);
		}
	}

	return new Map(metrics.map(({id}, index) => [id, readings[index] ?? []]));
}

function rateAt(before: Scrape | undefined, after: Scrape, index: number): number | undefined {
	if (!areAdjacent(before, after)) {
		return undefined;
	}

	const [first, second] = [knownNumber(before.metrics[index]), knownNumber(after.metrics[index])];
	return first === undefined || second === undefined || second < first
		? undefined
		: ((second - first) * 1000) / (after.atMs - before.atMs);
}

const knownNumber = (value: number | undefined): number | undefined =>
	value === undefined || Number.isNaN(value) ? undefined : value;
