import assert from 'node:assert/strict';
import {chmodSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync} from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import test, {type TestContext} from 'node:test';
import {ActionsController} from '../../../source/actions/actions-controller.js';
import {takeReading} from '../../../source/actions/catalogue/server-facts.js';
import {typeAheadMs} from '../../../source/actions/dialog/dialog-clock.js';
import {nodeRole} from '../../../source/derive/replication-peers.js';
import {systemClock} from '../../../source/domain/clock.js';
import type {MonitorEvent} from '../../../source/domain/event.js';
import type {NodeAddress} from '../../../source/domain/node.js';
import type {RestartRun} from '../../../source/domain/restart.js';
import {keepRestart, readRestarts} from '../../../source/host/restart-files.js';
import type {NodeRecord} from '../../../source/state/monitor-state.js';
import {plainText} from '../../../source/text/line.js';
import {openActionPort} from '../../../source/wire/ioredis-port.js';
import {WireFailure} from '../../../source/wire/redis-port.js';
import {eventually} from '../../harness/eventually.js';
import {emptyRecord} from '../../harness/records.js';
import {startServer} from '../../harness/servers.js';
import {fill, settingsFor, testedServers, type Workbench, workbench} from '../workbench.js';

/** What a poll would make of the server now. */
async function recordNow(port: number): Promise<NodeRecord> {
	const base = emptyRecord(`127.0.0.1:${port}`);
	const connection = openActionPort(settingsFor(port));
	try {
		await connection.open();
		const {info} = await takeReading(connection, 2000);
		const isLoading = info.number('persistence', 'loading') === 1;
		const sample = {atMs: 0, elapsedMs: 0, roundTripMs: 0, info, runId: info.text('server', 'run_id')};
		return {...base, reach: isLoading ? 'loading' : 'up', role: nodeRole(info), sample};
	} catch (error) {
		const code = error instanceof WireFailure ? error.code : '';
		return {...base, reach: 'down', failure: {layer: 'tcp', code, problem: '', state: 'down'}};
	} finally {
		connection.close();
	}
}

/** A screen's actions on one server, with somebody who looks at it and presses keys. */
function seat(
	context: TestContext,
	bench: Workbench,
	port: number,
	parts: {readonly pid?: number; readonly columns?: number} = {},
) {
	const events: MonitorEvent[] = [];
	const controller = new ActionsController({
		gate: bench.gate,
		folder: bench.stateFolder,
		osUser: 'alice',
		pid: parts.pid ?? process.pid,
		settingsOf: () => settingsFor(port),
		whyReadOnly: undefined,
		startsUnlocked: true,
		isProduction: false,
		columns: parts.columns ?? 80,
		rows: 24,
		announce: event => events.push(event),
	});
	const end = new AbortController();
	const looking = (async () => {
		while (!end.signal.aborted) {
			controller.see(await recordNow(port));
			await systemClock.sleep(50, end.signal);
		}
	})();
	const leave = async () => {
		end.abort();
		await controller.close();
		await looking;
	};
	context.after(leave);

	const text = () => {
		const dialog = controller.dialog();
		const {title = '', facts = [], lines = [], prompt = [], typed = ''} = dialog ?? {};
		return [title, ...facts.map(fact => fact.join(' ')), ...lines.map(plainText), plainText(prompt), `> ${typed}`].join(
			'\n',
		);
	};
	const shown = (pattern: RegExp) =>
		eventually(`${pattern} in\n${text()}`, () => (pattern.test(text()) ? true : undefined));
	/** The box drops what comes at once after it has opened. */
	const press = async (...keys: readonly string[]) => {
		await systemClock.sleep(typeAheadMs + 10);
		for (const key of keys) {
			controller.press(key === 'enter' ? {kind: 'named', name: 'enter'} : {kind: 'character', text: key});
		}
	};
	const open = async () => {
		controller.open(await recordNow(port));
		await press('R');
		await shown(/Restart \S+, (?:step by step|begun)/);
	};
	return {controller, events, text, shown, press, open, leave};
}

