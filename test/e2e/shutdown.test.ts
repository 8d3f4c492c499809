import assert from 'node:assert/strict';
import {spawn} from 'node:child_process';
import {existsSync, readFileSync, statSync} from 'node:fs';
import path from 'node:path';
import {type TestContext, test} from 'node:test';
import {eventually} from '../harness/eventually.js';
import {freePort} from '../harness/free-port.js';
import type {PtyScreen} from '../harness/pty.js';
import {RespClient} from '../harness/resp-client.js';
import {
	addressOf,
	at,
	auditOf,
	closeBox,
	deadTimeOver,
	folderFor,
	infoOf,
	openBox,
	openMonitor,
	polledAgain,
	serverFor,
	serverVersions,
	typeKeys,
} from './monitor.js';

const keyCount = 1234;

/** Shuts down a server through the action's box, beginning with a locked session. */
async function shutDown(screen: PtyScreen, address: string): Promise<void> {
	await openBox(screen, 's', address);
	await screen.waitFor(new RegExp(`type ${address}, then s`));
	await typeKeys(screen, address);
	await screen.waitFor(/press s to send SHUTDOWN SAVE/);
	await deadTimeOver();
	screen.press('s');
}

for (const {name, program} of await serverVersions()) {
	test(`SHUTDOWN SAVE leaves the data on the disk: ${name}`, async t => {
		const dir = folderFor(t);
		const server = await serverFor(t, {server: program, dir});
		await server.command('EVAL', `for i = 1, ${keyCount} do redis.call('SET', 'key:' .. i, i) end`, 0);
		const address = addressOf(server);
		const screen = await openMonitor(t, at(server));
		await screen.waitFor(/ok .*answers/);
		await shutDown(screen, address);
		await screen.waitFor(/it is gone|verified: the server is gone/);
		assert.equal(await server.exited, 0);
		await screen.waitFor(/verified: the server is gone, and/);
		assert.match(server.log(), /User requested shutdown/);
		assert.ok(statSync(path.join(dir, 'dump.rdb')).size > 1000);
		assert.deepEqual(
			auditOf(screen).map(({phase, command}) => [phase, command]),
			['unlocked', 'intent', 'outcome', 'verified'].map(phase => [phase, 'SHUTDOWN SAVE']),
		);

		// The node stays on the screen, with its age, which grows.
		await closeBox(screen);
		await screen.waitFor(
			/^!! \S+ refuses connections: (?:nothing listens on the port|it was killed), for (?:\d{2,}|[2-9]\.\d)s/m,
		);
		assert.match(screen.lines()[0] ?? '', new RegExp(`${address} .*! age +\\d`));
		await screen.waitFor(new RegExp(`${address} .*down`));
		screen.press('0');
		await screen.waitFor(/SHUTDOWN SAVE: sent once/);

		const next = await serverFor(t, {server: program, dir, port: server.port});
		assert.equal(await next.command('DBSIZE'), keyCount);
		assert.equal(await next.command('GET', `key:${keyCount}`), String(keyCount));
		await screen.waitFor(/^ok \S+ answers/m);
		await screen.waitFor(/restarted \d+ s ago, run id now/);
		screen.press('1');
		await screen.waitFor(/keys +1\.23k/);
	});
}

/**
Starts a server under a supervisor that starts it again at once, as systemd with Restart=always and RestartSec=0 does.
*/
async function startSupervised(t: TestContext, program: string) {
	const dir = folderFor(t);
	const port = await freePort();
	const logFile = path.join(dir, 'server.log');
	const script = `while :; do "$0" --port ${port} --bind 127.0.0.1 --save '' --dir "$1" --logfile "$1/server.log" & wait $!; done`;
	const supervisor = spawn('sh', ['-c', script, program, dir], {detached: true, stdio: 'ignore'});
	t.after(() => {
		// The supervisor and its server are a process group of their own.
		process.kill(-(supervisor.pid ?? 0), 'SIGKILL');
	});
	const client = await eventually('the supervised server', () => RespClient.connect({port}).catch(() => undefined));
	return {port, dir, client, log: () => (existsSync(logFile) ? readFileSync(logFile, 'utf8') : '')};
}

for (const {name, program} of await serverVersions()) {
	test(`a server that a supervisor starts again at once gets one shutdown only: ${name}`, async t => {
		const server = await startSupervised(t, program);
		await eventually('it has loaded', async () =>
			(await server.client.command('PING')) === 'PONG' ? true : undefined,
		);
		await server.client.command('EVAL', `for i = 1, ${keyCount} do redis.call('SET', 'key:' .. i, i) end`, 0);
		const address = addressOf(server);
		const screen = await openMonitor(t, at(server), {cols: 120, rows: 40});
		await screen.waitFor(/ok .*answers/);
		await shutDown(screen, address);
		await screen.waitFor(
			/verified: stopped and started again as another process, 1,234 keys[\s\S]*written \d\d:\d\d:\d\dZ/,
		);
		await closeBox(screen);
		await screen.waitFor(/^! +\S+ restarted \d+\w+ ago/m);
		screen.press('0');
		await screen.waitFor(/restarted \d+ s ago, run id now \w+/);

		// After twenty polls and five seconds of the server's own clock, there has still been only one shutdown.
		const next = await RespClient.connect({port: server.port});
		t.after(() => next.close());
		const fields = async (section: string) => String(await next.command('INFO', section));
		await eventually('five seconds of monitoring', async () =>
			Number(/uptime_in_seconds:(\d+)/.exec(await fields('server'))?.[1]) >= 5 ? true : undefined,
		);
		assert.equal(server.log().match(/User requested shutdown/g)?.length, 1);
		assert.equal(server.log().match(/Ready to accept connections/g)?.length, 2);
		assert.doesNotMatch(await fields('commandstats'), /cmdstat_shutdown/);
		assert.equal(await next.command('DBSIZE'), keyCount);
		assert.equal(auditOf(screen).filter(({phase}) => phase === 'intent').length, 1);
		assert.ok(isLastLine(auditOf(screen).at(-1)));
	});
}

const isLastLine = (line: {readonly phase: string; readonly detail?: string} | undefined): boolean =>
	line?.phase === 'verified' && /started again/.test(line.detail ?? '');

test('a server that restarts while the box is open gets no shutdown', async t => {
	const server = await serverFor(t);
	const screen = await openMonitor(t, [...at(server), '-i', '200ms']);
	await screen.waitFor(/ok .*answers/);
	await openBox(screen, 's', addressOf(server));
	await typeKeys(screen, addressOf(server));
	await screen.waitFor(/press s to send/);
	process.kill(server.pid, 'SIGKILL');
	await server.exited;
	const next = await serverFor(t, {port: server.port});
	await screen.waitFor(lines => !/press s to send/.test(lines.join('\n')), {what: 'the box closed by itself'});
	screen.press('s');
	await polledAgain(next);
	assert.equal(await next.command('PING'), 'PONG');
	assert.equal((await infoOf(next, 'commandstats')).get('cmdstat_shutdown'), undefined);
	assert.ok(!auditOf(screen).some(({phase}) => phase === 'intent'));
	assert.equal(auditOf(screen).at(-1)?.phase, 'aborted');
});
