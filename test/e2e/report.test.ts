import assert from 'node:assert/strict';
import path from 'node:path';
import {test} from 'node:test';
import {
	addressOf,
	at,
	closeBox,
	deadTimeOver,
	fullResyncOver,
	openBox,
	openMonitor,
	polledAgain,
	runProgram,
	serverFor,
} from './monitor.js';

test('the report of a recorded outage tells what was felt, where, for how long, and what was done', async t => {
	const primary = await serverFor(t);
	const replica = await serverFor(t, {args: ['--replicaof', '127.0.0.1', String(primary.port)]});
	const {port} = primary;
	const address = addressOf(primary);
	const screen = await openMonitor(t, [...at(primary), '--record', 'outage.rtr', '-i', '500ms'], {cols: 160, rows: 50});
	await screen.waitFor(/2 nodes answer/);
	await fullResyncOver(primary);
	await polledAgain(primary);
	await openBox(screen, 'b', address);
	await deadTimeOver();
	screen.press('b');
	await screen.waitFor(/verified: saved at/);
	await closeBox(screen);
	await primary.stop();
	screen.press('0');
	await screen.waitFor(/worse: last gave data/);
	// The recording holds the replica's finding before the primary is started again.
	screen.press('9');
	await screen.waitFor(/rep\.link_down/);
	screen.press('0');
	const again = await serverFor(t, {port});
	await screen.waitFor(/answers again after/);
	// A finding ends after several polls without its condition.
	for (let poll = 0; poll < 8; poll++) {
		await polledAgain(again);
	}

	screen.press('q');
	assert.equal((await screen.exited).code, 0);

	const file = path.join(screen.home, 'outage.rtr');
	const {code, stdout, stderr} = await runProgram(t, ['report', file]);
	assert.equal(code, 0, stderr);
	const time = String.raw`\d\d:\d\d:\d\d`;
	const paragraph = stdout.split('## Impact')[0] ?? '';
	assert.match(
		paragraph,
		new RegExp(`${address} \\(primary\\) was unreachable from ${time} to ${time} UTC, for \\w+ \\(refuses connections`),
	);
	assert.match(paragraph, new RegExp(`With it came: .*${addressOf(replica)} \\(replica\\) returned old data`));
	assert.match(paragraph, new RegExp(`It ended at ${time}.*${address} answers again`));
	assert.match(paragraph, new RegExp(`was sent: BGSAVE to ${address} at ${time} by .* \\(verified\\)`));
	assert.match(
		stdout,
		new RegExp(`\\| unreachable \\| ${address} \\(primary\\) \\| ${time} \\| ${time} \\| \\w+ \\| yes \\|`),
	);
	const html = await runProgram(t, ['report', file, '--format', 'html', '--mask']);
	assert.equal(html.code, 0, html.stderr);
	assert.ok(!html.stdout.includes('127.0.0.1'));
	assert.match(html.stdout, /<polyline [\s\S]*<rect class="shade"|<rect class="shade"[\s\S]*<polyline /);
});

test('without a recording the report is of what servers tell now, and says so', async t => {
	const server = await serverFor(t, {args: ['--maxmemory-policy', 'noeviction']});
	await server.command('CONFIG', 'SET', 'slowlog-log-slower-than', '0');
	await server.command('CLIENT', 'SETNAME', 'zq-client');
	await server.command('SET', 'zq-key', 'zq-value');
	const {code, stdout, stderr} = await runProgram(t, ['report', ...at(server), '-i', '200ms']);
	assert.equal(code, 0, stderr);
	assert.match(stdout, /- No recording: the report is of two samples taken now/);
	assert.match(stdout, /## What servers still know[\s\S]*ran SET for .* \(slow log\)/);
	assert.doesNotMatch(stdout, /zq-/);
});

test('what can not be reported is one line, with exit code 64', async t => {
	const server = await serverFor(t);
	const made = await runProgram(t, ['snapshot', ...at(server), '--record', 'one.rtr', '-i', '200ms']);
	assert.equal(made.code, 0);
	const cases: ReadonlyArray<readonly [args: readonly string[], line: RegExp]> = [
		[['none.rtr'], /none\.rtr does not exist$/],
		[['./package.json'], /package\.json does not exist$/],
		[['none.rtr', 'localhost'], /takes recordings or servers, not both: localhost is no file$/],
		[['localhost', '--from', '-5m'], /--from goes with a recording: name a file or a folder$/],
		[['none.rtr', '--from', 'noon'], /--from noon: is not a moment; write 03:12, -5m or /],
		[['none.rtr', '-p', '6379'], /a report of a recording asks no server: leave out --port$/],
		[['none.rtr', '--format', 'pdf'], /--format pdf: report prints markdown or html$/],
	];
	for (const [args, line] of cases) {
		const run = await runProgram(t, ['report', ...args]);
		assert.equal(run.code, 64, `${args.join(' ')}: ${run.stderr}`);
		assert.match(run.stderr.trim(), line);
		assert.equal(run.stderr.trim().split('\n').length, 1, run.stderr);
		assert.equal(run.stdout, '');
	}
});