type Seat = ReturnType<typeof seat>;

async function saveAndStop(person: Seat, address: string): Promise<void> {
	await person.press('b');
	await person.shown(/press b to send BGSAVE/);
	await person.press('b');
	await person.shown(/verified: saved/);
	await person.press('enter');
	await stop(person, address);
}

async function stop({press, shown}: Seat, address: string): Promise<void> {
	await press('s');
	await shown(/type \S+, then s/);
	await press(...address);
	await shown(/press s to send SHUTDOWN SAVE/);
	await press('s');
	await shown(/verified: the server is gone/);
	await press('enter');
	await shown(/\[x\] 2 stop[\s\S]*> \[ \] 3 start/);
}

const kinds: ReadonlyArray<readonly [kind: string, args: readonly string[]]> = [
	['an AOF', ['--appendonly', 'yes']],
	['save points', ['--save', '3600 1']],
	['nothing of its own', []],
];

// At once: each waits for seconds whether its server comes back by itself.
test('all keys are back', {concurrency: true}, async whole => {
	const names = testedServers();
	const restarts = kinds.map(([kind, args], index) => {
		const name = names[index % names.length] ?? '';
		return whole.test(`with ${kind}: ${name}`, context => restartWith(context, name, kind, args));
	});
	await Promise.all(restarts);
});

async function restartWith(context: TestContext, name: string, kind: string, args: readonly string[]): Promise<void> {
	const bench = workbench();
	context.after(() => bench.remove());
	const dir = mkdtempSync(path.join(os.tmpdir(), 'redis-top-restart-'));
	context.after(() => rmSync(dir, {recursive: true, force: true, maxRetries: 3}));
	const first = await startServer({server: name, dir, args});
	context.after(() => first.stop());
	await fill(first, 700);
	const address = `127.0.0.1:${first.port}`;
	const person = seat(context, bench, first.port);
	await person.open();
	await person.press('g');
	await person.shown(/> \[ \] 1 save/);
	if (kind === 'an AOF') {
		await person.press('k');
		await stop(person, address);
	} else {
		await saveAndStop(person, address);
	}

	await first.exited;
	const next = await startServer({server: name, dir, args, port: first.port});
	context.after(() => next.stop());
	await person.shown(/\[x\] 5 prove/);
	assert.equal(await next.command('DBSIZE'), 700);
	await person.leave();
	assert.deepEqual(bench.sent, kind === 'an AOF' ? ['SHUTDOWN SAVE'] : ['BGSAVE', 'SHUTDOWN SAVE']);
	assert.deepEqual(
		bench.audits().flatMap(({action, phase}) => (action === 'restart' ? [phase] : [])),
		['intent', 'verified'],
	);
	assert.deepEqual(await readRestarts(bench.stateFolder), []);
	assert.match(person.events.map(({text}) => text).join('\n'), /restart verified: .*700 of 700 keys/);
}

/** A primary with a replica that follows it. */
async function startPair(context: TestContext) {
	const primary = await startServer({args: ['--repl-diskless-sync-delay', '0']});
	context.after(() => primary.stop());
	const replica = await startServer({args: ['--replicaof', '127.0.0.1', String(primary.port)]});
	context.after(() => replica.stop());
	await eventually('the replica', async () =>
		/state=online/.test(String(await primary.command('INFO', 'replication'))) ? true : undefined,
	);
	return {primary, replica};
}

