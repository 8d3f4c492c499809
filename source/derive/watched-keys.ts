import type {NodeSample} from '../domain/sample.js';
import type {StreamGroup, WatchedReadings} from '../domain/watched-key.js';
import {sanitize} from '../text/sanitize.js';

/** A key's length at a moment of the monotonic clock. */
type Length = {readonly elapsedMs: number; readonly length: number};

export type WatchedGroup = StreamGroup & {
	/** Since when no entry was delivered to the group, on the monotonic clock in milliseconds. */
	readonly stillSinceMs: number;
	/** For how long no entry was delivered to the group, in milliseconds; 0 at the first reading. */
	readonly stillMs: number;
};

export type WatchedKey = {
	/** The key's name, printable. */
	readonly key: string;
	readonly type: string | undefined;
	readonly length: number | undefined;
	/** The key's lengths in the last two minutes, oldest first. */
	readonly trail: readonly Length[];
	/**
	Growth of the length over the last two minutes, per second; negative while the length shrinks. Undefined with fewer
	than two readings.
	*/
	readonly growthPerSecond: number | undefined;
	readonly groups: readonly WatchedGroup[];
};

export type WatchedReading = {readonly keys: readonly WatchedKey[]; readonly runId: string | undefined};

/** The time over which the growth of a length is computed, in milliseconds. */
const trailMs = 120_000;

/** The watched keys after a poll, made from its replies and from the earlier readings of the same process. */
export function watchedReading(
	kept: WatchedReading | undefined,
	came: WatchedReadings,
	{elapsedMs, runId}: Pick<NodeSample, 'elapsedMs' | 'runId'>,
): WatchedReading {
	const known = new Map((kept?.runId === runId ? (kept?.keys ?? []) : []).map(one => [one.key, one]));
	for (const [name, facts] of came) {
		const key = sanitize(name);
		const before = known.get(key);
		const isOther = facts.type !== undefined && facts.type !== before?.type;
		const trail = isOther ? [] : (before?.trail ?? []);
		const added = facts.length === undefined ? trail : [...trail, {elapsedMs, length: facts.length}];
		const recent = added.filter(one => elapsedMs - one.elapsedMs <= trailMs);
		known.set(key, {
			key,
			type: facts.type ?? before?.type,
			length: facts.length ?? (isOther ? undefined : before?.length),
			trail: recent,
			growthPerSecond: growthOf(recent),
			groups:
				facts.groups === undefined
					? isOther
						? []
						: (before?.groups ?? [])
					: withRests(facts.groups, before, elapsedMs),
		});
	}

	return {keys: [...known.values()], runId};
}

function growthOf(trail: readonly Length[]): number | undefined {
	const [first, last] = [trail[0], trail.at(-1)];
	return first === undefined || last === undefined || last.elapsedMs <= first.elapsedMs
		? undefined
		: ((last.length - first.length) * 1000) / (last.elapsedMs - first.elapsedMs);
}

/** The groups, each with the time since an entry was last delivered to it. */
const withRests = (
	groups: readonly StreamGroup[],
	before: WatchedKey | undefined,
	elapsedMs: number,
): readonly WatchedGroup[] =>
	groups.map(group => {
		const earlier = before?.groups.find(({groupName}) => groupName === group.groupName);
		const stillSinceMs =
			earlier !== undefined && earlier.lastDeliveredId === group.lastDeliveredId ? earlier.stillSinceMs : elapsedMs;
		return {...group, stillSinceMs, stillMs: elapsedMs - stillSinceMs};
	});

/**
Time until the key, read as a queue, is empty at the present rate of its length, in seconds. Undefined while the length
does not shrink.
*/
export const drainSeconds = ({length, growthPerSecond}: WatchedKey): number | undefined =>
	length === undefined || growthPerSecond === undefined || growthPerSecond >= 0 ? undefined : length / -growthPerSecond;

/**
Whether entries of the stream wait for the group. If the server can't report the group's lag, entries are assumed to
wait while the stream grows.
*/
export const isBehind = ({lag}: StreamGroup, {growthPerSecond = 0}: WatchedKey): boolean =>
	lag === undefined ? growthPerSecond > 0 : lag > 0;
