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

const stepAt = (backMs: number): number => steps.find(([upToMs]) => backMs < upToMs)?.[1] ?? minuteMs;

/**
The moment one step back or forward in the past. Steps grow with the distance, and moments are multiples of the step, so
that forward steps pass the same moments as backward ones.

@param fromMs The shown moment, in milliseconds since the epoch, as is `nowMs`.
*/
export function scrubbed(fromMs: number, by: 1 | -1, nowMs: number): number {
	// A step forward has the length of the step that would lead back to `fromMs`.
	const stepMs = stepAt(Math.max(0, nowMs - fromMs - (by === 1 ? 1 : 0)));
	return by === -1 ? (Math.ceil(fromMs / stepMs) - 1) * stepMs : (Math.floor(fromMs / stepMs) + 1) * stepMs;
}
