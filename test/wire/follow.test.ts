import assert from 'node:assert/strict';
import test from 'node:test';
import nodeTls from 'node:tls';
import type {TlsSettings} from '../../source/wire/connection.js';
import {type FollowMode, mayGetCredentials, withheld} from '../../source/wire/follow.js';

const verified: TlsSettings = {ca: undefined, cert: undefined, key: undefined, serverName: undefined, isVerified: true};
/** Verified by the user's own authority. Its text is no certificate, so it is no public one either. */
const byOwnAuthority: TlsSettings = {
	...verified,
	ca: ['-----BEGIN CERTIFICATE-----\nb3du\n-----END CERTIFICATE-----\n'],
};
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
		assert.equal(allowed(host, own, 'all', verified), expected);
		assert.equal(allowed(host, own, 'all', byOwnAuthority), true);
		assert.equal(allowed(host, own, 'any'), true);
	});
}

for (const host of ['169.254.169.254', 'fe80::1', 'fe80::1%eth0', '::ffff:169.254.169.254']) {
	test(`${host} is link-local: credentials only where the user named it`, () => {
		for (const mode of ['all', 'any'] as const) {
			for (const tls of [undefined, verified, byOwnAuthority, unverified]) {
				assert.equal(allowed(host, ['10.0.1.11'], mode, tls), false);
			}
		}

		assert.equal(allowed(host, [host]), true);
	});
}

/** Each row: what the TLS settings name, the targets' hosts, and whether the announced 203.0.113.66 gets credentials. */
for (const [what, tls, own, expected] of [
	['no name at all', {}, ['redis.example.com'], false],
	['the name of the liar', {announcedName: 'evil.example.net'}, ['redis.example.com'], false],
	['a name that only ends alike', {announcedName: 'redis.evil-example.com'}, ['redis.example.com'], false],
	['the name of a target', {announcedName: 'redis.example.com'}, ['redis.example.com'], true],
	["a name in a target's domain", {announcedName: 'redis-2.example.com'}, ['redis.example.com'], true],
	['a name without a dot', {announcedName: 'redis-2'}, ['redis-1'], false],
	['an address as the name', {announcedName: '203.0.113.66'}, ['203.0.114.1'], false],
	['the name of --sni', {serverName: 'redis.example.com'}, ['10.0.1.11'], true],
	[
		'a name in the domain of --sni',
		{announcedName: 'r2.example.com', serverName: 'r1.example.com'},
		['10.0.1.11'],
		true,
	],
	['another name than --sni', {announcedName: 'evil.example.net', serverName: 'r1.example.com'}, ['10.0.1.11'], false],
] as const) {
	test(`a public certificate with ${what}: ${expected ? 'credentials, for that name alone' : 'none'}`, () => {
		const endpoint = {kind: 'tcp', host: '203.0.113.66', port: 6379} as const;
		for (const ca of [undefined, [`a bundle\n${nodeTls.rootCertificates[3]}\n`]]) {
			const settings = {
				username: 'monitor',
				password: 'secret',
				timeoutMs: 1000,
				tls: {...verified, ca, ...tls} as TlsSettings,
			};
			const access = withheld(settings, endpoint, own, 'all');
			assert.equal(access.password !== undefined, expected);
			assert.equal(access.tls.isNameRequired === true, expected);
			assert.equal(mayGetCredentials({endpoint, tls: settings.tls}, own, 'all'), expected);
			assert.equal(withheld(settings, endpoint, own, 'any').password, 'secret');
		}
	});
}
