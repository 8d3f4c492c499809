import {notCompared} from '../derive/compared-record.js';
import {scale} from '../domain/scale.js';
import type {LargeEntry, SlowlogEntry} from '../domain/slowlog.js';
import type {LogHistory, NodeRecord} from './monitor-state.js';
import {reuseUnchangedFields} from './structural-sharing.js';

/** The part of a node record that the history keeps for each poll. */
export type HistoryEntry = {
	/**
	The record of the node. Its sample, the fields computed from samples, and the entries of its logs are left out.
	*/
	readonly record: NodeRecord;
	readonly logs: LogMarks;
};

/**
Converts a record to a history entry and reuses every part that is unchanged since the previous entry. For an idle
server, that halves the memory for half an hour of history.

@param cameBefore The `came` of the previous entry: its record before parts were reused. It is not needed, and saves the
comparison of parts that are the same objects again.
*/
export function toHistoryEntry(
	record: NodeRecord,
	before: HistoryEntry | undefined,
	cameBefore?: NodeRecord,
): {readonly entry: HistoryEntry; readonly came: NodeRecord} {
	const hasManyClients = (record.clients?.value.length ?? 0) > scale.historyClientsUpTo;
	const hasLargeView = (record.clusterNodes?.value.length ?? 0) > scale.historyViewUpTo;
	const {light, marks} = compactLogs(record, before?.logs);
	const kept: NodeRecord = {
		...record,
		...light,
		sample: undefined,
		...notCompared,
		commandWindow: undefined,
		clusterInfo: unchangedClusterInfo(record.clusterInfo, before?.record.clusterInfo),
		clients: hasManyClients ? undefined : record.clients,
		clusterNodes: hasLargeView ? undefined : record.clusterNodes,
		notKept: [...(hasManyClients ? ['CLIENT LIST'] : []), ...(hasLargeView ? ['CLUSTER NODES'] : [])],
	};
	return {entry: {record: reuseUnchangedFields(kept, cameBefore, before?.record), logs: marks}, came: kept};
}

/**
Keeps the earlier CLUSTER INFO when only its message counters changed. The counters grow with every poll, and no panel
shows their past values.
*/
function unchangedClusterInfo(
	info: NodeRecord['clusterInfo'],
	before: NodeRecord['clusterInfo'],
): NodeRecord['clusterInfo'] {
	const isSame =
		info !== undefined &&
		info.value.size === before?.value.size &&
		[...info.value].every(([field, text]) => field.startsWith('cluster_stats_') || before.value.get(field) === text);
	return isSame ? {...info, value: before.value} : info;
}

type LogEntry = SlowlogEntry | LargeEntry;

/**
The fields of a record that are command logs. New entries are added at the beginning, and old entries are cut at the
end.
*/
const logNames = ['slowlog', 'largeRequests', 'largeReplies'] as const;

type LogName = (typeof logNames)[number];

export type Logs = Pick<NodeRecord, LogName>;

/** Returns only the command logs of a record. */
export const logsOf = ({slowlog, largeRequests, largeReplies}: Logs): Logs => ({slowlog, largeRequests, largeReplies});

/** The content of a log at a moment: its newest entry and its number of entries. */
type LogMark = {readonly newest: LogEntry; readonly count: number} | undefined;

/** The newest entry and the number of entries of each log, by the name of the log. */
export type LogMarks = ReadonlyMap<LogName, LogMark>;

const entriesOf = (logs: Logs, name: LogName): readonly LogEntry[] => logs[name]?.value.entries ?? [];

/**
The command logs of a poll, with marks in place of their entries. A mark tells which entries a log had. To keep the
entries of every poll would take 3 MB a node.
@param before The marks of the previous poll. They are reused while no entry is added.
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

	// Entries are compared by reference. A new process counts its ids from 0 again, so two different entries may look
	// equal.
	const isSame =
		before !== undefined &&
		logNames.every(name => {
			const [mark, markBefore] = [marks.get(name), before.get(name)];
			return mark?.newest === markBefore?.newest && mark?.count === markBefore?.count;
		});
	return {light: withEntries(logs, () => []), marks: isSame ? before : marks};
}

/**
The logs at a moment, restored from the marks of that moment and the present logs. The oldest entries are missing if the
present logs have dropped them.
*/
export const restoreLogs = (light: Logs, marks: LogMarks, now: Logs): Logs =>
	withEntries(light, name => {
		const mark = marks.get(name);
		const entries = entriesOf(now, name);
		const from = mark === undefined ? -1 : entries.indexOf(mark.newest);
		return mark === undefined ? [] : from < 0 ? [mark.newest] : entries.slice(from, from + mark.count);
	});

function withEntries(
	{slowlog, largeRequests, largeReplies}: Logs,
	entriesFor: (name: LogName) => readonly LogEntry[],
): Logs {
	const filled = <Kind extends LogEntry>(
		name: LogName,
		log: {readonly atMs: number; readonly value: LogHistory<Kind>} | undefined,
	) => log && {...log, value: {...log.value, entries: entriesFor(name) as readonly Kind[]}};
	return {
		slowlog: filled('slowlog', slowlog),
		largeRequests: filled('largeRequests', largeRequests),
		largeReplies: filled('largeReplies', largeReplies),
	};
}
