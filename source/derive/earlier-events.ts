import type {EventSeverity, MonitorEvent} from '../domain/event.js';
import {type Message, message, nameOf} from '../domain/message.js';
import type {SlowlogEntry} from '../domain/slowlog.js';
import {bytes, microseconds, milliseconds} from '../text/units.js';
import type {NodeRecord} from './node-record.js';

/**
Greatest age, at redis-top's start, of a log entry that becomes an event, in milliseconds. A server's start, last save
and peak of memory may be older than that.
*/
const reachMs = 24 * 3_600_000;
/**
Largest number of entries of one log of a node that become events. Depending on the log, the longest, the largest or the
newest entries are kept.
*/
const mostOfAList = 20;
/**
Largest difference between two times of the same process' start, in milliseconds. INFO has whole seconds, and the
server's log has the exact time.
*/
const sameStartMs = 3000;

/** The sources of events from before redis-top started: logs of a server, and of its machine. */
export const earlierSources = [
	'process',
	'slow log',
	'large requests',
	'large replies',
	'latency history',
	'ACL LOG',
	'slot migrations',
	'server log',
	'OOM kills',
] as const;

export type EarlierSource = (typeof earlierSources)[number];

type Happening = readonly [kind: string, severity: EventSeverity, atMs: number | undefined, text: Message];

/**
The events before `untilMs` that one source of a node's record contains; undefined while the source was not read.

@param untilMs When redis-top started, milliseconds since the epoch.
*/
export function earlierEvents(record: NodeRecord, source: EarlierSource, untilMs: number): MonitorEvent[] | undefined {
	return readers[source](record, untilMs - reachMs)?.flatMap(([kind, severity, atMs, text]): MonitorEvent[] =>
		atMs === undefined || atMs >= untilMs || atMs <= 0
			? []
			: [{atMs: Math.round(atMs), severity, node: record.address, kind, text, isEarlier: true}],
	);
}

/** Whether two events are the start of the same process. */
export const isSameStart = (one: MonitorEvent, other: MonitorEvent): boolean =>
	one.kind === 'started' &&
	other.kind === 'started' &&
	one.node === other.node &&
	Math.abs(one.atMs - other.atMs) < sameStartMs;

const readers: Readonly<Record<EarlierSource, (record: NodeRecord, fromMs: number) => Happening[] | undefined>> = {
	process: processHappenings,
	'slow log': ({slowlog}, fromMs) =>
		slowlog &&
		longest(slowlog.value.entries, fromMs, ({durationMicroseconds}) => durationMicroseconds).map(entry => [
			'slow-command',
			'info',
			entry.atMs,
			message`ran ${commandOf(entry)} for ${microseconds(entry.durationMicroseconds)}${by(entry)} (slow log)`,
		]),
	'large requests': ({largeRequests}, fromMs) =>
		largeRequests &&
		longest(largeRequests.value.entries, fromMs, entry => entry.bytes).map(entry => [
			'large-request',
			'info',
			entry.atMs,
			message`got ${commandOf(entry)} with ${bytes(entry.bytes)}${by(entry)} (COMMANDLOG)`,
		]),
	'large replies': ({largeReplies}, fromMs) =>
		largeReplies &&
		longest(largeReplies.value.entries, fromMs, entry => entry.bytes).map(entry => [
			'large-reply',
			'info',
			entry.atMs,
			message`answered ${commandOf(entry)} with ${bytes(entry.bytes)}${by(entry)} (COMMANDLOG)`,
		]),
	'latency history': latencyHappenings,
	'ACL LOG': ({accessLog}, fromMs) =>
		accessLog?.value
			.map((refusal): Happening => {
				const {count, lack, object, user, ageSeconds} = refusal;
				const times = count === 1 ? 'once' : `${count} times`;
				const what =
					lack === 'auth'
						? 'wrong password or unknown user'
						: message`no right to the ${lack} ${lack === 'key' || lack === 'channel' ? nameOf(lack, object) : object}`;
				const text = message`refused the user ${nameOf('user', user)} ${times}, last then: ${what} (ACL LOG)`;
				return ['access-refused', 'info', accessLog.atMs - ageSeconds * 1000, text];
			})
			.filter(([, , atMs = 0]) => atMs >= fromMs),
	'slot migrations': ({slotMigrations}, fromMs) =>
		slotMigrations?.value
			.map(({slots, state, operation, createdMs, updatedMs}): Happening => {
				const text = `${operation.toLowerCase()} of slots ${slots.map(({first, last}) => (first === last ? first : `${first}-${last}`)).join(', ')}: ${state}`;
				return ['slots-migrated', state === 'failed' ? 'warning' : 'info', updatedMs ?? createdMs, text];
			})
			.filter(([, , atMs = 0]) => atMs >= fromMs)
			.slice(0, mostOfAList),
	'server log': logHappenings,
	'OOM kills': ({host}, fromMs) =>
		host?.value.kind === 'here'
			? (host.value.oomKills ?? [])
					.filter(({atMs = 0}) => atMs >= fromMs)
					.slice(0, mostOfAList)
					.map(({atMs, name, processId}) => {
						const text = `the kernel killed ${name} (process ${processId ?? '-'}), because memory ran out`;
						return ['oom-killed', 'warning', atMs, text];
					})
			: undefined,
};

