import {readingsPerColumn} from './chart.js';
import type {Glyphs} from './glyphs.js';

export type SparklineScale = {
	/** The value of the highest glyph; by default the largest shown value, rounded up. */
	readonly max?: number | undefined;
	/** The value of the lowest glyph; by default 0, or the smallest value if that is negative. */
	readonly min?: number | undefined;
};

/**
The values, times a power of ten, to which the end of a scale is rounded up. Each is about 25 % larger than the one
before: the series R10 of ISO 3.
*/
const roundNumbers = [1, 1.25, 1.6, 2, 2.5, 3.15, 4, 5, 6.3, 8, 10];

/**
Rounds the end of a scale up, so that the scale rarely changes and a sparkline stays comparable with the one drawn
before.
*/
function roundedUp(value: number): number {
	const power = 10 ** Math.floor(Math.log10(value));
	const rounded = roundNumbers.map(each => each * power).find(each => each >= value);
	return value > 0 && rounded !== undefined && Number.isFinite(rounded) ? rounded : value;
}

/**
Number of readings for each column, so that a sparkline shows at least 60 readings: a minute at the default interval.
*/
export const readingsPerCell = (width: number): number => readingsPerColumn(60, width);

/** The newest `width` readings in exactly `width` cells, newest at the right. Gaps and missing readings are blank. */
export function sparkline(
	values: ReadonlyArray<number | undefined>,
	width: number,
	glyphs: Glyphs,
	scale: SparklineScale = {},
): string {
	const cells = Math.max(0, Math.floor(width));
	const shown = cells === 0 ? [] : values.slice(-cells);
	const known = shown.filter(value => value !== undefined && Number.isFinite(value)) as number[];
	const min = scale.min ?? Math.min(0, ...known);
	const max = Math.max(min, scale.max ?? roundedUp(Math.max(0, ...known)));
	const steps = glyphs.spark.length;

	const drawn = shown.map(value => {
		if (value === undefined || !Number.isFinite(value)) {
			return ' ';
		}

		const share = max > min ? (value - min) / (max - min) : 0;
		const index = Math.ceil(share * (steps - 1));
		return glyphs.spark[Math.max(0, Math.min(steps - 1, index))] ?? ' ';
	});

	return drawn.join('').padStart(cells);
}
