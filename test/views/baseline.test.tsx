import assert from 'node:assert/strict';
import {test} from 'node:test';
import type {NodeRecord} from '../../source/state/monitor-state.js';
import type {PanelId} from '../../source/state/panel-table.js';
import {mountOnScreen} from '../harness/app-screen.js';
import {infoOf, recordFrom, sampledAtMs, stateOf} from '../harness/records.js';

type Numbers = {
	readonly used: number;
	readonly clients: number;
	readonly keys: number;
	readonly calls: number;
	readonly unsaved: number;
};

const megabyte = 1024 * 1024;
const before: Numbers = {used: 512 * megabyte, clients: 100, keys: 4000, calls: 1_000_000, unsaved: 900};

/** The node `seconds` after the baseline was set. */
function nodeAfter(seconds: number, {used, clients, keys, calls, unsaved}: Numbers, runId = 'a'): NodeRecord {
	const record = recordFrom({pings: [0.4]});
	const info = infoOf({
		server: {run_id: runId, redis_version: '7.2.5'},
		clients: {connected_clients: clients, maxclients: 10_000, blocked_clients: 0},
		memory: {used_memory: used, used_memory_rss: used, used_memory_peak: used, maxmemory: 1024 * megabyte},
		persistence: {rdb_changes_since_last_save: unsaved, aof_enabled: 0, rdb_saves: 3},
		stats: {total_commands_processed: calls, keyspace_hits: 0, keyspace_misses: 0, evicted_keys: 0, sync_full: 2},
		replication: {role: 'master', connected_slaves: 0, master_repl_offset: calls},
		keyspace: {db0: `keys=${keys},expires=0,avg_ttl=0`},
		commandstats: {cmdstat_get: `calls=${calls},usec=${calls * 2},usec_per_call=2.00`},
	});
	const atMs = sampledAtMs + seconds * 1000;
	const buckets = [
		{boundMicroseconds: 16, cumulativeCount: 1_000_000},
		...(calls > 1_000_000 ? [{boundMicroseconds: 1024, cumulativeCount: calls}] : []),
	];
	return {
		...record,
		sample: {atMs, elapsedMs: 60_000 + seconds * 1000, roundTripMs: 0.4, runId, info},
		lastReplyAtMs: sampledAtMs,
		latency: {
			atMs,
			value: {
				histograms: new Map([['get', {calls, buckets}]]),
				elapsedMs: 60_000 + seconds * 1000,
				runId,
				bounds: new Map(),
			},
		},
	};
}

/** Draws the panel some seconds after its baseline was set. */
async function changesOn(t: Parameters<typeof mountOnScreen>[0], panel: PanelId, after: NodeRecord) {
	const app = mountOnScreen(t, {state: stateOf([nodeAfter(0, before)]), panel, nowMs: sampledAtMs});
	await app.screen.waitFor(/redis 7\.2\.5/);
	app.screen.press('b');
	await app.screen.waitFor(/CHANGES SINCE 14:02:31Z/);
	app.show(stateOf([after]));
	return app;
}

const later = {
	used: before.used + 12.3 * megabyte,
	clients: 96,
	keys: 5200,
	calls: 1_000_500,
	unsaved: 123,
};

const shown: ReadonlyArray<readonly [PanelId, readonly RegExp[]]> = [
	[
		'overview',
		[
			/used {2}\+12\.3M to {2}524M of 1\.00G 51%/,
			/rss {5}\+12\.3M peak \+12\.3M/,
			/keys {4}\+1\.20k/,
			/ops {10}\+500 /,
			/unsaved +-777 /,
			/4 Clients -4 of 10,000/,
			/primary {2}up +\+500 \+12\.3M/,
		],
	],
	['memory', [/used {2}\+12\.3M to 524M of 1\.00G 51%/, /keys {8}\+1\.20k/, /db0 {3}\+1\.20k/]],
	['replication', [/writes {3}\+500B/, /at offset \+500 on/, /full \+0,/]],
	['clients', [/4 Clients {2}-4 of 10,000, \+0 blocked/]],
	[
		'commands',
		[/calls \+500 /, /percentiles over 10s/, />get {15}\+500 {2}2\.0 µs {2}≤1\.0 ms {3}≤1\.0 ms/, /100% {6}- 1\.00M/],
	],
	['persistence', [/unsaved {6}-777 changes/, /saves {8}\+0 since baseline/]],
];

for (const [panel, patterns] of shown) {
	test(`while a baseline is set every figure is its change: ${panel}`, async t => {
		const {screen} = await changesOn(t, panel, nodeAfter(10, later));
		for (const pattern of patterns) {
			await screen.waitFor(pattern);
		}

		screen.press('b');
		await screen.waitFor(lines => !lines.join('\n').match(/CHANGES SINCE|[+-]12\.3M|[+-]777/));
	});
}

test('a change of any size and sign moves no column', async t => {
	const edges = (lines: readonly string[]) => lines.slice(2, -1).map(row => row.replaceAll(/[^│┌┐└┘]/g, ' ').trimEnd());
	const app = await changesOn(t, 'overview', nodeAfter(1, {...before, used: before.used + 9}));
	await app.screen.waitFor(/used {5}\+9B/);
	const first = edges(app.screen.lines());
	app.show(stateOf([nodeAfter(2, {used: 1, clients: 9999, keys: 123_456_789, calls: 999_999_999, unsaved: 0})]));
	await app.screen.waitFor(/used {3}-512M to {4}1B/);
	assert.deepEqual(edges(app.screen.lines()), first);
});

test('after a restart of the server changes are unknown, and a dash is shown', async t => {
	const {screen} = await changesOn(t, 'overview', nodeAfter(10, later, 'b'));
	await screen.waitFor(/STARTED SINCE BASELINE 14:02:31Z/);
	await screen.waitFor(/used {7}- to {2}524M of 1\.00G 51%/);
	await screen.waitFor(/ops {13}- /);
});
