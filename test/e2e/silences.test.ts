import assert from 'node:assert/strict';
import {type TestContext, test} from 'node:test';
import {eventually} from '../harness/eventually.js';
import type {PtyScreen} from '../harness/pty.js';
import {alertmanagerFor} from './alertmanager.js';
import {
	addressOf,
	at,
	auditOf,
	closeBox,
	deadTimeOver,
	folderFor,
	openBox,
	openMonitor,
	serverFor,
	typeKeys,
} from './monitor.js';

type Alertmanager = NonNullable<Awaited<ReturnType<typeof alertmanagerFor>>>;

/** Posts an alert about an instance, as Prometheus does. */
async function fire({url}: Alertmanager, instance: string): Promise<void> {
	const response = await fetch(`${url}/api/v2/alerts`, {
		method: 'POST',
		headers: {'content-type': 'application/json'},
		body: JSON.stringify([{labels: {alertname: 'RedisDown', instance}}]),
	});
	assert.equal(response.status, 200);
}

/** Goes to the letter of SHUTDOWN SAVE, with a silence. The letter is not pressed yet. */
async function upToLetter(screen: PtyScreen, address: string): Promise<void> {
	await openBox(screen, 's', address);
	await screen.waitFor(/silence +none; Tab: 15 min in Alertmanager 127/);
	await deadTimeOver();
	screen.press('\t');
	await screen.waitFor(/silence +15 min at most, set first and lifted after; Tab: 1 h/);
	await typeKeys(screen, address);
	await screen.waitFor(/press s to send SHUTDOWN SAVE/);
	await deadTimeOver();
}

const phases = (screen: Parameters<typeof auditOf>[0]) =>
	auditOf(screen).map(({phase, command, action}) => `${command?.split(' ').slice(0, 2).join(' ') ?? action} ${phase}`);

async function started(t: TestContext) {
	const alertmanager = await alertmanagerFor(t);
	if (alertmanager === undefined) {
		return undefined;
	}

	const program = alertmanager.start();
	await eventually('Alertmanager is ready', async () =>
		(await fetch(`${alertmanager.url}/-/ready`).catch(() => undefined))?.ok ? true : undefined,
	);
	const [dir, server] = await (async () => {
		const folder = folderFor(t);
		return [folder, await serverFor(t, {dir: folder})] as const;
	})();
	await server.command('SET', 'a', '1');
	const screen = await openMonitor(t, [...at(server), '-i', '200ms', '--alertmanager', alertmanager.url]);
	await screen.waitFor(/ok .*answers/);
	return {alertmanager, program, dir, server, screen, address: addressOf(server)};
}

test('a stop is silenced before it is sent, until the server answers again, each step in the audit log', async t => {
	const parts = await started(t);
	if (parts === undefined) {
		return;
	}

	const {alertmanager, dir, server, screen, address} = parts;
	await upToLetter(screen, address);
	assert.deepEqual(await alertmanager.silences(), []);
	screen.press('s');
	await screen.waitFor(/verified: the server is gone/);
	await screen.waitFor(/the silence in Alertmanager ends when the server answers/);
	const [silence] = await alertmanager.silences();
	assert.equal(silence?.status.state, 'active');
	assert.equal(silence.comment, `redis-top: SHUTDOWN SAVE on ${address}`);
	const endsInMs = Date.parse(silence.endsAt) - Date.now();
	assert.ok(endsInMs > 0 && endsInMs <= 900_000, silence.endsAt);
	// Alerts about this node are held back, whoever sends them; those of another node are not.
	await fire(alertmanager, address);
	await fire(alertmanager, `redis://${address}`);
	await fire(alertmanager, `${address}0`);
	const states = await eventually('Alertmanager has processed the alerts', async () => {
		const all = await (await fetch(`${alertmanager.url}/api/v2/alerts`)).json();
		const found = (all as Array<{labels: {instance: string}; status: {state: string}}>).map(
			({labels, status}) => `${labels.instance} ${status.state}`,
		);
		return found.length === 3 && found.every(text => !text.endsWith('unprocessed')) ? found.toSorted() : undefined;
	});
	assert.deepEqual(states, [`${address} suppressed`, `${address}0 active`, `redis://${address} suppressed`].toSorted());

	await closeBox(screen);
	await serverFor(t, {dir, port: server.port});
	await eventually('the silence is over', async () =>
		(await alertmanager.silences())[0]?.status.state === 'expired' ? true : undefined,
	);
	screen.press('0');
	await screen.waitFor(/the silence in Alertmanager is lifted/);
	assert.deepEqual(phases(screen), [
		'SHUTDOWN SAVE unlocked',
		'amtool silence intent',
		'silence outcome',
		'SHUTDOWN SAVE intent',
		'SHUTDOWN SAVE outcome',
		'SHUTDOWN SAVE verified',
		'silence verified',
	]);
	const [, , set] = auditOf(screen);
	assert.match(set?.detail ?? '', new RegExp(`^set until \\d\\d:\\d\\d:\\d\\d UTC, ${silence.id}$`));
});

for (const [name, end, why] of [
	['was killed', 'SIGKILL', /NOT SET: Alertmanager \S+ refuses connections/],
	['hangs', 'SIGSTOP', /NOT SET: Alertmanager \S+ does not answer within 3 s/],
] as const) {
	test(`an Alertmanager that ${name} is said, and the letter sends all the same`, async t => {
		const parts = await started(t);
		if (parts === undefined) {
			return;
		}

		const {program, server, screen, address} = parts;
		await upToLetter(screen, address);
		await (end === 'SIGKILL' ? program.kill() : program.signal(end));
		screen.press('s');
		await screen.waitFor(why);
		await screen.waitFor(/press s to send it all the same; Tab tries the silence again/);
		assert.equal(await server.command('PING'), 'PONG');
		await deadTimeOver();
		screen.press('s');
		await screen.waitFor(/verified: the server is gone/);
		assert.equal(await server.exited, 0);
		assert.deepEqual(phases(screen).slice(0, 4), [
			'SHUTDOWN SAVE unlocked',
			'amtool silence intent',
			'silence outcome',
			'SHUTDOWN SAVE intent',
		]);
	});
}

test('a restart is silenced for its steps, and the silence ends with it', async t => {
	const parts = await started(t);
	if (parts === undefined) {
		return;
	}

	const {alertmanager, screen, address} = parts;
	screen.press('A');
	await screen.waitFor(/R restarts it step by step/);
	screen.press('R');
	await screen.waitFor(/silence +none; Tab: 15 min/);
	await deadTimeOver();
	screen.press('\t');
	await screen.waitFor(/silence +15 min at most/);
	screen.press('g');
	await screen.waitFor(/begun \S+ ago/);
	await screen.waitFor(/silence +in Alertmanager, until \d\d:\d\d:\d\d UTC/);
	const [silence] = await alertmanager.silences();
	assert.equal(silence?.comment, `redis-top: a restart on ${address}`);
	assert.equal(silence.status.state, 'active');
	await deadTimeOver();
	screen.press('x');
	await screen.waitFor(/press x again to abandon it/);
	screen.press('x');
	await eventually('the silence is over', async () =>
		(await alertmanager.silences())[0]?.status.state === 'expired' ? true : undefined,
	);
	const ended = await eventually('its end is in the audit log', () =>
		phases(screen).includes('silence verified') ? phases(screen) : undefined,
	);
	assert.deepEqual(ended, [
		'amtool silence intent',
		'silence outcome',
		'restart intent',
		'restart aborted',
		'silence verified',
	]);
});
