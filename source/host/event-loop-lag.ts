import {monitorEventLoopDelay} from 'node:perf_hooks';

/**
Interval in milliseconds of the timer whose lateness is measured. A shorter interval costs too much processor time for
what it shows.
*/
const resolutionMs = 50;

export type EventLoopLag = {
	/** The longest lag since the last call, milliseconds. */
	readAndReset(): number;
	stop(): void;
};

/**
Measures how late this process' timers run. A slow terminal, a busy processor or a stopped process makes them late.
*/
export function measureEventLoopLag(): EventLoopLag {
	const histogram = monitorEventLoopDelay({resolution: resolutionMs});
	histogram.enable();
	return {
		readAndReset() {
			// `histogram.max` is the longest time between two wake-ups, in nanoseconds; it is 0 before the first wake-up.
			const lagMs = Math.max(0, histogram.max / 1e6 - resolutionMs);
			histogram.reset();
			return Number.isFinite(lagMs) ? lagMs : 0;
		},
		stop() {
			histogram.disable();
		},
	};
}

/** Length of a window, milliseconds. A reading covers the current window and the window before. */
const windowMs = 1000;

export type RecentLag = {
	/** The longest lag of the last one to two seconds, milliseconds. */
	readonly longestMs: () => number;
	stop(): void;
};

/**
Event-loop lag for several readers, such as the loops of all nodes: reading the lag does not reset it.

@param elapsed Returns monotonic time in milliseconds.
*/
export function measureRecentLag(elapsed: () => number, measured: EventLoopLag = measureEventLoopLag()): RecentLag {
	let sinceMs = elapsed();
	let readAtMs = Number.NEGATIVE_INFINITY;
	let [before, current] = [0, 0];
	return {
		longestMs() {
			const nowMs = elapsed();
			// A new reading is taken at most every 25 ms: one reading costs more than parsing a reply's sections.
			if (nowMs - readAtMs >= resolutionMs / 2) {
				readAtMs = nowMs;
				current = Math.max(current, measured.readAndReset());
			}

			const longest = Math.max(before, current);
			if (nowMs - sinceMs >= windowMs) {
				[before, current, sinceMs] = [current, 0, nowMs];
			}

			return longest;
		},
		stop() {
			measured.stop();
		},
	};
}
