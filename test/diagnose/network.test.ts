import assert from 'node:assert/strict';
import {spawn} from 'node:child_process';
import {readFileSync} from 'node:fs';
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
	// Commands stand among the steps only where the machine has a service manager that knows a server.
	assert.ok(ladder.verdict.next.length > 0);
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

/** Of a listening socket, how many connections wait to be taken; undefined where nothing listens. Source: the kernel's proc_net_tcp.rst. */
function waitingIn(port: number): number | undefined {
	const own = `0100007F:${port.toString(16).toUpperCase().padStart(4, '0')}`;
	const rows = readFileSync('/proc/net/tcp', 'utf8').split('\n');
	const listener = rows
		.map(row => row.trim().split(/\s+/))
		.find(([, local, , state]) => local === own && state === '0A');
	return listener === undefined ? undefined : Number.parseInt(listener[4]?.split(':')[1] ?? '', 16);
}

test('a full accept queue, or a filtered port, is silence', {skip: process.platform !== 'linux'}, async t => {
	const port = await freePort();
	const code = `require('net').createServer().listen({port: ${port}, host: '127.0.0.1', backlog: 1})`;
	const child = spawn(process.execPath, ['-e', code]);
	t.after(() => child.kill('SIGKILL'));
	const fillers: net.Socket[] = [];
	t.after(() => fillers.map(filler => filler.destroy()));
	await eventually('a listener', () => waitingIn(port));
	child.kill('SIGSTOP');
	// Full is one more than the backlog. Each try fills a place, once the process that would take it out has stopped.
	await eventually('a full queue', () => {
		fillers.push(net.connect({port, host: '127.0.0.1'}).on('error', () => undefined));
		return waitingIn(port) === 2 || undefined;
	});
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
