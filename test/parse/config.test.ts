import assert from 'node:assert/strict';
import {test} from 'node:test';
import type {RawReply} from '../../source/domain/reply.js';
import {parseConfig} from '../../source/parse/config.js';
import {fixture, fixtureReply, fixtureServers} from '../harness/fixtures.js';

for (const server of fixtureServers) {
	test(`reads CONFIG GET of ${server}, without its passwords`, () => {
		const settings = parseConfig(fixtureReply<RawReply>(server, 'primary/config.json'));
		assert.equal(settings.get('maxmemory'), '268435456');
		assert.equal(settings.get('maxmemory-policy'), 'allkeys-lru');
		assert.equal(settings.get('save'), '');
		assert.match(settings.get('client-output-buffer-limit') ?? '', /^normal 0 0 0 slave \d+ \d+ 60 pubsub \d+ \d+ 60$/);
		assert.match(fixture(server, 'primary/config.json'), /masterauth.*fixture-secret/s);
		assert.doesNotMatch(JSON.stringify([...settings]), /fixture-secret|requirepass|masterauth|tls-key-file-pass/);
	});
}

for (const name of [
	'requirepass',
	'masterauth',
	'masteruser',
	'primaryauth',
	'primaryuser',
	'tls-key-file-pass',
	'tls-client-key-file-pass',
	'REQUIREPASS',
	'ldap.search_bind_passwd',
	'module.api-token',
]) {
	test(`parseConfig drops ${name}`, () => {
		assert.deepEqual([...parseConfig([name, 'hunter2', 'timeout', '0'])], [['timeout', '0']]);
	});
}

test('settings with names like those of passwords are kept', () => {
	const reply = ['tls-auth-clients', 'yes', 'aclfile', '/etc/users.acl', 'tls-key-file', '/etc/server.key'];
	assert.equal(parseConfig(reply).size, 3);
});

test('a reply that is no map gives no settings, and values are made printable', () => {
	assert.equal(parseConfig(null).size, 0);
	assert.equal(parseConfig(new Error('NOPERM')).size, 0);
	assert.equal(parseConfig(['dir']).size, 0);
	assert.deepEqual(
		[...parseConfig(['dir', '/data\u{1b}[2J', 'hz', 10, 'bind', null])],
		[
			['dir', '/data\\x1b[2J'],
			['hz', '10'],
		],
	);
});