function processHappenings({sample}: NodeRecord): Happening[] | undefined {
	if (sample === undefined) {
		return undefined;
	}

	const {info, atMs, runId} = sample;
	const uptime = info.number('server', 'uptime_in_seconds');
	const startedMs = uptime === undefined ? undefined : atMs - uptime * 1000;
	const savedMs = secondsAsMs(info.number('persistence', 'rdb_last_save_time'));
	// If no save has ended since the start, `rdb_last_save_time` is the time of the start.
	const isSaved = savedMs !== undefined && (startedMs === undefined || savedMs - startedMs > sameStartMs);
	const peakMs = secondsAsMs(info.number('memory', 'used_memory_peak_time'));
	const peak = info.number('memory', 'used_memory_peak');
	return [
		['started', 'info', startedMs, `started as the process with run id ${runId?.slice(0, 8) ?? '-'}`],
		...(isSaved ? [['saved', 'info', savedMs, 'saved its data to disk, the last time until then (RDB)'] as const] : []),
		...(peak === undefined ? [] : [['memory-peak', 'info', peakMs, `used most memory: ${bytes(peak)}`] as const]),
	];
}

/**
The history of each latency event. If LATENCY HISTORY can't be read, only the last and the longest duration of each
event.
*/
function latencyHappenings(
	{latencyHistory, latencyEvents, blind}: NodeRecord,
	fromMs: number,
): Happening[] | undefined {
	const happening = (event: string, atMs: number, text: string): Happening => [
		'latency-event',
		'info',
		atMs,
		`was held up by ${latencyNames.get(event) ?? event} for ${text}`,
	];
	if (latencyHistory !== undefined) {
		return [...latencyHistory.value].flatMap(([event, moments]) =>
			longest(moments, fromMs, ({durationMs}) => durationMs).map(({atMs, durationMs}) =>
				happening(event, atMs, `${milliseconds(durationMs)} (LATENCY HISTORY ${event})`),
			),
		);
	}

	return blind.some(({command}) => command === 'LATENCY HISTORY')
		? latencyEvents?.value
				.filter(({atMs}) => atMs >= fromMs)
				.map(({event, atMs, latestMs, longestMs}) =>
					happening(event, atMs, `${milliseconds(latestMs)}, at most ${milliseconds(longestMs)} (LATENCY LATEST)`),
				)
		: undefined;
}

/**
Texts for the event names of the latency monitor. Source:
https://redis.io/docs/latest/operate/oss_and_stack/management/optimization/latency-monitor/
*/
const latencyNames: ReadonlyMap<string, string> = new Map([
	['command', 'a slow command'],
	['fast-command', 'a slow run of a command that is usually fast'],
	['fork', 'a fork'],
	['expire-cycle', 'the removal of expired keys'],
	['eviction-cycle', 'evictions'],
	['eviction-del', 'the deletion of evicted keys'],
	['active-defrag-cycle', 'active defragmentation'],
]);

function logHappenings({host}: NodeRecord, fromMs: number): Happening[] | undefined {
	const log = host?.value.kind === 'here' ? host.value.log : undefined;
	if (log === undefined) {
		return undefined;
	}

	const starts = (log.starts ?? []).map(
		({atMs, processId}): Happening => ['started', 'info', atMs, `started as process ${processId} (server log)`],
	);
	const others = (log.happened ?? []).map(
		({severity, atMs, meaning, count}): Happening => [
			'logged',
			severity,
			atMs,
			`${meaning}${count > 1 ? `: ${count} lines within a minute of each other` : ''} (server log)`,
		],
	);
	return [...starts, ...others].filter(([, , atMs = 0]) => atMs >= fromMs);
}

function longest<Entry extends {readonly atMs: number}>(
	entries: readonly Entry[],
	fromMs: number,
	sizeOf: (entry: Entry) => number,
): Entry[] {
	return entries
		.filter(({atMs}) => atMs >= fromMs)
		.toSorted((one, other) => sizeOf(other) - sizeOf(one))
		.slice(0, mostOfAList);
}

const commandOf = ({arguments: [command = 'a command']}: Pick<SlowlogEntry, 'arguments'>): string =>
	command.toUpperCase();

function by({clientName, clientAddress}: Pick<SlowlogEntry, 'clientName' | 'clientAddress'>): Message {
	const client = clientName || clientAddress;
	// A command that a script ran has the client address `?:0`.
	return client === undefined || client === '?:0' ? '' : message` for ${nameOf('client', client)}`;
}

const secondsAsMs = (seconds: number | undefined): number | undefined =>
	seconds === undefined || seconds === 0 ? undefined : seconds * 1000;

/** Commands, each with the facts that are unknown when the server refuses the command. */
const behind: ReadonlyMap<string, string> = new Map([
	['CONFIG GET', 'its logs, which are asked for only from users who may read settings'],
	['SLOWLOG GET', 'its slow commands'],
	['COMMANDLOG GET', 'its large requests and replies'],
	['LATENCY LATEST', 'its latency events'],
	['LATENCY HISTORY', 'all but the last of each of its latency events'],
	['ACL LOG', 'refused users'],
]);

/** The facts about the time before redis-top started that are unknown for a node, each with the reason. */
export function earlierGaps({blind, host}: Pick<NodeRecord, 'blind' | 'host'>): Message[] {
	const commands = blind.flatMap(({command, why, grant}) => {
		const what = behind.get(command);
		const allows = grant === undefined ? '' : `; ${grant} allows it`;
		return what === undefined ? [] : [message`${what}: ${command} is refused, ${nameOf('quote', why)}${allows}`];
	});
	const evidence = host?.value;
	if (evidence === undefined) {
		return commands;
	}

	return evidence.kind === 'here'
		? [
				...commands,
				...evidence.gaps
					.filter(({what}) => hostParts.has(what))
					.map(({what, why}) => message`${what}: ${nameOf('quote', why)}`),
			]
		: [...commands, message`the server's log and OOM kills: ${nameOf('quote', evidence.why)}`];
}

const hostParts: ReadonlySet<string> = new Set(["the server's log", "the kernel's OOM kills"]);
