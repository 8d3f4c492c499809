import assert from 'node:assert/strict';
import {readFileSync, writeFileSync} from 'node:fs';
import {createServer} from 'node:http';
import path from 'node:path';
import process from 'node:process';
import {type TestContext, test} from 'node:test';
import {makeCertificates} from '../harness/certificates.js';
import {freePort} from '../harness/free-port.js';
import type {PtyScreen} from '../harness/pty.js';
import {RespClient} from '../harness/resp-client.js';
import {addressOf, answersLine, at, folderFor, openMonitor, runProgram, serverFor} from './monitor.js';

const secret = 'correct-horse-battery';

/** Fails if the password is on the screen, in any output so far, or in the process list. */
function assertSecret(screen: PtyScreen, password = secret): void {
	const written = screen.rawOutput().toString();
	assert.ok(!written.includes(password), written.slice(0, 400));
	if (process.platform === 'linux') {
		assert.ok(!readFileSync(`/proc/${screen.pid}/cmdline`, 'utf8').includes(password));
	}
}

const answers = (screen: PtyScreen) => screen.waitFor(answersLine);

async function startWithPassword(t: TestContext) {
	return serverFor(t, {args: ['--requirepass', secret]});
}

test('a missing or wrong password is named as the cause, and never shown', async t => {
	const server = await startWithPassword(t);
	const missing = await openMonitor(t, at(server));
	await missing.waitFor(/^!! \S+ .*(?:password|NOAUTH)/m);
	const wrong = await openMonitor(t, at(server), {env: {REDISCLI_AUTH: 'staple-staple'}});
	await wrong.waitFor(/^!! \S+ rejects the user or password/m);
	assertSecret(wrong, 'staple-staple');
	// The monitor keeps trying, and gets in when the server allows it.
	const client = await server.connect();
	await client.command('AUTH', secret);
	await client.command('CONFIG', 'SET', 'requirepass', 'staple-staple');
	// `R` polls at once. Without it, the next attempt would be after 15 seconds.
	wrong.press('R');
	await answers(wrong);
	assertSecret(wrong, 'staple-staple');
});

test('a password is typed where it is asked for, opens the whole deployment, and is never shown', async t => {
	const server = await startWithPassword(t);
	const replicaArguments = [
		'--requirepass',
		secret,
		'--masterauth',
		secret,
		'--replicaof',
		'127.0.0.1',
		`${server.port}`,
	];
	const replica = await serverFor(t, {args: replicaArguments});
	const screen = await openMonitor(t, [addressOf(server), addressOf(replica)]);
	await screen.waitFor(/^!! .*(?:password|NOAUTH)/m);
	await screen.waitFor(/p asks for user and password/);
	screen.press('p');
	await screen.waitFor(/password for /);
	screen.press('\u001B[200~wrong-one\u001B[201~');
	await screen.waitFor(/•{9}_/);
	screen.press('\r');
	await screen.waitFor(/rejects the user or password/);
	screen.press(`\u001B[200~${secret}\u001B[201~`);
	await screen.waitFor(/•{21}_/);
	screen.press('\r');
	await screen.waitFor(/^ok 2 nodes answer/m);
	assertSecret(screen);
	assertSecret(screen, 'wrong-one');
});

test('a password that the server gets while it is monitored without one is named; the node is back when it is removed', async t => {
	const server = await serverFor(t);
	const screen = await openMonitor(t, at(server));
	await answers(screen);
	const client = await server.connect();
	await client.command('CONFIG', 'SET', 'requirepass', secret);
	await client.command('CLIENT', 'KILL', 'TYPE', 'normal', 'SKIPME', 'yes');
	await screen.waitFor(/^!! \S+ .*NOAUTH/m);
	assert.doesNotMatch(screen.rawOutput().toString(), /Protocol error|closed the connection silently/);
	await client.command('CONFIG', 'SET', 'requirepass', '');
	await answers(screen);
});

const ways: ReadonlyArray<
	readonly [name: string, way: (t: TestContext) => {args?: string[]; env?: Record<string, string>}]
