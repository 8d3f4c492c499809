import assert from 'node:assert/strict';
import {readdirSync, readFileSync, statSync, writeFileSync} from 'node:fs';
import path from 'node:path';
import process from 'node:process';
import {type TestContext, test} from 'node:test';
import {eventually} from '../harness/eventually.js';
import type {PtyScreen} from '../harness/pty.js';
import {untouchedModes} from '../harness/screen.js';
import {addressOf, at, folderFor, infosByOthers, isRunning, openMonitor, polledAgain, serverFor} from './monitor.js';

const esc = '\u{1B}';

/** Waits until the selected row is the one with `text`. */
const selected = (screen: PtyScreen, text: string) =>
	screen.waitFor(lines => lines.some(line => line.startsWith('│>') && line.includes(text)), {what: `${text} selected`});

async function openClients(t: TestContext, names: readonly string[]) {
	const server = await serverFor(t);
	for (const name of names) {
		await (await server.connect()).command('CLIENT', 'SETNAME', name);
	}

	const screen = await openMonitor(t, [...at(server), '-i', '500ms']);
	screen.press('4');
	for (const name of names) {
		await screen.waitFor(lines => lines.some(line => line.includes(name)), {what: name});
	}

	return {server, screen};
}

test('help, panels by Tab and by digit, Esc goes back and never quits', async t => {
	const server = await serverFor(t);
	const screen = await openMonitor(t, [...at(server), '-i', '200ms']);
	await screen.waitFor(/ok .*answers/);
	screen.press('?');
	await screen.waitFor(/╭─ help ─/);
	screen.press(esc);
	await screen.waitFor(lines => !lines.join('\n').includes('╭─ help ─'), {what: 'the help closed'});
	screen.press('?');
	await screen.waitFor(/╭─ help ─/);
	// This closes the box and does nothing else.
	screen.press('q');
	await screen.waitFor(/Latency/);
	screen.press('\t');
	await screen.waitFor(/2 Memory[\s\S]*Keyspace/);
	screen.press(`${esc}[Z`);
	await screen.waitFor(/Latency/);
	screen.press('6');
	await screen.waitFor(/6 Slow log/);
	screen.press(esc);
	await screen.waitFor(/Latency/);
	for (let times = 0; times < 3; times++) {
		screen.press(esc);
		await polledAgain(server);
	}

	screen.press('2');
	await screen.waitFor(/Keyspace/);
	screen.press('\u{3}');
	assert.deepEqual(await screen.exited, {code: 0, signal: undefined});
});

test('a list is filtered, sorted, walked, opened and copied', async t => {
	const names = ['alpha-worker', 'beta-worker', 'gamma-queue'];
	const {server, screen} = await openClients(t, names);
	screen.press('/');
	await screen.waitFor(/Enter keeps it/);
	for (const [index, key] of [...'worker'].entries()) {
		screen.press(key);
		await screen.waitFor(lines => lines.at(-1)?.includes(`/${'worker'.slice(0, index + 1)}_`) === true);
	}

	await screen.waitFor(
		lines => !lines.join('\n').includes('gamma-queue') && /alpha-worker[\s\S]*beta-worker/.test(lines.join('\n')),
	);
	screen.press('\r');
	await screen.waitFor(lines => /\? help/.test(lines.at(-1) ?? ''));
	assert.doesNotMatch(screen.text(), /gamma-queue/);
	screen.press(esc);
	await screen.waitFor(/gamma-queue/);

	// The sort keys are stepped through until the first one comes again.
	const sortedBy = () => /sort ([\w /]+?)(?: {2}| ─)/.exec(screen.text())?.[1];
	const first = sortedBy();
	assert.ok(first);
	const seen = [first];
	for (;;) {
		const before = seen.at(-1);
		screen.press('s');
		await screen.waitFor(() => sortedBy() !== undefined && sortedBy() !== before, {what: 'another sort key'});
		const now = String(sortedBy());
		if (now === first) {
			break;
		}

		seen.push(now);
		assert.ok(seen.length < 20, seen.join());
		if (now === 'name') {
			const order = () => names.toSorted((a, b) => screen.text().indexOf(a) - screen.text().indexOf(b));
			await screen.waitFor(() => order().join() === names.join(), {what: 'names upwards'});
			screen.press('I');
			await screen.waitFor(() => order().join() === names.toReversed().join(), {what: 'names downwards'});
			screen.press('I');
			await screen.waitFor(() => order().join() === names.join(), {what: 'names upwards again'});
		}
	}

	assert.ok(seen.includes('name') && seen.length > 3, seen.join());
	const rowOf = (name: string) => screen.lines().findIndex(line => line.includes(name));
	const selectedRow = () => screen.lines().findIndex(line => line.startsWith('│>'));
	screen.press('g');
	await screen.waitFor(() => selectedRow() > 0);
	const firstRow = selectedRow();
	for (let step = 0; step < 12 && selectedRow() !== rowOf('beta-worker'); step++) {
		const before = selectedRow();
		screen.press(`${esc}[B`);
		await screen.waitFor(() => selectedRow() > before, {what: 'one row down'});
	}

	screen.press('\r');
	await screen.waitFor(/name +beta-worker/);
	assert.equal(await server.command('PING'), 'PONG');
	screen.press(esc);
	await screen.waitFor(lines => lines.join('\n').includes('gamma-queue'));
	await selected(screen, 'beta-worker');
	screen.press('y');
	await screen.waitFor(/row copied/);
	const [, copied = ''] = /\u{1B}\]52;c;([^\u{7}]*)\u{7}/u.exec(screen.rawOutput().toString()) ?? [];
	assert.match(Buffer.from(copied, 'base64').toString(), /^name: beta-worker$/m);
	screen.press('g');
	await screen.waitFor(() => selectedRow() === firstRow, {what: 'the first row'});
	screen.press('G');
	await screen.waitFor(() => selectedRow() > firstRow + 1, {what: 'the last row'});
	const lastRow = selectedRow();
	screen.press('k');
	await screen.waitFor(() => selectedRow() === lastRow - 1, {what: 'one row up'});
});

