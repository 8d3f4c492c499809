import type {SlowlogEntry} from '../../../domain/slowlog.js';

/**
Slow commands of one shape. They have the same name, and first arguments that differ only in numbers, UUIDs and long
hexadecimal words. Further arguments don't count.
*/
export type SlowShape = {
	/** The shape as text, such as `HGETALL user:#:profile …`. */
	readonly shape: string;
	readonly count: number;
	readonly maxMicroseconds: number;
	readonly totalMicroseconds: number;
};

/** The shapes of slow commands, ordered by their total time, largest first. */
export function slowShapes(entries: readonly SlowlogEntry[]): SlowShape[] {
	const shapes = new Map<string, SlowShape>();
	for (const entry of entries) {
		const shape = shapeOf(entry.arguments);
		const before = shapes.get(shape);
		shapes.set(shape, {
			shape,
			count: (before?.count ?? 0) + 1,
			maxMicroseconds: Math.max(before?.maxMicroseconds ?? 0, entry.durationMicroseconds),
			totalMicroseconds: (before?.totalMicroseconds ?? 0) + entry.durationMicroseconds,
		});
	}

	return [...shapes.values()].sort((a, b) => b.totalMicroseconds - a.totalMicroseconds || (a.shape < b.shape ? -1 : 1));
}

/** Number of characters of the first argument that belong to a shape. */
const longestKey = 60;

/**
The shape of a command: its name in capitals and its first argument, with `#` for every number, UUID and long
hexadecimal word. `…` stands for further arguments.
*/
export function shapeOf(words: readonly string[]): string {
	const [command, first] = words;
	if (command === undefined) {
		return '-';
	}

	const key = first
		?.slice(0, longestKey)
		.replaceAll(/[\da-f]{8}-(?:[\da-f]{4}-){3}[\da-f]{12}|[\da-f]{16,}|\d+/gi, '#');
	return [command.toUpperCase(), key, words.length > 2 ? '…' : undefined].filter(part => part !== undefined).join(' ');
}
