import {setTimeout as delay} from 'node:timers/promises';
import {openPty, type PtyScreen} from '../harness/pty.js';

/** What every part of the bench is given. */
export type Setting = {
	/** The Node and the program's file, as `openPty` takes them. */
	readonly command: {readonly file: string; readonly args: readonly string[]};
	/** Built `keeper.ts`. */
	readonly keeperFile: string;
	readonly serverBinary: string;
	/** A home folder of the bench's own, so that no person's configuration takes part. */
	readonly home: string;
	/** Shorter and fewer, for a look while working. */
	readonly isQuick: boolean;
	say(progress: string): void;
};

/** One line of the result. `budget` and `figure` are in the same unit; without a budget there is no ratio. */
export type Finding = {
	readonly what: string;
	readonly figure: number | undefined;
	readonly unit: 'ms' | '%' | 'MB' | 'B' | 'µs/s' | 'x';
	readonly budget?: number;
	/** What else there is to know: the baseline, the spread, why there is no figure. */
	readonly note?: string;
};

/** The three sizes a screen is made for, and what a refresh may take of the terminal's line at each. */
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

/** The header stands. Narrow terminals have no room for the name. */
export const isFirstFrame = (lines: readonly string[]): boolean => lines[0]?.includes('redis-top') ?? false;

/** The header has an age once data has come. */
export const isFirstData = (lines: readonly string[]): boolean => /\bage \d/.test(lines[0] ?? '');

/** The program on a target, in a terminal of its own. */
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

/** Quits like a person, and insists when that is not enough. */
export async function quit(pty: PtyScreen): Promise<void> {
	pty.press('q');
	await Promise.race([pty.exited, delay(3000)]);
	await pty.dispose();
}
