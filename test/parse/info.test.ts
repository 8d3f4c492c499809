import assert from 'node:assert/strict';
import {test} from 'node:test';
import fc from 'fast-check';
import {parseInfo} from '../../source/parse/info.js';
import {InfoSection} from '../../source/parse/info-section.js';
import {fixture, fixtureServers} from '../harness/fixtures.js';

const told = {
	'redis-7.0': {server_name: undefined, redis_version: '7.0.15', valkey_version: undefined},
	'redis-8.0': {server_name: undefined, redis_version: '8.0.2', valkey_version: undefined},
	'valkey-8.1': {server_name: 'valkey', redis_version: '7.2.4', valkey_version: '8.1.1'},
	'valkey-9.1': {server_name: 'valkey', redis_version: '7.2.4', valkey_version: '9.1.2'},
};

for (const server of fixtureServers) {
	test(`reads INFO of ${server}`, () => {
		const info = parseInfo(fixture(server, 'primary/info-everything.txt'));
		for (const [field, value] of Object.entries(told[server])) {
			assert.equal(info.text('server', field), value, field);
		}

		assert.match(info.text('server', 'run_id') ?? '', /^[\da-f]{40}$/);
		assert.equal(info.text('server', 'executable'), '/usr/bin/server');
		assert.equal(info.text('server', 'config_file'), '');
		assert.equal(info.number('memory', 'maxmemory'), 256 * 1024 ** 2);
		assert.equal(info.text('memory', 'maxmemory_policy'), 'allkeys-lru');
		assert.equal(info.text('replication', 'role'), 'master');
		assert.equal(info.number('replication', 'connected_slaves'), 1);
		assert.equal(info.number('clients', 'blocked_clients'), 1);
		// Every second of 200 reads, and one of a key with a strange name.
		assert.equal(info.number('stats', 'keyspace_misses'), 101);
		assert.equal(info.number('stats', 'keyspace_hits'), 100);
		assert.ok((info.number('memory', 'used_memory_peak_perc') ?? 0) > 50);
		assert.ok([...info.sections.keys()].every(name => /^[a-z][a-z_ ]*$/.test(name)));
	});

	test(`reads a replica's INFO of ${server}`, () => {
		const info = parseInfo(fixture(server, 'replica/info.txt'));
		assert.equal(info.text('replication', 'role'), 'slave');
		assert.equal(info.text('replication', 'master_link_status'), 'up');
		assert.equal(info.text('replication', 'master_host'), '127.0.0.1');
	});

	test(`reads a cluster node's INFO of ${server}`, () => {
		const info = parseInfo(fixture(server, 'cluster/server-info.txt'));
		assert.equal(info.number('cluster', 'cluster_enabled'), 1);
		const isValkey = server.startsWith('valkey');
		assert.equal(info.text('server', isValkey ? 'server_mode' : 'redis_mode'), 'cluster');
	});
}

test('parseInfo splits a line at its first colon only', () => {
	const info = parseInfo('# Server\r\nlistener0:name=tcp,bind=::1,port=6379\r\nexecutable:/opt/a:b\r\n');
	assert.equal(info.text('server', 'listener0'), 'name=tcp,bind=::1,port=6379');
	assert.equal(info.text('server', 'executable'), '/opt/a:b');
});

test('parseInfo keeps sections apart that have a field of the same name', () => {
	const info = parseInfo('# Memory\r\nused_memory:1000\r\n# Hotkeys\r\nused_memory:7\r\n');
	assert.equal(info.number('memory', 'used_memory'), 1000);
	assert.equal(info.number('hotkeys', 'used_memory'), 7);
});

test('parseInfo merges a section that comes twice', () => {
	const info = parseInfo('# Stats\na:1\nb:2\n# CPU\nc:3\n# Stats\nb:4\nd:5\n');
	assert.deepEqual(
		[...info.fields('stats')],
		[
			['a', '1'],
			['b', '4'],
			['d', '5'],
		],
	);
});

test('parseInfo reads lines before the first heading, accepts any line end, and skips lines that are no field', () => {
	const info = parseInfo('first:1\n\nno field\n:nameless\n# \n# Keyspace\r\nlast:2');
	assert.deepEqual([...info.fields('')], [['first', '1']]);
	assert.ok(info.sections.has('keyspace'));
	assert.equal(info.number('keyspace', 'last'), 2);
});

test('parseInfo tells an empty section from one that was not sent', () => {
	const info = parseInfo('# Keyspace\r\n');
	assert.equal(info.sections.has('keyspace'), true);
	assert.equal(info.sections.has('stats'), false);
	assert.equal(info.number('keyspace', 'db0'), undefined);
});

test('parseInfo replaces control characters by printable escapes', () => {
	const info = parseInfo('# Server\r\nconfig_file:/tmp/\u{1b}[2J\u{202e}x\rmoved\r\nrole:master\r\n');
	assert.equal(info.text('server', 'config_file'), '/tmp/\\x1b[2J\\u{202e}x\\rmoved');
	assert.equal(info.text('server', 'role'), 'master');
});

test('get() of one field returns the same value as a map of all fields', () => {
	const word = fc.oneof(
		fc.constantFrom('a', 'b', 'ab', ':', '\n', '\r\n', '\r', '#', '', ' ', 'a:1', '\na:', '\nb:'),
		fc.string(),
	);
	fc.assert(
		fc.property(fc.array(word), word, (words, field) => {
			const text = `\n${words.join('')}`;
			const all = new InfoSection(text);
			const fields = [...all];
			for (const name of [field, 'a', 'b', 'ab', ...fields.map(([known]) => known)]) {
				assert.equal(new InfoSection(text).get(name), new Map(fields).get(name), JSON.stringify(name));
			}
		}),
	);
});

test('a section has the methods of a map', () => {
	const section = new InfoSection('\na:1\r\nb:2\nno field\na:3');
	assert.deepEqual([...section.keys()], ['a', 'b']);
	assert.deepEqual([...section.values()], ['1', '2']);
	assert.equal(section.size, 2);
	assert.equal(section.has('b'), true);
	assert.equal(section.has('no field'), false);
	const visited: string[] = [];
	section.forEach((value, field) => {
		visited.push(`${field}=${value}`);
	});
	assert.deepEqual(visited, ['a=1', 'b=2']);
});
