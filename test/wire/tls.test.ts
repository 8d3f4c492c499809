import assert from 'node:assert/strict';
import type {AddressInfo} from 'node:net';
import test from 'node:test';
import {createServer} from 'node:tls';
import {type Failure, failureText, type NodeSample} from '../../source/domain/sample.js';
import {socketFailure} from '../../source/parse/socket-error.js';
import type {ConnectionSettings, TlsSettings} from '../../source/wire/connection.js';
import {openPort} from '../../source/wire/ioredis-port.js';
import {WireFailure} from '../../source/wire/redis-port.js';
import {makeCertificates} from '../harness/certificates.js';
import {eventually} from '../harness/eventually.js';
import {freePort} from '../harness/free-port.js';
import {pollLive, settingsFor} from '../harness/live.js';
import {serverBinaries, startServer} from '../harness/servers.js';

const certificates = makeCertificates();
test.after(() => certificates?.remove());

/** A server with a plain and a TLS port; undefined when it was built without TLS. */
async function startTls(name: string, authClients: 'yes' | 'no', tlsPort: number) {
	try {
		return await startServer({server: name, args: certificates?.serverArgs(tlsPort, authClients) ?? []});
	} catch (error) {
		if (error instanceof Error && /bad directive|unknown option|tls-port/i.test(error.message)) {
			return undefined;
		}

		throw error;
	}
}

const tls = (parts: Partial<TlsSettings> = {}): TlsSettings => ({
	ca: certificates === undefined ? undefined : [certificates.ca],
	cert: undefined,
	key: undefined,
	serverName: undefined,
	isVerified: true,
	...parts,
});

/** `PONG`, or the code of the failure, from opening or from the first command: TLS 1.3 refuses late. */
async function pingOver(settings: ConnectionSettings): Promise<unknown> {
	const port = openPort(settings);
	try {
		await port.open();
		return (await port.ask([['PING']], 5000))[0];
	} catch (error) {
		assert.ok(error instanceof WireFailure, String(error));
		return error;
	} finally {
		port.close();
	}
}

async function failureOf(settings: ConnectionSettings): Promise<Failure> {
	const error = await pingOver(settings);
	assert.ok(error instanceof WireFailure, String(error));
	return socketFailure(error.code, error.message);
}

/** The first sample of a node. */
async function firstSample(settings: ConnectionSettings): Promise<NodeSample> {
	const live = pollLive(settings);
	try {
		return await eventually('a sample', () =>
			live.outcomes.flatMap(outcome => (outcome.kind === 'sampled' ? [outcome.sample] : [])).at(0),
		);
	} finally {
		await live.stop();
	}
}

/** What the monitor says of a node it polls for the first time. */
async function firstFailure(settings: ConnectionSettings): Promise<Failure> {
	const polling = pollLive(settings);
	try {
		const outcome = await eventually('an outcome', () => polling.outcomes[0]);
		assert.equal(outcome.kind, 'failed');
		return (outcome as Extract<typeof outcome, {kind: 'failed'}>).failure;
	} finally {
		await polling.stop();
	}
}

