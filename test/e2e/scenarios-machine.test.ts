import assert from 'node:assert/strict';
import {type ChildProcess, execFileSync, spawn} from 'node:child_process';
import {closeSync, openSync, writeFileSync} from 'node:fs';
import path from 'node:path';
import process from 'node:process';
import {type TestContext, test} from 'node:test';
import {programOnPath} from '../../scripts/fetch-servers.mjs';
import {eventually} from '../harness/eventually.js';
import {freePort} from '../harness/free-port.js';
import {programCommand} from '../harness/program.js';
import {RespClient} from '../harness/resp-client.js';
import {whyNoSplit} from '../harness/split-network.js';
import {addressOf, cleanEnvironment, folderFor, oneServer, serverFor, startProgram} from './monitor.js';
import {checked, expectCheck, problems, twoVersions} from './scenario.js';

/*
What the machine does to a server: a supervisor that starts it again and again, a signal that stops it, a firewall that
rejects. An OOM kill needs a memory cgroup; `scenarios-server` has one by a kernel log of its own.
*/

const isLinux = process.platform === 'linux';

/** Starts a server again and again, as a supervisor does, and ends it with the test. */
function supervised(t: TestContext, program: string, args: readonly string[], livesMs: number): {starts: () => number} {
	let child: ChildProcess | undefined;
	let starts = 0;
	let isOver = false;
	const start = () => {
		if (isOver) {
			return;
		}

		starts += 1;
		child = spawn(program, args, {stdio: 'ignore'});
		const killing = setTimeout(() => child?.kill('SIGKILL'), livesMs);
		child.once('exit', () => {
			clearTimeout(killing);
			setTimeout(start, 300);
		});
	};
	start();
	t.after(() => {
		isOver = true;
		child?.kill('SIGKILL');
	});
	return {starts: () => starts};
}

for (const {name, program} of await twoVersions()) {
	test(`a crash loop is one critical with its count and interval: ${name}`, {skip: !isLinux}, async t => {
		const folder = folderFor(t);
		const port = await freePort();
		const log = path.join(folder, 'server.log');
		const loop = supervised(
			t,
			program,
			['--port', String(port), '--bind', '127.0.0.1', '--save', '', '--dir', folder, '--logfile', log],
			2000,
		);
		await eventually('five starts', () => loop.starts() >= 5 || undefined);
		const look = ['-p', String(port), '-i', '500ms', '--timeout', '500ms'];
		// One look finds the server up or down. CONFIG GET logfile tells its log while it is up.
		await eventually('a look while it is up', async () => {
			const check = await checked(t, look);
			if (check.nodes[0]?.state !== 'up' && !problems(check).includes('srv.crash_loop critical')) {
				return undefined;
			}

			expectCheck(check, {
				status: 'critical',
				verdict: new RegExp(
					`^127\\.0\\.0\\.1:${port} restarted \\d+ times, in the last (?:minute|two minutes), about every [23]s`,
				),
				rules: ['srv.crash_loop critical'],
			});
			assert.ok(!problems(check).some(problem => problem.startsWith('srv.restarted')), problems(check).join());
			return true;
		});
	});

	test(`a server that dies before its first reply is a crash loop: ${name}`, {skip: !isLinux}, async t => {
		const folder = folderFor(t);
		const port = await freePort();
		const log = path.join(folder, 'server.log');
		const loop = supervised(
			t,
			program,
			['--port', String(port), '--bind', '127.0.0.1', '--dir', folder, '--logfile', log],
			60_000,
		);
		const client = await eventually('an answer', () => RespClient.connect({port}).catch(() => undefined));
		const watch = await startProgram(t, ['watch', '-p', String(port), '-i', '500ms', '--json']);
		// This finding rests on CONFIG GET, which also tells where the log is.
		await eventually('the watch has read the settings', () => watch.stdout().includes('lat.mon_off') || undefined);
		writeFileSync(path.join(folder, 'dump.rdb'), 'REDIS0009 this is no dump');
		// The client reads no more: the connection ends with the server.
		await client.command('SHUTDOWN', 'NOSAVE').catch(() => undefined);
		client.close();
		await eventually('six starts', () => loop.starts() >= 6 || undefined);
		const opened = await eventually('the loop is seen', () =>
			watch
				.stdout()
				.split('\n')
				.find(line => line.includes('srv.crash_loop')),
		).catch(error => assert.fail(`${String(error)}: ${watch.stdout()}`));
		assert.match(opened, /restarted \d+ times, in the last minute/);
		assert.match(opened, /"severity":"critical"/);
		watch.kill('SIGTERM');
		assert.equal(await watch.exited, 143);
	});

	test(`a stopped process is named with what wakes it: ${name}`, {skip: !isLinux}, async t => {
		const server = await serverFor(t, {server: program});
		process.kill(server.pid, 'SIGSTOP');
		const check = await checked(t, ['-p', String(server.port), '-i', '500ms', '--timeout', '500ms']);
		expectCheck(check, {
			status: 'critical',
			verdict: new RegExp(`^${addressOf(server)} is not responding: its process is stopped \\(SIGSTOP\\)$`),
			rules: ['conn.unresponsive critical'],
		});
		const [finding] = check.findings;
		assert.ok(finding?.next.includes(`kill -CONT ${server.pid}`), finding?.next.join('\n'));
		assert.ok(check.findings.every(({next}) => next.every(step => !step.includes('systemctl'))));
	});
}

