import type {Episode} from './episodes.js';

/** A period in which a condition held, in milliseconds since the epoch. */
export type HeldTime = {readonly fromMs: number; readonly toMs: number};

/**
The periods in which at least one of the episodes held, oldest first. A finding that came and went has one period each
time. A finding that tells of a moment has none: it stays listed for a while after the moment.

@param toMs The end of the report's period, in milliseconds since the epoch. Episodes that are still open last until then.
*/
export function heldTimes(episodes: readonly Episode[], toMs: number): HeldTime[] {
	return joinedTimes(episodes.flatMap(episode => (episode.finding.tells === 'moment' ? [] : timesOf(episode, toMs))));
}

/** The periods, oldest first. Overlapping periods are joined. */
export function joinedTimes(times: readonly HeldTime[]): HeldTime[] {
	const joined: HeldTime[] = [];
	for (const time of times.toSorted((one, other) => one.fromMs - other.fromMs)) {
		const before = joined.at(-1);
		if (before !== undefined && time.fromMs <= before.toMs) {
			joined.splice(-1, 1, {fromMs: before.fromMs, toMs: Math.max(before.toMs, time.toMs)});
		} else {
			joined.push(time);
		}
	}

	return joined;
}

/** The sum of the lengths of periods, in milliseconds. */
export const sumMs = (times: readonly HeldTime[]): number =>
	times.reduce((sum, {fromMs, toMs}) => sum + toMs - fromMs, 0);

function timesOf({beganMs, endedMs, steps}: Episode, toMs: number): HeldTime[] {
	const times: HeldTime[] = [];
	let fromMs: number | undefined = beganMs;
	for (const {what, atMs, finding} of steps) {
		if (what === 'again') {
			fromMs = Math.max(finding.sinceMs, times.at(-1)?.toMs ?? beganMs);
		} else if (what === 'over' && fromMs !== undefined) {
			times.push({fromMs, toMs: Math.max(fromMs, atMs)});
			fromMs = undefined;
		}
	}

	return fromMs === undefined || endedMs !== undefined ? times : [...times, {fromMs, toMs: Math.max(fromMs, toMs)}];
}
