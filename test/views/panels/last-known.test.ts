import assert from 'node:assert/strict';
import test from 'node:test';
import type {NodeAddress} from '../../../source/domain/node.js';
import {lastKnown} from '../../../source/views/panels/last-known.js';
import {emptyRecord, recordFrom, refusedConnection, sampledAtMs, stateOf} from '../../harness/records.js';
import {emptyHost} from '../../harness/rule-cases.js';

const dead = {reach: 'down', failure: refusedConnection, lastReplyAtMs: sampledAtMs - 9000} as const;
const facts = (record: ReturnType<typeof recordFrom>, ...others: ReadonlyArray<ReturnType<typeof recordFrom>>) =>
	new Map(lastKnown(record, stateOf([record, ...others]), sampledAtMs));

test('a dead node says when it was seen, what it held, and what a start would lose', () => {
	const known = facts(
		recordFrom({
			...dead,
			info: {
				memory: {used_memory: 12_582_912, maxmemory: 12_582_912},
				clients: {connected_clients: 5},
				keyspace: {db0: 'keys=10700,expires=0,avg_ttl=0'},
				persistence: {
					aof_enabled: 0,
					rdb_changes_since_last_save: 11_700,
					rdb_last_save_time: sampledAtMs / 1000 - 120,
				},
			},
		}),
	);
	assert.equal(known.get('last seen'), '2026-11-23 14:02:22 UTC, 9s ago, as primary, no replica');
	assert.equal(known.get('it held'), '10.7k keys, 12.0M of 12.0M (100%), 5 clients');
	assert.equal(known.get('files'), '11.7k changes were unsaved; last save or start 2m00s ago');
});

test('a save at the stop of a dead node leaves nothing unsaved', () => {
	const files = (...lines: readonly string[]) =>
		facts(
			recordFrom({
				...dead,
				info: {
					persistence: {
						aof_enabled: 0,
						rdb_changes_since_last_save: 2060,
						rdb_last_save_time: sampledAtMs / 1000 - 120,
					},
				},
				host: {
					atMs: sampledAtMs,
					value: {...emptyHost, log: {source: '/d/redis.log', lines: lines.map(line => `1:M ${line}`), remarks: []}},
				},
			}),
		).get('files') ?? '';
	const stop = [
		'User requested shutdown...',
		'Saving the final RDB snapshot before exiting.',
		'DB saved on disk',
		'Removing the pid file.',
	];
	assert.equal(
		files(...stop, 'Redis is now ready to exit, bye bye...'),
		'saved when it was stopped: a start loads its RDB file',
	);
	assert.match(files(...stop, 'Valkey is now ready to exit, bye bye...'), /^saved when/);
	const unsaved = /^2\.06k changes were unsaved/;
	assert.match(files('User requested shutdown...', 'Redis is now ready to exit, bye bye...'), unsaved, 'NOSAVE');
	assert.match(
		files('Background saving started', 'DB saved on disk', 'Redis is now ready to exit, bye bye...'),
		unsaved,
		'an earlier save',
	);
	assert.match(
		files(...stop, 'Redis is now ready to exit, bye bye...', 'Server initialized', 'Ready to accept connections tcp'),
		unsaved,
		'started since',
	);
	const refused = ['Server initialized', "Can't handle RDB format version 12", 'Fatal error loading the DB. Exiting.'];
	assert.equal(
		files(...stop, 'Redis is now ready to exit, bye bye...', ...refused, ...refused),
		'saved when it was stopped: no change was unsaved',
		'every start since failed',
	);
	assert.match(files(...stop.slice(0, 2), ...refused), unsaved, 'killed while it saved');
});

test('with the append-only file on, a start loses no acknowledged change that reached it', () => {
	const known = facts(recordFrom({...dead, info: {persistence: {aof_enabled: 1, rdb_changes_since_last_save: 5}}}));
	assert.equal(known.get('files'), 'the append-only file was on: a start loads it');
	assert.equal(facts(recordFrom({...dead})).get('files'), undefined, 'not known');
});

test('a node that never answered has no last figures', () => {
	const silent = {...emptyRecord('10.0.1.11:6379'), ...dead, lastReplyAtMs: undefined};
	assert.deepEqual([...facts(silent)], []);
});

test('a replica names its primary', () => {
	const replica = recordFrom({
		...dead,
		address: '10.0.1.12:6379' as NodeAddress,
		role: 'replica',
		info: {replication: {role: 'slave', master_host: '10.0.1.11', master_port: 6379}},
	});
	assert.match(facts(replica).get('last seen') ?? '', /as replica of 10\.0\.1\.11:6379$/);
});
