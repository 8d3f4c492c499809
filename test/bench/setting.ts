import {setTimeout as delay} from 'node:timers/promises';
import {openPty, type PtyScreen} from '../harness/pty.js';

/** The input of every part of the bench. */
export type Setting = {
	/** The path of Node, and the path of the program's file as its argument, as `openPty` takes them. */
	readonly command: {readonly file: string; readonly args: readonly string[]};
	/** The path of the built `keeper.ts`. */
	readonly keeperFile: string;
	readonly serverBinary: string;
	/** The path of htop; undefined where it can't be had. */
	readonly htop: string | undefined;
	/** A home folder of the bench's own, so that no user's configuration is read. */
	readonly home: string;
	/** True for shorter and fewer measurements, for a quick look while working. */
	readonly isQuick: boolean;
	say(progress: string): void;
};

/** One line of the result. `budget` and `figure` are in the same unit. Without a budget there is no ratio. */
export type Finding = {
	readonly what: string;
	readonly figure: number | undefined;
	readonly unit: 'ms' | '%' | 'MB' | 'B' | 'µs/s' | 'x';
	readonly budget?: number;
	/** Further facts: the baseline, the spread, or why there is no figure. */
	readonly note?: string;
};

/** The three sizes that the screen is made for, in cells, each with its budget of bytes for a refresh. */
export const sizes = [
	{cols: 80, rows: 24, budgetBytes: 300},
	{cols: 120, rows: 40, budgetBytes: 800},
	{cols: 200, rows: 60, budgetBytes: 1500},
];

export const median = (values: readonly number[]): number | undefined => {
	const sorted = [...values].sort((left, right) => left - right);
	const middle = sorted.length / 2;
	return sorted.length % 2 === 1
		? sorted[Math.floor(middle)]
		: sorted.length === 0
			? undefined
			: ((sorted[middle - 1] ?? 0) + (sorted[middle] ?? 0)) / 2;
};

/** Whether the header is on the screen. A narrow terminal has no room for the program's name. */
export const isFirstFrame = (lines: readonly string[]): boolean => lines[0]?.includes('redis-top') ?? false;

/** Whether the first data is on the screen: only then the header has an age. */
export const isFirstData = (lines: readonly string[]): boolean => /\bage \d/.test(lines[0] ?? '');

/** Opens the program on a target, in a terminal of its own. */
export const openMonitor = (
	{command, home}: Setting,
	target: string,
	size: {readonly cols: number; readonly rows: number},
): Promise<PtyScreen> =>
	openPty({
		file: command.file,
		args: [...command.args, target],
		...size,
		env: {
			HOME: home,
			XDG_STATE_HOME: undefined,
			XDG_CONFIG_HOME: undefined,
			XDG_CACHE_HOME: undefined,
			REDIS_URL: undefined,
			TMUX: undefined,
		},
	});

/** Quits with the key `q`, and kills the program if that is not enough. */
export async function quit(pty: PtyScreen): Promise<void> {
	pty.press('q');
	await Promise.race([pty.exited, delay(3000)]);
	await pty.dispose();
}
