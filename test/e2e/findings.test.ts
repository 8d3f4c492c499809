import assert from 'node:assert/strict';
import {test} from 'node:test';
import {eventually} from '../harness/eventually.js';
import {at, forbidSaving, infoOf, openMonitor, serverFor, serverVersions} from './monitor.js';

const sizes = [
	[80, 24],
	[120, 40],
] as const;

/** The oldest Redis and the newest Valkey, as the ends of what is supported. */
const all = await serverVersions();
const versions = [...new Set([all[0], all.at(-1)])].filter(version => version !== undefined);

for (const {name, program} of versions) {
	test(`a full server that may evict nothing: refused writes first, then the cause: ${name}`, async t => {
		const server = await serverFor(t, {
			server: program,
			args: ['--maxmemory', '3mb', '--maxmemory-policy', 'noeviction'],
		});
		const fill = "for i = 1, 20000 do redis.call('SET', 'k' .. i, string.rep('x', 100)) end return 1";
		await server.command('EVAL', fill, 0);
		for (const [cols, rows] of sizes) {
			const screen = await openMonitor(t, [...at(server), '-i', '500ms', '--panel', '9'], {cols, rows});
			await screen.waitFor(/critical .*memory at 1\d\d% of maxmemory, limit 3\.00M/);
			const write = setInterval(() => void server.command('SET', 'a', 'b'), 100);
			try {
				await screen.waitFor(
					lines =>
						new RegExp(`^!! :${server.port} refuses writes \\(OOM\\): the policy is noevic`).test(lines[1] ?? ''),
					{what: 'the verdict'},
				);
				await screen.waitFor(/└─ memory at 1\d\d% of maxmemory/);
				await screen.waitFor(/means +Commands that need memory are refused/);
				await screen.waitFor(/next +1\. raise maxmemory/);
				screen.press('enter');
				await screen.waitFor(/mem\.oom, critical[\s\S]*MEMORY STATS/);
			} finally {
				clearInterval(write);
			}
		}
	});

	test(`a folder that can't be written: the failed save, and the writes that it stops: ${name}`, async t => {
		const server = await serverFor(t, {server: program, args: ['--save', '3600 1']});
		await server.command('SET', 'a', '1');
		forbidSaving(t, server);

		await server.command('BGSAVE');
		await eventually(
			'the save failed',
			async () => (await infoOf(server, 'persistence')).get('rdb_last_bgsave_status') === 'err' || undefined,
		);
		const screen = await openMonitor(t, [...at(server), '-i', '500ms', '--panel', '9'], {cols: 120, rows: 40});
		await screen.waitFor(lines => /refuses writes \(MISCONF\): last background save failed/.test(lines[1] ?? ''), {
			what: 'the cause and what follows',
		});
		await screen.waitFor(/└─ refuses writes \(MISCONF\): its last RDB save failed/);
		await screen.waitFor(new RegExp(`-cli -h 127\\.0\\.0\\.1 -p ${server.port} BGSAVE`));
		await screen.waitFor(/action +X opens its dialog: /);
	});

	test(`a primary that is gone explains its replica: ${name}`, async t => {
		const primary = await serverFor(t, {server: program, args: ['--repl-diskless-sync-delay', '0']});
		const replica = await serverFor(t, {
			server: program,
			args: ['--replicaof', '127.0.0.1', String(primary.port)],
		});
		await eventually(
			'the link is up',
			async () => (await infoOf(replica, 'replication')).get('master_link_status') === 'up' || undefined,
		);
		const screen = await openMonitor(t, [...at(replica), '-i', '500ms', '--panel', '9']);
		await screen.waitFor(/ok 2 nodes answer/);
		process.kill(primary.pid, 'SIGKILL');
		await primary.exited;
		await screen.waitFor(lines => new RegExp(`^!! \\S*:${primary.port} refuses connections`).test(lines[1] ?? ''), {
			what: 'the cause',
		});
		await screen.waitFor(/└─ lost its primary/, {what: 'what follows'});
		assert.doesNotMatch(screen.lines()[1] ?? '', /more\)/);
	});
}
