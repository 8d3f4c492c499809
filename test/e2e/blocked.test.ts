import process from 'node:process';
import {test} from 'node:test';
import {at, openMonitor, serverFor} from './monitor.js';

test('after a server has not responded, an event says for how long and which command caused it', async t => {
	const server = await serverFor(t, {args: ['--enable-debug-command', 'local']});
	const screen = await openMonitor(t, [...at(server), '-i', '500ms'], {cols: 120, rows: 40});
	await screen.waitFor(/ok .*answers/);
	screen.press('0');
	await screen.waitFor(/0 Events/);
	await server.command('DEBUG', 'SLEEP', '2.5');
	await screen.waitFor(/answers again after [\d.]+ s of silence: DEBUG took 2\.5 s \(slow log #\d+\)/);
});

test('a stopped process is named by its machine, and an event keeps it', {
	skip: process.platform !== 'linux',
}, async t => {
	const server = await serverFor(t);
	const screen = await openMonitor(t, [...at(server), '-i', '500ms'], {cols: 140, rows: 40});
	await screen.waitFor(/ok .*answers/);
	process.kill(server.pid, 'SIGSTOP');
	await screen.waitFor(/is not responding: its process is stopped \(SIGSTOP\), for \d/);
	await screen.waitFor(new RegExp(`!! ping .*is not responding[\\s\\S]*\\$ kill -CONT ${server.pid}`));
	process.kill(server.pid, 'SIGCONT');
	await screen.waitFor(/ok .*answers/);
	screen.press('0');
	await screen.waitFor(
		new RegExp(`answers again after [\\d.]+ s of silence: its process ${server.pid} was stopped by a signal`),
	);
});
