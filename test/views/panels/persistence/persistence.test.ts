import assert from 'node:assert/strict';
import test from 'node:test';
import {persistencePanel} from '../../../../source/views/panels/persistence/persistence.js';
import {assertAnySize, panelText} from '../../../harness/panel-text.js';
import {emptyRecord, panelInput, recordFrom, type Sections, sampledAtMs} from '../../../harness/records.js';

const screen = {width: 80, height: 21};
const nowSeconds = sampledAtMs / 1000;

const persistence = {
	loading: 0,
	rdb_changes_since_last_save: 812_345,
	rdb_bgsave_in_progress: 0,
	rdb_last_save_time: nowSeconds - 192,
	rdb_last_bgsave_status: 'ok',
	rdb_last_bgsave_time_sec: 41,
	rdb_current_bgsave_time_sec: -1,
	rdb_saves: 12,
	rdb_last_cow_size: 12_900_000,
	current_cow_size: 0,
	aof_enabled: 1,
	aof_rewrite_in_progress: 0,
	aof_rewrite_scheduled: 1,
	aof_last_rewrite_time_sec: 3,
	aof_last_bgrewrite_status: 'ok',
	aof_last_write_status: 'ok',
	aof_current_size: 1_288_490_189,
	aof_base_size: 536_870_912,
	aof_buffer_length: 0,
	aof_delayed_fsync: 3,
	aof_pending_bio_fsync: 0,
};

const record = (fields: Sections[''] = {}, more: Sections = {}) =>
	recordFrom({
		info: {
			persistence: {...persistence, ...fields},
			server: {server_time_usec: sampledAtMs * 1000, uptime_in_seconds: 86_400},
			stats: {latest_fork_usec: 41_000, total_forks: 14},
			memory: {used_memory_rss: 6_335_076_761},
			...more,
		},
		config: {
			atMs: sampledAtMs,
			value: new Map([
				['save', '3600 1 300 100 60 10000'],
				['appendfsync', 'everysec'],
			]),
		},
		series: {unsavedChanges: [0, 200_000, 400_000, 812_345]},
	});

const draw = (node: ReturnType<typeof record>) => panelText(persistencePanel, panelInput([node]), screen);

test('a save or rewrite of less than a second did not take no time', () => {
	const quick = draw(record({rdb_last_bgsave_time_sec: 0, aof_last_rewrite_time_sec: 0})).join('\n');
	assert.match(quick, /it took +<1s .*it took +<1s /);
});

test('idle RDB and AOF are shown with their last results', () => {
	assert.deepEqual(draw(record()), [
		'┌─ 7 Persistence: RDB ─────────────────┐┌─ AOF ────────────────────────────────┐',
		'│ save points  1h/1 5m/100 1m/10.0k    ││ enabled       yes, fsync everysec    │',
		'│ now          idle                    ││ now           rewrite scheduled      │',
		'│ last result  ok                      ││ last write    ok                     │',
		'│ last save    3m12s ago               ││ last rewrite  ok                     │',
		'│ it took      41s                     ││ it took       3s                     │',
		'│ copied       12.3M on write          ││ size          1.20G  base 512M       │',
		'│ unsaved      812,345 changes         ││ buffer        0B                     │',
		'│ saves        12 since start          ││ fsync         3 delayed  0 pending   │',
		'│                                      ││                                      │',
		'└──────────────────────────────────────┘└──────────────────────────────────────┘',
		'┌─ Fork and loading ───────────┐┌─ unsaved changes ─────────── last 5m24s (z) ─┐',
		'│ last fork   41.0 ms          ││ 1.00M┤                                       │',
		'│ per GB rss  6.9 ms           ││      │                                     ⡆ │',
		'│ forks       14 since start   ││      │                                     ⡇ │',
		'│ copying     0B               ││  500k┤                                     ⡇ │',
		'│ loading     no               ││      │                                     ⡇ │',
		'│                              ││      │                                     ⡇ │',
		'│                              ││     0┤                                     ⡇ │',
		'│                              ││      └────────────────────────────────────── │',
		'└──────────────────────────────┘└──────────────────────────────────────────────┘',
	]);
});

