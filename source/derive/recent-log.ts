import type {LogHistory, RecentEntries} from './node-record.js';

/** The time that new entries are counted over, where the log reaches back that far, in milliseconds. */
export const recentMs = 60_000;

/**
The newest entries without a gap of ids, and the time that they cover, where that time is shorter than a minute. The
first reading asks for some entries only, a server drops old entries, and a young server has none. Undefined if the
entries of the whole minute are known.

@param entries The entries, newest first.
@param serverMs The server's time of the reading, in milliseconds since the epoch.
@param uptimeSeconds The time since the start of the server; undefined if it is not known.
*/
export function shorterThanMinute(
	entries: ReadonlyArray<{readonly id: number; readonly atMs: number}>,
	serverMs: number,
	uptimeSeconds: number | undefined,
): RecentEntries | undefined {
	let [count, oldest] = [0, entries[0]];
	for (const entry of entries) {
		if (entry.atMs <= serverMs - recentMs) {
			return undefined;
		}

		if (count > 0 && entry.id !== (oldest?.id ?? 0) - 1) {
			break;
		}

		count += 1;
		oldest = entry;
	}

	const uptimeMs = (uptimeSeconds ?? Number.POSITIVE_INFINITY) * 1000;
	// Entry 0 is the first one of a process, so nothing is missing before it.
	const overMs = oldest === undefined || oldest.id === 0 ? uptimeMs : serverMs - oldest.atMs;
	return overMs >= recentMs ? undefined : {count, overMs: Math.max(0, overMs)};
}

/** The number of new entries, and the time that they are counted over: a minute, or less where less is known. */
export const recentEntries = ({perMinute, shorter}: LogHistory<unknown>): RecentEntries =>
	shorter ?? {count: perMinute, overMs: recentMs};
