import assert from 'node:assert/strict';
import process from 'node:process';
import {test} from 'node:test';
import {eventually} from '../harness/eventually.js';
import {addressOf, answersLine, at, infoOf, openMonitor, serverFor, serverVersions} from './monitor.js';

for (const {name, program} of await serverVersions()) {
	test(`a killed server stays on the screen and comes back by itself: ${name}`, async t => {
		const server = await serverFor(t, {server: program});
		const address = addressOf(server);
		const screen = await openMonitor(t, [...at(server), '-i', '500ms'], {cols: 120, rows: 40});
		await screen.waitFor(/ok .*answers/);
		process.kill(server.pid, 'SIGKILL');
		await server.exited;
		await screen.waitFor(lines =>
			new RegExp(
				`^!! :${server.port} refuses connections: (?:nothing listens on the port|it was killed), for [1-9]\\d*\\.\\ds`,
			).test(lines[1] ?? ''),
		);
		await screen.waitFor(new RegExp(`${address}.* down`));
		await screen.waitFor(lines => new RegExp(`^redis-top +${address} .*primary.*! age`).test(lines[0] ?? ''), {
			what: 'an old age',
		});
		for (const [digit, title] of [
			['2', 'Memory'],
			['4', 'Clients'],
			['6', 'Slow log'],
			['7', 'Persistence'],
		] as const) {
			screen.press(digit);
			await screen.waitFor(new RegExp(`! stale \\d\\S+: the data below is from [\\d:]+\\n╭─ ${digit} ${title}`));
		}

		const next = await serverFor(t, {server: program, port: server.port});
		await next.command('SET', 'a', '1');
		await screen.waitFor(lines => /^! {2}\S+ restarted \d+s ago/.test(lines[1] ?? ''), {what: 'back'});
		await screen.waitFor(lines => !/stale/.test(lines.join('\n')), {what: 'fresh'});
		screen.press('0');
		await screen.waitFor(/restarted \d+ s ago, run id now \w{8}/);
		await screen.waitFor(/!! +\S+ +refuses connections/);
	});

	test(`a frozen server is shown as not responding, not as healthy: ${name}`, async t => {
		const server = await serverFor(t, {server: program});
		const screen = await openMonitor(t, [...at(server), '-i', '500ms']);
		await screen.waitFor(/ok .*answers/);
		const runId = (await infoOf(server, 'server')).get('run_id');
		process.kill(server.pid, 'SIGSTOP');
		try {
			await screen.waitFor(lines => /is not responding\b.*, for \d/.test(lines[1] ?? ''), {what: 'not responding'});
			screen.press('2');
			await screen.waitFor(/! stale \d\S+: the data below is from [\d:]+\n╭─ 2 Memory/);
			await screen.waitFor(lines => /^!! \S+ is not responding\b.*, for \d/.test(lines[1] ?? ''), {what: 'hung'});
		} finally {
			process.kill(server.pid, 'SIGCONT');
		}

		await screen.waitFor(lines => answersLine.test(lines[1] ?? ''), {what: 'back'});
		await screen.waitFor(lines => !/stale/.test(lines.join('\n')), {what: 'fresh'});
		screen.press('0');
		await screen.waitFor(/0 Events/);
		assert.doesNotMatch(screen.text(), /restarted/);
		assert.equal((await infoOf(server, 'server')).get('run_id'), runId);
		// The connections that redis-top opened meanwhile are closed again. Two remain, and the one of this test.
		await eventually('as many clients as before', async () =>
			(await infoOf(server, 'clients')).get('connected_clients') === '3' ? true : undefined,
		);
	});
}

test('a screen that is opened without a server shows the server once it is there', async t => {
	const first = await serverFor(t);
	const {port} = first;
	await first.stop();
	const screen = await openMonitor(t, ['-p', String(port), '-i', '500ms']);
	await screen.waitFor(/^!! \S+ refuses connections: nothing listens on the port/m);
	await screen.waitFor(/no data yet|age -/);
	await serverFor(t, {port});
	await screen.waitFor(/^ok \S+ answers/m);
	await screen.waitFor(/used +\d/);
});

test('a lost primary and a lost replica stay on the screen, with all other nodes', async t => {
	const primary = await serverFor(t);
	const replica = await serverFor(t, {args: ['--replicaof', '127.0.0.1', String(primary.port)]});
	const screen = await openMonitor(t, [...at(replica), '-i', '500ms'], {cols: 120, rows: 40});
	await screen.waitFor(/ok 2 nodes answer/);
	screen.press('3');
	await screen.waitFor(new RegExp(`${addressOf(replica)} +replica +online +up`));
	process.kill(primary.pid, 'SIGKILL');
	await screen.waitFor(lines => lines[1]?.startsWith(`!! :${primary.port} refuses connections`) === true);
	await screen.waitFor(lines => [primary, replica].every(node => lines.join('\n').includes(addressOf(node))));
	screen.press('0');
	await screen.waitFor(/replication link to \S+ is down/);
	process.kill(replica.pid, 'SIGKILL');
	screen.press('1');
	await screen.waitFor(
		lines =>
			[primary, replica].every(node => lines.some(line => line.includes(addressOf(node)) && / down /.test(line))),
		{what: 'both in the list, down'},
	);
});