test('a save in progress has its share and duration', () => {
	const saving = record({
		rdb_bgsave_in_progress: 1,
		rdb_current_bgsave_time_sec: 12,
		current_save_keys_processed: 3_200_000,
		current_save_keys_total: 7_800_000,
	});
	const [, , now] = draw(saving);
	assert.match(now!, /now +saving 41% for 12s/);
	assert.match(draw(saving).join('\n'), /3\.20M of 7\.80M keys █+░/);
});

test('a start time is no save', () => {
	const never = {rdb_saves: 0, rdb_last_bgsave_time_sec: -1, rdb_last_save_time: nowSeconds - 86_400};
	assert.match(draw(record(never)).join('\n'), /last save +none since the start/);
	assert.match(draw(record(never)).join('\n'), /last result +- none yet/);
});

test('a diskless full resync is no save, and a time of 0 is no moment', () => {
	const diskless = {rdb_saves: 0, rdb_last_bgsave_time_sec: 0, rdb_last_save_time: nowSeconds - 86_400};
	assert.match(draw(record(diskless)).join('\n'), /last save +none since the start/);
	assert.doesNotMatch(draw(record({rdb_last_save_time: 0})).join('\n'), /\d+d ago/);
});

test('a save by FLUSHALL is one, although rdb_saves leaves it out', () => {
	const flushed = {rdb_saves: 0, rdb_last_bgsave_time_sec: -1, rdb_last_save_time: nowSeconds - 14};
	const text = draw(record(flushed)).join('\n');
	assert.match(text, /last save +14s ago/);
	assert.match(text, /last result +ok/);
	const started = {rdb_saves: 0, rdb_last_bgsave_time_sec: -1, rdb_last_save_time: nowSeconds - 86_398};
	assert.match(draw(record(started)).join('\n'), /last save +none since the start/);
});

test('after a failed first save the start time is no save either', () => {
	const failed = {rdb_last_bgsave_status: 'err', rdb_saves: 1, rdb_last_save_time: nowSeconds - 86_400};
	const text = draw(record(failed)).join('\n');
	assert.match(text, /last result +!! failed/);
	assert.match(text, /last save +none since the start/);
});

test('without rdb_saves (before 7.0) a known duration proves a save', () => {
	const {rdb_saves: _, ...old} = persistence;
	const node = recordFrom({info: {persistence: old, server: {uptime_in_seconds: 86_400}}});
	assert.match(draw(node).join('\n'), /last save +3m12s ago/);
	assert.match(draw(node).join('\n'), /save points +-/);
});

test('a failing AOF is marked', () => {
	const text = draw(
		record({aof_last_write_status: 'err', aof_rewrites_consecutive_failures: 4, aof_pending_bio_fsync: 1}),
	);
	assert.match(text.join('\n'), /last write +!! failed/);
	assert.match(text.join('\n'), /last rewrite +!! failed 4 in a row/);
	assert.match(text.join('\n'), /3 delayed {2}1 pending !/);
});

test('the loading of a data set has its progress', () => {
	const loading = record({
		loading: 1,
		loading_start_time: nowSeconds - 10,
		loading_total_bytes: 2_147_483_648,
		loading_loaded_bytes: 1_073_741_824,
		loading_loaded_perc: '50.00',
		loading_eta_seconds: 9,
	});
	assert.match(draw(loading).join('\n'), /loading +50% {2}1\.00G of 2/);
	assert.match(draw(loading).join('\n'), /time left +9s after 10s/);
});

test('saving that is off is named', () => {
	const off = {...record(), config: {atMs: 0, value: new Map([['save', '']])}};
	assert.match(draw(off).join('\n'), /save points +off/);
});

test('missing fields are shown as dashes', () => {
	const text = draw(recordFrom({})).join('\n');
	assert.match(text, /last save +- /);
	assert.match(text, /unsaved +- changes/);
	assert.match(text, /enabled +- /);
	assert.match(text, /loading +- /);
});

test('a node that is connecting shows the reason', () => {
	assert.match(
		panelText(persistencePanel, panelInput([emptyRecord('10.0.1.11:6379')]), screen).join('\n'),
		/connecting to 10\.0\.1\.11:6379/,
	);
});

test('the panel draws at any size', () => {
	const states = [
		[record()],
		[record({rdb_bgsave_in_progress: 1, loading: 1})],
		[recordFrom({})],
		[emptyRecord('a:1')],
		[],
	];
	assertAnySize(
		persistencePanel,
		states.map(records => panelInput(records)),
	);
});
