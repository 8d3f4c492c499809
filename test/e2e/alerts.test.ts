import assert from 'node:assert/strict';
import {createHmac} from 'node:crypto';
import {writeFileSync} from 'node:fs';
import path from 'node:path';
import process from 'node:process';
import {test} from 'node:test';
import {eventually} from '../harness/eventually.js';
import {type FakeReceiver, fakeReceiver} from '../harness/fake-receiver.js';
import {freePort} from '../harness/free-port.js';
import type {TestServer} from '../harness/servers.js';
import {alertmanagerFor} from './alertmanager.js';
import {addressOf, at, folderFor, runProgram, serverFor, startProgram} from './monitor.js';

/** Ends a server without a word, so that it is no orderly shutdown. */
async function crash({pid, exited}: TestServer): Promise<void> {
	process.kill(pid, 'SIGKILL');
	await exited;
}

/** What a receiver behind Alertmanager was told of a rule, in order: `firing warning`, `resolved warning`. */
const notices = ({requests}: FakeReceiver, rule: string): string[] =>
	requests.flatMap(({body}) =>
		(JSON.parse(body) as {alerts: Array<{status: string; labels: Record<string, string>}>}).alerts
			.filter(({labels}) => labels.alertname === rule)
			.map(({status, labels}) => `${status} ${labels.severity}`),
	);

test('an incident is an alert in a real Alertmanager and is over there, also after either side was away', async t => {
	const alertmanager = await alertmanagerFor(t);
	if (alertmanager === undefined) {
		return;
	}

	const {url, start, only, hook} = alertmanager;
	const env = {XDG_STATE_HOME: folderFor(t)};
	const first = start();
	const server = await serverFor(t);
	const argv = ['watch', ...at(server), '-i', '200ms', '--alertmanager', url];
	const watch = await startProgram(t, argv, env);
	await eventually('the server is polled', () => (watch.stdout() === '' ? undefined : true));
	await crash(server);
	const [alert] = await eventually('the alert is there', async () => {
		const found = await only('conn.refused');
		return found.length > 0 ? found : undefined;
	});
	assert.deepEqual(alert?.labels, {
		alertname: 'conn.refused',
		severity: 'warning',
		instance: addressOf(server),
		deployment: addressOf(server),
		source: 'redis-top',
	});

	// Alertmanager is away and has forgotten everything.
	await first.kill();
	await eventually('redis-top misses it', () =>
		/Alertmanager .* refuses connections/.test(watch.stderr()) ? true : undefined,
	);
	start();
	await eventually(
		'the alert is there again',
		async () => ((await only('conn.refused')).length === 1 ? true : undefined),
		90_000,
	);

	// redis-top is away, and the incident ends meanwhile.
	watch.kill('SIGTERM');
	assert.equal(await watch.exited, 143);
	const again = await startProgram(t, argv, env);
	await eventually('it is an alert of the second run', () =>
		again.stdout().includes('conn.refused') ? true : undefined,
	);
	assert.equal((await only('conn.refused')).length, 1);
	await serverFor(t, {port: server.port});
	await eventually(
		'the alert is over',
		async () => ((await only('conn.refused')).length === 0 ? true : undefined),
		60_000,
	);
	const told = await eventually('who is behind it knows', () => {
		const list = notices(hook, 'conn.refused');
		return list.includes('resolved critical') ? list : undefined;
	});
	// The second run has never had a reply, so that the finding is worse for it, and the milder alert ends.
	for (const end of ['resolved warning', 'resolved critical']) {
		assert.equal(told.filter(notice => notice === end).length, 1, told.join(', '));
	}
});

test('a webhook gets signed messages once, and a restart tells nothing twice', async t => {
	const hook = await fakeReceiver(t);
	const folder = folderFor(t);
	const env = {XDG_STATE_HOME: folder};
	const secret = path.join(folder, 'secret');
	writeFileSync(secret, 'hunter2\n');
	const server = await serverFor(t);
	const argv = [...['watch', ...at(server), '-i', '200ms', '--webhook', hook.url], '--webhook-secret-file', secret];
	const told = () =>
		hook.requests
			.map(({body}) => JSON.parse(body) as {event: string; finding: {rule: string}})
			.filter(({finding}) => finding.rule === 'conn.refused')
			.map(({event}) => event);
	const watch = await startProgram(t, argv, env);
	await eventually('the server is polled', () => (watch.stdout() === '' ? undefined : true));
	await crash(server);
	await eventually('the message', () => (told().length > 0 ? true : undefined));
	for (const {body, headers} of hook.requests) {
		const timestamp = String(headers['x-redis-top-timestamp']);
		const expected = createHmac('sha256', 'hunter2').update(`${timestamp}.${body}`).digest('hex');
		assert.equal(headers['x-redis-top-signature'], `sha256=${expected}`);
		assert.doesNotMatch(body, /hunter2/);
	}

	watch.kill('SIGTERM');
	await watch.exited;
	const again = await startProgram(t, argv, env);
	await eventually('the finding is there', () => (again.stdout().includes('conn.refused') ? true : undefined));
	await serverFor(t, {port: server.port});
	await eventually('its end is told', () => (told().includes('closed') ? true : undefined));
	// The second run has never had a reply, so that the finding is worse for it.
	assert.deepEqual(
		told().filter(event => event !== 'changed'),
		['opened', 'closed'],
	);
	assert.doesNotMatch(watch.stdout() + watch.stderr() + again.stdout() + again.stderr(), /hunter2/);
});

test('a webhook that hangs harms neither the lines nor the metrics', async t => {
	const hook = await fakeReceiver(t, 'hang');
	const [server, port] = [await serverFor(t), await freePort()];
	const watch = await startProgram(
		t,
		['watch', ...at(server), '-i', '200ms', '--webhook', hook.url, '--metrics', `127.0.0.1:${port}`],
		{XDG_STATE_HOME: folderFor(t)},
	);
	await eventually('the server is polled', () => (watch.stdout() === '' ? undefined : true));
	await server.stop();
	await eventually('the line', () => (watch.stdout().includes('conn.refused') ? true : undefined));
	await eventually('the hook is asked', () => (hook.requests.length > 0 ? true : undefined));
	const page = await eventually('the metrics say that a message waits', async () => {
		const text = await (await fetch(`http://127.0.0.1:${port}/metrics`)).text();
		return /^redis_top_receiver_waiting\{.*\} [1-9]/m.test(text) ? text : undefined;
	});
	assert.match(page, /^redis_up\{.*\} 0$/m);
	watch.kill('SIGTERM');
	assert.equal(await watch.exited, 143);
});

test('a token that cannot be read ends the program before anything is polled', async t => {
	const server = await serverFor(t);
	const file = path.join(folderFor(t), 'gone');
	const run = await runProgram(t, [
		'watch',
		...at(server),
		'--alertmanager',
		'https://a',
		'--alertmanager-secret-file',
		file,
	]);
	assert.deepEqual(
		[run.code, run.stdout, run.stderr],
		[77, '', `redis-top: --alertmanager-secret-file ${file}: can't be read: no such file\n`],
	);
	assert.doesNotMatch(server.log(), /Accepted/);
});