test('Space holds the screen while sampling goes on', async t => {
	const server = await serverFor(t);
	const screen = await openMonitor(t, [...at(server), '-i', '200ms']);
	await screen.waitFor(/keys +0 /);
	screen.press(' ');
	await screen.waitFor(/PAUSED \d\d:\d\d:\d\dZ/);
	const held = /used +\S+/.exec(screen.text())?.[0];
	await server.command('MSET', 'a', '1', 'b', '2', 'c', '3');
	const asked = await infosByOthers(server);
	await eventually('ten more polls', async () => (await asked()) >= 10 || undefined);
	await screen.waitFor(/keys +0 /);
	assert.equal(/used +\S+/.exec(screen.text())?.[0], held);
	screen.press(' ');
	await screen.waitFor(/keys +3 /);
	await screen.waitFor(lines => !/PAUSED/.test(lines[0] ?? ''));
});

test('R polls now', async t => {
	const server = await serverFor(t);
	const screen = await openMonitor(t, [...at(server), '-i', '1h']);
	await screen.waitFor(/keys +0 /);
	await server.command('SET', 'a', '1');
	screen.press('R');
	await screen.waitFor(/keys +1 /);
});

test('+ and - change the interval', async t => {
	const server = await serverFor(t);
	const screen = await openMonitor(t, [...at(server), '-i', '5s']);
	await screen.waitFor(/ 5s +(?:! )?(?:rtt|info)/);
	screen.press('+');
	await screen.waitFor(/ 10s +(?:! )?(?:rtt|info)/);
	for (const interval of ['5s', '2s', '1s', '0.5s']) {
		screen.press('-');
		await screen.waitFor(new RegExp(` ${interval} +(?:! )?(?:rtt|info)`));
	}
});

test('n and N go through the nodes', async t => {
	const primary = await serverFor(t);
	const replica = await serverFor(t, {args: ['--replicaof', '127.0.0.1', String(primary.port)]});
	const screen = await openMonitor(t, at(primary), {cols: 120, rows: 40});
	await screen.waitFor(/ok 2 nodes answer/);
	const focused = (address: string, role: string) =>
		screen.waitFor(lines => lines[0]?.includes(` ${address} `) === true && lines[0].includes(role), {what: address});
	await focused(addressOf(primary), 'primary');
	screen.press('n');
	await focused(addressOf(replica), 'replica');
	screen.press('N');
	await focused(addressOf(primary), 'primary');
});

test('D writes three files that only their owner can read', async t => {
	const {server, screen} = await openClients(t, ['alpha-worker']);
	screen.press('D');
	await screen.waitFor(/written: /);
	const files = readdirSync(screen.home).filter(name => name.startsWith('redis-top-'));
	assert.equal(files.length, 3, files.join());
	for (const name of files) {
		assert.equal(statSync(path.join(screen.home, name)).mode & 0o777, 0o600);
	}

	const read = (end: string) =>
		readFileSync(path.join(screen.home, files.find(name => name.endsWith(end)) ?? ''), 'utf8');
	assert.match(read('.txt'), /alpha-worker/);
	assert.match(JSON.stringify(JSON.parse(read('.json'))), new RegExp(`"address":"${addressOf(server)}"`));
});

