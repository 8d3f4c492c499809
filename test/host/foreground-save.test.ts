import assert from 'node:assert/strict';
import {closeSync, mkdtempSync, openSync, rmSync, writeFileSync} from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import process from 'node:process';
import test from 'node:test';
import {readForegroundSave} from '../../source/host/foreground-save.js';

test('a save of the own thread is the file with the id of the process, while the process has it open', {
	skip: process.platform !== 'linux',
}, async t => {
	const folder = mkdtempSync(path.join(os.tmpdir(), 'redis-top-save-'));
	t.after(() => rmSync(folder, {recursive: true}));
	const own = {processId: process.pid, namespaceProcessId: undefined};
	const child = openSync(path.join(folder, `temp-${process.pid + 1}.rdb`), 'w');
	assert.equal(await readForegroundSave(folder, own), undefined);
	const file = path.join(folder, `temp-${process.pid}.rdb`);
	writeFileSync(file, 'REDIS0012');
	assert.equal(await readForegroundSave(folder, own), undefined);
	const opened = openSync(file, 'a');
	assert.deepEqual(await readForegroundSave(folder, own), {path: file, sizeBytes: 9});
	const inContainer = {processId: process.pid, namespaceProcessId: process.pid + 1};
	assert.equal((await readForegroundSave(folder, inContainer))?.path, path.join(folder, `temp-${process.pid + 1}.rdb`));
	closeSync(opened);
	closeSync(child);
	assert.equal(await readForegroundSave(folder, own), undefined);
});
