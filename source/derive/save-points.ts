/** One condition of the setting `save`: a save starts after `seconds` when at least `changes` keys have changed. */
export type SavePoint = {readonly seconds: number; readonly changes: number};

const isWholeNumber = (text: string | undefined): text is string => text !== undefined && /^\d+$/.test(text);

/**
The setting `save` as CONFIG GET prints it, pairs of seconds and changes: `3600 1 300 100`. Empty when saving is off. A
pair that is not two whole numbers is left out, so that no value can become half of another pair.
*/
export function savePoints(setting: string): readonly SavePoint[] {
	const values = setting.split(/\s+/).filter(value => value !== '');
	return values.flatMap((seconds, index) => {
		const changes = values[index + 1];
		return index % 2 === 0 && isWholeNumber(seconds) && isWholeNumber(changes)
			? [{seconds: Number(seconds), changes: Number(changes)}]
			: [];
	});
}

/** The longest time after which some number of changes is saved, seconds; 0 without save points. */
export const longestWindowSeconds = (points: readonly SavePoint[]): number =>
	Math.max(0, ...points.map(({seconds}) => seconds));
