export type SavePoint = {readonly seconds: number; readonly changes: number};

/** `save` as CONFIG GET prints it: `3600 1 300 100`; empty for none. */
export function savePoints(setting: string): readonly SavePoint[] {
	const numbers = setting
		.split(/\s+/)
		.filter(part => /^\d+$/.test(part))
		.map(Number);
	return numbers.flatMap((seconds, index) => {
		const changes = numbers[index + 1];
		return index % 2 === 0 && changes !== undefined ? [{seconds, changes}] : [];
	});
}

/** The longest time after which some change is saved. */
export const longestWindow = (points: readonly SavePoint[]): number =>
	Math.max(0, ...points.map(({seconds}) => seconds));
