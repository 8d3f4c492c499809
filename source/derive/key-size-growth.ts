import type {KeySizeRow, KeySizes, SizeBin} from '../domain/key-sizes.js';

/** The reading of INFO keysizes, and the first reading of the same process, with which it is compared. */
export type KeySizeReading = {
	readonly now: KeySizes;
	readonly first: {readonly atMs: number; readonly value: KeySizes};
};

export const keySizeReading = (
	kept: KeySizeReading | undefined,
	now: KeySizes,
	{atMs}: {readonly atMs: number},
): KeySizeReading => ({
	now,
	first: kept?.first ?? {atMs, value: now},
});

/** The sizes of keys over all databases: one row for each type and unit, with the sum of the bins of all databases. */
export function bySizeAndType(sizes: KeySizes): readonly KeySizeRow[] {
	const groups = Map.groupBy(sizes.rows, ({type, unit}) => `${type} ${unit}`);
	return [...groups.values()].flatMap(rows => {
		const [first] = rows;
		const bins = new Map<number, number>();
		for (const {least, keys} of rows.flatMap(row => row.bins)) {
			bins.set(least, (bins.get(least) ?? 0) + keys);
		}

		return first === undefined
			? []
			: [
					{
						...first,
						bins: [...bins].map(([least, keys]) => ({least, keys})).toSorted((a, b) => a.least - b.least),
					},
				];
	});
}

/** The bin of the largest size that has more keys than at the first reading; undefined when no bin has more. */
export function grownBin({type, unit, bins}: KeySizeRow, first: KeySizes): SizeBin | undefined {
	const before = bySizeAndType(first).find(row => row.type === type && row.unit === unit)?.bins ?? [];
	return bins
		.map(({least, keys}) => ({least, keys: keys - (before.find(bin => bin.least === least)?.keys ?? 0)}))
		.findLast(({keys}) => keys > 0);
}

/** The bin of the median: at least half of the keys are in it or in bins of smaller sizes. */
export function medianBin({bins}: KeySizeRow): SizeBin | undefined {
	const half = bins.reduce((sum, {keys}) => sum + keys, 0) / 2;
	let sum = 0;
	return bins.find(({keys}) => {
		sum += keys;
		return sum >= half;
	});
}
