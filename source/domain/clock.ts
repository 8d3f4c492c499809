/** The program's source of time. Nothing else reads the wall clock, so that a test or a replay can set the time. */
export type Clock = {
	/** The wall time in milliseconds since the epoch. */
	now(): number;

	/** Monotonic time in milliseconds, for differences only. */
	elapsed(): number;

	/** Resolves after `durationMs`, or at once when `signal` aborts. Never rejects. */
	sleep(durationMs: number, signal?: AbortSignal): Promise<void>;
};

/**
Rounds milliseconds to whole microseconds, the unit of times in a recording. The live state uses rounded times too. A
replay of its recording therefore gives exactly the same state.
*/
export const wholeMicroseconds = (ms: number): number => Math.round(ms * 1000) / 1000;

/** The machine's own time. A sleep keeps the process alive until the sleep ends or its signal aborts. */
export const systemClock: Clock = {
	now: () => Date.now(),
	elapsed: () => wholeMicroseconds(performance.now()),
	sleep: (durationMs, signal) =>
		new Promise(resolve => {
			if (signal?.aborted) {
				resolve();
				return;
			}

			const finish = () => {
				clearTimeout(timer);
				signal?.removeEventListener('abort', finish);
				resolve();
			};

			const timer = setTimeout(finish, Math.max(0, durationMs));
			signal?.addEventListener('abort', finish, {once: true});
		}),
};