> = [
	['REDISCLI_AUTH', () => ({env: {REDISCLI_AUTH: secret}})],
	['VALKEYCLI_AUTH', () => ({env: {VALKEYCLI_AUTH: secret}})],
	['-a', () => ({args: ['-a', secret]})],
	[
		'--pass-file',
		t => {
			const file = path.join(folderFor(t), 'password');
			writeFileSync(file, `${secret}\n`, {mode: 0o600});
			return {args: ['--pass-file', file]};
		},
	],
];

for (const [name, way] of ways) {
	test(`a password is taken from ${name}`, async t => {
		const server = await startWithPassword(t);
		const {args = [], env = {}} = way(t);
		const screen = await openMonitor(t, [...at(server), ...args], {env});
		await answers(screen);
		screen.press('4');
		await screen.waitFor(/\(own\)/);
		assertSecret(screen);
	});
}

test('a password in a URI or in REDIS_URL is never shown', async t => {
	const server = await startWithPassword(t);
	const uri = `redis://default:${secret}@127.0.0.1:${server.port}`;
	const given = await openMonitor(t, [uri]);
	await answers(given);
	assertSecret(given);
	const environment = await openMonitor(t, [], {env: {REDIS_URL: uri}});
	await answers(environment);
	assertSecret(environment);
});

test('--askpass asks on the terminal without an echo', async t => {
	const server = await startWithPassword(t);
	const screen = await openMonitor(t, [...at(server), '--askpass']);
	await screen.waitFor(/password/i);
	for (const key of secret) {
		screen.press(key);
	}

	screen.press('\r');
	await answers(screen);
	assertSecret(screen);
	screen.press('q');
	assert.equal((await screen.exited).code, 0);
	assert.ok(!screen.isAlternateScreen());
	assert.ok(!screen.text().includes(secret));
});

test('Ctrl-C at the question for the password leaves the terminal as it was', async t => {
	const server = await startWithPassword(t);
	const screen = await openMonitor(t, [...at(server), '--askpass']);
	await screen.waitFor(/password/i);
	screen.press('corr\u{3}');
	assert.equal((await screen.exited).code, 130);
	assert.ok(screen.isCursorVisible());
	assert.ok(!screen.text().includes('corr'));
});

test('with a user that may only PING and INFO, the screen says what is denied and how to grant it', async t => {
	const server = await serverFor(t);
	await server.command('ACL', 'SETUSER', 'watcher', 'on', `>${secret}`, 'resetchannels', '-@all', '+ping', '+info');
	const screen = await openMonitor(t, [...at(server), '--user', 'watcher'], {
		cols: 120,
		rows: 40,
		env: {REDISCLI_AUTH: secret},
	});
	await answers(screen);
	await screen.waitFor(/used +\d/);
	screen.press('4');
	await screen.waitFor(/! CLIENT LIST is denied: ACL SETUSER \S+ \+client\|list/);
	screen.press('6');
	await screen.waitFor(/! SLOWLOG GET is denied: ACL SETUSER \S+ \+slowlog\|get/);
	screen.press('5');
	await screen.waitFor(/! LATENCY HISTOGRAM is denied: ACL SETUSER \S+ \+latency\|histogram/);
	screen.press('2');
	await screen.waitFor(/2 Memory[\s\S]*peak +\d/);
	assertSecret(screen);
	// A denied command is not sent again with every poll.
	const stats = String(await server.command('INFO', 'commandstats'));
	const rejected = [
		...stats.matchAll(/cmdstat_(?:client\|list|slowlog\|get|latency\|histogram):.*rejected_calls=(\d+)/g),
	].map(([, times]) => Number(times));
	assert.equal(rejected.length, 3, stats);
	assert.ok(
		rejected.every(times => times === 1 || times === 2),
		stats,
	);
});

test('the monitor connects by a unix socket', async t => {
	const socket = path.join(folderFor(t), 'redis.sock');
	await serverFor(t, {args: ['--unixsocket', socket]});
	const screen = await openMonitor(t, ['-s', socket], {cols: 120, rows: 40});
	await answers(screen);
	assert.match(screen.lines()[0] ?? '', /redis\.sock/);
	const uri = await openMonitor(t, [`unix://${socket}`]);
	await answers(uri);
});

