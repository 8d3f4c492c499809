import assert from 'node:assert/strict';
import {test} from 'node:test';
import {type MadeUpReply, standIn} from '../harness/stand-in.js';
import {openMonitor, runProgram} from './monitor.js';
import {checked} from './scenario.js';

/*
No server of these products was there: a stand-in answers INFO with the fields and in the forms that captured replies and
issues of each product show (netdata/netdata src/go/plugin/go.d/collector/redis/testdata, dragonflydb/dragonfly#6064).
*/

type Product = {
	readonly name: string;
	readonly version: string;
	readonly info: readonly string[];
	/** The reply to INFO with several sections, and with one; absent: as without any. */
	readonly several?: string;
	readonly one?: string;
	/** What panel 2 says of fields that it lacks. */
	readonly note: RegExp | undefined;
};

const replication = ['# Replication', 'role:master', 'connected_slaves:0'];
const products: readonly Product[] = [
	{
		name: 'dragonfly',
		version: '1.31.0',
		info: [
			'# Server',
			'redis_version:7.4.0',
			'dragonfly_version:df-v1.31.0',
			'redis_mode:standalone',
			'uptime_in_seconds:900',
			'# Clients',
			'connected_clients:1',
			'max_clients:64000',
			'blocked_clients:0',
			'# Memory',
			'used_memory:6784704',
			'used_memory_rss:60502016',
			'maxmemory:48540578611',
			'maxmemory_policy:noeviction',
			'# Stats',
			'total_commands_processed:1',
			'rejected_connections:-1',
			'evicted_keys:0',
			...replication,
			'# Keyspace',
			'db0:keys=2,expires=0,avg_ttl=-1',
		],
		several: 'ERR syntax error',
		note: /Dragonfly does not report mem_fragmentation_ratio: a dash is not 0/,
	},
	{
		name: 'garnet',
		version: '2.2.0',
		info: [
			'# Server',
			'garnet_version:2.2.0',
			'server_name:garnet',
			`run_id:${'1'.padStart(40, '0')}`,
			'redis_version:7.4.3',
			'redis_mode:standalone',
			'# Memory',
			'system_page_size:4096',
			'# Replication',
			'role:master',
			'connected_slaves:0',
			'master_repl_offset:N/A',
			'# Stats',
			'total_commands_processed:0',
			'# Clients',
			'connected_clients:1',
		],
		several: 'ERR Invalid section CPU. Try INFO HELP',
		one: 'ERR Invalid section KEYSIZES. Try INFO HELP',
		note: /Garnet does not report used_memory, used_memory_rss, maxmemory/,
	},
	{
		name: 'kvrocks',
		version: '2.17.0',
		info: [
			'# Server',
			'version:2.17.0',
			'kvrocks_version:2.17.0',
			'redis_version:7.0.0',
			'redis_mode:standalone',
			'# Clients',
			'maxclients:10000',
			'connected_clients:1',
			'# Memory',
			'used_memory_rss:39284736',
			...replication,
			'# Keyspace',
			'db0:keys=0,expires=0,avg_ttl=0,expired=0',
		],
		note: /Kvrocks does not report used_memory, maxmemory/,
	},
	{
		name: 'keydb',
		version: '6.3.4',
		info: [
			'# Server',
			'redis_version:6.3.4',
			'redis_mode:standalone',
			`run_id:${'ab'.padStart(40, '0')}`,
			'uptime_in_seconds:900',
			'# Clients',
			'connected_clients:2',
			'maxclients:10000',
			'# Memory',
			'used_memory:2297992',
			'used_memory_rss:19988480',
			'maxmemory:0',
			'mem_fragmentation_ratio:9.03',
			'# Stats',
			'total_commands_processed:0',
			'evicted_keys:0',
			'# Replication',
			'role:active-replica',
			'connected_slaves:0',
			'# Keyspace',
			'db0:keys=1,expires=0,avg_ttl=0',
			'# KeyDB',
			'mvcc_depth:0',
		],
		note: undefined,
	},
];

function answerOf({info, several, one}: Product) {
	return (words: readonly string[]): MadeUpReply | undefined => {
		const [name = '', second = ''] = words.map(word => word.toUpperCase());
		if (name === 'PING') {
			return {status: 'PONG'};
		}

		if (name === 'INFO') {
			const refusal = words.length > 2 ? several : words.length === 2 && second !== 'SERVER' ? one : undefined;
			return refusal === undefined ? `${info.join('\r\n')}\r\n` : {error: refusal};
		}

		return name === 'CLIENT' && second === 'SETNAME' ? {status: 'OK'} : undefined;
	};
}

for (const product of products) {
	const {name, version, note} = product;
	test(`${name} is named and served, and no failure is reported of it`, async t => {
		const port = await standIn(t, answerOf(product));
		const target = ['-p', String(port)];
		const found = await checked(t, target);
		assert.deepEqual(
			found.nodes.map(node => [node.role, node.state, node.product, node.version]),
			[['primary', 'up', name, version]],
		);
		assert.deepEqual(
			found.findings.filter(({rule, severity}) => rule.startsWith('conn.') || severity === 'critical'),
			[],
		);
		const ladder = await runProgram(t, ['diagnose', ...target]);
		assert.match(ladder.stdout, new RegExp(`${name} ${version.replaceAll('.', '\\.')}, primary, serves`));
		const screen = await openMonitor(t, [...target, '--panel', 'memory']);
		// At 80 columns line 1 may have no room for the version.
		const wanted = [new RegExp(`^\\S+ +${name} `), ...(note === undefined ? [] : [note])];
		await screen.waitFor(lines => wanted.every(pattern => pattern.test(lines.join('\n'))), {what: wanted.join(' ')});
	});
}

test('acl has no line for a product whose rights are not those of Redis', async t => {
	const [dragonfly, , , keydb] = products;
	assert.ok(dragonfly && keydb);
	const refused = await runProgram(t, ['acl', '-p', String(await standIn(t, answerOf(dragonfly)))]);
	assert.equal(refused.stdout, '');
	assert.match(refused.stderr, /is Dragonfly, whose rights are not those of Redis/);
	const line = await runProgram(t, ['acl', '-p', String(await standIn(t, answerOf(keydb)))]);
	assert.match(line.stdout, /^ACL SETUSER redistop-mon .*\+info/);
});

test('a proxy is told from a server that fails', async t => {
	const twemproxy = await standIn(t, words => (words[0]?.toUpperCase() === 'PING' ? {status: 'PONG'} : {close: true}));
	const {stdout} = await runProgram(t, ['diagnose', '-p', String(twemproxy)]);
	assert.match(stdout, /it answers PING and closes the connection on INFO, as a proxy does/);
	assert.match(stdout, /give the addresses of the servers behind it/);
	const envoy = await standIn(t, words => (words[0]?.toUpperCase() === 'PING' ? {status: 'PONG'} : undefined));
	assert.match(
		(await runProgram(t, ['diagnose', '-p', String(envoy)])).stdout,
		/it answers PING and has no INFO, as a proxy does/,
	);
});
