import assert from 'node:assert/strict';
import {readdirSync, readFileSync} from 'node:fs';
import path from 'node:path';
import {type TestContext, test} from 'node:test';
import {panelTable} from '../../source/state/panel-table.js';
import type {PtyScreen} from '../harness/pty.js';
import {recordedText} from '../harness/recorded-text.js';
import {addressOf, at, openMonitor, runProgram, serverFor} from './monitor.js';

const client = 'zq-payments-client';
const key = 'zq-customer-4711';

/** Starts a server with a client and a slow command, and returns all names that must not be visible. */
async function secretServer(t: TestContext) {
	const server = await serverFor(t);
	await server.command('CONFIG', 'SET', 'slowlog-log-slower-than', '0');
	const connection = await server.connect();
	await connection.command('CLIENT', 'SETNAME', client);
	await connection.command('SET', key, 'zq-value');
	const [, dir = ''] = (await server.command('CONFIG', 'GET', 'dir')) as string[];
	return {server, secrets: [client, key, 'zq-value', '127.0.0.1', addressOf(server), dir].filter(text => text !== '')};
}

function assertHidden(text: string, secrets: readonly string[], what: string): void {
	for (const secret of secrets) {
		const found = text.indexOf(secret);
		assert.equal(found, -1, `${what} has ${secret}: …${text.slice(Math.max(0, found - 80), found + 80)}…`);
	}
}

const copiedBy = (screen: PtyScreen): string[] =>
	[
		...screen
			.rawOutput()
			.toString()
			.matchAll(/\u{1B}\]52;c;([^\u{7}]*)\u{7}/gu),
	].map(([, text = '']) => Buffer.from(text, 'base64').toString());

test('--mask: no real name in any byte of the terminal, in copies, in dumps and in their names', async t => {
	const {server, secrets} = await secretServer(t);
	const screen = await openMonitor(t, [...at(server), '--mask', '-i', '500ms'], {cols: 140, rows: 45});
	await screen.waitFor(/host-1:\d+ .*\[READ-ONLY\].*MASKED/);
	await screen.waitFor(/ok host-1:\d+ answers/);
	for (const {key: digit} of panelTable) {
		screen.press(digit);
		await screen.waitFor(digit === '1' ? /Latency/ : new RegExp(`╭─ ${digit} `));
	}

	screen.press('4');
	await screen.waitFor(/client-\d/);
	screen.press('Y');
	await screen.waitFor(/panel copied/);
	screen.press('6');
	await screen.waitFor(/INFO key-\d/);
	// The command must be among the newest, because the first poll reads only some of the older entries.
	await server.command('SET', key, 'zq-value');
	await screen.waitFor(/set key-\d+ key-\d+/i);
	screen.press('y');
	await screen.waitFor(/row copied/);
	screen.press('A');
	await screen.waitFor(/no actions with --mask/);
	screen.press('U');
	await screen.waitFor(/not with --mask/);
	screen.press('D');
	await screen.waitFor(/written: redis-top-host-1-\d+-\w+\.txt, \.json and \.rtr/);
	screen.press('w');
	await screen.waitFor(/the wall is view-only/);
	screen.press('Q');
	assert.deepEqual(await screen.exited, {code: 0, signal: undefined});
	const files = readdirSync(screen.home).filter(name => name.startsWith('redis-top-'));
	assert.equal(files.length, 3, files.join());
	const written = files.map(name => {
		const file = path.join(screen.home, name);
		return name.endsWith('.rtr') ? recordedText(file) : readFileSync(file, 'utf8');
	});
	const copied = copiedBy(screen);
	assert.equal(copied.length, 2);
	const hidden = [...secrets, screen.home];
	assertHidden(screen.rawOutput().toString(), hidden, 'the terminal');
	assertHidden([...files, ...written].join('\n'), hidden, 'a dump');
	assertHidden(copied.join('\n'), hidden, 'the clipboard');
	assert.match(copied.join('\n'), /client-\d[\s\S]*key-\d/);
});

test('--mask: no real name in a snapshot of either format or in samples of a server that is down; check refuses --mask', async t => {
	const {server, secrets} = await secretServer(t);
	const json = await runProgram(t, ['snapshot', ...at(server), '--mask', '-i', '200ms']);
	assert.equal(json.code, 0, json.stderr);
	assert.match(json.stdout, /"address": ?"host-1:\d+"/);
	const text = await runProgram(t, ['snapshot', ...at(server), '--mask', '--format', 'text', '-i', '200ms']);
	await server.stop();
	const away = await runProgram(t, [...at(server), '--mask', '-i', '200ms']);
	assert.equal(away.code, 69);
	for (const {stdout} of [json, text, away]) {
		assertHidden(stdout, secrets, 'what was printed');
		assert.match(stdout, /host-1:\d+/);
	}

	const check = await runProgram(t, ['check', ...at(server), '--mask']);
	assert.deepEqual(
		[check.code, check.stderr.trim()],
		[64, 'redis-top: --mask goes with the monitor, snapshot, record, replay and report, not with check'],
	);
});
