/**
One condition of the setting `save`: a save starts `seconds` after the last save, if there were at least `changes`
writes.
*/
export type SavePoint = {readonly seconds: number; readonly changes: number};

const isWholeNumber = (text: string | undefined): text is string => text !== undefined && /^\d+$/.test(text);

/**
Parses the setting `save` as CONFIG GET prints it: pairs of seconds and changes, `3600 1 300 100`. Empty when saving is
off. A pair is left out if one of its parts is not a whole number.
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

/**
The longest time among the save points, in seconds; 0 without save points.
*/
export const longestWindowSeconds = (points: readonly SavePoint[]): number =>
	Math.max(0, ...points.map(({seconds}) => seconds));