test('f opens the failover, and its step is done when the server is seen to be a replica', async context => {
	const bench = workbench();
	context.after(() => bench.remove());
	const {primary, replica} = await startPair(context);
	await fill(primary, 50);
	const address = `127.0.0.1:${primary.port}`;
	const person = seat(context, bench, primary.port);
	await person.open();
	await person.press('g');
	const sent = `FAILOVER TO 127.0.0.1 ${replica.port} TIMEOUT 10000`;
	await person.shown(new RegExp(`> \\[ \\] 1 fail over[\\s\\S]*f opens ${sent} on ${address}`));
	await person.press('f');
	await person.shown(/type \S+, then f/);
	// Left at its box, the step is as it was.
	await person.press('enter');
	await person.shown(/> \[ \] 1 fail over/);
	assert.deepEqual(bench.sent, []);
	await person.press('f');
	await person.shown(/type \S+, then f/);
	await person.press(...address);
	await person.shown(/press f to send FAILOVER/);
	await person.press('f');
	await person.shown(/verified: it is now a replica/);
	await person.press('enter');
	await person.shown(/\[x\] 1 fail over to a replica: it is a replica now[\s\S]*> \[ \] 2 save/);
	assert.deepEqual(bench.sent, [sent]);
	assert.match(String(await replica.command('INFO', 'replication')), /role:master/);
	await person.leave();
});

const runOf = (port: number, command: readonly string[], state: 'todo' | 'sent' = 'todo'): RestartRun => ({
	address: `127.0.0.1:${port}` as NodeAddress,
	startedAtMs: Date.now(),
	osUser: 'bob',
	// Above what a kernel gives out: a process that has ended.
	ownerPid: 2 ** 30,
	before: {runId: 'a'.repeat(40), role: 'primary', keys: 0, expiring: 0, replicas: 0},
	start: {who: 'docker', text: command.join(' '), command, isAutomatic: false},
	isSaveOptional: false,
	steps: (['save', 'stop', 'start', 'load', 'prove'] as const).map(id => ({
		id,
		state: id === 'save' || (id === 'stop' && state === 'todo') ? 'done' : id === 'stop' ? 'sent' : 'todo',
		note: '',
		atMs: 0,
	})),
});

test('quit while the stop was under way: the next redis-top sees that the server is gone, and sends nothing again', async context => {
	const bench = workbench();
	context.after(() => bench.remove());
	const server = await startServer();
	await keepRestart(bench.stateFolder, runOf(server.port, ['docker', 'start', 'a'.repeat(12)], 'sent'));
	await server.stop();
	const person = seat(context, bench, server.port);
	await eventually('the reminder', () =>
		person.controller.notes.some(note => /step 3 of 5, start; R among the actions continues/.test(note))
			? true
			: undefined,
	);
	assert.deepEqual(bench.sent, []);
});

test('the supervisor’s own command is run once when its name was typed, by its arguments, and audited', async context => {
	const bench = workbench();
	context.after(() => bench.remove());
	const server = await startServer();
	context.after(() => server.stop());
	const {port} = server;
	await server.stop();
	const tools = mkdtempSync(path.join(os.tmpdir(), 'redis-top-tools-'));
	context.after(() => rmSync(tools, {recursive: true, force: true}));
	const ran = path.join(tools, 'ran');
	writeFileSync(path.join(tools, 'docker'), `#!/bin/sh\nprintf '%s|' "$@" >> ${ran}\necho started\n`);
	chmodSync(path.join(tools, 'docker'), 0o755);
	const searched = process.env.PATH;
	process.env.PATH = `${tools}${path.delimiter}${searched}`;
	context.after(() => {
		process.env.PATH = searched;
	});

	const command = ['docker', 'start', 'a'.repeat(12)];
	await keepRestart(bench.stateFolder, runOf(port, command));
	const person = seat(context, bench, port);
	await eventually('the run', () => (person.controller.notes.length > 0 ? true : undefined));
	await person.open();
	await person.shown(/> \[ \] 3 start[\s\S]*type \S+, then t/);
	// The letter alone, a bunch, or half a name run nothing.
	person.controller.press({kind: 'bunch'});
	await person.press('t', 'enter');
	await person.open();
	const address = `127.0.0.1:${port}`;
	await person.press(...address.slice(0, -1), 't', 'enter');
	assert.throws(() => readFileSync(ran, 'utf8'), /ENOENT/);
	await person.open();
	await person.press(...address, 't');
	await person.shown(/\[~\] 3 start.*docker start a+: ended well started/);
	assert.equal(readFileSync(ran, 'utf8'), `start|${'a'.repeat(12)}|`);
	assert.deepEqual(
		bench.audits().map(({action, phase, command: text}) => [action, phase, text]),
		[
			['restart', 'intent', command.join(' ')],
			['restart', 'outcome', command.join(' ')],
		],
	);

	const next = await startServer({port});
	context.after(() => next.stop());
	await person.shown(/\[x\] 5 prove/);
	assert.deepEqual(bench.sent, []);
});

