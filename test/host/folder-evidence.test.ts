import assert from 'node:assert/strict';
import {spawn} from 'node:child_process';
import {mkdtempSync, readFileSync, rmSync} from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import process from 'node:process';
import test from 'node:test';
import {readFolder} from '../../source/host/folder-evidence.js';
import {Gaps} from '../../source/host/gaps.js';
import {eventually} from '../harness/eventually.js';

const isLinux = process.platform === 'linux';

test('a zombie cannot show its folder, so an existing folder is not called gone', {
	skip: isLinux ? false : 'needs /proc',
}, async t => {
	const folder = mkdtempSync(path.join(os.tmpdir(), 'redis-top-folder-'));
	// The shell starts a child and becomes a program that never waits for it. A shell would, so the child ends only after that.
	const script = '(until grep -q sleep /proc/$$/comm; do :; done) & echo $!; exec sleep 1000';
	const parent = spawn('sh', ['-c', script], {stdio: ['ignore', 'pipe', 'ignore']});
	t.after(() => {
		parent.kill('SIGKILL');
		rmSync(folder, {recursive: true, force: true});
	});
	let said = '';
	parent.stdout.setEncoding('utf8').on('data', text => {
		said += text;
	});
	const zombie = await eventually('a zombie', () => {
		const id = Number(said);
		return id > 0 && /^State:\tZ/m.test(readFileSync(`/proc/${id}/status`, 'utf8')) ? id : undefined;
	});
	const evidence = await readFolder(folder, zombie, undefined, new Gaps());
	assert.equal(evidence?.isMissing, undefined);
	assert.ok(evidence?.freeBytes !== undefined);
});

test('a folder that a living process cannot find is missing', {skip: isLinux ? false : 'needs /proc'}, async () => {
	const evidence = await readFolder('/no/such/folder', process.pid, undefined, new Gaps());
	assert.equal(evidence?.isMissing, true);
});
