import assert from 'node:assert/strict';
import {after, type TestContext, test} from 'node:test';
import tls from 'node:tls';
import type {Ladder} from '../../source/domain/ladder.js';
import type {TlsSettings} from '../../source/wire/connection.js';
import {serverFor, serverVersions} from '../e2e/monitor.js';
import {makeCertificates} from '../harness/certificates.js';
import {freePort} from '../harness/free-port.js';
import {RespClient} from '../harness/resp-client.js';
import {assertVerdict, climbed, listening, rungsOf} from './climbed.js';

const certificates = makeCertificates();
after(() => certificates?.remove());
const skip = certificates === undefined && 'no openssl';

const settings = (given: Partial<TlsSettings> = {}): TlsSettings => ({
	ca: certificates === undefined ? undefined : [certificates.ca],
	cert: undefined,
	key: undefined,
	serverName: undefined,
	isVerified: true,
	...given,
});

/** Everything that speaks TLS and never anything else, with a certificate of our making. */
async function tlsService(t: TestContext, name: string, options: tls.TlsOptions = {}): Promise<number> {
	const server = tls.createServer({...certificates?.pair(name), ...options}, socket => {
		socket.on('error', () => undefined);
		socket.on('data', () => socket.write('+PONG\r\n'));
	});
	server.on('tlsClientError', () => undefined);
	return listening(t, server);
}

const verdictAt = async (port: number, given: Partial<TlsSettings> = {}): Promise<Ladder> =>
	climbed(port, {tls: settings(given)});

const versions = (await serverVersions()).filter(
	({name}, index, all) => index === 0 || index === all.length - 1 || name === 'path',
);

for (const {name, program} of skip === false ? versions : []) {
	test(`a server with TLS, asked right and asked plainly: ${name}`, async t => {
		const port = await freePort();
		const server = await serverFor(t, {server: program, args: certificates?.serverArgs(port) ?? []});
		const right = await verdictAt(port);
		assert.equal(right.verdict.status, 'ok', JSON.stringify(right.verdict));
		assert.match(rungsOf(right, 'tls')[0]?.result ?? '', /^TLSv1\.[23], certificate until \d{4}-/);
		assert.equal(rungsOf(right, 'state')[0]?.status, 'ok');
		assert.deepEqual(right.certificate?.names, ['127.0.0.1', 'db.example']);
		assert.match(right.certificate?.subject ?? '', /CN=server/);
		assert.match(right.certificate?.issuer ?? '', /CN=ca/);
		const plain = await climbed(port);
		assertVerdict(plain, 'critical', 'tls', 'PLAIN_TO_TLS');
		assert.match(plain.certificate?.subject ?? '', /CN=server/);
		assertVerdict(await climbed(server.port, {tls: settings(), timeoutMs: 700}), 'critical', 'tls', 'TLS_TO_PLAIN');
		const otherService = await verdictAt(port, {ca: [certificates?.strangeCa ?? '']});
		assertVerdict(
			otherService,
			'critical',
			'tls',
			/^(?:SELF_SIGNED_CERT_IN_CHAIN|UNABLE_TO_VERIFY_LEAF_SIGNATURE|UNABLE_TO_GET_ISSUER_CERT_LOCALLY)$/,
		);
		assert.match(otherService.verdict.text, / has a certificate of another CA: ca, not in --cacert$/);
		assertVerdict(
			await verdictAt(port, {serverName: 'other.example'}),
			'critical',
			'tls',
			'ERR_TLS_CERT_ALTNAME_INVALID',
		);
		const insecure = await verdictAt(port, {ca: undefined, isVerified: false});
		assert.equal(insecure.verdict.status, 'warning');
		assert.match(insecure.verdict.text, /not checked, because of --insecure/);
	});

	test(`a server that wants a client certificate: ${name}`, async t => {
		const port = await freePort();
		await serverFor(t, {server: program, args: certificates?.serverArgs(port, 'yes') ?? []});
		const {clientCert = '', clientKey = '', strangeCert = '', strangeKey = ''} = certificates ?? {};
		const right = await verdictAt(port, {cert: clientCert, key: clientKey});
		assert.equal(rungsOf(right, 'state')[0]?.status, 'ok', JSON.stringify(right.verdict));
		assertVerdict(
			await verdictAt(port),
			'critical',
			'tls',
			/^(?:ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED|TLS_ENDED)$/,
		);
		const strange = await verdictAt(port, {cert: strangeCert, key: strangeKey});
		assertVerdict(strange, 'critical', 'tls', /^(?:ERR_SSL_TLSV1_ALERT_UNKNOWN_CA|TLS_ENDED)$/);
	});

	test(`a full server without TLS, asked with it, speaks first: ${name}`, async t => {
		const server = await serverFor(t, {server: program, args: ['--maxclients', '1']});
		const holder = await RespClient.connect({port: server.port});
		t.after(() => holder.close());
		await holder.command('PING').catch(() => undefined);
		const ladder = await climbed(server.port, {tls: settings(), timeoutMs: 700});
		assert.ok(ladder.verdict.code === 'MAXCLIENTS' || ladder.verdict.code === 'TLS_TO_PLAIN', ladder.verdict.code);
	});
}

const faults: ReadonlyArray<readonly [certificate: string, code: string]> = [
	['self-signed', 'DEPTH_ZERO_SELF_SIGNED_CERT'],
	['expired', 'CERT_HAS_EXPIRED'],
	['future', 'CERT_NOT_YET_VALID'],
];

for (const [certificate, code] of faults) {
	test(`a certificate that is ${certificate}`, {skip}, async t => {
		const ladder = await verdictAt(await tlsService(t, certificate));
		assertVerdict(ladder, 'critical', 'tls', code);
		assert.ok(ladder.certificate?.validToMs !== undefined);
		const text = rungsOf(ladder, 'tls')[0]?.result ?? '';
		assert.equal(text.includes('it ended 2021-01-01 00:00 UTC'), certificate === 'expired', text);
	});
}

test('no TLS version in common', {skip}, async t => {
	const port = await tlsService(t, 'server', {
		minVersion: 'TLSv1.1',
		maxVersion: 'TLSv1.1',
		ciphers: 'DEFAULT@SECLEVEL=0',
	});
	const ladder = await verdictAt(port);
	assert.equal(ladder.verdict.step, 'tls');
	assert.match(ladder.verdict.code ?? '', /PROTOCOL_VERSION|UNSUPPORTED_PROTOCOL|HANDSHAKE_FAILURE/);
});

test('TLS 1.2 and no client certificate', {skip}, async t => {
	const port = await tlsService(t, 'server', {maxVersion: 'TLSv1.2', requestCert: true, rejectUnauthorized: true});
	const ladder = await verdictAt(port);
	assert.equal(ladder.verdict.step, 'tls');
	assert.match(ladder.verdict.code ?? '', /HANDSHAKE_FAILURE|TLS_ENDED|CLOSED|ECONNRESET/);
});