const noFirewall = whyNoSplit() ?? (programOnPath('iptables') === undefined ? 'there is no iptables' : undefined);

test('a firewall that rejects is told from a port on which nothing listens', {
	skip: noFirewall ?? false,
}, async t => {
	const namespace = `rt${process.pid}r`;
	const inside = (...words: readonly string[]) => ['ip', 'netns', 'exec', namespace, ...words] as const;
	const sh = (...words: readonly string[]) => {
		const [file, ...args] = inside(...words);
		return execFileSync(file, args, {encoding: 'utf8', stdio: 'pipe'});
	};
	execFileSync('ip', ['netns', 'add', namespace]);
	t.after(() => execFileSync('ip', ['netns', 'del', namespace]));
	sh('ip', 'link', 'set', 'lo', 'up');
	try {
		sh('iptables', '-L');
	} catch {
		t.skip('iptables does not work here');
		return;
	}

	const {program} = await oneServer();
	const folder = folderFor(t);
	const socket = path.join(folder, 'server.sock');
	const [file, ...args] = inside(
		program,
		...['--port', '7000', '--bind', '127.0.0.1', '--save', '', '--dir', folder, '--unixsocket', socket],
	);
	const output = openSync(path.join(folder, 'out'), 'w');
	const child = spawn(file, args, {stdio: ['ignore', output, output]});
	closeSync(output);
	t.after(async () => {
		const gone = new Promise(resolve => child.once('close', resolve));
		child.kill('SIGKILL');
		await gone;
	});
	await eventually('an answer', async () => {
		const client = await RespClient.connect({path: socket}).catch(() => undefined);
		client?.close();
		return client;
	});
	const {file: node, args: program_} = await programCommand();
	const check = async () => {
		const [command, ...words] = inside(node, ...program_, 'check', '--json', '-p', '7000', '-i', '500ms');
		return new Promise<string>(resolve => {
			const run = spawn(command, words, {
				stdio: ['ignore', 'pipe', 'inherit'],
				env: {...process.env, ...cleanEnvironment(folder)},
			});
			let text = '';
			run.stdout.on('data', chunk => {
				text += String(chunk);
			});
			run.once('close', () => resolve(text));
		});
	};
	for (const way of ['icmp-port-unreachable', 'tcp-reset']) {
		const rule = ['INPUT', '-p', 'tcp', '--dport', '7000', '-j', 'REJECT', '--reject-with', way];
		sh('iptables', '-I', ...rule);
		const {verdict, status, findings} = JSON.parse(await check());
		sh('iptables', '-D', ...rule);
		assert.equal(status, 'critical');
		assert.match(
			verdict,
			/^127\.0\.0\.1:7000 refuses connections: redis-server \(process \d+\) listens, so a firewall rejects \(REJECT\)/,
			way,
		);
		assert.equal(findings[0].rule, 'conn.refused');
	}
});
