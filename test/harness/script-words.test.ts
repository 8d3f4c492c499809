import assert from 'node:assert/strict';
import {spawnSync} from 'node:child_process';
import process from 'node:process';
import test from 'node:test';
import {scriptWords} from './script-words.js';

const usage = 'bench.mjs [--quick]';
const config = {allowPositionals: true, options: {quick: {type: 'boolean', default: false}}} as const;

test('a script runs with the flags and parts that it knows', () => {
	const parsed = scriptWords(usage, ['record', '--quick'], config);
	assert.equal(parsed.kind, 'run');
	assert.deepEqual(parsed.kind === 'run' && [parsed.words.positionals, parsed.words.values.quick], [['record'], true]);
});

test('a script prints its usage for --help, beside any other word', () => {
	for (const args of [['--help'], ['-h'], ['compare', '--help'], ['--unknown', '--help']]) {
		assert.deepEqual(scriptWords(usage, args, config), {kind: 'stop', text: usage, exitCode: 0});
	}
});

test('a script names a flag that it does not know, prints its usage and exits with 64', () => {
	const parsed = scriptWords(usage, ['--slow'], config);
	assert.ok(parsed.kind === 'stop' && parsed.exitCode === 64);
	assert.match(parsed.text, /--slow[\s\S]*\n\nbench\.mjs \[--quick\]$/);
});

test('a comparison with an unknown commit is refused in one line, before anything is built', () => {
	for (const name of ['nowhere', 'HEAD:package.json']) {
		const {status, stdout, stderr} = spawnSync(process.execPath, ['scripts/bench.mjs', 'compare', name], {
			encoding: 'utf8',
		});
		assert.deepEqual([status, stdout, stderr], [64, '', `bench.mjs: there is no commit ${name}\n`]);
	}
});
