import type {Clock} from '../../domain/clock.js';

/**
Milliseconds since it was made, by the wall's or the machine's own clock, whichever went further since the last look. It
never runs back, and neither a laptop that slept nor a wall clock that was set back can keep a box open.
*/
export function sessionClock(clock: Clock): () => number {
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
