import assert from 'node:assert/strict';
import test from 'node:test';
import type {PeerCertificate} from 'node:tls';
import type {TlsSettings} from '../../source/wire/connection.js';
import {identityCheck, serverNameFor} from '../../source/wire/server-identity.js';

const settings = (parts: Partial<TlsSettings>): TlsSettings => ({
	ca: undefined,
	cert: undefined,
	key: undefined,
	serverName: undefined,
	isVerified: true,
	...parts,
});

for (const [announcedName, host, names, isTrusted] of [
	['name-2', '10.0.1.12', 'DNS:name-2', true],
	['name-2', '10.0.1.12', 'IP Address:10.0.1.12', true],
	['name-2', '10.0.1.12', 'DNS:name-1', false],
	['name-2', '10.0.1.12', 'IP Address:10.0.1.11', false],
	['name-2', '', 'DNS:name-1', false],
] as const) {
	test(`${announcedName} at ${host || 'a socket'}, certificate ${names}: ${isTrusted ? 'trusted' : 'refused'}`, () => {
		const certificate = {subject: {CN: ''}, subjectaltname: names} as unknown as PeerCertificate;
		const error = identityCheck(announcedName, host)(announcedName, certificate);
		assert.equal(error === undefined, isTrusted);
	});
}

test('which name is asked for', () => {
	assert.equal(serverNameFor(settings({announcedName: 'a', serverName: 'b'}), 'c'), 'a');
	assert.equal(serverNameFor(settings({serverName: 'b'}), 'c'), 'b');
	assert.equal(serverNameFor(settings({}), 'c'), 'c');
	assert.equal(serverNameFor(settings({}), '10.0.0.1'), undefined);
});
