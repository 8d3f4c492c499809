import assert from 'node:assert/strict';
import {chmodSync, mkdirSync} from 'node:fs';
import path from 'node:path';
import test from 'node:test';
import {ActionController} from '../../../source/actions/dialog/action-controller.js';
import {type DialogContent, dialogSize} from '../../../source/actions/dialog/dialog-content.js';
import type {DialogKey} from '../../../source/actions/dialog/dialog-state.js';
import {nodeRole} from '../../../source/derive/replication-peers.js';
import type {MonitorEvent} from '../../../source/domain/event.js';
import {messageText} from '../../../source/domain/message.js';
import {parseInfo} from '../../../source/parse/info.js';
import type {NodeRecord} from '../../../source/state/monitor-state.js';
import {plainText} from '../../../source/text/line.js';
import {eventually} from '../../harness/eventually.js';
import {freePort} from '../../harness/free-port.js';
import {recordFrom} from '../../harness/records.js';
import {startServer, type TestServer} from '../../harness/servers.js';
import {fill, settingsFor, type Workbench, workbench} from '../workbench.js';

const named = (name: 'enter' | 'escape'): DialogKey => ({kind: 'named', name});

async function recordOf(server: TestServer): Promise<NodeRecord> {
	const info = parseInfo(String(await server.command('INFO')));
	const base = recordFrom({address: `127.0.0.1:${server.port}`, role: nodeRole(info)});
	const runId = info.text('server', 'run_id');
	return {...base, sample: {atMs: 0, elapsedMs: 0, roundTripMs: 0, info, runId}};
}

/** A controller on a real server, with a test that presses keys. */
async function controllerOn(bench: Workbench, server: TestServer, startsUnlocked = false) {
	const events: MonitorEvent[] = [];
	const controller = new ActionController({
		gate: bench.gate,
		settingsOf: () => settingsFor(server.port),
		whyReadOnly: undefined,
		startsUnlocked,
		isProduction: false,
		columns: 80,
		rows: 24,
		announce: event => events.push(event),
		onChange: () => undefined,
	});
	const text = () => {
		const dialog = controller.dialog();
		return dialog === undefined ? '' : textOf(dialog);
	};
	const press = (keys: string) => {
		for (const key of keys) {
			controller.press({kind: 'character', text: key});
		}
	};
	const sees = (words: RegExp) => eventually(`${words} in\n${text()}`, () => (words.test(text()) ? true : undefined));
	/** Presses until the dead time of a box is over and something else is seen. */
	const pressUntil = (key: string, words: RegExp) =>
		eventually(`${words} after ${key}`, () => {
			if (words.test(text())) {
				return true;
			}

			press(key);
			return undefined;
		});
	return {controller, events, text, press, sees, pressUntil, record: await recordOf(server)};
}

const textOf = ({title, facts, lines, prompt, typed, hint}: DialogContent): string =>
	[
		title,
		...facts.map(([label, value]) => `${label}: ${value}`),
		...[...lines, prompt ?? []].map(plainText),
		typed ?? '',
		hint,
	].join('\n');

test('from the locked session to the proved save', async () => {
	const [bench, server] = [workbench(), await startServer()];
	const hands = await controllerOn(bench, server);
	try {
		await fill(server, 20);
		assert.equal(hands.controller.lock, 'locked');
		hands.controller.open(hands.record);
		hands.press('Sb');
		await hands.sees(/to unlock for 15 minutes/);
		// The first characters fall into the box's dead time.
		const address = `127.0.0.1:${server.port}`;
		await hands.pressUntil(address[0] ?? '', new RegExp(`^${address[0]}$`, 'm'));
		hands.press(address.slice(1));
		await hands.sees(/press b to send BGSAVE/);
		assert.match(hands.text(), /sends: BGSAVE/);
		assert.notEqual(hands.controller.lock, 'locked');
		await hands.pressUntil('b', /verified: saved at/);
		assert.deepEqual(bench.sent, ['BGSAVE']);
		assert.deepEqual(
			bench.audits().map(({phase}) => phase),
			['unlocked', 'intent', 'outcome', 'verified'],
		);
		assert.match(messageText(hands.events[0]?.text ?? ''), /^BGSAVE: sent once, .*verified/);
		hands.controller.press(named('enter'));
		assert.equal(hands.controller.isOpen, false);
	} finally {
		await hands.controller.close();
		await server.stop();
		bench.remove();
	}
});

