import type {NodeRecord} from '../../derive/node-record.js';
import type {NodeAddress} from '../../domain/node.js';
import type {MonitorState} from '../../state/monitor-state.js';
import {microseconds, milliseconds, seconds} from '../../text/units.js';

/** Most entries that are listed of one log of a node. */
const mostOfALog = 5;

/** An event before the report's first sample that a server still remembers. */
export type EarlierNote = {
	/** The time of the event by the server's clock, in milliseconds since the epoch. */
	readonly atMs: number;
	readonly node: NodeAddress;
	readonly text: string;
};

/**
Events before the samples that servers still remember, oldest first: their start, failed saves, the slowest commands,
latency events, refused users. Arguments, keys and client names are left out.
*/
export const earlierNotes = ({nodes}: MonitorState): EarlierNote[] =>
	[...nodes.values()].flatMap(notesOf).sort((one, other) => one.atMs - other.atMs);

function notesOf(record: NodeRecord): EarlierNote[] {
	const {address: node, sample, slowlog, latencyEvents, accessLog} = record;
	if (sample === undefined) {
		return [];
	}

	const {info, atMs} = sample;
	const uptime = info.number('server', 'uptime_in_seconds');
	const lastSave = info.number('persistence', 'rdb_last_save_time');
	const slowest = (slowlog?.value.entries ?? [])
		.toSorted((one, other) => other.durationMicroseconds - one.durationMicroseconds)
		.slice(0, mostOfALog);
	const noted: ReadonlyArray<readonly [atMs: number, text: string]> = [
		...(uptime === undefined ? [] : [[atMs - uptime * 1000, `started, ${seconds(uptime)} before the report`] as const]),
		...(lastSave === undefined || lastSave === 0
			? []
			: [[lastSave * 1000, `last successful RDB save or start (rdb_last_save_time)`] as const]),
		...slowest.map(entry => {
			const what = `${(entry.arguments[0] ?? 'a command').toUpperCase()} took ${microseconds(entry.durationMicroseconds)} (slow log)`;
			return [entry.atMs, what] as const;
		}),
		...(latencyEvents?.value ?? []).map(
			({event, atMs: at, latestMs, longestMs}) =>
				[at, `latency event ${event}: ${milliseconds(latestMs)}, at most ${milliseconds(longestMs)}`] as const,
		),
		...(accessLog?.value ?? []).slice(0, mostOfALog).map(({count, lack, user, ageSeconds}) => {
			return [atMs - ageSeconds * 1000, `refused user ${user} ${count} times for lack of ${lack} (ACL LOG)`] as const;
		}),
	];
	return noted.map(([at, text]) => ({atMs: at, node, text}));
}