const why = certificates === undefined ? 'no openssl command' : false;
for (const name of serverBinaries().keys()) {
	test(`TLS on ${name}`, {skip: why}, async suite => {
		const tlsPort = await freePort();
		const server = await startTls(name, 'no', tlsPort);
		if (server === undefined) {
			suite.skip('this server was built without TLS');
			return;
		}

		suite.after(() => server.stop());
		const over = (parts: Partial<TlsSettings> = {}) =>
			settingsFor({host: '127.0.0.1', port: tlsPort}, {tls: tls(parts)});

		await suite.test('a certificate of the authority we were given', async () => {
			assert.equal(await pingOver(over()), 'PONG');
			assert.equal(await pingOver(over({serverName: 'db.example'})), 'PONG');
		});

		await suite.test('the sample has the end of the certificate, and a plain connection tells none', async () => {
			const leftDays = (((await firstSample(over())).certificateExpiresAtMs ?? 0) - Date.now()) / 86_400_000;
			assert.ok(leftDays > 58 && leftDays < 61, `${leftDays} days are left`);
			assert.equal((await firstSample(settingsFor(server))).certificateExpiresAtMs, undefined);
		});

		await suite.test('of another authority, or of one we were not given: refused, unless nobody checks', async () => {
			for (const ca of [[certificates?.strangeCa ?? ''], undefined]) {
				const failure = await failureOf(over({ca}));
				assert.deepEqual([failure.layer, failure.state], ['tls', 'refusing'], JSON.stringify(failure));
				assert.equal(await pingOver(over({ca, isVerified: false})), 'PONG');
			}
		});

		await suite.test('the announced name goes before --sni, and the dialled address counts as well', async () => {
			assert.equal(await pingOver(over({announcedName: 'db.example', serverName: 'other.example'})), 'PONG');
			assert.equal(await pingOver(over({announcedName: 'other.example'})), 'PONG');
		});

		await suite.test('where the name is required, the dialled address does not count', async () => {
			assert.equal(await pingOver(over({announcedName: 'db.example', isNameRequired: true})), 'PONG');
			const failure = await failureOf(over({announcedName: 'other.example', isNameRequired: true}));
			assert.equal(failure.code, 'ERR_TLS_CERT_ALTNAME_INVALID');
		});

		await suite.test('a certificate for another name', async () => {
			const failure = await failureOf(over({serverName: 'other.example'}));
			assert.equal(failure.code, 'ERR_TLS_CERT_ALTNAME_INVALID');
			assert.match(failureText(failure), /^has a certificate for \S+ (?:only|and \d+ more): use it, or --sni$/);
		});

		await suite.test('plain to a TLS port', async () => {
			const failure = await firstFailure(settingsFor({host: '127.0.0.1', port: tlsPort}));
			assert.deepEqual([failure.code, failure.layer, failure.state], ['PLAIN_TO_TLS', 'tls', 'refusing']);
		});

		await suite.test('TLS to a plain port', async () => {
			const failure = await firstFailure(settingsFor(server, {tls: tls(), timeoutMs: 300}));
			assert.deepEqual([failure.code, failure.layer, failure.state], ['TLS_TO_PLAIN', 'tls', 'refusing']);
		});
	});

	test(`mutual TLS on ${name}`, {skip: why}, async suite => {
		const tlsPort = await freePort();
		const server = await startTls(name, 'yes', tlsPort);
		if (server === undefined || certificates === undefined) {
			suite.skip('this server was built without TLS');
			return;
		}

		suite.after(() => server.stop());
		const over = (parts: Partial<TlsSettings> = {}) =>
			settingsFor({host: '127.0.0.1', port: tlsPort}, {tls: tls(parts)});
		const {clientCert, clientKey, strangeCert, strangeKey} = certificates;
		assert.equal(await pingOver(over({cert: clientCert, key: clientKey})), 'PONG');
		// Whether the alert reaches us or the reset that follows it overtakes it is chance: both must say what to do.
		for (const refused of [{}, {cert: strangeCert, key: strangeKey}]) {
			const failure = await firstFailure(over(refused));
			assert.deepEqual([failure.layer, failure.state], ['tls', 'refusing'], JSON.stringify(failure));
			assert.match(failureText(failure), /client certificate/);
		}
	});
}

test('a certificate that has expired is told with its end', {skip: why}, async t => {
	const server = createServer(certificates?.pair('expired') ?? {}, socket => socket.on('error', () => undefined));
	server.on('tlsClientError', () => undefined);
	t.after(() => server.close());
	await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
	const {port} = server.address() as AddressInfo;
	const failure = await failureOf(settingsFor({host: '127.0.0.1', port}, {tls: tls()}));
	assert.equal(failureText(failure), 'has a certificate that has expired: it ended 2021-01-01 00:00 UTC');
});
