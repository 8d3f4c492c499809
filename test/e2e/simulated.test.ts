import assert from 'node:assert/strict';
import {type TestContext, test} from 'node:test';
import {eventually} from '../harness/eventually.js';
import type {PtyExit, PtyScreen} from '../harness/pty.js';
import {RespClient} from '../harness/resp-client.js';
import {openMonitor, runProgram} from './monitor.js';

async function openSimulated(t: TestContext, incident: string): Promise<PtyScreen> {
	const args = ['demo', 'simulated', '--nodes', '30', '--incident', incident];
	const screen = await openMonitor(t, args, {cols: 120, rows: 40});
	await screen.waitFor(/SIMULATED[\s\S]*1\/30|1\/30[\s\S]*SIMULATED/, {what: 'thirty simulated nodes'});
	return screen;
}

const portOf = (screen: PtyScreen): number => Number(/127\.0\.0\.1:(\d+)/.exec(screen.text())?.[1]);

/** Whether a server listens on the port. */
async function isServed(port: number): Promise<boolean> {
	const client = await RespClient.connect({port}).catch(() => undefined);
	client?.close();
	return client !== undefined;
}

test('all nodes of a simulated cluster are shown, marked as simulated, and an incident becomes visible', async t => {
	const screen = await openSimulated(t, 'node-dies');
	screen.press('8');
	await screen.waitFor(/8 Cluster[\s\S]*of 30/);
	await screen.waitFor(/SIMULATED node-dies[\s\S]*refuses connections/, {deadlineMs: 60_000});
	// The replica now has the slots of its primary, under a new epoch.
	await screen.waitFor(/primary ok[^\n]* 1092-2183 +(?:1[6-9]|[2-9]\d) /, {deadlineMs: 60_000});
	screen.press('q');
	assert.equal((await screen.exited).code, 0);
});

test('a snapshot of a simulated cluster says that it is simulated', async t => {
	const screen = await openSimulated(t, 'none');
	const target = `127.0.0.1:${portOf(screen)}`;
	const {code, stdout} = await runProgram(t, ['snapshot', target]);
	assert.equal(code, 0);
	const snapshot = JSON.parse(stdout);
	assert.equal(snapshot.deployment.isSimulated, true);
	assert.equal(snapshot.deployment.kind, 'cluster');
	assert.equal(snapshot.nodes.length, 30);
});

const ends: ReadonlyArray<readonly [name: string, exit: PtyExit, leave: (screen: PtyScreen) => void]> = [
	['q', {code: 0, signal: undefined}, screen => screen.press('q')],
	['SIGTERM', {code: 143, signal: undefined}, screen => screen.kill('SIGTERM')],
	['SIGKILL', {code: 0, signal: 'SIGKILL'}, screen => screen.kill('SIGKILL')],
];

for (const [name, exit, leave] of ends) {
	test(`nothing is left of the simulated cluster after ${name}`, async t => {
		const screen = await openSimulated(t, 'none');
		const port = portOf(screen);
		assert.ok(await isServed(port));
		leave(screen);
		assert.deepEqual(await screen.exited, exit);
		await eventually('nobody listens', async () => ((await isServed(port)) ? undefined : true));
	});
}