test('the monitor connects by TLS and mutual TLS, and names what is wrong with them', async t => {
	const certificates = makeCertificates();
	if (certificates === undefined) {
		t.skip('no openssl');
		return;
	}

	t.after(() => certificates.remove());
	const file = (name: string) => path.join(certificates.dir, name);
	const port = await freePort();
	const mutualPort = await freePort();
	try {
		await serverFor(t, {args: certificates.serverArgs(port)});
		await serverFor(t, {args: certificates.serverArgs(mutualPort, 'yes')});
	} catch (error) {
		t.skip(`this server has no TLS: ${error instanceof Error ? error.message.split('\n')[0] : error}`);
		return;
	}

	const trusted = ['--tls', '--cacert', file('ca.crt')];
	const open = (...args: readonly string[]) => openMonitor(t, args, {cols: 120, rows: 40});
	await answers(await open('-p', String(port), ...trusted));
	await answers(await open(`rediss://127.0.0.1:${port}`, '--cacert', file('ca.crt')));
	await answers(
		await open('-p', String(mutualPort), ...trusted, '--cert', file('client.crt'), '--key', file('client.key')),
	);
	const untrusted = await open('-p', String(port), '--tls', '--cacert', file('strange-ca.crt'));
	await untrusted.waitFor(/^!! \S+ .*(?:certificate|issuer|trust)/im);
	const unnamed = await open('-p', String(mutualPort), ...trusted);
	await unnamed.waitFor(/^!! \S+ .*(?:certificate|TLS)/im);
	const plain = await open('-p', String(port));
	await plain.waitFor(/^!! \S+ .*TLS/m);
	const insecure = await open('-p', String(port), '--tls', '--insecure');
	await answers(insecure);
	assert.match(insecure.lines()[0] ?? '', /INSECURE/);
});

test('a server at maxclients is named, and its node is back when there is room', async t => {
	const server = await serverFor(t, {args: ['--maxclients', '3']});
	const holders = await Promise.all([1, 2, 3].map(() => RespClient.connect({port: server.port})));
	t.after(() => holders.map(holder => holder.close()));
	await Promise.all(holders.map(holder => holder.command('PING')));
	const screen = await openMonitor(t, [...at(server), '-i', '500ms'], {cols: 120, rows: 40});
	await screen.waitFor(/^!! \S+ turns new clients away: maxclients is reached/m);
	for (const holder of holders) {
		holder.close();
	}

	await answers(screen);
});

test('a port where another service answers is named', async t => {
	const http = createServer((_, response) => response.end('hello'));
	await new Promise<void>(resolve => {
		http.listen(0, '127.0.0.1', resolve);
	});
	t.after(() => {
		http.closeAllConnections();
		http.close();
	});
	const address = http.address();
	const port = typeof address === 'object' && address !== null ? address.port : 0;
	const screen = await openMonitor(t, ['-p', String(port), '-i', '500ms'], {cols: 120, rows: 40});
	await screen.waitFor(new RegExp(`^!! :${port} .*does not speak the Redis protocol`, 'm'));
	screen.press('?');
	await screen.waitFor(/╭─ help ─/);
});

test('a usage error prints one line and exits with 64', async t => {
	const cases: ReadonlyArray<readonly [args: string[], words: RegExp]> = [
		[['--no-such-flag'], /--no-such-flag/],
		[['-p', 'seventy'], /-p takes a port/],
		[['-i', 'never'], /never/],
		[['redis://:hunter2@[::1'], /./],
		[['--pass-file', '/no/such/file'], /\/no\/such\/file/],
		[['--cert', 'only.pem'], /--key/],
		[['report', 'none.rtr'], /none\.rtr does not exist/],
		[['demo', 'somewhere'], /demo/],
	];
	for (const [args, words] of cases) {
		const {code, stdout, stderr} = await runProgram(t, args);
		assert.ok(code === 64 || (code === 77 && args[0] === '--pass-file'), `${args.join(' ')}: ${code} ${stderr}`);
		assert.equal(stdout, '');
		assert.match(stderr, words);
		// There is one line for each mistake.
		assert.match(stderr, /^(?:redis-top: [^\n\u{1B}]+\n)+$/u);
		assert.ok(args[0] === '--cert' || stderr.split('\n').length === 2, stderr);
		assert.doesNotMatch(stderr, /hunter2|\bat .*:\d+:\d+/);
	}
});
