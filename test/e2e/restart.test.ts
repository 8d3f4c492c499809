import assert from 'node:assert/strict';
import {spawn} from 'node:child_process';
import {existsSync, readdirSync, readFileSync, statSync} from 'node:fs';
import path from 'node:path';
import {type TestContext, test} from 'node:test';
import type {AuditEntry} from '../../source/domain/audit.js';
import {recordAudits} from '../actions/recorded-verdicts.js';
import {eventually} from '../harness/eventually.js';
import {freePort} from '../harness/free-port.js';
import type {PtyScreen} from '../harness/pty.js';
import {RespClient} from '../harness/resp-client.js';
import {
	addressOf,
	at,
	closeBox,
	deadTimeOver,
	folderFor,
	infoOf,
	oneServer,
	openMonitor,
	polledAgain,
	serverFor,
	typeKeys,
} from './monitor.js';

const keyCount = 1234;
const fill = `for i = 1, ${keyCount} do redis.call('SET', 'key:' .. i, i) end`;

async function openRestart(screen: PtyScreen, address: string): Promise<void> {
	screen.press('A');
	await screen.waitFor(new RegExp(`Actions on ${address}[\\s\\S]*R restarts it step by step`));
	screen.press('R');
	await screen.waitFor(/Restart \S+, (?:step by step|begun)/);
	await deadTimeOver();
}

/** Goes from the restart's box through the box of one step's action to its proof, and back. */
async function doStep(screen: PtyScreen, letter: 'b' | 's', address: string, isLocked: boolean): Promise<void> {
	screen.press(letter);
	if (isLocked) {
		await screen.waitFor(/Actions are locked/);
		await typeKeys(screen, address);
	}

	await screen.waitFor(/sends {2,}(?:BGSAVE|SHUTDOWN SAVE)/);
	if (letter === 's') {
		await typeKeys(screen, address);
	}

	await screen.waitFor(new RegExp(`press ${letter} to send`));
	await deadTimeOver();
	screen.press(letter);
	await screen.waitFor(/verified: /);
	await closeBox(screen);
	await screen.waitFor(/Restart \S+, begun/);
}

const auditIn = (state: string) =>
	readFileSync(path.join(state, 'redis-top', 'audit.ndjson'), 'utf8')
		.trimEnd()
		.split('\n')
		.map(line => JSON.parse(line) as AuditEntry);

const keptIn = (state: string) =>
	readdirSync(path.join(state, 'redis-top')).filter(name => name.startsWith('restart-'));

