import assert from 'node:assert/strict';
import {spawn} from 'node:child_process';
import {createServer} from 'node:http';
import net from 'node:net';
import path from 'node:path';
import process from 'node:process';
import {test} from 'node:test';
import {climb} from '../../source/diagnose/climb.js';
import {gatherLadder} from '../../source/diagnose/gather-ladder.js';
import {systemClock} from '../../source/domain/clock.js';
import {gatherEvidence} from '../../source/host/gather-evidence.js';
import {openPort} from '../../source/wire/ioredis-port.js';
import {folderFor, serverFor} from '../e2e/monitor.js';
import {eventually} from '../harness/eventually.js';
import {freePort} from '../harness/free-port.js';
import {assertVerdict, climbed, listening, rungsOf, serviceFor} from './climbed.js';

test('nothing listens', async () => {
	const ladder = await climbed(await freePort());
	assertVerdict(ladder, 'critical', 'tcp', 'ECONNREFUSED');
	assert.match(ladder.verdict.text, /^127\.0\.0\.1:\d+ refuses connections: nothing listens on the port/);
	assert.equal(rungsOf(ladder, 'greeting')[0]?.status, 'skipped');
	assert.ok(ladder.verdict.next.some(({kind}) => kind === 'shell'));
});

test('a name that does not exist', async () => {
	const ladder = await climbed(6379, {host: 'no-such-name.invalid'});
	// A machine without any name service can't tell.
	assertVerdict(ladder, 'critical', 'name', /^(?:ENOTFOUND|EAI_AGAIN)$/);
	assert.equal(rungsOf(ladder, 'tcp')[0]?.status, 'skipped');
});

test('a name of several addresses is tried at each', async t => {
	const server = await serverFor(t);
	const ladder = await climbed(server.port, {host: 'localhost'});
	const tried = rungsOf(ladder, 'tcp');
	assert.ok(tried.every(({address}) => net.isIP(address ?? '') !== 0));
	assert.ok(tried.some(({status}) => status === 'ok'));
	assert.equal(ladder.verdict.status, 'ok', JSON.stringify(ladder.verdict));
});

test('a full accept queue, or a filtered port, is silence', {skip: process.platform !== 'linux'}, async t => {
	const port = await freePort();
	const code = `require('net').createServer().listen({port: ${port}, host: '127.0.0.1', backlog: 1})`;
	const child = spawn(process.execPath, ['-e', code]);
	t.after(() => child.kill('SIGKILL'));
	const fillers: net.Socket[] = [];
	t.after(() => fillers.map(filler => filler.destroy()));
	const knock = () =>
		new Promise<boolean>(resolve => {
			const socket = net.connect({port, host: '127.0.0.1'});
			fillers.push(socket);
			socket.once('connect', () => resolve(true)).once('error', () => resolve(false));
			setTimeout(() => resolve(false), 300);
		});
	await eventually('a listener', async () => ((await knock()) ? true : undefined));
	child.kill('SIGSTOP');
	await eventually('a full queue', async () => ((await knock()) ? undefined : true));
	const ladder = await climbed(port, {timeoutMs: 500});
	assertVerdict(ladder, 'critical', 'tcp', 'ETIMEDOUT');
});

test('a connection that is reset', async t => {
	const port = await serviceFor(t, socket => socket.resetAndDestroy());
	const ladder = await climbed(port);
	// The reset may come before we know that we are connected.
	const step = ladder.verdict.step === 'tcp' ? 'tcp' : 'greeting';
	assertVerdict(ladder, 'critical', step, 'ECONNRESET');
});

test('a connection that is taken and closed', async t => {
	const port = await serviceFor(t, socket => socket.end());
	assertVerdict(await climbed(port), 'critical', 'greeting', 'CLOSED');
});

test('somebody who speaks first, and is no Redis', async t => {
	const port = await serviceFor(t, socket => socket.write('SSH-2.0-OpenSSH_9.2\r\n'));
	const ladder = await climbed(port);
	assertVerdict(ladder, 'critical', 'greeting', 'NOT_REDIS');
	assert.match(ladder.verdict.text, /SSH-2\.0-OpenSSH/);
});

test('a web server', async t => {
	const http = createServer((_, response) => response.end('hello'));
	const port = await listening(t, http, () => http.closeAllConnections());
	assertVerdict(await climbed(port), 'critical', 'ping', 'HTTP');
});

test('somebody who never says a word', async t => {
	const port = await serviceFor(t, socket => socket.resume());
	const ladder = await climbed(port, {timeoutMs: 400});
	assertVerdict(ladder, 'critical', 'ping', 'TIMEOUT');
	assert.equal(rungsOf(ladder, 'greeting')[0]?.status, 'ok');
});

test('a hostile greeting is one printable line', async t => {
	const port = await serviceFor(t, socket => socket.write('\u{1b}[2J\u{7}evil\n'));
	const {verdict} = await climbed(port);
	assert.doesNotMatch(verdict.text, /\p{Cc}/u);
});

test('a socket file: there, missing, nobody behind it', async t => {
	const socket = path.join(folderFor(t), 'redis.sock');
	const at = async (file: string) =>
		climb(
			await gatherLadder({
				settings: {
					endpoint: {kind: 'unix', path: file},
					username: undefined,
					password: undefined,
					tls: undefined,
					timeoutMs: 2000,
				},
				clock: systemClock,
				openPort,
				gatherEvidence,
			}),
		);
	assertVerdict(await at(socket), 'critical', 'tcp', 'ENOENT');
	const server = await serverFor(t, {args: ['--unixsocket', socket]});
	const ladder = await at(socket);
	assert.equal(ladder.verdict.status, 'ok', JSON.stringify(ladder.verdict));
	if (process.platform === 'linux') {
		assert.ok(ladder.host?.kind === 'here' && ladder.host.process?.processId === server.pid);
	}

	process.kill(server.pid, 'SIGKILL');
	await server.exited;
	assertVerdict(await at(socket), 'critical', 'tcp', 'ECONNREFUSED');
});

test('a frozen server: silence, and this machine says why', {skip: process.platform !== 'linux'}, async t => {
	const server = await serverFor(t);
	process.kill(server.pid, 'SIGSTOP');
	const ladder = await climbed(server.port, {timeoutMs: 500});
	assertVerdict(ladder, 'critical', 'ping', 'TIMEOUT');
	assert.match(ladder.verdict.text, new RegExp(`its process ${server.pid} \\(.*\\) is stopped`));
	assert.deepEqual(ladder.verdict.next[0], {kind: 'shell', text: `kill -CONT ${server.pid}`});
});