test('an abandoned restart is forgotten and audited; without a state folder no restart begins', async context => {
	const bench = workbench();
	context.after(() => bench.remove());
	const server = await startServer();
	context.after(() => server.stop());
	const person = seat(context, bench, server.port);
	await person.open();
	await person.press('g');
	await person.shown(/> \[ \] 1 save/);
	assert.equal((await readRestarts(bench.stateFolder)).length, 1);
	await person.press('x');
	await person.shown(/press x again to abandon it/);
	await person.press('x');
	await eventually('forgotten', async () => ((await readRestarts(bench.stateFolder)).length === 0 ? true : undefined));
	assert.equal(bench.audits().at(-1)?.phase, 'aborted');

	for (const name of readdirSync(bench.stateFolder)) {
		rmSync(path.join(bench.stateFolder, name));
	}

	mkdirSync(path.join(bench.stateFolder, 'audit.ndjson'));
	await person.open();
	await person.press('g');
	await person.shown(/not begun: the audit log[\s\S]*cannot\s+be\s+written/);
	assert.deepEqual(await readRestarts(bench.stateFolder), []);
	assert.deepEqual(bench.sent, []);
});

test('the letter of a restart opens it from within a group of the menu too', async context => {
	const bench = workbench();
	context.after(() => bench.remove());
	const server = await startServer();
	context.after(() => server.stop());
	const person = seat(context, bench, server.port);
	person.controller.open(await recordNow(server.port));
	await person.press('S');
	await person.shown(/Save actions on/);
	await person.press('R');
	await person.shown(/Restart \S+, step by step/);
	assert.deepEqual(bench.sent, []);
});

test('while one redis-top runs a restart, another only shows it; a dialog that does not fit takes no letters', async context => {
	const bench = workbench();
	context.after(() => bench.remove());
	const server = await startServer();
	context.after(() => server.stop());
	const first = seat(context, bench, server.port);
	await first.open();
	await first.press('g');
	await first.shown(/> \[ \] 1 save/);
	const second = seat(context, bench, server.port, {pid: process.ppid, columns: 30});
	await eventually('the other sees it', () => (second.controller.notes.length > 0 ? true : undefined));
	second.controller.open(await recordNow(server.port));
	await second.press('R');
	await second.shown(/This dialog needs \d+x\d+/);
	await second.press('b', 'x', 'x');
	second.controller.resize(100, 40);
	await second.press('b');
	await second.shown(/another redis-top runs this restart \(process \d+\)/);
	assert.equal((await readRestarts(bench.stateFolder))[0]?.ownerPid, process.pid);

	await first.press('x', 'x');
	await eventually('the other forgets it', () =>
		second.controller.notes.length === 0 && !/begun/.test(second.text()) ? true : undefined,
	);
	assert.deepEqual(bench.sent, []);
});

test('a failover is seen, whoever did it, and the restart goes on with the replica', async context => {
	const bench = workbench();
	context.after(() => bench.remove());
	const {primary} = await startPair(context);
	await primary.command('SET', 'key', '1');
	const person = seat(context, bench, primary.port);
	await person.open();
	await person.press('g');
	await person.shown(/> \[ \] 1 fail over/);
	assert.equal(await primary.command('FAILOVER'), 'OK');
	await person.shown(/\[x\] 1 fail over to a replica: it is a replica now[\s\S]*> \[ \] 2 save/);
	assert.match(person.text(), /had run id \w+, replica, 1 key /);
	assert.deepEqual(bench.sent, []);
});
