import assert from 'node:assert/strict';
import test from 'node:test';
import fc from 'fast-check';
import {nodeEvents} from '../../source/derive/node-events.js';
import {at} from '../harness/fake-port.js';
import type {Sections} from '../harness/records.js';
import {sampleOf} from '../harness/samples.js';

const eventsOf = (earlier: Sections, later: Sections) =>
	nodeEvents(at('10.0.1.11:6379'), sampleOf(earlier), sampleOf(later, 1000));

const process = (runId: string, uptimeSeconds = 5): Sections => ({
	server: {run_id: runId, uptime_in_seconds: uptimeSeconds},
});
const persistence = (fields: Record<string, string | number>): Sections => ({persistence: fields});
const clients = (connected: number): Sections => ({clients: {connected_clients: connected}});
const replication = (fields: Record<string, string | number>): Sections => ({replication: fields});
const link = (status: string) =>
	replication({role: 'slave', master_host: '10.0.1.9', master_port: 6379, master_link_status: status});

/** What happened, and the kinds of the events it makes. */
const cases: ReadonlyArray<readonly [string, Sections, Sections, readonly string[]]> = [
	['nothing', process('a'), process('a', 6), []],
	['a restart', process('a'), process('b', 0), ['restarted']],
	['a run id that stays hidden', {server: {run_id: ''}}, {server: {run_id: ''}}, []],

	['promoted', replication({role: 'slave'}), replication({role: 'master'}), ['role-changed']],
	['demoted', replication({role: 'master'}), replication({role: 'slave'}), ['role-changed']],

	['the link breaks', link('up'), link('down'), ['link-lost']],
	['the link comes back', link('down'), link('up'), ['link-restored']],
	['the link stays down', link('down'), link('down'), []],
	['a new replica’s link is no event', replication({role: 'slave'}), link('down'), []],

	['a replica more', replication({connected_slaves: 1}), replication({connected_slaves: 2}), ['replica-gained']],
	['a replica less', replication({connected_slaves: 1}), replication({connected_slaves: 0}), ['replica-lost']],
	['replicas unknown before', {}, replication({connected_slaves: 2}), []],

	[
		'a save ended well',
		persistence({rdb_bgsave_in_progress: 1, rdb_last_save_time: 100, rdb_last_bgsave_status: 'ok'}),
		persistence({rdb_bgsave_in_progress: 0, rdb_last_save_time: 160, rdb_last_bgsave_status: 'ok'}),
		['save-done'],
	],
	[
		'a save so short that nobody saw it run',
		persistence({rdb_bgsave_in_progress: 0, rdb_last_save_time: 100, rdb_last_bgsave_status: 'ok'}),
		persistence({rdb_bgsave_in_progress: 0, rdb_last_save_time: 101, rdb_last_bgsave_status: 'ok'}),
		['save-done'],
	],
	[
		'a save begins',
		persistence({rdb_bgsave_in_progress: 0, rdb_last_save_time: 100, rdb_last_bgsave_status: 'ok'}),
		persistence({rdb_bgsave_in_progress: 1, rdb_last_save_time: 100, rdb_last_bgsave_status: 'ok'}),
		[],
	],
	[
		'a save failed',
		persistence({rdb_bgsave_in_progress: 1, rdb_last_save_time: 100, rdb_last_bgsave_status: 'ok'}),
		persistence({rdb_bgsave_in_progress: 0, rdb_last_save_time: 100, rdb_last_bgsave_status: 'err'}),
		['save-failed'],
	],
	[
		'a save failed between two samples',
		persistence({rdb_bgsave_in_progress: 0, rdb_last_save_time: 100, rdb_last_bgsave_status: 'ok'}),
		persistence({rdb_bgsave_in_progress: 0, rdb_last_save_time: 100, rdb_last_bgsave_status: 'err'}),
		['save-failed'],
	],
	[
		'a second save failed',
		persistence({rdb_bgsave_in_progress: 1, rdb_last_save_time: 100, rdb_last_bgsave_status: 'err'}),
		persistence({rdb_bgsave_in_progress: 0, rdb_last_save_time: 100, rdb_last_bgsave_status: 'err'}),
		['save-failed'],
	],
	[
		'the failure of before is no news',
		persistence({rdb_bgsave_in_progress: 0, rdb_last_save_time: 100, rdb_last_bgsave_status: 'err'}),
		persistence({rdb_bgsave_in_progress: 0, rdb_last_save_time: 100, rdb_last_bgsave_status: 'err'}),
		[],
	],
	[
		'a save after a failure',
		persistence({rdb_bgsave_in_progress: 1, rdb_last_save_time: 100, rdb_last_bgsave_status: 'err'}),
		persistence({rdb_bgsave_in_progress: 0, rdb_last_save_time: 200, rdb_last_bgsave_status: 'ok'}),
		['save-done'],
	],
	[
		'another server answers, which ran already when the first one was asked',
		{server: {run_id: 'a', uptime_in_seconds: 100}},
		{server: {run_id: 'b', uptime_in_seconds: 300_000}},
		['other-server'],
	],
	[
		'the save time of a new process is only its start',
		{...process('a'), ...persistence({rdb_last_save_time: 100})},
		{server: {run_id: 'b', uptime_in_seconds: 1}, ...persistence({rdb_last_save_time: 900})},
		['restarted'],
	],

	[
		'a rewrite ended well',
		persistence({aof_rewrite_in_progress: 1}),
		persistence({aof_rewrite_in_progress: 0, aof_last_bgrewrite_status: 'ok'}),
		['rewrite-done'],
	],
	[
		'a rewrite failed',
		persistence({aof_rewrite_in_progress: 1}),
		persistence({aof_rewrite_in_progress: 0, aof_last_bgrewrite_status: 'err'}),
		['rewrite-failed'],
	],
	['a rewrite runs', persistence({aof_rewrite_in_progress: 0}), persistence({aof_rewrite_in_progress: 1}), []],
	[
		'AOF writes fail',
		persistence({aof_last_write_status: 'ok'}),
		persistence({aof_last_write_status: 'err'}),
		['aof-write-failed'],
	],
	[
		'AOF writes succeed again',
		persistence({aof_last_write_status: 'err'}),
		persistence({aof_last_write_status: 'ok'}),
		['aof-write-restored'],
	],
	['AOF switched on', {}, persistence({aof_last_write_status: 'ok'}), []],

	['clients rose from few to many', clients(10), clients(40), ['clients-jumped']],
	['clients fell', clients(100), clients(60), ['clients-jumped']],
	['few clients more, though a large share', clients(10), clients(29), []],
	['many clients more, though a small share', clients(1000), clients(1200), []],
	['clients unknown before', {}, clients(500), []],
];

