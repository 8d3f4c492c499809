import assert from 'node:assert/strict';
import process from 'node:process';
import {test} from 'node:test';
import {openPty, openPtyInShell} from './pty.js';
import {createScreen, untouchedModes} from './screen.js';

const painter = `
	process.stdin.setRawMode(true);
	const draw = () => process.stdout.write('\\x1b[?1049h\\x1b[?25l\\x1b[?2004h\\x1b[2J\\x1b[Hsize ' + process.stdout.columns + 'x' + process.stdout.rows);
	const restore = () => process.stdout.write('\\x1b[?2004l\\x1b[?25h\\x1b[?1049l');
	process.stdout.on('resize', draw);
	process.stdin.on('data', key => {
		process.stdout.write('\\x1b[2;1Hkey ' + key);
		if (String(key) === 'q') { restore(); process.exit(3); }
		if (String(key) === 'x') process.kill(process.pid, 'SIGKILL');
	});
	process.on('SIGTERM', () => { restore(); process.exit(143); });
	draw();
`;

test('a program in a pty is seen, typed to, resized and ended', async () => {
	const pty = await openPty({file: process.execPath, args: ['-e', painter], cols: 50, rows: 10});
	try {
		await pty.waitFor(/size 50x10/);
		assert.equal(pty.isAlternateScreen(), true);
		assert.equal(pty.isCursorVisible(), false);
		assert.equal(pty.terminalModes().isBracketedPaste, true);
		assert.equal(pty.lines().length, 10);
		pty.resize(60, 12);
		await pty.waitFor(/size 60x12/);
		assert.equal(pty.clearCount, 2);
		pty.press('k');
		await pty.waitFor(lines => lines[1] === 'key k', {what: 'the key'});
		pty.press('q');
		assert.deepEqual(await pty.exited, {code: 3, signal: undefined});
		assert.deepEqual(pty.terminalModes(), untouchedModes);
		assert.equal(pty.byteCount, pty.rawOutput().length);
	} finally {
		await pty.dispose();
	}
});

test('a failed wait shows the screen, and an exit ends it at once', async () => {
	const pty = await openPty({file: process.execPath, args: ['-e', painter]});
	try {
		await pty.waitFor(/size/);
		await assert.rejects(pty.waitFor(/never/, {deadlineMs: 1, what: 'a miracle'}), /a miracle\n {2}1│size 80x24/);
		const wait = pty.waitFor(/never/);
		pty.kill('SIGKILL');
		await assert.rejects(wait, /before the exit .*SIGKILL/);
		assert.equal(pty.terminalModes().isAlternateScreen, true, 'nothing can restore after SIGKILL');
	} finally {
		await pty.dispose();
	}
});

test('the shell tells the terminal settings before and after', async () => {
	for (const [end, isRestored] of [
		['SIGTERM', true],
		['SIGKILL', false],
	] as const) {
		const pty = await openPtyInShell({file: process.execPath, args: ['-e', painter]});
		try {
			await pty.waitFor(/size/);
			pty.kill(end);
			const {code} = await pty.exited;
			assert.equal(code, end === 'SIGTERM' ? 143 : 137);
			const {before, after} = pty.sttySettings();
			assert.ok(before.includes('echo') && before.includes('icanon'));
			assert.equal(before.join(' ') === after.join(' '), isRestored, after.join(' '));
		} finally {
			await pty.dispose();
		}
	}
});

test('the fake terminal takes what Ink writes and gives what a person types', async () => {
	const screen = createScreen(20, 3);
	screen.stdin.on('data', key => screen.stdout.write(`\u{1B}[2;1Hgot ${key}`));
	screen.stdout.write('\u{1B}[2J\u{1B}[Hone\ntwo');
	await screen.waitFor(lines => lines[1] === 'two');
	assert.deepEqual(screen.lines(), ['one', 'two', '']);
	assert.equal(screen.clearCount, 1);
	screen.press('jj');
	await screen.waitFor(/got jj/);
	let isResized = false;
	screen.stdout.on('resize', () => {
		isResized = screen.stdout.columns === 10;
	});
	screen.resize(10, 2);
	assert.ok(isResized);
	assert.equal(screen.lines().length, 2);
	screen.stdout.write('\u{1B}[2;1H\n\n');
	await screen.waitFor(() => screen.scrollCount > 0);
	await assert.rejects(screen.waitFor(/no/, {deadlineMs: 1}), /not seen/);
	screen.dispose();
});
