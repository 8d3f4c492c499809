import assert from 'node:assert/strict';
import {execFileSync, spawn} from 'node:child_process';
import {existsSync, readdirSync} from 'node:fs';
import path from 'node:path';
import process from 'node:process';
import {type TestContext, test} from 'node:test';
import {eventually} from '../harness/eventually.js';
import {programCommand} from '../harness/program.js';
import {untouchedModes} from '../harness/screen.js';
import type {TestServer} from '../harness/servers.js';
import {
	at,
	cleanEnvironment,
	folderFor,
	infosByOthers,
	isRunning,
	openMonitor,
	serverFor,
	startProgram,
} from './monitor.js';

const esc = '\u{1B}';

test('USR1 polls now, USR2 writes a dump', async t => {
	const server = await serverFor(t);
	const screen = await openMonitor(t, [...at(server), '-i', '1h']);
	await screen.waitFor(/keys +0 /);
	await server.command('SET', 'a', '1');
	screen.kill('SIGUSR1');
	await screen.waitFor(/keys +1 /);
	screen.kill('SIGUSR2');
	await screen.waitFor(/written: /);
	const names = readdirSync(screen.home).filter(name => name.startsWith('redis-top-'));
	assert.deepEqual(names.map(name => path.extname(name)).sort(), ['.json', '.rtr', '.txt']);
	screen.press('q');
	assert.equal((await screen.exited).code, 0);
});

test('a terminal that nobody reads delays neither polls nor SIGTERM', async t => {
	const server = await serverFor(t);
	const screen = await openMonitor(t, [...at(server), '-i', '200ms'], {cols: 200, rows: 60});
	await screen.waitFor(/ok .*answers/);
	screen.stall();
	// The keys bring far more output than a terminal's buffer holds.
	for (let key = 0; key < 200; key++) {
		screen.press(String((key % 7) + 1));
	}

	const asked = await infosByOthers(server);
	await eventually('polls that go on', async () => (await asked()) > 20 || undefined);
	process.kill(screen.pid, 'SIGTERM');
	assert.equal((await screen.exited).code, 143);
});

/** Opens the program in a terminal whose holder can be killed, as sshd or a terminal window can be. */
async function heldMonitor(t: TestContext, server: TestServer, shell: string) {
	const {file, args} = await programCommand();
	const holder = `
		const {spawn} = require('@lydell/node-pty');
		const pty = spawn('/bin/sh', ['-c', process.argv[1], ...process.argv.slice(2)], {cols: 80, rows: 24, name: 'xterm-256color'});
		let seen = '';
		pty.onData(data => { seen += data; if (seen.includes('answers')) { seen = ''; console.log(pty.pid); } });
	`;
	const child = spawn(process.execPath, ['-e', holder, shell, 'sh', file, ...args, ...at(server)], {
		env: {...process.env, ...cleanEnvironment(folderFor(t)), LANG: 'C.UTF-8', CI: undefined},
		stdio: ['ignore', 'pipe', 'inherit'],
	});
	t.after(() => child.kill('SIGKILL'));
	let output = '';
	child.stdout.on('data', chunk => {
		output += chunk;
	});
	const pid = await eventually('the first frame', () => Number(/^(\d+)\n/.exec(output)?.[1] ?? 0) || undefined);
	t.after(() => isRunning(pid) && process.kill(pid, 'SIGKILL'));
	return {pid, kill: () => child.kill('SIGKILL')};
}

test('the program ends with its terminal even if SIGHUP is ignored', async t => {
	const monitor = await heldMonitor(t, await serverFor(t), 'trap "" HUP; exec "$@"');
	assert.ok(isRunning(monitor.pid));
	monitor.kill();
	await eventually('the end of the program', () => (isRunning(monitor.pid) ? undefined : true));
});

const hasTmux = ['/usr/bin/tmux', '/usr/local/bin/tmux', '/opt/homebrew/bin/tmux'].some(file => existsSync(file));

test('in tmux the monitor draws, takes keys, and ends with its pane', {
	skip: hasTmux ? false : 'there is no tmux here',
}, async t => {
	const server = await serverFor(t);
	const home = folderFor(t);
	const {file, args} = await programCommand();
	const env = {...process.env, ...cleanEnvironment(home), LANG: 'C.UTF-8'};
	const tmux = (...words: readonly string[]): string =>
		execFileSync('tmux', ['-S', path.join(home, 'tmux'), '-f', '/dev/null', ...words], {encoding: 'utf8', env});
	// tmux passes the line to a shell, so each word is in quotes.
	const command = [file, ...args, ...at(server)].map(word => `'${word}'`).join(' ');
	tmux('new-session', '-d', '-x', '100', '-y', '30', `exec ${command}`);
	t.after(() => {
		try {
			tmux('kill-server');
		} catch {}
	});
	const shown = (pattern: RegExp) =>
		eventually(String(pattern), () => (pattern.test(tmux('capture-pane', '-p')) ? true : undefined));
	await shown(/ok .*answers/);
	tmux('send-keys', '2');
	await shown(/2 Memory[\s\S]*allocator/);
	tmux('resize-window', '-x', '60', '-y', '15');
	await shown(/^.{60}\n/);
	const pid = Number(tmux('list-panes', '-F', '#{pane_pid}'));
	assert.ok(isRunning(pid));
	tmux('kill-pane');
	await eventually('the end of the program', () => (isRunning(pid) ? undefined : true));
});

