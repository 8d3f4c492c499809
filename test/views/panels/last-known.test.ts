import assert from 'node:assert/strict';
import test from 'node:test';
import type {NodeAddress} from '../../../source/domain/node.js';
import {lastKnown} from '../../../source/views/panels/last-known.js';
import {emptyRecord, recordFrom, refusedConnection, sampledAtMs, stateOf} from '../../harness/records.js';

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
