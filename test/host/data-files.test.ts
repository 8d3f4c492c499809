import assert from 'node:assert/strict';
import {mkdirSync, mkdtempSync, rmSync, writeFileSync} from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import {test} from 'node:test';
import {readDataFiles} from '../../source/host/data-files.js';

test('the data files of a folder: RDB, and append-only files of either form', async t => {
	const folder = mkdtempSync(path.join(os.tmpdir(), 'redis-top-data-'));
	t.after(() => rmSync(folder, {recursive: true}));
	assert.deepEqual(await readDataFiles(folder, 'dump.rdb', undefined), {rdb: undefined, appendOnly: undefined});

	writeFileSync(path.join(folder, 'dump.rdb'), 'x'.repeat(100));
	writeFileSync(path.join(folder, 'appendonly.aof'), 'x'.repeat(20));
	const single = await readDataFiles(folder, 'dump.rdb', undefined);
	assert.deepEqual([single.rdb?.sizeBytes, single.appendOnly?.sizeBytes], [100, 20]);
	assert.equal(single.appendOnly?.path, path.join(folder, 'appendonly.aof'));

	mkdirSync(path.join(folder, 'appendonlydir'));
	for (const name of ['appendonly.aof.1.base.rdb', 'appendonly.aof.1.incr.aof']) {
		writeFileSync(path.join(folder, 'appendonlydir', name), 'x'.repeat(50));
	}

	const several = await readDataFiles(folder, 'other.rdb', undefined);
	assert.equal(several.rdb, undefined);
	assert.deepEqual(
		[several.appendOnly?.path, several.appendOnly?.sizeBytes],
		[path.join(folder, 'appendonlydir'), 100],
	);
	assert.ok((several.appendOnly?.bornAtMs ?? 0) > 0);
});
