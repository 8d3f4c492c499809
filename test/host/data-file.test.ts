import assert from 'node:assert/strict';
import {mkdirSync, mkdtempSync, rmSync, symlinkSync, utimesSync, writeFileSync} from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import process from 'node:process';
import test, {type TestContext} from 'node:test';
import {
	locateServer,
	readAppendOnlyFacts,
	readFileFacts,
	readFreeBytes,
	resolveFolder,
} from '../../source/host/data-file.js';
import {startServer} from '../harness/servers.js';

const loopback = {kind: 'tcp', host: '127.0.0.1', port: 6379} as const;

function temporaryFolder(context: TestContext): string {
	const folder = mkdtempSync(path.join(os.tmpdir(), 'redis-top-data-'));
	context.after(() => rmSync(folder, {recursive: true, force: true}));
	return folder;
}

test('a server of this machine is recognised by its process and its folder', {
	skip: process.platform !== 'linux',
}, async () => {
	const server = await startServer();
	try {
		assert.deepEqual(await locateServer(loopback, server.pid, server.dir), {isHere: true});
		const elsewhere = await locateServer(loopback, server.pid, os.tmpdir());
		assert.match(elsewhere.isHere ? '' : elsewhere.why, /other folders/);
		const absent = await locateServer(loopback, server.pid, '/no/such/folder');
		assert.equal(absent.isHere, false);
	} finally {
		await server.stop();
	}
});

test('a process that is not certainly a server of this machine is refused', async () => {
	const remote = await locateServer({kind: 'tcp', host: '10.0.1.11', port: 6379}, process.pid, undefined);
	assert.match(remote.isHere ? '' : remote.why, /another machine/);
	for (const processId of [process.pid, 1, 0, -1, Number.NaN, undefined, 2 ** 30]) {
		assert.equal((await locateServer(loopback, processId, undefined)).isHere, false, String(processId));
	}
});

test('a file is present, absent or unreadable', async context => {
	const folder = temporaryFolder(context);
	const file = path.join(folder, 'dump.rdb');
	assert.deepEqual(await readFileFacts(file), {kind: 'absent'});
	writeFileSync(file, '12345');
	utimesSync(file, 1000, 1000);
	const facts = await readFileFacts(file);
	assert.equal(facts.kind === 'present' && facts.sizeBytes, 5);
	assert.equal(facts.kind === 'present' && facts.modifiedAtMs, 1_000_000);
	assert.equal((await readFileFacts('dump.rdb')).kind, 'unreadable');
	assert.equal((await readFileFacts(path.join(file, 'below'))).kind, 'unreadable');
});

test('the append-only file is one file, a folder of several, or absent', async context => {
	const folder = temporaryFolder(context);
	const read = () => readAppendOnlyFacts(folder, 'appendonlydir', 'appendonly.aof');
	assert.deepEqual(await read(), {kind: 'absent'});
	mkdirSync(path.join(folder, 'appendonlydir'));
	assert.deepEqual(await read(), {kind: 'absent'});
	for (const [name, seconds] of [
		['a.base.rdb', 1000],
		['a.incr.aof', 3000],
		['a.manifest', 2000],
	] as const) {
		writeFileSync(path.join(folder, 'appendonlydir', name), '');
		utimesSync(path.join(folder, 'appendonlydir', name), seconds, seconds);
	}

	assert.deepEqual(await read(), {kind: 'present', lastWrittenAtMs: 3_000_000});
	assert.equal((await readAppendOnlyFacts(folder, undefined, 'dump')).kind, 'absent');
	assert.equal(
		(await readAppendOnlyFacts(path.join(folder, 'appendonlydir', 'a.manifest'), 'x', 'y')).kind,
		'unreadable',
	);
});

test('free bytes are read, and symbolic links of a folder are resolved', async context => {
	const folder = temporaryFolder(context);
	assert.ok(((await readFreeBytes(folder)) ?? 0) > 0);
	assert.equal(await readFreeBytes(path.join(folder, 'no')), undefined);
	symlinkSync(folder, path.join(folder, 'link'));
	assert.equal(await resolveFolder(path.join(folder, 'link')), await resolveFolder(folder));
	assert.equal(await resolveFolder('/no/such/../folder'), '/no/folder');
});
