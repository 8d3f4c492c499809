import assert from 'node:assert/strict';
import {spawn} from 'node:child_process';
import {writeFileSync} from 'node:fs';
import path from 'node:path';
import process from 'node:process';
import {type TestContext, test} from 'node:test';
import {pathToFileURL} from 'node:url';
import {eventually} from '../harness/eventually.js';
import {programCommand, programVersion} from '../harness/program.js';
import {openPty, type WrappedPty} from '../harness/pty.js';
import {untouchedModes} from '../harness/screen.js';
import {
	addressOf,
	at,
	auditOf,
	cleanEnvironment,
	folderFor,
	infoOf,
	isRunning,
	openBox,
	openMonitor,
	openMonitorInShell,
	polledAgain,
	serverFor,
} from './monitor.js';

/** Fails if the terminal differs from before in anything that a user would notice at the shell's prompt. */
function assertAsItWas(screen: WrappedPty): void {
	assert.deepEqual(screen.terminalModes(), untouchedModes);
	const {before, after} = screen.sttySettings();
	assert.ok(before.includes('icanon') && before.includes('echo'));
	assert.deepEqual(after, before);
	// The main screen has the shell's two lines, and from redis-top at most the message of a crash.
	assert.doesNotMatch(screen.text(), /╭|Memory|\? help/);
	assert.match(screen.lines()[0] ?? '', /^\{stty-before/);
	const afterScreen = screen.rawOutput().toString().split('\u{1B}[?1049l').at(-1) ?? '';
	assert.doesNotMatch(afterScreen, /\u{1B}\[\d*;?\d*[HfABCD]/u, 'the cursor is moved on the main screen');
}

const ways: ReadonlyArray<readonly [name: string, code: number, leave: (screen: WrappedPty) => void]> = [
	['q', 0, screen => screen.press('q')],
	['Ctrl-C', 0, screen => screen.press('\u{3}')],
	['SIGTERM', 143, screen => screen.kill('SIGTERM')],
	['SIGHUP', 129, screen => screen.kill('SIGHUP')],
	['SIGINT by kill', 130, screen => screen.kill('SIGINT')],
	['SIGQUIT', 131, screen => screen.kill('SIGQUIT')],
];

for (const [name, code, leave] of ways) {
	test(`the terminal is restored after ${name}`, async t => {
		const server = await serverFor(t);
		const screen = await openMonitorInShell(t, at(server));
		await screen.waitFor(/ok .*answers/);
		assert.ok(screen.isAlternateScreen());
		assert.ok(!screen.isCursorVisible());
		assert.ok(screen.terminalModes().isBracketedPaste);
		const pid = screen.programPid();
		leave(screen);
		assert.equal((await screen.exited).code, code);
		assertAsItWas(screen);
		assert.ok(!isRunning(pid));
	});
}

for (const [signal, code] of [
	['SIGTERM', 143],
	['SIGHUP', 129],
	['SIGINT', 130],
] as const) {
	test(`${signal} ends the program only after an open box is in the audit log as aborted`, async t => {
		const server = await serverFor(t);
		const screen = await openMonitor(t, at(server));
		await screen.waitFor(/ok .*answers/);
		await openBox(screen, 'b', addressOf(server));
		screen.kill(signal);
		// The program exits with a code. A shell couldn't tell that from an end by the signal.
		assert.deepEqual(await screen.exited, {code, signal: undefined});
		assert.deepEqual(
			auditOf(screen).map(({phase}) => phase),
			['unlocked', 'aborted'],
		);
		assert.equal((await infoOf(server, 'commandstats')).get('cmdstat_bgsave'), undefined);
	});
}

/** No module can be added to the executable, because it ignores NODE_OPTIONS. */
const noDefects = process.env.REDIS_TOP_PROGRAM !== undefined && 'the executable takes in no defect';

/** A module that makes the running program fail when the test asks for it. */
function defect(t: TestContext, statement: string): Record<string, string> {
	const file = path.join(folderFor(t), 'defect.mjs');
	writeFileSync(file, `process.on('SIGUSR2', () => { ${statement} });\n`);
	return {NODE_OPTIONS: `--import=${pathToFileURL(file).href}`};
}

for (const [name, statement] of [
	['an exception nobody caught', "throw new Error('a made-up defect')"],
	['a rejection nobody handled', "void Promise.reject(new Error('a made-up defect'))"],
	['an exception in a timer', "setTimeout(() => { throw new Error('a made-up defect') }, 1)"],
	['something thrown that is no error', "throw 'a made-up defect'"],
] as const) {
	test(`the terminal is restored after ${name}`, {skip: noDefects}, async t => {
		const server = await serverFor(t);
		const screen = await openMonitorInShell(t, at(server), {env: defect(t, statement)});
		await screen.waitFor(/ok .*answers/);
		screen.kill('SIGUSR2');
		assert.equal((await screen.exited).code, 70);
		assertAsItWas(screen);
		assert.match(screen.text(), new RegExp(`redis-top ${programVersion} has crashed`));
		assert.match(screen.text(), /a made-up defect/);
	});
}

test('a signal ends the program also while no server answers', async t => {
	const server = await serverFor(t);
	const screen = await openMonitorInShell(t, at(server));
	await screen.waitFor(/ok .*answers/);
	process.kill(server.pid, 'SIGSTOP');
	try {
		await screen.waitFor(/is not responding/);
		screen.kill('SIGTERM');
		assert.equal((await screen.exited).code, 143);
		assertAsItWas(screen);
	} finally {
		process.kill(server.pid, 'SIGCONT');
	}
});

test('Ctrl-Z returns the terminal to the shell, and fg the screen to the monitor', async t => {
	const server = await serverFor(t);
	const home = folderFor(t);
	const {file, args} = await programCommand();
	const screen = await openPty({
		file: 'bash',
		args: ['--norc', '--noprofile', '-i'],
		cwd: home,
		env: {
			...cleanEnvironment(home),
			PS1: 'READY> ',
			RUN: [file, ...args, ...at(server), '-i', '200ms'].join(' '),
			BASH_SILENCE_DEPRECATION_WARNING: '1',
		},
	});
	t.after(() => screen.dispose());
	await screen.waitFor(/READY> $|READY>$/m);
	screen.press('$RUN\r');
	await screen.waitFor(/ok .*answers/);
	screen.press('4');
	await screen.waitFor(/ID ADDRESS/);
	for (let times = 1; times <= 2; times++) {
		// A stop directly after SIGCONT would count as the echo of the stop before.
		await polledAgain(server);
		screen.press('\u{1A}');
		await screen.waitFor(/Stopped/);
		await screen.waitFor(() => !screen.isAlternateScreen());
		// The shell's own line editor switches bracketed paste; every other mode is unchanged.
		assert.ok(screen.isCursorVisible());
		screen.press(`stty -a | grep -o -- '.icanon\\|.echo ' | tr '\\n' '.'; echo " round ${times}"\r`);
		await screen.waitFor(new RegExp(`^ ?icanon\\. echo \\. round ${times}`, 'm'));
		screen.press('fg\r');
		await screen.waitFor(() => screen.isAlternateScreen());
		await screen.waitFor(/ID ADDRESS[\s\S]*\? help/);
		assert.ok(!screen.isCursorVisible());
		await screen.waitFor(lines => /^ok \S+ answers/.test(lines[1] ?? ''));
		// Keys have an effect again.
		screen.press('7');
		await screen.waitFor(/save points/);
		screen.press('4');
		await screen.waitFor(/ID ADDRESS/);
	}

	screen.press('q');
	await screen.waitFor(lines => !screen.isAlternateScreen() && /READY>$/.test(lines.join('\n').trimEnd()), {
		what: 'the prompt',
	});
	screen.press('echo "code $?"\r');
	await screen.waitFor(/^code 0/m);
	screen.press('exit\r');
	await screen.exited;
});

test('the program ends with its terminal', async t => {
	const server = await serverFor(t);
	const {file, args} = await programCommand();
	// This process holds the other side of the terminal, as sshd or a terminal window does. The test kills it.
	const holder = `
		const {spawn} = require('@lydell/node-pty');
		const pty = spawn(process.argv[1], process.argv.slice(2), {cols: 80, rows: 24, name: 'xterm-256color'});
		let seen = '';
		pty.onData(data => { seen += data; if (seen.includes('answers')) { seen = ''; console.log(pty.pid); } });
	`;
	const child = spawn(process.execPath, ['-e', holder, file, ...args, ...at(server)], {
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
	assert.ok(isRunning(pid));
	child.kill('SIGKILL');
	await eventually('the end of the program', () => (isRunning(pid) ? undefined : true));
});
