import assert from 'node:assert/strict';
import {existsSync} from 'node:fs';
import path from 'node:path';
import {type TestContext, test} from 'node:test';
import {eventually} from '../harness/eventually.js';
import type {PtyExit, PtyScreen} from '../harness/pty.js';
import {RespClient} from '../harness/resp-client.js';
import {isRunning, oneServer, openMonitor} from './monitor.js';

async function openDemo(t: TestContext): Promise<PtyScreen> {
	const {program} = await oneServer();
	const screen = await openMonitor(t, ['demo'], {cols: 120, rows: 40, env: {REDIS_TOP_SERVER: program}});
	// A slow machine shows slow commands of the demo's start on line 2, so that the list of nodes is waited for.
	await screen.waitFor(/^(?:ok|[.!i]+ ).*\n[\s\S]*(?:(?:primary|replica) +up[\s\S]*){3}/m);
	return screen;
}

/** The processes and folders of the demo on this machine: three servers and their folder. */
async function tracesOf(screen: PtyScreen) {
	const nodes = /127\.0\.0\.1:(\d+)(?: \*)? +(?:primary|replica) +(?:up|online)/g;
	await screen.waitFor(lines => [...lines.join('\n').matchAll(nodes)].length === 3, {what: 'three nodes in the list'});
	const ports = [...screen.text().matchAll(nodes)].map(([, port]) => Number(port));
	const pids: number[] = [];
	const folders = new Set<string>();
	for (const port of ports) {
		const client = await RespClient.connect({port}).catch(() => undefined);
		const info = client === undefined ? '' : String(await client.command('INFO', 'server'));
		const dir = client === undefined ? '' : await client.command('CONFIG', 'GET', 'dir');
		client?.close();
		pids.push(Number(/process_id:(\d+)/.exec(info)?.[1]));
		folders.add(path.dirname(String(Array.isArray(dir) ? dir[1] : '')));
	}

	assert.equal(pids.length, 3, screen.text());
	assert.ok(pids.every(isRunning));
	assert.ok([...folders].every(existsSync));
	return {pids, folders: [...folders]};
}

test('the load of the demo changes the figures of every panel but those of clusters and actions', async t => {
	const screen = await openDemo(t);
	await screen.waitFor(/ops +[1-9][\d.,]*k?\/s/);
	const open = async (digit: string, expected: RegExp) => {
		screen.press(digit);
		await screen.waitFor(expected, {deadlineMs: 90_000});
	};

	await open('2', /2 Memory[\s\S]*expired +[1-9]/);
	await open('3', /3 Replication[\s\S]*online[\s\S]*online/);
	await open('4', /4 Clients +\d+ of[\s\S]*worker/);
	await open('5', /5 Commands[\s\S]*[1-9]\d*(?:\.\d)? +[\d.]+ [µm]s/);
	await open('6', /6 Slow log[\s\S]*^│>/m);
	await open('7', /7 Persistence[\s\S]*saves +[1-9]/);
	await open('9', /9 Findings[\s\S]*^│>/m);
	await open('0', /0 Events[\s\S]*\d\d:\d\d:\d\d/);
	screen.press('q');
	await screen.exited;
});

const ends: ReadonlyArray<readonly [name: string, exit: PtyExit, leave: (screen: PtyScreen) => void]> = [
	['q', {code: 0, signal: undefined}, screen => screen.press('q')],
	['Ctrl-C', {code: 0, signal: undefined}, screen => screen.press('\u{3}')],
	['SIGTERM', {code: 143, signal: undefined}, screen => screen.kill('SIGTERM')],
	['SIGKILL', {code: 0, signal: 'SIGKILL'}, screen => screen.kill('SIGKILL')],
];

for (const [name, exit, leave] of ends) {
	test(`nothing is left of the demo after ${name}`, async t => {
		const screen = await openDemo(t);
		const {pids, folders} = await tracesOf(screen);
		leave(screen);
		assert.deepEqual(await screen.exited, exit);
		await eventually('no server', () => (pids.some(isRunning) ? undefined : true));
		await eventually('no folder', () => (folders.some(existsSync) ? undefined : true));
	});
}

test('without a server program the demo is simulated, and says so', async t => {
	const screen = await openMonitor(t, ['demo'], {env: {PATH: '/nowhere', REDIS_TOP_SERVER: undefined}});
	await screen.waitFor(/SIMULATED calm[\s\S]*12 nodes answer/);
	screen.press('q');
	assert.equal((await screen.exited).code, 0);
});
