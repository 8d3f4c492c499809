import type {Clock} from '../../domain/clock.js';

/** A dialog closes when it gets no key for this long, in milliseconds. */
export const idleTimeoutMs = 30_000;

/**
A dialog ignores keys for this long after it opens, in milliseconds. The same holds after the last confirmation is typed.
Such keys were meant for the screen before: people need about 200 ms to react.
*/
export const typeAheadMs = 300;

/**
Milliseconds since the clock was made. Between two calls it takes the longer of wall time and monotonic time. So it
never runs back, and neither a suspended laptop nor a wall clock that was set back keeps a dialog open.
*/
export function dialogClock(clock: Clock): () => number {
	let wallMs = clock.now();
	let elapsedMs = clock.elapsed();
	let nowMs = 0;
	return () => {
		const [nextWallMs, nextElapsedMs] = [clock.now(), clock.elapsed()];
		nowMs += Math.max(0, nextWallMs - wallMs, nextElapsedMs - elapsedMs);
		wallMs = nextWallMs;
		elapsedMs = nextElapsedMs;
		return nowMs;
	};
}
