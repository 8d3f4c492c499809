import assert from 'node:assert/strict';
import {readFileSync, statSync, writeFileSync} from 'node:fs';
import path from 'node:path';
import {test} from 'node:test';
import {eventually} from '../harness/eventually.js';
import {createEmulator} from '../harness/screen.js';
import {addressOf, at, folderFor, openMonitor, runProgram, serverFor, startProgram} from './monitor.js';

test('an outage that was recorded is found by f on the screen, is played, and leaves as a cast', async t => {
	const server = await serverFor(t);
	const folder = folderFor(t);
	const file = path.join(folder, 'outage.rtr');
	const watch = await startProgram(t, ['watch', ...at(server), '--record', file, '-i', '500ms']);
	const seen = () => runProgram(t, ['replay', file, '--check', '--json']).then(({stdout}) => stdout);
	await eventually('a recorded sample', async () => (await seen()).includes('"state": "up"') || undefined);
	await server.stop();
	await eventually('the recorded outage', async () => (await seen()).includes('conn.refused') || undefined);
	watch.kill('SIGTERM');
	await watch.exited;

	const screen = await openMonitor(t, ['replay', file], {cols: 120, rows: 40});
	await screen.waitFor(/REPLAY \d{4}-\d\d-\d\d \d\d:\d\d:\d\dZ/);
	await screen.waitFor(/HELD 1x/);
	assert.doesNotMatch(screen.text(), /conn\.refused/);
	screen.press('A');
	await screen.waitFor(/a replay sends nothing/);
	screen.press('9');
	for (let presses = 0; presses < 10 && !/\(conn\.refused\)/.test(screen.text()); presses++) {
		const before = screen.text();
		screen.press('f');
		await screen.waitFor(lines => lines.join('\n') !== before);
	}

	await screen.waitFor(/refuses|nothing listens|refused/);
	await screen.waitFor(new RegExp(addressOf(server).replaceAll('.', '\\.')));
	screen.press('t');
	await screen.waitFor(/go to _/);
	screen.press('noon');
	await screen.waitFor(/go to noon_/);
	screen.press('\r');
	await screen.waitFor(/noon is no moment/);
	screen.press('>');
	await screen.waitFor(/HELD 2x|AT THE END/);
	screen.press('\u001B[F');
	await screen.waitFor(/AT THE END/);
	screen.press('q');
	assert.deepEqual(await screen.exited, {code: 0, signal: undefined});

	const cast = path.join(folder, 'outage.cast');
	const made = await runProgram(t, ['replay', file, '--cast', cast, '--size', '80x24', '--speed', '10']);
	assert.deepEqual([made.code, made.stderr], [0, '']);
	assert.equal(statSync(cast).mode & 0o777, 0o600);
	const [header = '', ...lines] = readFileSync(cast, 'utf8').trim().split('\n');
	assert.deepEqual([JSON.parse(header).version, JSON.parse(header).width, JSON.parse(header).height], [2, 80, 24]);
	const events = lines.map(line => JSON.parse(line) as [number, string, string]);
	assert.ok(events.some(([, kind, label]) => kind === 'm' && /^(?:critical|warning) /.test(label)));
	const emulator = createEmulator(80, 24);
	await emulator.write(events.map(([, kind, text]) => (kind === 'o' ? text : '')).join(''));
	assert.match(emulator.text(), /REPLAY [\s\S]*AT THE END/);
	emulator.dispose();
	const again = await runProgram(t, ['replay', file, '--cast', cast]);
	assert.equal(again.code, 77);
	assert.match(again.stderr, /it exists already, and no cast is overwritten$/m);
});

test('what can not be shown is one line on a terminal too, and no screen is opened for it', async t => {
	const folder = folderFor(t);
	const text = path.join(folder, 'text.rtr');
	const newer = path.join(folder, 'newer.rtr');
	writeFileSync(text, 'no recording\n');
	writeFileSync(newer, `${JSON.stringify({schema: 'redis-top/recording@9'})}\n`);
	const cases: ReadonlyArray<readonly [args: readonly string[], code: number, line: RegExp]> = [
		[['replay', text], 64, /is no recording of redis-top/],
		[['replay', newer], 64, /a newer redis-top reads it/],
		[['replay', path.join(folder, 'none')], 64, /does not exist/],
		[['replay', text, '--speed', '0'], 64, /--speed 0: must be from 1 to 600/],
		[['replay', text, '--cast', 'x.cast', '--size', '9'], 64, /--size 9: write columns and rows/],
		[['replay', text, '--size', '80x24'], 64, /--size goes with --cast/],
	];
	for (const [args, code, line] of cases) {
		const screen = await openMonitor(t, args, {cols: 300, rows: 10});
		assert.deepEqual(await screen.exited, {code, signal: undefined}, args.join(' '));
		await screen.waitFor(line);
		assert.doesNotMatch(screen.rawOutput().toString(), /\u001B\[\?1049h/);
	}
});