test('at 80x24 a restart is interrupted and continued; afterwards all keys and replicas are back', async t => {
	const {program} = await oneServer();
	const [dir, state] = [folderFor(t), folderFor(t)];
	recordAudits(t, () => auditIn(state));
	const server = await serverFor(t, {server: program, dir, args: ['--repl-diskless-sync-delay', '0']});
	const replica = await serverFor(t, {server: program, args: ['--replicaof', '127.0.0.1', String(server.port)]});
	await server.command('EVAL', fill, 0);
	await eventually('the replica', async () =>
		/state=online/.test((await infoOf(server, 'replication')).get('slave0') ?? '') ? true : undefined,
	);
	const address = addressOf(server);
	const env = {XDG_STATE_HOME: state};
	const first = await openMonitor(t, [...at(server), '-i', '200ms'], {env});
	await first.waitFor(/2 nodes answer/);
	await openRestart(first, address);
	await first.waitFor(/survives +ONLY by an explicit save/);
	await first.waitFor(/saves nothing: it loses 1,234 keys, and 1 .*\n.*replica with it/);
	first.press('g');
	await first.waitFor(/> \[ \] 1 fail over to a replica/);
	assert.equal(statSync(path.join(state, 'redis-top', keptIn(state)[0] ?? '')).mode & 0o777, 0o600);
	first.press('k');
	await first.waitFor(/\[-\] 1 fail over[\s\S]*> \[ \] 2 save/);
	await doStep(first, 'b', address, true);
	await first.waitFor(/\[x\] 2 save[\s\S]*> \[ \] 3 stop/);

	// A hidden restart stays on the screen as a note. After quitting, the next redis-top shows that note.
	first.press('\u{1B}');
	await first.waitFor(/! restart of \S+: step 3 of 6, stop; R among the actions continues/);
	first.press('q');
	await first.exited;
	const second = await openMonitor(t, [...at(server), '-i', '200ms'], {env});
	await second.waitFor(/! restart of \S+: step 3 of 6, stop/);
	await second.waitFor(/2 nodes answer/);
	await openRestart(second, address);
	await second.waitFor(/had +run id \w+, primary, 1,234 keys[\s\S]*\[x\] 2 save[\s\S]*> \[ \] 3 stop/);
	await doStep(second, 's', address, true);
	assert.equal(await server.exited, 0);
	await second.waitFor(/\[x\] 3 stop[\s\S]*> \[ \] 4 start/);

	const next = await serverFor(t, {server: program, dir, port: server.port, args: ['--repl-diskless-sync-delay', '0']});
	await second.waitFor(/\[x\] 6 prove[^\n]*run id now/);
	assert.equal(await next.command('DBSIZE'), keyCount);
	assert.match((await infoOf(next, 'replication')).get('slave0') ?? '', /state=online/);
	assert.equal(await replica.command('DBSIZE'), keyCount);
	await eventually('it is over', () => (keptIn(state).length === 0 ? true : undefined));
	const audit = auditIn(state);
	assert.deepEqual(
		audit.filter(({action}) => action === 'restart').map(({phase}) => phase),
		['intent', 'verified'],
	);
	assert.equal(audit.filter(({command, phase}) => command === 'SHUTDOWN SAVE' && phase === 'intent').length, 1);
	assert.match(audit.at(-1)?.detail ?? '', /1,234 of 1,234 keys, primary as before, 1 of 1 replica back/);
});

/** Starts a server that is started again at once whenever it ends, as by systemd with Restart=always. */
async function startSupervised(t: TestContext, program: string) {
	const dir = folderFor(t);
	const port = await freePort();
	const log = path.join(dir, 'server.log');
	const script = `while :; do "$0" --port ${port} --bind 127.0.0.1 --save '' --dir "$1" --logfile "$1/server.log" & wait $!; done`;
	const supervisor = spawn('sh', ['-c', script, program, dir], {detached: true, stdio: 'ignore'});
	t.after(() => process.kill(-(supervisor.pid ?? 0), 'SIGKILL'));
	const client = await eventually('the supervised server', () => RespClient.connect({port}).catch(() => undefined));
	return {port, client, log: () => (existsSync(log) ? readFileSync(log, 'utf8') : '')};
}

test('under a supervisor that starts the server at once, exactly one shutdown is sent, whatever is pressed after it', async t => {
	const server = await startSupervised(t, (await oneServer()).program);
	await eventually('it answers', async () => ((await server.client.command('PING')) === 'PONG' ? true : undefined));
	await server.client.command('EVAL', fill, 0);
	const address = addressOf(server);
	const state = folderFor(t);
	const screen = await openMonitor(t, [...at(server), '-i', '200ms', '--allow-actions'], {
		env: {XDG_STATE_HOME: state},
	});
	await screen.waitFor(/ok .*answers/);
	await openRestart(screen, address);
	screen.press('g');
	await screen.waitFor(/> \[ \] 1 save/);
	await doStep(screen, 'b', address, false);
	await doStep(screen, 's', address, false);
	await screen.waitFor(/\[x\] 2 stop[\s\S]*\[x\] 3 start[\s\S]*\[x\] 5 prove[^\n]*run id now/);
	const supervised = await RespClient.connect({port: server.port});
	t.after(() => supervised.close());
	for (const key of ['s', 'b', 's']) {
		screen.press(key);
		await polledAgain(supervised);
	}

	await screen.waitFor(/\[x\] 5 prove/);
	assert.equal(server.log().match(/User requested shutdown/g)?.length, 1);
	assert.equal(
		auditIn(state).filter(({command, phase}) => command === 'SHUTDOWN SAVE' && phase === 'intent').length,
		1,
	);
	assert.equal(await supervised.command('DBSIZE'), keyCount);
});
