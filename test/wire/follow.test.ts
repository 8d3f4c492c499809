import assert from 'node:assert/strict';
import test from 'node:test';
import type {TlsSettings} from '../../source/wire/connection.js';
import {type FollowMode, mayGetCredentials} from '../../source/wire/follow.js';

const verified: TlsSettings = {ca: undefined, cert: undefined, key: undefined, serverName: undefined, isVerified: true};
const unverified: TlsSettings = {...verified, isVerified: false};

const allowed = (host: string, own: readonly string[], mode: FollowMode = 'all', tls?: TlsSettings): boolean =>
	mayGetCredentials({endpoint: {kind: 'tcp', host, port: 6379}, tls}, own, mode);

for (const [host, own, expected] of [
	['10.0.1.12', ['10.0.1.11'], true],
	['192.168.7.1', ['redis.example.com'], true],
	['172.31.0.1', ['10.0.1.11'], true],
	['172.32.0.1', ['10.0.1.11'], false],
	['127.0.0.2', ['10.0.1.11'], true],
	['localhost', ['10.0.1.11'], true],
	['::1', ['10.0.1.11'], true],
	['fd12::7', ['10.0.1.11'], true],
	['203.0.113.5', ['10.0.1.11'], false],
	['203.0.113.5', ['203.0.113.9'], true],
	['203.0.114.5', ['203.0.113.9'], false],
	['203.0.113.5', ['203.0.113.5'], true],
	['::ffff:203.0.113.5', ['10.0.1.11'], false],
	['::ffff:10.0.0.1', ['10.0.1.11'], true],
	['2001:db8::5', ['2001:db8::9'], true],
	['2001:db8:1::5', ['2001:db8::9'], false],
	['203.0.113.5', ['2001:db8::9'], false],
	['b.example.com', ['a.example.com'], true],
	['B.Example.COM.', ['a.example.com'], true],
	['c.b.example.com', ['a.example.com'], true],
	['redis-1.redis-headless.ns.svc.cluster.local', ['redis.ns.svc.cluster.local'], true],
	['other.com', ['example.com'], false],
	['a.example.com', ['example.com'], true],
	['evil-example.com', ['a.example.com'], false],
	['evil.use1.cache.amazonaws.com', ['mine.abc.use1.cache.amazonaws.com'], false],
	['redis-2', ['redis-1'], true],
	['b.example.com', ['10.0.1.11'], false],
] as const) {
	test(`${host}, announced to a client of ${own.join()}: ${expected ? 'credentials' : 'none'}`, () => {
		assert.equal(allowed(host, own), expected);
		assert.equal(allowed(host, own, 'all', unverified), expected);
		assert.equal(allowed(host, own, 'all', verified), true);
		assert.equal(allowed(host, own, 'any'), true);
	});
}

for (const host of ['169.254.169.254', 'fe80::1', 'fe80::1%eth0', '::ffff:169.254.169.254']) {
	test(`${host} is link-local: credentials only where the user named it`, () => {
		for (const mode of ['all', 'any'] as const) {
			for (const tls of [undefined, verified, unverified]) {
				assert.equal(allowed(host, ['10.0.1.11'], mode, tls), false);
			}
		}

		assert.equal(allowed(host, [host]), true);
	});
}
