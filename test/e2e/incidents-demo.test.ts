import assert from 'node:assert/strict';
import {existsSync} from 'node:fs';
import path from 'node:path';
import {test} from 'node:test';
import {incidentSentences, stagedNames} from '../../source/demo/incidents/incident-names.js';
import {eventually} from '../harness/eventually.js';
import type {PtyScreen} from '../harness/pty.js';
import {RespClient} from '../harness/resp-client.js';
import {isRunning, oneServer, openMonitor, runProgram} from './monitor.js';

/** The process and the folder of the server that the screen shows. */
async function tracesOf(screen: PtyScreen) {
	const port = Number(/127\.0\.0\.1:(\d+)/.exec(screen.text())?.[1]);
	const client = await RespClient.connect({port});
	const pid = Number(/process_id:(\d+)/.exec(String(await client.command('INFO', 'server')))?.[1]);
	const dir = await client.command('CONFIG', 'GET', 'dir');
	client.close();
	return {pid, folder: path.dirname(String(Array.isArray(dir) ? dir[1] : ''))};
}

for (const signal of [undefined, 'SIGKILL'] as const) {
	test(`an incident happens on a healthy server, and nothing is left after ${signal ?? 'q'}`, async t => {
		const {program} = await oneServer();
		const env = {REDIS_TOP_SERVER: program};
		const screen = await openMonitor(t, ['demo', 'incident', 'memory-full'], {cols: 120, rows: 40, env});
		await screen.waitFor(/incident memory-full[\s\S]*^ok 127\.0\.0\.1:\d+ answers/m);
		const {pid, folder} = await tracesOf(screen);
		assert.ok(isRunning(pid) && existsSync(folder));
		await screen.waitFor(/^!! :\d+ refuses writes \(OOM\).*: the policy is noeviction/m);
		if (signal === undefined) {
			screen.press('q');
		} else {
			screen.kill(signal);
		}

		await screen.exited;
		await eventually('no server', () => (isRunning(pid) ? undefined : true));
		await eventually('no folder', () => (existsSync(folder) ? undefined : true));
	});
}

test('without a name all incidents are listed, and without a server program a line says so', async t => {
	const listed = await runProgram(t, ['demo', 'incident']);
	assert.equal(listed.code, 0);
	const text = listed.stdout.replaceAll(/\s+/g, ' ');
	for (const name of stagedNames) {
		assert.ok(text.includes(`${name} ${incidentSentences[name]}`), name);
	}

	const serverless = await runProgram(t, ['demo', 'incident', 'frozen'], {PATH: '/nowhere', REDIS_TOP_SERVER: ''});
	assert.equal(serverless.code, 69);
	assert.match(serverless.stderr, /^redis-top demo: no redis-server or valkey-server is on the PATH[^\n]*\n$/);
});
