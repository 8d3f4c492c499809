import assert from 'node:assert/strict';
import process from 'node:process';
import {test} from 'node:test';
import {addressOf, at, openMonitor, serverFor} from './monitor.js';

test('the wall display shows an incident from beginning to end, and no key on it acts', async t => {
	const server = await serverFor(t);
	const screen = await openMonitor(t, [...at(server), '--wall', '-i', '500ms'], {cols: 200, rows: 60});
	await screen.waitFor(/no incident: nothing critical now[\s\S]*memory, % of maxmemory[\s\S]*! from 80%/);
	assert.match(screen.lines()[0] ?? '', /READ-ONLY/);
	screen.press('A');
	await screen.waitFor(/the wall is view-only/);
	assert.doesNotMatch(screen.text(), /Actions on/);
	process.kill(server.pid, 'SIGKILL');
	await server.exited;
	await screen.waitFor(/refuses connections[\s\S]*the first critical finding/);
	const next = await serverFor(t, {port: server.port});
	await next.command('SET', 'a', '1');
	await screen.waitFor(/no incident: nothing critical now/);
	// The panels are as read-only as the wall display.
	screen.press('w');
	await screen.waitFor(/1 Overview .*9 Findings/);
	screen.press('A');
	await screen.waitFor(/started with --wall/);
	screen.press('\u{1B}');
	await screen.waitFor(lines => !/started with --wall/.test(lines.join('\n')), {what: 'the box closed'});
	screen.press('q');
	assert.equal((await screen.exited).code, 0);
});

test('w opens the wall display and leaves it, and so does Esc', async t => {
	const server = await serverFor(t);
	const screen = await openMonitor(t, at(server), {cols: 120, rows: 40});
	await screen.waitFor(new RegExp(`ok ${addressOf(server)} answers`));
	screen.press('w');
	await screen.waitFor(/slowest p99/);
	screen.press('w');
	await screen.waitFor(lines => !/slowest p99/.test(lines.join('\n')), {what: 'the panels'});
	screen.press('w');
	await screen.waitFor(/slowest p99/);
	screen.press('\u{1B}');
	await screen.waitFor(lines => !/slowest p99/.test(lines.join('\n')), {what: 'the panels'});
});
