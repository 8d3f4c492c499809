import assert from 'node:assert/strict';
import {test} from 'node:test';
import {parseInfo} from '../../source/parse/info.js';
import {
	commandStats,
	connectedReplicas,
	errorStats,
	keyspace,
	keyValues,
	replicaLines,
	streamReaders,
} from '../../source/parse/info-fields.js';
import {fixture, fixtureServers} from '../harness/fixtures.js';

for (const server of fixtureServers) {
	const everything = parseInfo(fixture(server, 'primary/info-everything.txt'));

	test(`reads the counters of ${server}'s commands`, () => {
		const commands = commandStats(parseInfo(fixture(server, 'primary/info-commandstats.txt')));
		const get = commands.get('get');
		assert.equal(get?.calls, 201);
		assert.ok((get?.usec ?? 0) > 0);
		assert.equal(get?.rejectedCalls, 0);
		assert.equal(get?.failedCalls, 0);
		assert.equal(commands.get('lpush')?.failedCalls, 1);
		assert.ok(commands.has('config|set'));
		assert.equal(commandStats(parseInfo(fixture(server, 'primary/info.txt'))).size, 0);
	});

	test(`counts the errors of ${server}`, () => {
		assert.equal(errorStats(everything).get('WRONGTYPE'), 1);
		assert.ok((errorStats(everything).get('ERR') ?? 0) >= 2);
	});

	test(`reads the replica that ${server} serves`, () => {
		const [replica, ...others] = replicaLines(everything);
		assert.equal(others.length, 0);
		assert.equal(replica?.host, '127.0.0.1');
		assert.ok((replica?.port ?? 0) > 1024);
		assert.equal(replica?.state, 'online');
		// It had acknowledged everything but the request to do so.
		const behindBytes = (everything.number('replication', 'master_repl_offset') ?? 0) - (replica?.offset ?? 0);
		assert.ok(behindBytes >= 0 && behindBytes < 100, String(behindBytes));
		assert.ok((replica?.lagSeconds ?? 99) <= 1);
		assert.equal(replica?.type, server.startsWith('valkey') ? 'replica' : undefined);
	});

	test(`reads the databases of ${server}`, () => {
		const [first, second, ...others] = keyspace(everything);
		assert.deepEqual(first && [first.database, first.keys, first.expires], [0, 204, 50]);
		assert.deepEqual(second && [second.database, second.keys, second.expires], [3, 1, 0]);
		// Redis 8 adds `db0_distrib_strings_sizes`, which is no database.
		assert.equal(others.length, 0);
	});
}

test('names and values are split at the first `=`', () => {
	assert.deepEqual(
		[...keyValues('a=1,b=x=y,c=,broken,=nameless')],
		[
			['a', '1'],
			['b', 'x=y'],
			['c', ''],
		],
	);
	assert.equal(keyValues('').size, 0);
});

test('replicas are read at IPv6 addresses and host names, and when they are not online', () => {
	const info = parseInfo(
		[
			'# Replication',
			'slave0:ip=2001:db8::1,port=6380,state=online,offset=14,lag=0',
			'slave1:ip=redis-2.example.org,port=6379,state=wait_bgsave,offset=0,lag=0,type=rdb-channel',
			'slave2:ip=10.0.0.1,port=none,state=online',
			'slave3:ip=10.0.0.1,port=6381,state=send_bulk',
			'slave_read_only:1',
		].join('\r\n'),
	);
	assert.deepEqual(replicaLines(info), [
		{host: '2001:db8::1', port: 6380, state: 'online', offset: 14, lagSeconds: 0, type: undefined},
		{
			host: 'redis-2.example.org',
			port: 6379,
			state: 'wait_bgsave',
			offset: 0,
			lagSeconds: 0,
			type: 'rdb-channel',
		},
		{host: '10.0.0.1', port: 6381, state: 'send_bulk', offset: undefined, lagSeconds: undefined, type: undefined},
	]);
});

test('rejected and failed calls are undefined where the version does not count them', () => {
	const info = parseInfo(
		'# Commandstats\r\ncmdstat_get:calls=3,usec=9,usec_per_call=3.00\r\ncmdstat_bad:calls=x,usec=1',
	);
	assert.deepEqual(
		[...commandStats(info)],
		[['get', {calls: 3, usec: 9, rejectedCalls: undefined, failedCalls: undefined}]],
	);
});

test('errorstats without errors give an empty map', () => {
	assert.equal(errorStats(parseInfo('# Errorstats\r\n')).size, 0);
});

test('a tool that reads the replication stream does not count as a replica', () => {
	const info = parseInfo(
		[
			'# Replication',
			'connected_slaves:2',
			'slave0:ip=10.0.0.12,port=6379,state=online,offset=109195,lag=0',
			'slave1:ip=10.0.0.7,port=0,state=online,offset=0,lag=31',
		].join('\n'),
	);
	assert.deepEqual(
		replicaLines(info).map(({host}) => host),
		['10.0.0.12'],
	);
	assert.deepEqual(
		streamReaders(info).map(({host}) => host),
		['10.0.0.7'],
	);
	assert.equal(connectedReplicas(info), 1);
});

test('a lag of 2^64 − 9 is undefined', () => {
	const info = parseInfo(
		'# Replication\nslave0:ip=10.0.0.12,port=6379,state=online,offset=39549,lag=18446744073709551607',
	);
	assert.equal(replicaLines(info)[0]?.lagSeconds, undefined);
});
