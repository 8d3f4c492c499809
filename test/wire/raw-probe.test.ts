import assert from 'node:assert/strict';
import net from 'node:net';
import test from 'node:test';
import tls from 'node:tls';
import {type Greeting, probeGreeting, probeTls} from '../../source/wire/raw-probe.js';
import {makeCertificates} from '../harness/certificates.js';
import {freePort} from '../harness/free-port.js';
import {serverBinaries, startServer} from '../harness/servers.js';

/** A made-up service on a free port, probed once. */
async function greetingOf(serve: (socket: net.Socket) => void): Promise<Greeting> {
	const sockets = new Set<net.Socket>();
	const server = net.createServer(socket => {
		sockets.add(socket);
		socket.on('error', () => undefined);
		serve(socket);
	});
	await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
	const address = server.address();
	const port = typeof address === 'object' && address !== null ? address.port : 0;
	try {
		return await probeGreeting({kind: 'tcp', host: '127.0.0.1', port}, 5000);
	} finally {
		for (const socket of sockets) {
			socket.destroy();
		}

		server.close();
	}
}

const services: ReadonlyArray<readonly [string, (socket: net.Socket) => void, Greeting]> = [
	[
		'turns us away unasked and hangs up',
		socket => socket.end('-ERR max number of clients reached\r\n'),
		{kind: 'spoke', text: '-ERR max number of clients reached', wasUnasked: true},
	],
	[
		'turns us away without the end of its line',
		socket => socket.end('-DENIED half a lin'),
		{kind: 'spoke', text: '-DENIED half a lin', wasUnasked: true},
	],
	[
		'speaks in pieces',
		socket => {
			socket.write('SSH-2.0');
			setImmediate(() => socket.write('-Open\r\nmore'));
		},
		{kind: 'spoke', text: 'SSH-2.0-Open', wasUnasked: true},
	],
	['takes the connection and closes it', socket => socket.end(), {kind: 'closed', afterPing: false}],
	[
		'closes the connection after PING',
		socket => socket.on('data', () => socket.end()),
		{kind: 'closed', afterPing: true},
	],
	[
		'answers PING',
		socket => socket.on('data', chunk => socket.write(String(chunk) === 'PING\r\n' ? '+PONG\r\n' : '-ERR\r\n')),
		{kind: 'spoke', text: '+PONG', wasUnasked: false},
	],
	[
		'answers PING with a TLS alert',
		socket => socket.on('data', () => socket.end(Buffer.from([0x15, 0x03, 0x03, 0x00, 0x02, 0x02, 0x46]))),
		{kind: 'speaks-tls'},
	],
	[
		'resets the connection after PING',
		socket => socket.on('data', () => socket.resetAndDestroy()),
		{kind: 'speaks-tls'},
	],
	['says nothing at all', () => undefined, {kind: 'silent'}],
];

for (const [name, serve, greeting] of services) {
	test(`a port that ${name}`, async () => {
		assert.deepEqual(await greetingOf(serve), greeting);
	});
}

test('the end of a long line is not waited for', async () => {
	const greeting = await greetingOf(socket => socket.write('x'.repeat(1_000_000)));
	assert.ok(greeting.kind === 'spoke');
	assert.match(greeting.text, /^x+$/);
	assert.ok(greeting.text.length > 500 && greeting.text.length < 1_000_000, `${greeting.text.length} characters`);
});

test('where nothing listens', async () => {
	const endpoint = {kind: 'tcp', host: '127.0.0.1', port: await freePort()} as const;
	assert.deepEqual(await probeGreeting(endpoint, 5000), {kind: 'unreachable', code: 'ECONNREFUSED'});
	assert.deepEqual(await probeGreeting({kind: 'unix', path: '/nonexistent/redis.sock'}, 5000), {
		kind: 'unreachable',
		code: 'ENOENT',
	});
});

for (const name of serverBinaries().keys()) {
	test(`${name} answers, with and without a password`, async () => {
		for (const [args, text] of [
			[[], /^\+PONG$/],
			[['--requirepass', 'secret'], /^-NOAUTH /],
		] as const) {
			const server = await startServer({server: name, args});
			try {
				const greeting = await probeGreeting({kind: 'tcp', host: server.host, port: server.port}, 5000);
				assert.ok(greeting.kind === 'spoke' && !greeting.wasUnasked);
				assert.match(greeting.text, text);
			} finally {
				await server.stop();
			}
		}
	});
}

/** Whether a port speaks TLS, by `probeTls`. */
async function tlsOf(server: net.Server): Promise<boolean> {
	await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
	const address = server.address();
	const port = typeof address === 'object' && address !== null ? address.port : 0;
	try {
		return await probeTls({kind: 'tcp', host: '127.0.0.1', port}, 5000);
	} finally {
		server.close();
	}
}

test('a handshake tells a port that speaks TLS, also one that wants a client certificate, from one that does not', async t => {
	const certificates = makeCertificates();
	if (certificates === undefined) {
		t.skip('there is no openssl');
		return;
	}

	try {
		const pair = certificates.pair('self-signed');
		assert.equal(await tlsOf(tls.createServer(pair, socket => socket.end())), true);
		assert.equal(await tlsOf(tls.createServer({...pair, requestCert: true}, socket => socket.end())), true);
		assert.equal(await tlsOf(net.createServer(socket => socket.end())), false);
		assert.equal(await tlsOf(net.createServer(socket => socket.end('-ERR wrong\r\n'))), false);
	} finally {
		certificates.remove();
	}
});
