import assert from 'node:assert/strict';
import test from 'node:test';
import {runCommand} from '../../source/host/run-command.js';

const echo = 'process.stdout.write(JSON.stringify(process.argv.slice(1)))';

test('no argument is interpreted by a shell', async () => {
	const words = ['$(touch /tmp/never)', '; exit 1', '*', '`id`', '"', "'", '| cat', '\\'];
	const result = await runCommand([process.execPath, '-e', echo, ...words]);
	assert.deepEqual(result.kind === 'done' ? JSON.parse(result.text) : result, words);
});

test('a failed command has its first error line, and a missing program is named', async () => {
	const script = 'console.error("Unit cache.service not found.\\nmore"); process.exit(5)';
	assert.deepEqual(await runCommand([process.execPath, '-e', script]), {
		kind: 'failed',
		why: 'Unit cache.service not found.',
	});
	assert.deepEqual(await runCommand(['no-such-program-here']), {
		kind: 'failed',
		why: 'no-such-program-here is not installed here',
	});
});

test('a command that reads stdin gets its end, and an aborted command is unknown', async () => {
	const asks = 'process.stdin.on("data", () => {}).on("end", () => console.log("nobody"))';
	assert.deepEqual(await runCommand([process.execPath, '-e', asks]), {kind: 'done', text: 'nobody'});
	const end = new AbortController();
	const running = runCommand([process.execPath, '-e', 'setInterval(() => {}, 1000)'], end.signal);
	end.abort();
	assert.equal((await running).kind, 'unknown');
});
