import assert from 'node:assert/strict';
import {mkdirSync, utimesSync, writeFileSync} from 'node:fs';
import path from 'node:path';
import {test} from 'node:test';
import {folderFor, runProgram} from './monitor.js';

const line = (at: string, command: string) =>
	`${JSON.stringify({at, phase: 'outcome', outcome: 'replied', target: '10.0.1.11:6379', action: 'bgsave', command, osUser: 'alice', session: 'one', pid: 1})}\n`;

test('redis-top audit prints every file and names broken lines; an unreadable file exits with 77', async t => {
	const state = folderFor(t);
	const folder = path.join(state, 'redis-top');
	const env = {XDG_STATE_HOME: state};
	assert.deepEqual(await runProgram(t, ['audit'], env), {code: 0, stdout: 'Nothing was done yet.\n', stderr: ''});

	mkdirSync(folder);
	writeFileSync(
		path.join(folder, 'audit-20200101T000000000Z-00000000.ndjson'),
		line('2020-01-01T00:00:00.000Z', 'OLD'),
	);
	const file = path.join(folder, 'audit.ndjson');
	writeFileSync(file, `${line('2026-11-23T14:00:00.000Z', 'NEW')}{"at":"2026-`);
	// In a young file the last line might still be in the middle of being written.
	utimesSync(file, 0, 0);
	const text = await runProgram(t, ['audit'], env);
	assert.equal(text.code, 0);
	assert.match(text.stdout, /^TIME UTC .*\n2020-01-01 00:00:00 .* OLD\n2026-11-23 14:00:00 .* NEW\n.*BROKEN/);
	assert.match(text.stderr, /^# 1 of 3 lines can't be understood/);

	const json = await runProgram(t, ['audit', '--json', '--since', '2026-11-23T14:00Z'], env);
	assert.deepEqual(
		json.stdout
			.trimEnd()
			.split('\n')
			.map(one => JSON.parse(one).command),
		['NEW', undefined],
	);
	assert.equal((await runProgram(t, ['audit', '--since', 'soon'], env)).code, 64);
	assert.equal((await runProgram(t, ['audit', 'somewhere'], env)).code, 64);
	assert.equal((await runProgram(t, ['--since', '2h'], env)).code, 64);

	writeFileSync(path.join(state, 'file'), '');
	const unreadable = await runProgram(t, ['audit'], {XDG_STATE_HOME: path.join(state, 'file')});
	assert.equal(unreadable.code, 77);
	assert.match(unreadable.stderr, /^redis-top: the audit log \S+audit\.ndjson can't be read: not a directory\n$/);
});
