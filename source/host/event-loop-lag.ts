import {monitorEventLoopDelay} from 'node:perf_hooks';

/** Woken so often to see how late it is, milliseconds; more often would cost more than it tells. */
const resolutionMs = 50;

export type OwnDelay = {
	/** The longest that this process was held up since it was last asked, milliseconds. */
	take(): number;
	stop(): void;
};

/** Measures how late this process' own timers are: what a slow terminal, a busy processor or a stop takes from it. */
export function measureOwnDelay(): OwnDelay {
	const histogram = monitorEventLoopDelay({resolution: resolutionMs});
	histogram.enable();
	return {
		take() {
			// Nanoseconds between two wake-ups; nothing was counted yet where it is 0.
			const delayMs = Math.max(0, histogram.max / 1e6 - resolutionMs);
			histogram.reset();
			return Number.isFinite(delayMs) ? delayMs : 0;
		},
		stop() {
			histogram.disable();
		},
	};
}

/** One window is this long, milliseconds; what is told reaches over the one before too. */
const windowMs = 1000;

export type RecentDelay = {
	/** The longest that this process was held up in the last one to two seconds, milliseconds. */
	readonly lately: () => number;
	stop(): void;
};

/** The same for those who ask often and each for themselves, as every node's loop does. `elapsed` is monotonic. */
export function watchRecentDelay(elapsed: () => number, measured: OwnDelay = measureOwnDelay()): RecentDelay {
	let sinceMs = elapsed();
	let takenAtMs = Number.NEGATIVE_INFINITY;
	let [before, current] = [0, 0];
	return {
		lately() {
			const nowMs = elapsed();
			// Nothing new is measured sooner, and taking it costs more than a reply's sections.
			if (nowMs - takenAtMs >= resolutionMs / 2) {
				takenAtMs = nowMs;
				current = Math.max(current, measured.take());
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
