import assert from 'node:assert/strict';
import {test} from 'node:test';
import {panelTable} from '../../source/state/panel-table.js';
import {smallestScreen} from '../../source/views/screen.js';
import type {PtyScreen} from '../harness/pty.js';
import {addressOf, at, isRunning, openMonitor, serverFor} from './monitor.js';

const sizes = [
	[1, 1],
	[20, 5],
	[39, 9],
	[40, 10],
	[60, 15],
	[80, 24],
	[120, 40],
	[400, 120],
	[200, 60],
	[80, 24],
	[40, 10],
	[2, 1],
	[1, 50],
	[300, 1],
	[80, 24],
] as const;

/**
Resizes the terminal and waits for a screen that was drawn for the new size. `isDrawn` sees only what was drawn after
the last erasure.
*/
async function resizeTo(
	screen: PtyScreen,
	[cols, rows]: readonly [number, number],
	isDrawn: (lines: readonly string[]) => boolean,
): Promise<void> {
	const erasures = screen.clearCount;
	screen.resize(cols, rows);
	await screen.waitFor(lines => screen.clearCount > erasures && lines.length === rows && isDrawn(lines), {
		what: `a screen for ${cols}×${rows}`,
	});
	assert.ok(isRunning(screen.pid));
	assert.ok(screen.isAlternateScreen());
}

/**
Whether the screen is whole: header, verdict, a frame as wide as the terminal, and the keys once in the last line.
*/
const isWhole = (lines: readonly string[], cols: number, address: string): boolean =>
	lines[0]?.includes(address) === true &&
	/^ok /.test(lines[1] ?? '') &&
	(cols < 80 || lines.some(line => line.length === cols && line.endsWith('╯'))) &&
	/\? help/.test(lines.at(-1) ?? '') &&
	lines.filter(line => line.includes('? help')).length === 1;

/** Whether a small screen has as much of the verdict as fits, and figures below it if there is a second row. */
function isSmall(lines: readonly string[], cols: number, address: string): boolean {
	const [first = '', second] = lines;
	const verdict = `ok ${address} answers`;
	const shown = first.replace(/ ?…$/, '').slice(0, verdict.length);
	return first !== '' && first.length <= cols && verdict.startsWith(shown) && second !== '';
}

for (const {key: digit, id: panel} of panelTable) {
	test(`panel ${digit}, ${panel}, at any size, one after the other`, async t => {
		const server = await serverFor(t);
		await server.command('CLIENT', 'SETNAME', 'somebody');
		const screen = await openMonitor(t, [...at(server), '-i', '500ms', '--panel', digit]);
		await screen.waitFor(/ok .*answers/);
		const address = addressOf(server);
		for (const size of sizes) {
			const [cols, rows] = size;
			const isDrawn = cols >= smallestScreen.columns && rows >= smallestScreen.rows ? isWhole : isSmall;
			await resizeTo(screen, size, lines => isDrawn(lines, cols, address));
		}

		screen.press('q');
		assert.deepEqual(await screen.exited, {code: 0, signal: undefined});
	});
}

test('only changes are painted: the screen is never cleared while its size stays', async t => {
	const server = await serverFor(t);
	const screen = await openMonitor(t, [...at(server), '-i', '200ms']);
	await screen.waitFor(/ok .*answers/);
	const cleared = screen.clearCount;
	const [first, ...others] = panelTable.map(({key}) => key);
	for (const digit of [...others, first ?? '']) {
		screen.press(digit);
		await screen.waitFor(new RegExp(digit === first ? 'Latency' : `╭─ ${digit} `));
	}

	screen.press('?');
	await screen.waitFor(/╭─ help ─/);
	assert.equal(screen.clearCount, cleared);
});

test('the help and the box of an action are back after small sizes', async t => {
	const server = await serverFor(t);
	const screen = await openMonitor(t, at(server), {cols: 40, rows: 10});
	await screen.waitFor(/ok .*answers/);
	for (const [key, title] of [
		['?', '╭─ help ─'],
		['A', `╭─ Actions on ${addressOf(server)} ─`],
	] as const) {
		screen.press(key);
		const isOpen = (lines: readonly string[]) =>
			lines.some(line => line.includes(title)) && /╯$/m.test(lines.join('\n'));
		await screen.waitFor(lines => isOpen(lines), {what: title});
		await resizeTo(screen, [20, 5], lines => lines.some(line => line.includes(title.slice(0, 10))));
		await resizeTo(screen, [1, 1], lines => lines[0] === '…');
		await resizeTo(screen, [40, 10], isOpen);
		screen.press('\u{1B}');
		await screen.waitFor(lines => /\? help/.test(lines.at(-1) ?? '') && /answers/.test(lines[1] ?? ''));
	}
});
