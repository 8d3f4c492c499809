import assert from 'node:assert/strict';
import {mkdirSync, mkdtempSync, rmSync, utimesSync, writeFileSync} from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import process from 'node:process';
import test from 'node:test';
import {readLeftovers} from '../../source/host/leftover-files.js';

test('unfinished files of before the start of a server are listed, and no others', {
	skip: process.platform !== 'linux',
}, async t => {
	const folder = mkdtempSync(path.join(os.tmpdir(), 'redis-top-leftovers-'));
	t.after(() => rmSync(folder, {recursive: true}));
	const startedAtMs = Date.now() - 60_000;
	const write = (name: string, agoSeconds: number) => {
		const file = path.join(folder, name);
		writeFileSync(file, 'x'.repeat(10));
		const at = Date.now() / 1000 - agoSeconds;
		utimesSync(file, at, at);
		return file;
	};

	const old = [
		'temp-4711.rdb',
		'temp-rewriteaof-4711.aof',
		'temp-rewriteaof-bg-4711.aof',
		'temp-1764432000.17.rdb',
	].map(name => write(name, 3600));
	write('temp-4712.rdb', 1);
	write('dump.rdb', 3600);
	write('temp-notes.rdb', 3600);
	mkdirSync(path.join(folder, 'temp-9.rdb'));
	const found = await readLeftovers(folder, process.pid, startedAtMs);
	assert.deepEqual(found.map(file => file.path).sort(), old.sort());
	assert.ok(found.every(({sizeBytes}) => sizeBytes === 10));
	assert.deepEqual(await readLeftovers(folder, process.pid, undefined), []);
	assert.deepEqual(await readLeftovers(path.join(folder, 'gone'), process.pid, startedAtMs), []);
});
