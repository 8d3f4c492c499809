import assert from 'node:assert/strict';
import test from 'node:test';
import {keyDrop, keysBeforeFall} from '../../source/derive/key-drop.js';
import {Series} from '../../source/domain/series.js';
import type {Sections} from '../harness/records.js';
import {sampleOf} from '../harness/samples.js';

const keys = (count: number, rest: Sections = {}): Sections => ({
	keyspace: count === 0 ? {} : {db0: `keys=${count},expires=0,avg_ttl=0`},
	...rest,
});
const expiring = (count: number, rest: Sections = {}): Sections => ({
	keyspace: {db0: `keys=${count},expires=${count},avg_ttl=5000`},
	...rest,
});
const mixed = (count: number, withTtl: number, rest: Sections = {}): Sections => ({
	keyspace: {db0: `keys=${count},expires=${withTtl},avg_ttl=5000`},
	...rest,
});
const expired = (count: number): Sections => ({stats: {expired_keys: count, evicted_keys: 0}});
const replicaOf = (host: string): Sections => ({
	replication: {role: 'slave', master_host: host, master_port: 6379},
});
const flushes: Sections = {commandstats: {cmdstat_flushall: 'calls=1,usec=5'}};
const drops: ReadonlyArray<readonly [string, Sections, Sections, string | undefined]> = [
	['most keys', keys(9000), keys(100), 'drop'],
	['all keys', keys(9000), keys(0), 'drop'],
	['by FLUSHALL', keys(9000, {commandstats: {cmdstat_get: 'calls=1'}}), keys(0, flushes), 'flush'],
	['by a restart', keys(9000), keys(0, {server: {run_id: 'b'}}), 'restart'],
	[
		'a restarted server that still loads',
		keys(9000),
		keys(0, {server: {run_id: 'b'}, persistence: {loading: 1}}),
		undefined,
	],
	['the keys expired', keys(9000, expired(0)), keys(100, expired(8900)), undefined],
	['a replica of another primary', keys(9000, replicaOf('10.0.0.1')), keys(0, replicaOf('10.0.0.2')), undefined],
	['a replica of an emptied primary', keys(9000, replicaOf('10.0.0.1')), keys(0, replicaOf('10.0.0.1')), 'drop'],
	[
		'a primary that was made a replica',
		keys(9000, {replication: {role: 'master'}}),
		keys(0, replicaOf('10.0.0.1')),
		'drop',
	],
	['keys with a time to live, by a restart', expiring(9000), expiring(4000, {server: {run_id: 'b'}}), undefined],
	[
		'nearly all keys with a time to live, by a restart',
		expiring(9000),
		expiring(500, {server: {run_id: 'b'}}),
		'restart',
	],
	[
		'keys with a time to live, of a demoted primary',
		expiring(9000, {replication: {role: 'master'}}),
		expiring(4000, replicaOf('10.0.0.1')),
		undefined,
	],
	[
		'expired keys of an older file, and a few deleted ones, of a replica that started',
		mixed(260_609, 210_002, replicaOf('10.0.0.1')),
		mixed(50_577, 3, replicaOf('10.0.0.1')),
		undefined,
	],
	[
		'most keys without a time to live as well, of a replica that started',
		mixed(260_609, 210_002, replicaOf('10.0.0.1')),
		mixed(30_577, 10_003, replicaOf('10.0.0.1')),
		'drop',
	],
	['keys with a time to live, without a restart', expiring(9000), expiring(4000), 'drop'],
	['few keys of few', keys(900), keys(1), undefined],
	['a third of the keys', keys(9000), keys(6000), undefined],
	['not in the INFO before', {}, keys(0), undefined],
];
for (const [name, before, after, expected] of drops) {
	test(`keys lost between two samples: ${name}`, () => {
		const drop = keyDrop(sampleOf(before), sampleOf(after, 1000));
		const how = drop && (drop.byRestart ? 'restart' : drop.byFlush === true ? 'flush' : 'drop');
		assert.equal(how, expected);
	});
}

const falls: ReadonlyArray<readonly [string, ReadonlyArray<number | undefined>, number]> = [
	['half a minute of deletions', [40_000, 40_000, 40_000, 30_000, 20_000, 10_000, 1750, 393], 40_000],
	['keys that grew before', [30_000, 39_000, 40_000, 10_000, 1750, 393], 40_000],
	['one drop', [1750, 1750, 393], 1750],
	['a cache that slowly shrinks before a flush', [1765, 1760, 1755, 1750, 0], 1750],
	['a gap within the fall', [40_000, undefined, 10_000, 1750, 393], 10_000],
	['readings of another time', [40_000, 30_000], 1750],
	['no readings', [], 1750],
];
for (const [name, readings, expected] of falls) {
	test(`keys before a fall: ${name}`, () => {
		const series = new Series(60);
		for (const reading of readings) {
			series.push(reading);
		}

		assert.equal(keysBeforeFall(series, 1750), expected);
	});
}

test('keys before a fall: a node without readings has those of the sample before', () => {
	assert.equal(keysBeforeFall(undefined, 1750), 1750);
});

test('a drop names the commands that were called between the samples', () => {
	const calls = (count: number) => ({commandstats: {cmdstat_flushall: 'calls=3', cmdstat_flushdb: `calls=${count}`}});
	const drop = keyDrop(sampleOf(keys(9000, calls(0))), sampleOf(keys(0, calls(1)), 1000));
	assert.deepEqual(drop?.flushes, ['flushdb']);
	const none = keyDrop(sampleOf(keys(9000, calls(1))), sampleOf(keys(0, calls(1)), 1000));
	assert.equal(none?.flushes, undefined);
	assert.equal(none?.byFlush, false);
});
