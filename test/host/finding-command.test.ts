import assert from 'node:assert/strict';
import {mkdtempSync, readFileSync, rmSync} from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import test from 'node:test';
import {FindingCommand} from '../../source/host/finding-command.js';
import {eventually} from '../harness/eventually.js';

const read = (file: string): string => {
	try {
		return readFileSync(file, 'utf8');
	} catch {
		return '';
	}
};

test('the command gets each finding on stdin, one after the other, in order', async t => {
	const folder = mkdtempSync(path.join(os.tmpdir(), 'redis-top-command-'));
	t.after(() => rmSync(folder, {recursive: true, force: true}));
	const file = path.join(folder, 'got');
	const complaints: string[] = [];
	// Two that ran at once would both find the lock free, or not.
	const script = `mkdir ${folder}/lock || exit 9; cat >> ${file}; rmdir ${folder}/lock`;
	const command = new FindingCommand({words: ['sh', '-c', script], complain: text => complaints.push(text)});
	for (const input of ['one', 'two', 'three']) {
		command.add(input);
	}

	await eventually('all three', () => (read(file) === 'one\ntwo\nthree\n' ? true : undefined));
	assert.deepEqual(complaints, []);
});

test('a command that fails, hangs or does not exist is reported, and the next one runs all the same', async () => {
	const complaints: string[] = [];
	const complain = (text: string) => {
		complaints.push(text);
	};
	for (const [words, timeoutMs, complaint] of [
		[['sh', '-c', 'exit 3'], 30_000, '--on-finding: sh ended with exit code 3'],
		[['/nonexistent/notify'], 30_000, "--on-finding: /nonexistent/notify can't be run: ENOENT"],
		[['sleep', '60'], 50, '--on-finding: sleep did not end within 0.05 s'],
	] as const) {
		complaints.length = 0;
		const command = new FindingCommand({words, complain, timeoutMs});
		command.add('one');
		command.add('two');
		await eventually('two complaints', () => (complaints.length === 2 ? true : undefined));
		assert.deepEqual(complaints, [complaint, complaint]);
	}
});

test('findings beyond a hundred are dropped with one complaint, and close ends a running command silently', async () => {
	const complaints: string[] = [];
	const command = new FindingCommand({words: ['sleep', '60'], complain: text => complaints.push(text)});
	for (let index = 0; index < 102; index++) {
		command.add(String(index));
	}

	assert.equal(complaints.length, 1);
	assert.match(complaints[0] ?? '', /^100 findings wait/);
	command.close();
});
