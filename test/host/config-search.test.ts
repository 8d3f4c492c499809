import assert from 'node:assert/strict';
import {spawn} from 'node:child_process';
import {mkdtemp, rm, writeFile} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import path from 'node:path';
import process from 'node:process';
import {type TestContext, test} from 'node:test';
import {findConfigFile, findConfigFileOf} from '../../source/host/config-search.js';

/** A process that does nothing, whose command line has a start command of a server for each file. */
async function supervisorOf(t: TestContext, texts: readonly string[]): Promise<void> {
	const folder = await mkdtemp(path.join(tmpdir(), 'redis-top-config-'));
	const files = texts.map((_, index) => path.join(folder, `cache-${index}.conf`));
	await Promise.all(files.map((file, index) => writeFile(file, texts[index] ?? '')));
	const commands = files.map(file => `redis-server ${file}`).join('; ');
	const child = spawn(process.execPath, ['-e', 'setTimeout(() => {}, 600_000); console.log(1)', commands]);
	t.after(async () => {
		child.kill();
		await rm(folder, {recursive: true});
	});
	await new Promise(resolve => {
		child.stdout.once('data', resolve);
	});
}

const at = (port: number) => ({kind: 'tcp', host: '127.0.0.1', port}) as const;

test('the config file of a server that was never seen is found by the process that starts it', async t => {
	await supervisorOf(t, ['port 64123\nlogfile /var/log/cache.log\ndir /srv/cache\n', 'port 64124\n']);
	const settings = (await findConfigFile(at(64_123)))?.settings;
	assert.equal(settings?.get('logfile'), '/var/log/cache.log');
	assert.equal(settings?.get('dir'), '/srv/cache');
	assert.equal(await findConfigFile(at(64_125)), undefined);
});

test('a TLS port and a socket file name the server as well', async t => {
	await supervisorOf(t, ['port 0\ntls-port 64126\nunixsocket /run/cache-64126.sock\n']);
	assert.equal((await findConfigFile(at(64_126)))?.settings.get('port'), '0');
	assert.equal((await findConfigFile({kind: 'unix', path: '/run/cache-64126.sock'}))?.settings.get('port'), '0');
});

test('of two config files for one port, none is taken', async t => {
	await supervisorOf(t, ['port 64127\ndir /a\n', 'port 64127\ndir /b\n']);
	assert.equal(await findConfigFile(at(64_127)), undefined);
});

test('a script that starts the server again names a file of its working folder', async t => {
	const folder = await mkdtemp(path.join(tmpdir(), 'redis-top-config-'));
	await writeFile(path.join(folder, 'cache.conf'), 'port 64128\nlogfile server.log\ndir /srv/cache\n');
	const script = path.join(folder, 'keep.js');
	await writeFile(
		script,
		"const command = ['/usr/bin/redis-server', 'cache.conf'];\nsetTimeout(() => {}, 600_000); console.log(command);\n",
	);
	const child = spawn(process.execPath, [script], {cwd: folder});
	t.after(async () => {
		child.kill();
		await rm(folder, {recursive: true});
	});
	await new Promise(resolve => {
		child.stdout.once('data', resolve);
	});
	assert.equal((await findConfigFile(at(64_128)))?.settings.get('logfile'), 'server.log');
	assert.equal(await findConfigFile(at(64_129)), undefined);
});

test('an option of a start command is no config file', async t => {
	const child = spawn(process.execPath, [
		'-e',
		'setTimeout(() => {}, 600_000); console.log(1)',
		'redis-server --port 64130',
	]);
	t.after(() => child.kill());
	await new Promise(resolve => {
		child.stdout.once('data', resolve);
	});
	assert.equal(await findConfigFile(at(64_130)), undefined);
});

test('the config file of a data folder is the one that names the port and the folder', async t => {
	const folder = await mkdtemp(path.join(tmpdir(), 'redis-top-config-'));
	t.after(() => rm(folder, {recursive: true}));
	await writeFile(path.join(folder, 'other.conf'), `port 64131\ndir ${folder}\n`);
	await writeFile(path.join(folder, 'elsewhere.conf'), 'port 64130\ndir /srv/other\n');
	assert.equal(await findConfigFileOf(at(64_130), folder), undefined);
	await writeFile(path.join(folder, 'server.conf'), `port 64130\ndir ${folder}\n`);
	assert.equal(await findConfigFileOf(at(64_130), folder), path.join(folder, 'server.conf'));
	await writeFile(path.join(folder, 'copy.conf'), `port 64130\ndir ${folder}\n`);
	assert.equal(await findConfigFileOf(at(64_130), folder), undefined);
});
