/**
What a thread did up to a moment, from its `schedstat`: the time on a processor, and the time ready to run without one.
`atMs` is Unix time.
*/
export type ThreadTime = {readonly atMs: number; readonly runMs: number; readonly waitMs: number};

const nanosecondsPerMs = 1e6;

/** Parses /proc/PID/task/TID/schedstat: nanoseconds run, nanoseconds waited, time slices. */
export function parseThreadTime(text: string, atMs: number): ThreadTime | undefined {
	const [, run, waited] = /^(\d+) (\d+) \d+\s*$/.exec(text) ?? [];
	return run === undefined
		? undefined
		: {atMs, runMs: Number(run) / nanosecondsPerMs, waitMs: Number(waited) / nanosecondsPerMs};
}

/** What a thread did between two readings, in milliseconds. */
export type Spent = {readonly elapsedMs: number; readonly runMs: number; readonly waitMs: number};

const between = (one: ThreadTime, other: ThreadTime): Spent => ({
	elapsedMs: other.atMs - one.atMs,
	runMs: other.runMs - one.runMs,
	waitMs: other.waitMs - one.waitMs,
});

/** What a thread did over all readings; undefined with fewer than two. */
export function spentOver(times: readonly ThreadTime[]): Spent | undefined {
	const [first, last] = [times[0], times.at(-1)];
	return first === undefined || last === undefined || first === last ? undefined : between(first, last);
}

/** The largest share of the time, 0 to 1, that a thread waited for a processor within some `windowMs`. */
export function largestWaitShare(times: readonly ThreadTime[], windowMs: number): number {
	const shares = times.map(start => {
		const end = times.find(({atMs}) => atMs >= start.atMs + windowMs);
		const {elapsedMs, waitMs} = end === undefined ? {elapsedMs: 1, waitMs: 0} : between(start, end);
		return waitMs / elapsedMs;
	});
	return Math.max(0, ...shares);
}

/** The kernel updates the time on a processor once a tick, which is 4 ms at 250 ticks a second. */
const tickMs = 4;

/**
What the thread can have done while one command of `tookMs` ran, which ended between `fromMs` and `toMs`: an entry for
each place of the command between the readings. A place holds more than the command, so each figure is an upper bound.
Places in which the thread neither ran nor waited for most of the time are left out: it slept there.
*/
function placesOf(times: readonly ThreadTime[], tookMs: number, fromMs: number, toMs: number): readonly Spent[] {
	return times.flatMap((start, index) => {
		const next = times[index + 1];
		if (next === undefined || next.atMs < fromMs - tookMs || start.atMs > toMs - tookMs) {
			return [];
		}

		const end = times.find(({atMs}) => atMs >= next.atMs + tookMs) ?? times.at(-1) ?? next;
		const spent = between(start, end);
		return spent.runMs + spent.waitMs >= 0.9 * tookMs - tickMs ? [spent] : [];
	});
}

/** What the readings of a thread prove about one command. */
export type CommandWait = {
	/** The most that the command can have had a processor, milliseconds; undefined where the readings do not show it. */
	readonly mostRunMs: number | undefined;
	/** Whether the thread had no processor for at least half of the command's duration. */
	readonly isWait: boolean;
};

/**
Tells whether a command took `tookMs` because its thread had no processor. The command ended between `fromMs` and `toMs`.
*/
export function commandWait(times: readonly ThreadTime[], tookMs: number, fromMs: number, toMs: number): CommandWait {
	const places = placesOf(times, tookMs, fromMs, toMs);
	const mostRunMs = places.length === 0 ? undefined : Math.max(...places.map(({runMs}) => runMs));
	return {mostRunMs, isWait: mostRunMs !== undefined && mostRunMs <= tookMs / 2};
}
