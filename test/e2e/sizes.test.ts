import assert from 'node:assert/strict';
import {test} from 'node:test';
import {addressOf, at, isRunning, openMonitor, pause, serverFor} from './monitor.js';

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

const isWhole = (cols: number, rows: number) => cols >= 40 && rows >= 10;

for (const panel of ['1', '2', '3', '4', '5', '6', '7', '8', '0']) {
	test(`panel ${panel} at any size, one after the other`, async t => {
		const server = await serverFor(t);
		await server.command('CLIENT', 'SETNAME', 'somebody');
		const screen = await openMonitor(t, [...at(server), '-i', '500ms', '--panel', panel]);
		await screen.waitFor(/ok .*answers/);
		const address = addressOf(server);
		for (const [cols, rows] of sizes) {
			screen.resize(cols, rows);
			if (isWhole(cols, rows)) {
				await screen.waitFor(
					lines =>
						lines.length === rows &&
						lines[0]?.includes(address) === true &&
						/^ok /.test(lines[1] ?? '') &&
						/\? help/.test(lines.at(-1) ?? '') &&
						lines.filter(line => line.includes('? help')).length === 1,
					{what: `header, verdict and keys at ${cols}×${rows}`},
				);
			} else {
				const isSaid = (text: string) => (cols < 20 ? text.trim() !== '' : text.includes(address));
				await screen.waitFor(lines => lines.length === rows && isSaid(lines.join('')), {
					what: `something at ${cols}×${rows}`,
				});
				await pause();
			}

			assert.ok(isRunning(screen.pid));
			assert.ok(screen.isAlternateScreen());
		}

		screen.press('q');
		assert.deepEqual(await screen.exited, {code: 0, signal: undefined});
	});
}

test('nothing but changes is painted: the screen is never cleared while its size stays', async t => {
	const server = await serverFor(t);
	const screen = await openMonitor(t, [...at(server), '-i', '200ms']);
	await screen.waitFor(/ok .*answers/);
	const cleared = screen.clearCount;
	for (const key of ['2', '3', '4', '5', '6', '7', '8', '0', '1']) {
		screen.press(key);
		await screen.waitFor(new RegExp(key === '1' ? 'Latency' : `┌─ ${key} `));
	}

	screen.press('?');
	await screen.waitFor(/┌─ keys ─/);
	assert.equal(screen.clearCount, cleared);
});

test('help and an action box at small sizes leave the program alive', async t => {
	const server = await serverFor(t);
	const screen = await openMonitor(t, at(server), {cols: 40, rows: 10});
	await screen.waitFor(/ok .*answers/);
	for (const key of ['?', 'A']) {
		screen.press(key);
		await pause();
		for (const [cols, rows] of [
			[20, 5],
			[1, 1],
			[40, 10],
		] as const) {
			screen.resize(cols, rows);
			await pause();
			assert.ok(isRunning(screen.pid));
		}

		screen.press('\u{1B}');
		await screen.waitFor(lines => /\? help/.test(lines.at(-1) ?? '') && /answers/.test(lines[1] ?? ''));
	}
});
