import assert from 'node:assert/strict';
import test from 'node:test';
import {type EarlierSource, earlierEvents, earlierGaps} from '../../source/derive/earlier-events.js';
import type {LocalEvidence} from '../../source/domain/host-evidence.js';
import {messageText} from '../../source/domain/message.js';
import {readServerLog} from '../../source/parse/server-log.js';
import {type RecordParts, recordFrom, sampledAtMs} from '../harness/records.js';

const hourMs = 3_600_000;
const agoMs = (hours: number) => sampledAtMs - hours * hourMs;
const here = (parts: Partial<LocalEvidence>): RecordParts => ({
	host: {atMs: sampledAtMs, value: {kind: 'here', gaps: [], oomKills: [], ...parts} as LocalEvidence},
});
const logged = (hours: number, durationMs: number, command: string) => ({
	id: durationMs,
	atMs: agoMs(hours),
	durationMicroseconds: durationMs * 1000,
	arguments: [command, 'secret-key'],
	clientAddress: '10.0.0.9:1',
	clientName: 'app',
});
const slowlog = (...entries: ReadonlyArray<ReturnType<typeof logged>>): RecordParts => ({
	slowlog: {atMs: sampledAtMs, value: {entries, lost: 0, perMinute: 0}},
});
const log = [
	`7:C ${localTime(agoMs(3))} # oO0OoO0OoO0Oo Redis is starting oO0OoO0OoO0Oo`,
	`7:M ${localTime(agoMs(3))} # WARNING Memory overcommit must be enabled!`,
	`7:S ${localTime(agoMs(2))} # Failover election won: I'm the new master.`,
	...Array.from({length: 3}, () => `7:M ${localTime(agoMs(1))} # Background saving error`),
].join('\n');

/** A time as servers write it: the machine's local time. */
function localTime(atMs: number): string {
	const at = new Date(atMs);
	const two = (value: number) => String(value).padStart(2, '0');
	const month = at.toLocaleString('en', {month: 'short'});
	return `${two(at.getDate())} ${month} ${at.getFullYear()} ${two(at.getHours())}:${two(at.getMinutes())}:${two(at.getSeconds())}.000`;
}

/** Each: the source, the record, and the hours ago and the text of its events; undefined: the source was not read yet. */
const cases: ReadonlyArray<
	readonly [
		title: string,
		source: EarlierSource,
		record: RecordParts,
		expected: ReadonlyArray<readonly [hours: number, text: string]> | undefined,
	]
