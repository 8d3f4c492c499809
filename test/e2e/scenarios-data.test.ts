import assert from 'node:assert/strict';
import {spawnSync} from 'node:child_process';
import {mkdtempSync, rmSync, writeFileSync} from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import process from 'node:process';
import {type TestContext, test} from 'node:test';
import {eventually} from '../harness/eventually.js';
import {failingFork} from '../harness/failing-fork.js';
import type {TestServer} from '../harness/servers.js';
import {at, folderFor, forbidSaving, infoOf, serverFor} from './monitor.js';
import {checked, expectCheck, problems, twoVersions} from './scenario.js';

const quick = ['-i', '600ms', '--timeout', '600ms'];
const look = (server: TestServer) => [...at(server), ...quick];

const saveFailed = (server: TestServer) =>
	eventually(
		'the save failed',
		async () => (await infoOf(server, 'persistence')).get('rdb_last_bgsave_status') === 'err' || undefined,
	);

/** Mounts a small file system; undefined where mounting is not permitted. */
function smallDisk(t: TestContext, size: string): string | undefined {
	const folder = mkdtempSync(path.join(os.tmpdir(), 'redis-top-disk-'));
	const mount = spawnSync('mount', ['-t', 'tmpfs', '-o', `size=${size}`, 'tmpfs', folder]);
	t.after(() => {
		spawnSync('umount', ['-l', folder]);
		rmSync(folder, {recursive: true, force: true});
	});
	return mount.status === 0 ? folder : undefined;
}

const misconf = {
	status: 'critical',
	rules: ['per.rdb_fail critical', 'per.misconf critical'],
} as const;

for (const {name, program} of await twoVersions()) {
	const start = (t: TestContext, ...args: readonly string[]) => serverFor(t, {server: program, args});

	test(`6a the disk is full: ${name}`, async t => {
		const dir = smallDisk(t, '4m');
		if (dir === undefined) {
			t.skip('mounting a small file system needs root');
			return;
		}

		const server = await serverFor(t, {server: program, dir, args: ['--save', '3600 1', '--rdbcompression', 'no']});
		await server.command('EVAL', "for i = 1, 60000 do redis.call('SET', 'k' .. i, string.rep('x', 100)) end", 0);
		await server.command('BGSAVE');
		await saveFailed(server);
		expectCheck(await checked(t, look(server)), {
			...misconf,
			verdict: /free where it saves|last background save failed/,
		});
	});

	test(`6b the folder can't be written: ${name}`, async t => {
		const server = await start(t, '--save', '3600 1');
		await server.command('SET', 'a', '1');
		forbidSaving(t, server);

		await server.command('BGSAVE');
		await saveFailed(server);
		const check = await checked(t, look(server));
		expectCheck(check, {...misconf, verdict: /refuses writes \(MISCONF\): last background save failed/});
		assert.match(check.findings.find(({rule}) => rule === 'per.misconf')?.causedBy ?? '', /^per\.(?:rdb_fail|dir)/);
		// Writes are accepted again, although the last save still counts as failed.
		await server.command('CONFIG', 'SET', 'stop-writes-on-bgsave-error', 'no');
		const eased = problems(await checked(t, look(server)));
		assert.deepEqual([eased.includes('per.rdb_fail critical'), eased.includes('per.misconf critical')], [true, false]);
	});

	test(`6c fork has no memory: ${name}`, {skip: process.platform !== 'linux'}, async t => {
		const shim = failingFork(folderFor(t));
		if (shim === undefined) {
			t.skip('no C compiler');
			return;
		}

		const logFile = path.join(folderFor(t), 'log');
		const server = await serverFor(t, {
			server: program,
			args: ['--save', '3600 1', '--logfile', logFile],
			env: {LD_PRELOAD: shim.library},
		});
		await server.command('SET', 'a', '1');
		writeFileSync(shim.flag, '');
		await server.command('BGSAVE');
		await saveFailed(server);
		const check = await checked(t, look(server));
		expectCheck(check, {...misconf, verdict: /last background save failed/});
		const evidence = check.findings.find(({rule}) => rule === 'per.rdb_fail')?.evidence;
		assert.match(String(evidence?.find(({name: what}) => what === 'log')?.value), /fork: Cannot allocate memory/);
	});

	test(`6d the append-only file's disk is full: ${name}`, async t => {
		const dir = smallDisk(t, '3m');
		if (dir === undefined) {
			t.skip('mounting a small file system needs root');
			return;
		}

		const server = await serverFor(t, {server: program, dir, args: ['--appendonly', 'yes']});
		for (let index = 0; index < 40; index++) {
			await server.command('SET', `k${index}`, 'x'.repeat(100_000));
		}

		await eventually(
			'a write failed',
			async () => (await infoOf(server, 'persistence')).get('aof_last_write_status') === 'err' || undefined,
		);
		expectCheck(await checked(t, look(server)), {
			status: 'critical',
			verdict: /append-only file/,
			rules: ['per.aof_write critical', 'per.misconf critical'],
		});
	});

	test(`16 check names what a shutdown would lose: ${name}`, async t => {
		const server = await start(t, '--save', '3600 1');
		await server.command('SET', 'a', '1');
		const before = await checked(t, look(server));
		assert.deepEqual([before.status, before.findings.some(({rule}) => rule === 'per.none')], ['ok', false]);
		await server.command('CONFIG', 'SET', 'save', '');
		const after = await checked(t, [...look(server), '--strict']);
		expectCheck(after, {status: 'warning', verdict: /memory only|maxmemory/, rules: ['per.none warning']});
	});
}
