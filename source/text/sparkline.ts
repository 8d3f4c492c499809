import {readingsPerColumn} from './chart.js';
import type {Glyphs} from './glyphs.js';

export type SparklineScale = {
	/** What the highest glyph stands for; without it the next round number from the largest value shown on. */
	readonly max?: number | undefined;
	/** What the lowest stands for; 0 without it, or the smallest value where that is negative. */
	readonly min?: number | undefined;
};

/** Ten steps to the next power of ten, each about a quarter larger (ISO 3's R10). */
const roundNumbers = [1, 1.25, 1.6, 2, 2.5, 3.15, 4, 5, 6.3, 8, 10];

/** A scale that follows the largest value in steps: a picture that is drawn anew with each reading can't be compared. */
function roundedUp(value: number): number {
	const power = 10 ** Math.floor(Math.log10(value));
	const rounded = roundNumbers.map(each => each * power).find(each => each >= value);
	return value > 0 && rounded !== undefined && Number.isFinite(rounded) ? rounded : value;
}

/** A trace of some width shows at least the last minute at the usual interval; so many readings then share a column. */
export const readingsPerCell = (width: number): number => readingsPerColumn(60, width);

/** The newest `width` readings, oldest left, exactly `width` cells. A gap and a reading not yet taken are blank. */
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
