import type {Clock} from '../../domain/clock.js';

/** Milliseconds without a pressed key after which a dialog closes by itself. */
export const idleTimeoutMs = 30_000;

/**
Milliseconds for which a dialog ignores pressed keys after it opens, and after the last phrase is typed. Such keys were
meant for what the screen showed before: people need about 200 ms to react.
*/
export const typeAheadMs = 300;

/**
Returns a clock that counts milliseconds since this call. Between two readings the clock advances by the longer of wall
time and monotonic time, so it never runs back. Monotonic time may stand still while a laptop is suspended, and the wall
clock may be set back. In neither case does a dialog stay open for longer.
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
