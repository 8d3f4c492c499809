/** The figures of the process at a moment of the accelerated time. */
export type Reading = {
	/** Accelerated hours since the start of the soak. */
	readonly hours: number;
	/** Used heap after a full collection, in megabytes. */
	readonly heapMb: number;
	readonly residentMb: number;
	/** Number of timers, sockets and other handles that keep the event loop busy. */
	readonly handles: number;
	readonly listeners: number;
};

export type Quantity = Exclude<keyof Reading, 'hours'>;

/**
Length of the warm-up, in accelerated hours. Everything with a limit fills up before its end. In the first hour these
are the half hour of history, the findings (45 minutes) and the slow logs' thousand entries (44 minutes). Until the
third hour, code of rules and panels that runs seldom is compiled and optimized. Measured with six nodes: 56, 68, 70.2
and 70.6 MB after 0.35, 0.7, 2.5 and 3.2 hours, 71.5 MB after 9.5 hours.
*/
export const warmUpHours = 3;

/**
Growth of each quantity in an hour that still counts as noise; more is a leak. The heap's noise is optimized code, which
grows and shrinks by a megabyte. Between two snapshots 1.7 hours apart, nothing else differed by even a tenth of a
megabyte.
*/
const noisePerHour: Readonly<Record<Quantity, number>> = {heapMb: 0.5, residentMb: 2, handles: 0.05, listeners: 0.05};

/**
Growth of a quantity in an accelerated hour after the warm-up, by least squares. Undefined with fewer than three
readings.
*/
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

/** Whether a quantity does not grow; undefined with too few readings. */
export function isFlat(readings: readonly Reading[], quantity: Quantity): boolean | undefined {
	const growth = growthPerHour(readings, quantity);
	return growth === undefined ? undefined : growth <= noisePerHour[quantity];
}