for (const term of ['linux', 'xterm', 'screen', 'tmux-256color', 'vt100']) {
	test(`TERM=${term}: a screen`, async t => {
		const server = await serverFor(t);
		const screen = await openMonitor(t, at(server), {env: {TERM: term}});
		await screen.waitFor(/ok .*answers/);
		screen.press('q');
		assert.equal((await screen.exited).code, 0);
		assert.deepEqual(screen.terminalModes(), untouchedModes);
	});
}

test('TERM unset or dumb: text samples without escapes, on a terminal too', async t => {
	const server = await serverFor(t);
	for (const term of ['', 'dumb']) {
		const screen = await openMonitor(t, at(server), {cols: 160, env: {TERM: term}});
		await screen.waitFor(/primary\s+up/);
		assert.doesNotMatch(screen.rawOutput().toString(), /\u{1B}/u, `TERM=${term}`);
		screen.kill('SIGTERM');
		assert.equal((await screen.exited).code, 143);
	}
});

test('each theme sends only the sequences that it may send', async t => {
	const server = await serverFor(t);
	// The SGR parameters of foreground colours in an output: 30 to 37, 90 to 97.
	const colors = (raw: string) =>
		new Set([...raw.matchAll(/\u{1B}\[([\d;]*)m/gu)].flatMap(([, codes = '']) => codes.split(';')));
	const seen = async (args: readonly string[], env = {}) => {
		const screen = await openMonitor(t, [...at(server), ...args], {env});
		await screen.waitFor(/ok .*answers/);
		screen.press('q');
		await screen.exited;
		return colors(screen.rawOutput().toString());
	};

	const isColor = (code: string) => /^(?:3[0-8]|9[0-7])$/.test(code);
	assert.ok([...(await seen([]))].some(isColor));
	const light = await seen(['--theme', 'light']);
	assert.ok([...light].some(isColor));
	assert.ok(!light.has('33') && !light.has('96'), 'yellow and bright cyan can not be read on white');
	const mono = await seen(['--theme', 'mono']);
	assert.ok(mono.has('1') && ![...mono].some(isColor));
	assert.ok([...(await seen([], {NO_COLOR: '1', FORCE_COLOR: '1'}))].some(isColor));
	for (const [args, env] of [
		[['--no-color'], {}],
		[[], {NO_COLOR: '1'}],
		[[], {FORCE_COLOR: '0'}],
	] as const) {
		// Bold and inverse stay, colours don't.
		const codes = await seen(args, env);
		assert.ok(codes.has('1') && ![...codes].some(isColor), `${args} ${JSON.stringify(env)}`);
	}
});

test('--mouse: the wheel scrolls, a click chooses, and the terminal is restored at the end', async t => {
	const server = await serverFor(t);
	const screen = await openMonitor(t, [...at(server), '--mouse'], {cols: 120, rows: 40});
	await screen.waitFor(/ok .*answers/);
	assert.match(screen.rawOutput().toString(), /\u{1B}\[\?1000h\u{1B}\[\?1006h/u);
	const row = screen.lines().findIndex(line => /2 Memory/.test(line));
	screen.press(`${esc}[<0;5;${row + 3}M${esc}[<0;5;${row + 3}m`);
	await screen.waitFor(/2 Memory[\s\S]*allocator/);
	screen.press('5');
	// Waits for as many rows as a notch of the wheel moves over.
	await screen.waitFor(/5 Commands.* 1-(?:[4-9]|\d\d) of [\s\S]*^│>/m);
	const marked = () => screen.lines().findIndex(line => line.startsWith('│>'));
	const first = marked();
	screen.press(`${esc}[<65;10;10M`);
	await screen.waitFor(() => marked() > first, {what: 'the mark further down'});
	screen.press(`${esc}[<0;10;${first + 1}M`);
	await screen.waitFor(() => marked() === first, {what: 'the mark where the click was'});
	screen.press('q');
	assert.equal((await screen.exited).code, 0);
	assert.match(screen.rawOutput().toString(), /\u{1B}\[\?1006l\u{1B}\[\?1000l/u);
	assert.deepEqual(screen.terminalModes(), untouchedModes);
});

test("without --mouse the mouse is the terminal's", async t => {
	const screen = await openMonitor(t, at(await serverFor(t)));
	await screen.waitFor(/ok .*answers/);
	assert.doesNotMatch(screen.rawOutput().toString(), /\?100\d/);
});

test('an unknown theme is refused with the list of themes', async t => {
	const program = await startProgram(t, ['--theme', 'pink']);
	assert.equal(await program.exited, 64);
	assert.equal(
		program.stderr(),
		'redis-top: --theme pink: is unknown; write soft, dark, light, high-contrast, color-blind, mono\n',
	);
});

test('--a11y: lines that are appended, no screen, and a panel when its key is pressed', async t => {
	const server = await serverFor(t);
	const screen = await openMonitor(t, [...at(server), '--a11y'], {cols: 100, rows: 50});
	await screen.waitFor(/primary, up, version/);
	screen.press('2');
	await screen.waitFor(/^2 Memory[\s\S]*^policy noeviction/m);
	process.kill(server.pid, 'SIGKILL');
	await screen.waitFor(/refuses connections/);
	screen.press('q');
	assert.equal((await screen.exited).code, 0);
	// The output has no sequence that moves the cursor, colours or erases.
	assert.doesNotMatch(screen.rawOutput().toString(), /\u{1B}/u);
	assert.deepEqual(screen.terminalModes(), untouchedModes);
});
