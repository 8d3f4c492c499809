import assert from 'node:assert/strict';
import {mkdirSync, mkdtempSync, rmSync, writeFileSync} from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import test from 'node:test';
import type {ProcessEvidence} from '../../source/domain/host-evidence.js';
import {readEarlierFolder} from '../../source/host/earlier-folder.js';
import {infoOf} from '../harness/records.js';

/** The config file that a server was started with before, where it now uses the folder `now` and this file. */
async function earlierFile(root: string, present: string, hasOwnRoot = false): Promise<string | undefined> {
	const folder = path.join(root, 'before');
	mkdirSync(folder, {recursive: true});
	writeFileSync(path.join(folder, 'cache.conf'), `port 29500\ndir ${folder}\nrequirepass secret\n`);
	const found = await readEarlierFolder(
		{
			endpoint: {kind: 'tcp', host: '127.0.0.1', port: 29_500},
			info: infoOf({server: {config_file: present}}),
			config: undefined,
			remembered: {folder},
		},
		path.join(root, 'now'),
		{processId: 7, hasOwnRoot} as ProcessEvidence,
	);
	return found?.configFile?.path;
}

test('the earlier config file is known where the present one is none or another, and not where it is the same', async t => {
	const root = mkdtempSync(path.join(os.tmpdir(), 'redis-top-earlier-'));
	t.after(() => rmSync(root, {recursive: true}));
	const earlier = path.join(root, 'before', 'cache.conf');
	assert.equal(await earlierFile(root, ''), earlier);
	assert.equal(await earlierFile(root, '/etc/redis/redis.conf'), earlier);
	assert.equal(await earlierFile(root, earlier), undefined);
	assert.equal(await earlierFile(root, '/etc/redis/redis.conf', true), undefined);
});
