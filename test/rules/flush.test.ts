import assert from 'node:assert/strict';
import test from 'node:test';
import {messageText} from '../../source/domain/message.js';
import type {SlowlogEntry} from '../../source/domain/slowlog.js';
import {keyFlush} from '../../source/rules/flush.js';
import {keyDropped} from '../../source/rules/keyspace.js';
import {firingOf} from '../harness/firing-of.js';
import {clientOf, type Sections} from '../harness/records.js';
import {type FactsParts, factsOf, testRule} from '../harness/rule-cases.js';

const {nowMs} = factsOf({});

/** Clients with their last command and the seconds since then; FLUSHALL ran twice. */
const listed = (
	...clients: ReadonlyArray<readonly [name: string, command: string, idleSeconds: number]>
): FactsParts => ({
	info: {keyspace: {db0: 'keys=5,expires=0'}},
	record: {
		role: 'primary',
		commands: [
			{
				command: 'flushall',
				calls: 2,
				callsPerSecond: 0,
				meanMicroseconds: undefined,
				timeShare: 0,
				failuresPerSecond: 0,
			},
		],
		clients: {
			atMs: nowMs,
			value: clients.map(([name, command, idleSeconds], id) => clientOf({id, name, command, idleSeconds})),
		},
	},
});

/** A server whose slow log has a FLUSHALL of a connection that has ended; its memory was 45 MB before. */
const logged = (
	entry: Partial<SlowlogEntry> = {},
	info: Sections = {},
	config: FactsParts['config'] = {},
): FactsParts => ({
	info: {
		keyspace: {db0: 'keys=589,expires=0'},
		memory: {used_memory: 1.2e6, used_memory_peak: 45e6},
		...info,
	},
	config,
	record: {
		role: 'primary',
		clients: {atMs: nowMs, value: [clientOf({id: 1, name: 'shop', command: 'get', idleSeconds: 0})]},
		slowlog: {
			atMs: nowMs,
			value: {
				entries: [
					{
						id: 3,
						atMs: nowMs - 12_000,
						durationMicroseconds: 308_000,
						arguments: ['FLUSHALL'],
						clientAddress: '10.0.0.9:41000',
						clientName: 'deploy',
						...entry,
					},
				],
				lost: 0,
				perMinute: 1,
				runId: undefined,
			},
		},
	},
});

const twice = listed(['shop', 'get', 0], ['ci-old', 'flushdb', 300], ['ci-tests', 'flushall', 2]);

/** The same server a second before and now: how many reads found a key, and how many found none. */
const reads = (parts: FactsParts, hits: number, misses: number): FactsParts => ({
	...parts,
	info: {...parts.info, stats: {keyspace_hits: 900 + hits, keyspace_misses: 10 + misses}},
	earlier: {...parts.info, stats: {keyspace_hits: 900, keyspace_misses: 10}},
});

testRule(keyFlush, [
	[
		'the clients miss what it held',
		reads(logged(), 0, 140),
		'critical',
		/^ran FLUSHALL from deploy, 12s ago, 589 keys now, 100% of reads miss$/,
	],
	[
		'a declared cache, which fills again',
		{...reads(logged(), 0, 140), settings: {isCache: true}},
		'info',
		/589 keys now/,
	],
	['reads find their keys again', reads(logged(), 100, 40), 'warning', /589 keys now$/],
	['hardly anybody reads', reads(logged(), 0, 4), 'warning', /589 keys now$/],
	[
		'it held little, and its clients read what is not there',
		reads(logged({}, {memory: {used_memory: 43e6, used_memory_peak: 45e6}}), 0, 140),
		'warning',
		/589 keys now$/,
	],
	['nobody', listed(['shop', 'get', 0]), 'clear'],
	[
		'the list of clients was read five seconds ago',
		{...twice, record: {...twice.record, clients: {atMs: nowMs - 5000, value: twice.record?.clients?.value ?? []}}},
		'warning',
		/^ran FLUSHALL from ci-tests, 7s ago/,
	],
	['the last of two', twice, 'warning', /^ran FLUSHALL from ci-tests, 2s ago, 2 times since its start, 5 keys now$/],
	[
		'the slow log alone has it, its connection has ended',
		logged(),
		'warning',
		/^ran FLUSHALL from deploy, 12s ago, 589 keys now$/,
	],
	['without a name, the address', logged({clientName: ''}), 'warning', /^ran FLUSHALL from 10\.0\.0\.9:41000, 12s ago/],
	['the slow log has it, a quarter of an hour ago', logged({atMs: nowMs - 900_000}), 'clear'],
	[
		'the slow log has it, and the keys are back',
		logged({}, {memory: {used_memory: 45e6, used_memory_peak: 45.5e6}}),
		'clear',
	],
	['the slow log has another command', logged({arguments: ['GET', 'flushall']}), 'clear'],
	['redis-top itself', logged({clientName: 'redis-top'}), 'clear'],
	['in lower case', logged({arguments: ['flushdb', 'async']}), 'warning', /^ran FLUSHDB from deploy/],
	['a quarter of an hour ago', listed(['ci-tests', 'flushall', 900]), 'clear'],
	['a declared cache', {...twice, settings: {isCache: true}}, 'info'],
	['CLIENT LIST was not read', {record: {role: 'primary'}}, 'pending'],
]);

