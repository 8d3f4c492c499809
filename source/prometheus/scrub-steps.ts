const minuteMs = 60_000;
const hourMs = 60 * minuteMs;
const dayMs = 24 * hourMs;

/** The length of a step by the distance from the present: a week is 204 steps away. */
const steps: ReadonlyArray<readonly [upToMs: number, stepMs: number]> = [
	[hourMs, minuteMs],
	[6 * hourMs, 5 * minuteMs],
	[dayMs, 30 * minuteMs],
	[7 * dayMs, 3 * hourMs],
	[Number.POSITIVE_INFINITY, 12 * hourMs],
];

/**
The ranges of moments with the same length of step, the newest first. Each range begins at a multiple of the next longer
step, so that both steps meet there.
*/
const tiersAt = (nowMs: number): ReadonlyArray<{readonly stepMs: number; readonly fromMs: number}> =>
	steps.map(([upToMs, stepMs], index) => {
		const longerMs = steps[index + 1]?.[1];
		const fromMs =
			longerMs === undefined ? Number.NEGATIVE_INFINITY : Math.floor((nowMs - upToMs) / longerMs) * longerMs;
		return {stepMs, fromMs};
	});

/**
The moment one step back or forward in the past. Steps grow with the distance, and moments are multiples of the step, so
that forward steps pass the same moments as backward ones.

@param fromMs The shown moment, in milliseconds since the epoch, as is `nowMs`.
*/
export function scrubbed(fromMs: number, by: 1 | -1, nowMs: number): number {
	const tier = tiersAt(nowMs).find(each => (by === -1 ? fromMs > each.fromMs : fromMs >= each.fromMs));
	const stepMs = tier?.stepMs ?? minuteMs;
	return by === -1 ? (Math.ceil(fromMs / stepMs) - 1) * stepMs : (Math.floor(fromMs / stepMs) + 1) * stepMs;
}