for (const [name, earlier, later, kinds] of cases) {
	test(`events: ${name}`, () => {
		assert.deepEqual(
			eventsOf(earlier, later).map(({kind}) => kind),
			kinds,
		);
	});
}

test('a first sample makes no event', () => {
	assert.deepEqual(nodeEvents(at('a:1'), undefined, sampleOf({})), []);
});

test('an event carries its node, its time and one line', () => {
	const [event] = eventsOf(process('aaaaaaaaaaaa'), process('bbbbbbbbbbbb', 3));
	assert.deepEqual(event, {
		atMs: sampleOf({}, 1000).atMs,
		node: '10.0.1.11:6379',
		kind: 'restarted',
		severity: 'warning',
		text: 'restarted 3 s ago, run id now bbbbbbbb',
	});
});

test('nothing happens between two samples that say the same', () => {
	const field = fc.dictionary(
		fc.constantFrom(
			'rdb_bgsave_in_progress',
			'rdb_last_save_time',
			'rdb_last_bgsave_status',
			'aof_rewrite_in_progress',
			'aof_last_write_status',
			'connected_clients',
			'connected_slaves',
			'role',
			'master_link_status',
		),
		fc.constantFrom('0', '1', '7', 'ok', 'err', 'up', 'down', ''),
	);
	fc.assert(
		fc.property(field, fields => {
			const sections = {persistence: fields, clients: fields, replication: fields};
			assert.deepEqual(eventsOf(sections, sections), []);
		}),
	);
});
