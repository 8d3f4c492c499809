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
