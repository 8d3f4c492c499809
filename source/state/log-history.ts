import type {LogHistory, NodeRecord} from '../derive/node-record.js';
import type {LargeEntry, SlowlogEntry} from '../domain/slowlog.js';

type Entry = SlowlogEntry | LargeEntry;

/** A node's logs, which only grow at their beginning and are cut at their end. */
const logNames = ['slowlog', 'largeRequests', 'largeReplies'] as const;

type LogName = (typeof logNames)[number];

export type Logs = Pick<NodeRecord, LogName>;

/** Of a record the logs alone. */
export const logsOf = ({slowlog, largeRequests, largeReplies}: Logs): Logs => ({slowlog, largeRequests, largeReplies});

/** Which entries of a log were known at a moment: the newest, and how many. */
type LogMark = {readonly newest: Entry; readonly count: number} | undefined;

/** Of the three logs, by their names. */
export type LogMarks = ReadonlyMap<LogName, LogMark>;

const entriesOf = (logs: Logs, name: LogName): readonly Entry[] => logs[name]?.value.entries ?? [];

/**
The logs without their entries, and which they were. A list of a thousand for each reading would be 3 MB a node.

@param before The marks of the reading before: the same ones while nothing comes.
*/
export function compactLogs(
	logs: Logs,
	before: LogMarks | undefined,
): {readonly light: Logs; readonly marks: LogMarks} {
	const marks = new Map<LogName, LogMark>();
	for (const name of logNames) {
		const entries = entriesOf(logs, name);
		const [newest] = entries;
		marks.set(name, newest && {newest, count: entries.length});
	}

	// The very entry, not one that reads alike: another process counts its ids from 0 again.
	const isSame =
		before !== undefined &&
		logNames.every(name => {
			const [mark, markBefore] = [marks.get(name), before.get(name)];
			return mark?.newest === markBefore?.newest && mark?.count === markBefore?.count;
		});
	return {light: withEntries(logs, () => []), marks: isSame ? before : marks};
}

/** The logs as they were: parts of those of now, whose end may have been dropped since. */
export const restoreLogs = (light: Logs, marks: LogMarks, now: Logs): Logs =>
	withEntries(light, name => {
		const mark = marks.get(name);
		const entries = entriesOf(now, name);
		const from = mark === undefined ? -1 : entries.indexOf(mark.newest);
		return mark === undefined ? [] : from < 0 ? [mark.newest] : entries.slice(from, from + mark.count);
	});

function withEntries(
	{slowlog, largeRequests, largeReplies}: Logs,
	entriesFor: (name: LogName) => readonly Entry[],
): Logs {
	const filled = <Kind extends Entry>(
		name: LogName,
		log: {readonly atMs: number; readonly value: LogHistory<Kind>} | undefined,
	) => log && {...log, value: {...log.value, entries: entriesFor(name) as readonly Kind[]}};
	return {
		slowlog: filled('slowlog', slowlog),
		largeRequests: filled('largeRequests', largeRequests),
		largeReplies: filled('largeReplies', largeReplies),
	};
}
