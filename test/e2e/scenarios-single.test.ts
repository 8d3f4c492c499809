import assert from 'node:assert/strict';
import {type ChildProcess, spawn} from 'node:child_process';
import {once} from 'node:events';
import {mkdirSync, readdirSync, readFileSync} from 'node:fs';
import path from 'node:path';
import process from 'node:process';
import {type TestContext, test} from 'node:test';
import {eventually} from '../harness/eventually.js';
import {freePort} from '../harness/free-port.js';
import {RespClient} from '../harness/resp-client.js';
import type {TestServer} from '../harness/servers.js';
import {at, folderFor, infoOf, serverFor} from './monitor.js';
import {checked, eventuallyChecked, expectCheck, twoVersions} from './scenario.js';

const isLinux = process.platform === 'linux';
const quick = ['-i', '600ms', '--timeout', '600ms'];
const look = (server: Pick<TestServer, 'port'>) => [...at(server), ...quick];

/** Starts a server in a folder, as a person does who gives no `dir`; resolves once it answers. */
async function startIn(
	t: TestContext,
	program: string,
	folder: string,
	args: readonly string[],
): Promise<ChildProcess> {
	const child = spawn(program, [...args], {cwd: folder, stdio: 'ignore'});
	t.after(() => child.kill('SIGKILL'));
	const port = Number(args[args.indexOf('--port') + 1]);
	await eventually('the server answers', async () => {
		const client = await RespClient.connect({port}).catch(() => undefined);
		const reply = await client?.command('PING').catch(() => undefined);
		client?.close();
		return reply === 'PONG' || undefined;
	});
	return child;
}

/** The child processes of a process. */
const childrenOf = (pid: number): readonly number[] =>
	readdirSync(`/proc/${pid}/task`).flatMap(thread =>
		readFileSync(`/proc/${pid}/task/${thread}/children`, 'utf8').split(' ').filter(Boolean).map(Number),
	);

for (const {name, program} of await twoVersions()) {
	test(`25 a server that was started in another folder: ${name}`, {skip: !isLinux}, async t => {
		const folder = folderFor(t);
		const port = await freePort();
		const [before, after] = [path.join(folder, 'data'), path.join(folder, 'root')];
		mkdirSync(before);
		mkdirSync(after);
		const state = {XDG_STATE_HOME: path.join(folder, 'state')};
		const args = [
			'--port',
			String(port),
			'--bind',
			'127.0.0.1',
			'--save',
			'3600 1',
			'--logfile',
			path.join(folder, 'log'),
		];
		const first = await startIn(t, program, before, args);
		const client = await RespClient.connect({port});
		await client.command('EVAL', "for i = 1, 5000 do redis.call('SET', 'k' .. i, string.rep(i, 20)) end", '0');
		const [node] = (await checked(t, look({port}), state)).nodes;
		assert.equal(node?.state, 'up');
		const ended = once(first, 'exit');
		first.kill('SIGTERM');
		await ended;
		client.close();
		// A check that finds no process knows the log from the check before.
		expectCheck(await checked(t, look({port}), state), {
			status: 'critical',
			verdict: /refuses connections: SIGTERM stopped it/,
			rules: ['conn.refused critical'],
		});
		await startIn(t, program, after, args);
		expectCheck(await checked(t, look({port}), state), {
			status: 'critical',
			verdict: /started without its data, .*data\/dump\.rdb: it was started in another folder/,
			rules: ['per.not_loaded critical'],
		});
	});

	test(`26 a server that listens on another address: ${name}`, {skip: !isLinux}, async t => {
		const server = await serverFor(t, {server: program});
		expectCheck(await checked(t, ['-h', '127.0.0.2', ...look(server)]), {
			status: 'critical',
			verdict: /refuses connections: a server listens on 127\.0\.0\.1 only \(bind\)/,
			rules: ['conn.refused critical'],
		});
	});

	test(`27 a signal kills each save: ${name}`, {skip: !isLinux}, async t => {
		const folder = folderFor(t);
		const logfile = path.join(folder, 'log');
		const server = await serverFor(t, {server: program, args: ['--save', '3600 1', '--logfile', logfile]});
		// A second for each key, so that the save is still there to be killed.
		await server.command('CONFIG', 'SET', 'rdb-key-save-delay', '1000000');
		await server.command('EVAL', "for i = 1, 50 do redis.call('SET', 'k' .. i, i) end", '0');
		await server.command('BGSAVE');
		const [child] = await eventually('the save runs', async () => {
			const children = childrenOf(server.pid);
			return children.length > 0 ? children : undefined;
		});
		process.kill(child ?? 0, 'SIGKILL');
		await eventually(
			'the save failed',
			async () => (await infoOf(server, 'persistence')).get('rdb_last_bgsave_status') === 'err' || undefined,
		);
		expectCheck(await checked(t, look(server)), {
			status: 'critical',
			verdict: /refuses writes \(MISCONF\): last background save failed.*: signal 9 killed the save/,
			rules: ['per.rdb_fail critical', 'per.misconf critical'],
		});
	});

	test(`28 a user without its channels: ${name}`, async t => {
		const server = await serverFor(t, {server: program});
		await server.command('ACL', 'SETUSER', 'notify', 'on', 'nopass', '~*', 'resetchannels', '+@all');
		const client = await RespClient.connect({port: server.port});
		t.after(() => client.close());
		await client.command('AUTH', 'notify', 'x');
		await client.command('CLIENT', 'SETNAME', 'notify-api');
		const publish = () => client.command('PUBLISH', 'orders', '1').catch(() => undefined);
		for (let count = 0; count < 40; count += 1) {
			await publish();
		}

		const repeated = setInterval(() => void publish(), 200);
		t.after(() => clearInterval(repeated));
		await eventuallyChecked(t, look(server), {
			status: 'warning',
			verdict: /refuses PUBLISH \(NOPERM\), [\d.]+\/s from notify-api: user notify has no right to channel orders/,
			rules: ['err.failed warning', 'sec.denied warning'],
		});
	});
}
