import type {Glyphs} from './glyphs.js';

export type SparklineScale = {
	/** What the highest glyph stands for; the largest value shown without it. */
	readonly max?: number | undefined;
	/** What the lowest stands for; 0 without it, or the smallest value where that is negative. */
	readonly min?: number | undefined;
};

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
	const max = Math.max(min, scale.max ?? Math.max(0, ...known));
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