> = [
	[
		'start, last save and peak of memory',
		'process',
		{
			info: {
				server: {uptime_in_seconds: 7 * 3600},
				persistence: {rdb_last_save_time: agoMs(2) / 1000},
				memory: {used_memory_peak: 2 ** 30, used_memory_peak_time: agoMs(5) / 1000},
			},
		},
		[
			[7, 'started as the process with run id -'],
			[2, 'saved its data to disk, the last time until then (RDB)'],
			[5, 'used most memory: 1.00G'],
		],
	],
	[
		'no save since the start, and a server that does not tell when memory was highest',
		'process',
		{info: {server: {uptime_in_seconds: 3600}, persistence: {rdb_last_save_time: agoMs(1) / 1000}}},
		[[1, 'started as the process with run id -']],
	],
	['slow log not read', 'slow log', {}, undefined],
	[
		'slow commands, without their arguments, and not those of two days ago',
		'slow log',
		slowlog(logged(1, 20, 'get'), logged(2, 900, 'keys'), logged(48, 5000, 'eval')),
		[
			[2, 'ran KEYS for 900 ms for app (slow log)'],
			[1, 'ran GET for 20.0 ms for app (slow log)'],
		],
	],
	['latency history not read', 'latency history', {latencyEvents: {atMs: sampledAtMs, value: []}}, undefined],
	[
		'latency history, the longest first',
		'latency history',
		{
			latencyHistory: {
				atMs: sampledAtMs,
				value: new Map([
					[
						'fork',
						[
							{atMs: agoMs(3), durationMs: 120},
							{atMs: agoMs(2), durationMs: 400},
						],
					],
					['aof-write', [{atMs: agoMs(1), durationMs: 90}]],
				]),
			},
		},
		[
			[2, 'was held up by a fork for 400 ms (LATENCY HISTORY fork)'],
			[3, 'was held up by a fork for 120 ms (LATENCY HISTORY fork)'],
			[1, 'was held up by aof-write for 90.0 ms (LATENCY HISTORY aof-write)'],
		],
	],
	[
		'latency history refused: what LATENCY LATEST has',
		'latency history',
		{
			blind: [{command: 'LATENCY HISTORY', kind: 'denied', why: 'NOPERM', grant: '+latency|history'}],
			latencyEvents: {atMs: sampledAtMs, value: [{event: 'command', atMs: agoMs(1), latestMs: 60, longestMs: 700}]},
		},
		[[1, 'was held up by a slow command for 60.0 ms, at most 700 ms (LATENCY LATEST)']],
	],
	[
		'refused users',
		'ACL LOG',
		{
			accessLog: {
				atMs: sampledAtMs,
				value: [
					{
						count: 3,
						lack: 'command',
						object: 'flushall',
						user: 'app',
						ageSeconds: 3600,
						clientAddress: '',
						clientName: '',
					},
					{count: 1, lack: 'auth', object: 'AUTH', user: 'bob', ageSeconds: 7200, clientAddress: '', clientName: ''},
				],
			},
		},
		[
			[1, 'refused the user app 3 times, last then: no right to the command flushall (ACL LOG)'],
			[2, 'refused the user bob once, last then: wrong password or unknown user (ACL LOG)'],
		],
	],
	['another machine: no log to read', 'server log', {host: {atMs: 0, value: {kind: 'elsewhere', why: 'x'}}}, undefined],
	[
		'starts and failovers of the log, lines of one meaning together, no advice',
		'server log',
		here({log: readServerLog('a log', log)}),
		[
			[3, 'started as process 7 (server log)'],
			[2, 'this node became a primary (server log)'],
			[1, 'the last RDB save failed: 3 lines within a minute of each other (server log)'],
		],
	],
	[
		'processes that the kernel killed',
		'OOM kills',
		here({oomKills: [{atMs: agoMs(4), processId: 9, name: 'redis-server', line: ''}]}),
		[[4, 'the kernel killed redis-server (process 9), because memory ran out']],
	],
];

for (const [title, source, record, expected] of cases) {
	test(`before the start: ${title}`, () => {
		const events = earlierEvents(recordFrom(record), source, sampledAtMs);
		assert.deepEqual(
			events?.map(({atMs, text}) => [Math.round((sampledAtMs - atMs) / hourMs), messageText(text)]),
			expected,
		);
		assert.ok(events?.every(({isEarlier}) => isEarlier === true) ?? true);
	});
}

test('what happens after the start is no earlier history', () => {
	const record = recordFrom(slowlog(logged(1, 20, 'get')));
	assert.deepEqual(earlierEvents(record, 'slow log', agoMs(2)), []);
});

test('what may not be read is a gap with its reason and the right that is missing', () => {
	const gaps = earlierGaps({
		...recordFrom(here({gaps: [{what: "the server's log", why: 'may not be read'}]})),
		blind: [
			{command: 'LATENCY HISTORY', kind: 'denied', why: 'NOPERM', grant: '+latency|history'},
			{command: 'CLIENT LIST', kind: 'denied', why: 'NOPERM', grant: '+client|list'},
		],
	});
	assert.deepEqual(
		gaps.map(gap => messageText(gap)),
		[
			'all but the last of each of its latency events: LATENCY HISTORY is refused, NOPERM; +latency|history allows it',
			"the server's log: may not be read",
		],
	);
});
