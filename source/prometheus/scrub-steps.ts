const minuteMs = 60_000;
const hourMs = 60 * minuteMs;
const dayMs = 24 * hourMs;

/**
The step by which one key press moves the shown moment, for each distance from the present. A move back by a week takes
204 key presses.
*/
const steps: ReadonlyArray<readonly [upToMs: number, stepMs: number]> = [
	[hourMs, minuteMs],
	[6 * hourMs, 5 * minuteMs],
	[dayMs, 30 * minuteMs],
	[7 * dayMs, 3 * hourMs],
	[Number.POSITIVE_INFINITY, 12 * hourMs],
];

/**
The ranges of moments with the same step, the newest first. Each range begins at a multiple of the next longer step, so
that moments of both steps coincide there.
*/
const tiersAt = (nowMs: number): ReadonlyArray<{readonly stepMs: number; readonly fromMs: number}> =>
	steps.map(([upToMs, stepMs], index) => {
		const longerMs = steps[index + 1]?.[1];
		const fromMs =
			longerMs === undefined ? Number.NEGATIVE_INFINITY : Math.floor((nowMs - upToMs) / longerMs) * longerMs;
		return {stepMs, fromMs};
	});

/**
The moment one step back or forward from a past moment. Steps grow with the distance from the present. Moments are
multiples of the step, so that forward steps pass the same moments as backward steps.

@param fromMs The shown moment, in milliseconds since the epoch.
@param nowMs The present, in the same unit.
*/
export function scrubbed(fromMs: number, by: 1 | -1, nowMs: number): number {
	const tier = tiersAt(nowMs).find(each => (by === -1 ? fromMs > each.fromMs : fromMs >= each.fromMs));
	const stepMs = tier?.stepMs ?? minuteMs;
	return by === -1 ? (Math.ceil(fromMs / stepMs) - 1) * stepMs : (Math.floor(fromMs / stepMs) + 1) * stepMs;
}
