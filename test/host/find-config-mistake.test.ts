import assert from 'node:assert/strict';
import {mkdir, mkdtemp, rm, utimes, writeFile} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import path from 'node:path';
import {type TestContext, test} from 'node:test';
import {findConfigMistake} from '../../source/host/find-config-mistake.js';

async function folderOf(t: TestContext): Promise<string> {
	const folder = await mkdtemp(path.join(tmpdir(), 'redis-top-mistake-'));
	t.after(() => rm(folder, {recursive: true}));
	return folder;
}

/** The mistake in a file of these lines. */
async function mistakeIn(t: TestContext, lines: readonly string[]) {
	const file = path.join(await folderOf(t), 'server.conf');
	await writeFile(file, lines.join('\n'));
	await utimes(file, 1_700_000_000, 1_700_000_000);
	const found = await findConfigMistake(file);
	return found && {...found, path: path.basename(found.path)};
}

test('the first mistake is found, with its line and the time of the file', async t => {
	assert.deepEqual(await mistakeIn(t, ['# a comment', '', 'port 6379', 'maxmemory 4 gb', 'appendonly true']), {
		path: 'server.conf',
		line: 4,
		text: 'maxmemory 4 gb',
		why: '2 words where one belongs',
		changedAtMs: 1_700_000_000_000,
	});
});

test('a file without a mistake, and with settings that are not known', async t => {
	assert.equal(await mistakeIn(t, ['port 6379', 'some-module-setting 4 gb', 'logfile "/var/log/a b.log"']), undefined);
});

test('a data folder must be there', async t => {
	const folder = await folderOf(t);
	const data = path.join(folder, 'data');
	const gone = await mistakeIn(t, [`dir "${data}"`]);
	assert.deepEqual([gone?.why, gone?.isMissingFolder], ['no such folder', true]);
	assert.equal((await mistakeIn(t, [`logfile ${data}/redis.log`]))?.isMissingFolder, true);
	await mkdir(data);
	assert.equal(await mistakeIn(t, [`logfile ${data}/redis.log`]), undefined);
	assert.equal(await mistakeIn(t, ['logfile /redis.log', 'logfile redis.log', 'logfile ""']), undefined);
	assert.equal(await mistakeIn(t, [`dir "${data}"`]), undefined);
	await writeFile(path.join(data, 'file'), '');
	assert.equal((await mistakeIn(t, [`dir ${data}/file`]))?.why, 'no such folder');
	assert.equal((await mistakeIn(t, [`dir ${data}/file/deeper`]))?.why, 'no such folder');
	assert.equal(await mistakeIn(t, ['dir ./not-there']), undefined, 'the start of a relative path is not known');
});

test('an included file is followed, and one that cannot be followed tells nothing', async t => {
	const folder = await folderOf(t);
	const included = path.join(folder, 'more.conf');
	await writeFile(included, `include ${included}\nport 6379\ntimeout 5s\n`);
	const found = await mistakeIn(t, ['port 6379', `include "${included}"`, 'maxmemory 4 gb']);
	assert.deepEqual([found?.path, found?.line, found?.text], ['more.conf', 3, 'timeout 5s']);
	for (const name of ['more.conf', `${folder}/*.conf`, `${folder}/none.conf`]) {
		assert.equal((await mistakeIn(t, [`include ${name}`, 'maxmemory 4 gb']))?.line, 2, name);
	}
});

test('no file, and a folder in its place', async t => {
	const folder = await folderOf(t);
	assert.equal(await findConfigMistake(path.join(folder, 'none.conf')), undefined);
	assert.equal(await findConfigMistake(folder), undefined);
});
