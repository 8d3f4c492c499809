import assert from 'node:assert/strict';
import {once} from 'node:events';
import {globSync, readFileSync} from 'node:fs';
import {type AddressInfo, createServer} from 'node:net';
import test from 'node:test';
import {LadderConnection} from '../../../source/wire/ladder-connection.js';
import {eventually} from '../../harness/eventually.js';

/** The demo has a client of its own, for the servers that it started itself. */
const sources = globSync('source/**/*.{ts,tsx}')
	.filter(file => !file.startsWith('source/demo/'))
	.map(file => ({file, text: readFileSync(file, 'utf8')}));

const filesWith = (pattern: RegExp): string[] =>
	sources
		.filter(({text}) => pattern.test(text))
		.map(({file}) => file)
		.sort();

test('one module sends commands that can change a server, and at one place', () => {
	assert.ok(sources.length > 50);
	assert.deepEqual(filesWith(/\.\s*send\s*\(/), ['source/actions/execute/run-action.ts']);
	const gate = readFileSync('source/actions/execute/run-action.ts', 'utf8');
	assert.equal(gate.match(/\.\s*send\b/g)?.length, 1);
});

test('only the gate, its parts and the composition root know of a connection that can send', () => {
	const allowed = [
		/^source\/actions\//,
		/^source\/wire\/(?:redis-port|ioredis-port)\.ts$/,
		/^source\/app\/actions\.ts$/,
	];
	const others = filesWith(/\b(?:openActionPort|ActionPort)\b/).filter(
		file => !allowed.some(pattern => pattern.test(file)),
	);
	assert.deepEqual(others, []);
});

test('ioredis is reached through one file', () => {
	assert.deepEqual(filesWith(/from 'ioredis'|import\('ioredis'\)/), ['source/wire/ioredis-port.ts']);
});

test('the port, the ladder, which asks reads, and two probes open sockets, and nothing else', () => {
	assert.deepEqual(filesWith(/\b(?:net|tls)\.connect\(|createConnection\(|new (?:net\.)?Socket\(/), [
		// It hands the socket to ioredis and writes nothing to it.
		'source/wire/ioredis-port.ts',
		'source/wire/ladder-connection.ts',
		// It says PING.
		'source/wire/raw-probe.ts',
		// It says nothing.
		'source/wire/silent-host.ts',
	]);
	assert.ok(!filesWith(/\.(?:write|end)\(/).includes('source/wire/silent-host.ts'));
});

test('the ladder sends nothing that is not on the list of reads', async t => {
	const received: string[] = [];
	const server = createServer(socket => socket.on('data', data => received.push(String(data)))).listen(0, '127.0.0.1');
	t.after(() => server.close());
	await once(server, 'listening');
	const {port} = server.address() as AddressInfo;
	const made = await LadderConnection.connect({kind: 'tcp', host: '127.0.0.1', port}, 5000);
	assert.ok(made.kind === 'connected');
	t.after(() => made.connection.close());
	for (const command of [['SHUTDOWN'], ['SET', 'a', '1'], ['CONFIG', 'SET', 'maxmemory', '1'], []]) {
		assert.throws(() => made.connection.ask(command, 10), /is not on the list of reads/);
	}

	void made.connection.ask(['PING'], 10);
	await eventually('the read', () => (received.length > 0 ? true : undefined));
	assert.deepEqual(received, ['*1\r\n$4\r\nPING\r\n']);
});