test('key.drop: names the client that emptied it', () => {
	const {reason, culprit} = firingOf(keyDropped, {
		...twice,
		watch: {keyDrop: {from: 10_000, to: 5, byRestart: false, byFlush: true, atMs: nowMs - 2000}},
	});
	assert.equal(reason === undefined ? undefined : messageText(reason), 'FLUSHALL from ci-tests');
	assert.equal(culprit?.client?.name, 'ci-tests');
});

test('key.drop: names which command ran, and from the slow log who sent it', () => {
	const reasonOf = (parts: FactsParts, flushes?: readonly string[]) => {
		const {reason = ''} = firingOf(keyDropped, {
			...parts,
			watch: {
				keyDrop: {
					from: 10_000,
					to: 5,
					byRestart: false,
					byFlush: true,
					atMs: nowMs - 11_000,
					...(flushes && {flushes}),
				},
			},
		});
		return messageText(reason);
	};
	assert.equal(reasonOf(logged(), ['flushall']), 'FLUSHALL from deploy');
	assert.equal(reasonOf(listed(['shop', 'get', 0]), ['flushall']), 'FLUSHALL ran');
	assert.equal(reasonOf(listed(['shop', 'get', 0]), ['flushdb', 'swapdb']), 'FLUSHDB, SWAPDB ran');
	assert.equal(reasonOf(listed(['shop', 'get', 0])), 'FLUSHALL, FLUSHDB or SWAPDB ran');
	assert.equal(reasonOf(logged({atMs: nowMs - 400_000}), ['flushdb']), 'FLUSHDB ran');
});

const sample = {server: {uptime_in_seconds: 5000, server_time_usec: nowMs * 1000}};
const files = {dir: '/data', dbfilename: 'dump.rdb'};
const savedBefore = (seconds: number): Sections => ({
	...sample,
	persistence: {aof_enabled: 0, rdb_last_save_time: Math.floor(nowMs / 1000) - seconds},
});

for (const [name, facts, steps] of [
	[
		'FLUSHALL with save points has saved the empty data set',
		logged({}, savedBefore(12), {...files, save: '3600 1'}),
		[/^restore a backup: with save points FLUSHALL saves at once, and \/data\/dump\.rdb has none of the keys$/],
	],
	[
		'FLUSHALL without save points leaves the file',
		logged({}, savedBefore(700), {...files, save: ''}),
		[/^cp \/data\/dump\.rdb \/data\/dump\.rdb\.before-flush$/, /dump\.rdb is 11m\d+s old: to go back/],
	],
	[
		'FLUSHDB leaves the file until the next save',
		logged({arguments: ['FLUSHDB']}, savedBefore(700), {...files, save: '3600 1'}),
		[/CONFIG SET save "" /, /^cp /, /old: to go back to it, SHUTDOWN NOSAVE, then start$/],
	],
	[
		'a save since FLUSHDB',
		logged({arguments: ['FLUSHDB']}, savedBefore(5), {...files, save: '3600 1'}),
		[/^restore a backup: a save since then has replaced \/data\/dump\.rdb, without the keys$/],
	],
	[
		'a server that has not saved since its start',
		logged({}, savedBefore(5000), {...files, save: ''}),
		[/^cp /, /from before the start, if there is one/],
	],
	[
		'an append-only file keeps what was written before',
		logged({}, {persistence: {aof_enabled: 1}}, {...files, save: '3600 1'}),
		[/CONFIG SET auto-aof-rewrite-percentage 0/, /delete the FLUSHALL near its end/],
	],
	[
		'nothing is known of files',
		logged({}, {}, {}),
		[/CONFIG SET save "" /, /^copy the RDB file away$/, /^the RDB file is from/],
	],
] as ReadonlyArray<readonly [string, FactsParts, readonly RegExp[]]>) {
	test(`key.flush: the first steps get the keys back: ${name}`, () => {
		const texts = firingOf(keyFlush, facts).next.map(({text}) => messageText(text));
		steps.forEach((step, index) => {
			assert.match(texts[index] ?? '', step);
		});
		assert.match(texts[steps.length] ?? '', /^stop what sends it/);
	});
}

test('key.flush: closing the client is advised only where it empties the database again and again', () => {
	const ran = (calls: number): FactsParts => {
		const parts = listed(['ci-tests', 'flushall', 2]);
		const flushall = {
			command: 'flushall',
			calls,
			callsPerSecond: 0,
			meanMicroseconds: 900,
			timeShare: 0,
			failuresPerSecond: 0,
		};
		return {...parts, record: {...parts.record, commands: [flushall]}};
	};
	assert.equal(firingOf(keyFlush, ran(1)).action, undefined);
	assert.equal(firingOf(keyFlush, ran(7)).action, 'client-kill');
});
