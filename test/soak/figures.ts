/** What a process holds at a moment of the accelerated time. */
export type Reading = {
	/** Accelerated hours since the start. */
	readonly hours: number;
	/** After a collection of everything. */
	readonly heapMb: number;
	readonly residentMb: number;
	/** Timers, sockets and whatever else keeps the event loop busy. */
	readonly handles: number;
	readonly listeners: number;
};

export type Quantity = Exclude<keyof Reading, 'hours'>;

/**
Until then what is bounded fills up: within the first hour the half hour of memory, findings (45 minutes: the half hour
and what stays listed after its end) and the slow logs' thousand entries (44 minutes); until the third hour the code of
rules and panels that have their turn seldom is compiled, and optimized when it has run often enough. Measured over six
nodes: 56, 68, 70.2 and 70.6 MB after 0.35, 0.7, 2.5 and 3.2 hours, 71.5 after 9.5.
*/
export const warmUpHours = 3;

/**
What a quantity may grow by in an hour, which is noise; more is a leak. Of the heap it is optimized code, which comes and
goes by a megabyte: of two snapshots 1.7 hours apart nothing else differed by as much as a tenth of one.
*/
const noisePerHour: Readonly<Record<Quantity, number>> = {heapMb: 0.5, residentMb: 2, handles: 0.05, listeners: 0.05};

/** By how much a quantity grows in a accelerated hour once all is warm (least squares); undefined before there are three readings. */
export function growthPerHour(readings: readonly Reading[], quantity: Quantity): number | undefined {
	const warm = readings.filter(({hours}) => hours >= warmUpHours);
	if (warm.length < 3) {
		return undefined;
	}

	const mean = (of: (reading: Reading) => number) => warm.reduce((sum, reading) => sum + of(reading), 0) / warm.length;
	const [meanHours, meanValue] = [mean(({hours}) => hours), mean(reading => reading[quantity])];
	const spread = mean(({hours}) => (hours - meanHours) ** 2);
	return spread === 0
		? undefined
		: mean(reading => (reading.hours - meanHours) * (reading[quantity] - meanValue)) / spread;
}

/** Undefined while that can't be said. */
export function isFlat(readings: readonly Reading[], quantity: Quantity): boolean | undefined {
	const growth = growthPerHour(readings, quantity);
	return growth === undefined ? undefined : growth <= noisePerHour[quantity];
}