test('the box of a primary with a replica that is behind fits 80x24 and says so', async () => {
	const bench = workbench();
	const primary = await startServer({args: ['--repl-diskless-sync-delay', '0']});
	const replica = await startServer({args: ['--replicaof', '127.0.0.1', String(primary.port)]});
	try {
		await eventually('the replica', async () =>
			/state=online/.test(String(await primary.command('INFO', 'replication'))) ? true : undefined,
		);
		process.kill(replica.pid, 'SIGSTOP');
		await fill(primary, 1000, 1000);
		await primary.command('CONFIG', 'SET', 'dir', primary.dir);
		const hands = await controllerOn(bench, primary, true);
		hands.controller.open(hands.record);
		hands.press('Ts');
		await hands.sees(/SHUTDOWN SAVE/);
		await hands.sees(/then s/);
		const dialog = hands.controller.dialog();
		assert.ok(dialog);
		const {columns, rows} = dialogSize(dialog);
		assert.ok(columns <= 80 && rows <= 24, `${columns}x${rows}\n${hands.text()}`);
		assert.match(hands.text(), /replicas: 127\.0\.0\.1:\d+ [\d.]+[KM] behind/);
		assert.match(hands.text(), /\[!\] 1 of 1 replica not caught up/);
		await hands.controller.close();
		assert.deepEqual(bench.sent, []);
		assert.deepEqual(
			bench.audits().map(({phase, detail}) => `${phase} ${detail}`),
			['aborted redis-top ended'],
		);
	} finally {
		process.kill(replica.pid, 'SIGCONT');
		await replica.stop();
		await primary.stop();
		bench.remove();
	}
});

test('a user without the right is told so in the box', async () => {
	const [bench, server] = [workbench(), await startServer()];
	const hands = await controllerOn(bench, server, true);
	try {
		await server.command('ACL', 'SETUSER', 'default', '-bgsave');
		hands.controller.open(hands.record);
		hands.press('Sb');
		await hands.sees(/\[VETO\] this user may not:/);
		assert.deepEqual(bench.sent, []);
	} finally {
		await hands.controller.close();
		await server.stop();
		bench.remove();
	}
});

test('a renamed command, and a server that is gone, are told too', async () => {
	const [bench, server] = [workbench(), await startServer({args: ['--rename-command', 'BGSAVE', 'KEEP']})];
	const hands = await controllerOn(bench, server, true);
	try {
		hands.controller.open(hands.record);
		hands.press('Sb');
		await hands.sees(/\[VETO\] this server has no BGSAVE/);
		hands.controller.press(named('escape'));
		await server.stop();
		hands.controller.open(hands.record);
		hands.press('Ts');
		await hands.sees(/ECONNREFUSED/);
		assert.deepEqual(bench.sent, []);
	} finally {
		await hands.controller.close();
		bench.remove();
	}
});

test('a box closes when its connection is lost, and nothing is sent to who comes after', async () => {
	const [bench, port] = [workbench(), await freePort()];
	const first = await startServer({port});
	const hands = await controllerOn(bench, first, true);
	hands.controller.open(hands.record);
	hands.press('Sb');
	await hands.sees(/press b/);
	await first.stop();
	const second = await startServer({port});
	try {
		await hands.sees(/closed: the connection was lost/);
		hands.press('b');
		hands.controller.press(named('enter'));
		assert.deepEqual(bench.sent, []);
		hands.controller.open(hands.record);
		hands.press('Sb');
		await hands.sees(/another process answers/);
		assert.deepEqual(bench.sent, []);
	} finally {
		await hands.controller.close();
		await second.stop();
		bench.remove();
	}
});

test('an unlock that cannot be audited unlocks nothing', async () => {
	const [bench, server] = [workbench(), await startServer()];
	const hands = await controllerOn(bench, server);
	try {
		chmodSync(bench.stateFolder, 0o700);
		mkdirSync(path.join(bench.stateFolder, 'audit.ndjson'));
		hands.controller.open(hands.record);
		hands.press('Sb');
		const address = `127.0.0.1:${server.port}`;
		await hands.pressUntil('1', /^1$/m);
		hands.press(address.slice(1));
		await hands.sees(/audit log .* cannot be written/);
		assert.equal(hands.controller.lock, 'locked');
		assert.deepEqual(bench.sent, []);
	} finally {
		await hands.controller.close();
		await server.stop();
		bench.remove();
	}
});

test('what is still followed when redis-top ends is audited as not proved', async () => {
	const [bench, server] = [workbench(), await startServer({args: ['--rdb-key-save-delay', '20000']})];
	const hands = await controllerOn(bench, server, true);
	try {
		await fill(server, 500);
		hands.controller.open(hands.record);
		hands.press('Sb');
		await hands.sees(/press b/);
		await hands.pressUntil('b', /running: the child writes/);
		await hands.controller.close();
		const last = bench.audits().at(-1);
		assert.equal(last?.phase, 'unproved');
		assert.match(last?.detail ?? '', /redis-top ended first/);
	} finally {
		await server.stop();
		bench.remove();
	}
});