test('Q leaves the last screen in the shell, with the open box on it', async t => {
	const {screen} = await openClients(t, ['alpha-worker']);
	screen.press('/');
	await screen.waitFor(/Enter keeps it/);
	// While a filter is typed, `Q` is a letter of the filter.
	screen.press('Q');
	await screen.waitFor(/\/Q_/);
	screen.press(esc);
	await screen.waitFor(/\? help/);
	screen.press('Q');
	assert.deepEqual(await screen.exited, {code: 0, signal: undefined});
	assert.deepEqual(screen.terminalModes(), untouchedModes);
	await screen.waitFor(/4 Clients[\s\S]*alpha-worker[\s\S]*9Find/);
	// After the alternate screen there are only text, styles and the terminal's modes.
	const after = screen.rawOutput().toString().split(`${esc}[?1049l`).at(-1) ?? '';
	assert.doesNotMatch(after.replaceAll(new RegExp(`${esc}\\[(?:[\\d;]*m|\\?\\d+[hl])`, 'g'), ''), new RegExp(esc));
});

test('keys of the config file work, and the last line and the help show them', async t => {
	const server = await serverFor(t);
	const folder = folderFor(t);
	const file = path.join(folder, 'keys.toml');
	writeFileSync(file, '[keys]\npause = ["P", "ctrl+p"]\nhelp = "H"\nquit = "J"\n');
	const screen = await openMonitor(t, [...at(server), '--config', file], {cols: 120, rows: 40});
	await screen.waitFor(lines => / H help .* J quit/.test(lines.at(-1) ?? ''));
	screen.press('\u{10}');
	await screen.waitFor(lines => /^ PAUSED {2}P goes on/.test(lines.at(-1) ?? ''));
	screen.press('?');
	screen.press(' ');
	screen.press('q');
	screen.press('H');
	await screen.waitFor(/╭─ help ─[\s\S]* H +what the figures/);
	for (const key of '/hold') {
		screen.press(key);
	}

	await screen.waitFor(/help \/hold_ ─[\s\S]*P Ctrl-P +hold the screen/);
	screen.press(esc);
	await screen.waitFor(/╭─ help ─/);
	screen.press('H');
	// The default keys of these bindings had no effect.
	await screen.waitFor(/PAUSED/);
	screen.press('J');
	assert.deepEqual(await screen.exited, {code: 0, signal: undefined});
});

test('Ctrl-L mends a screen that something else wrote on', {skip: process.platform !== 'linux'}, async t => {
	const server = await serverFor(t);
	const screen = await openMonitor(t, [...at(server), '-i', '10s', '--panel', '8']);
	await screen.waitFor(/cluster mode is off/);
	// The command `wall` and kernel messages write to the terminal like this.
	writeFileSync(`/proc/${screen.pid}/fd/1`, `${esc}[10;1HBroadcast message from root`);
	await screen.waitFor(/Broadcast message/);
	screen.press('\u{C}');
	await screen.waitFor(lines => !/Broadcast/.test(lines.join('\n')) && /^│ +│$/.test(lines[9] ?? ''), {what: 'mended'});
	await screen.waitFor(/cluster mode is off/);
});

test('pasted text does not act as keys', async t => {
	const server = await serverFor(t);
	const screen = await openMonitor(t, at(server));
	await screen.waitFor(/ok .*answers/);
	screen.press(`${esc}[200~2q\r${esc}[201~`);
	await screen.waitFor(/pasted text is ignored/);
	await screen.waitFor(/Latency/);
	assert.ok(isRunning(screen.pid));
	// Where text is asked for, a paste is text.
	screen.press('4');
	await screen.waitFor(/4 Clients/);
	screen.press('/');
	await screen.waitFor(/Enter keeps it/);
	screen.press(`${esc}[200~no-such-client${esc}[201~`);
	await screen.waitFor(lines => lines.at(-1)?.includes('/no-such-client_') === true);
});

test('keys have an effect on the screen while no server answers', async t => {
	const {server, screen} = await openClients(t, ['alpha-worker']);
	process.kill(server.pid, 'SIGSTOP');
	try {
		await screen.waitFor(/is not responding/);
		screen.press('2');
		await screen.waitFor(/Keyspace/);
		screen.press('4');
		await screen.waitFor(/alpha-worker/);
		screen.press('?');
		await screen.waitFor(/╭─ help ─/);
	} finally {
		process.kill(server.pid, 'SIGCONT');
	}
});
