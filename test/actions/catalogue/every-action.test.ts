import assert from 'node:assert/strict';
import {mkdtempSync, readFileSync, rmSync, writeFileSync} from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import test from 'node:test';
import type {ActionId} from '../../../source/actions/catalogue/catalogue.js';
import {runAction} from '../../../source/actions/execute/run-action.js';
import {eventually} from '../../harness/eventually.js';
import type {TestServer} from '../../harness/servers.js';
import {settingRows} from '../setting-cases.js';
import {
	act,
	assertProved,
	assertRefused,
	benchFor,
	fill,
	holdServer,
	prepare,
	serverFor,
	twoServers,
	vetoes,
} from '../workbench.js';

const configOf = async (server: TestServer, name: string) =>
	((await server.command('CONFIG', 'GET', name)) as readonly string[])[1];

for (const name of twoServers()) {
	test(`each setting is set, proved and can be taken back: ${name}`, async t => {
		const server = await serverFor(t, {server: name});
		for (const [id, {name: setting, typed, held}] of settingRows) {
			const old = await configOf(server, setting);
			const progress = await act(t, server, id, typed);
			assertProved(progress);
			assert.equal(await configOf(server, setting), held);
			assert.deepEqual(progress.plan.revert, ['CONFIG', 'SET', setting, old]);
			assert.equal(await server.command(...(progress.plan.revert ?? [])), 'OK');
			assert.equal(await configOf(server, setting), old);
		}
	});

	test(`snapshots are switched off, and on again, with what that costs: ${name}`, async t => {
		const server = await serverFor(t, {server: name, args: ['--save', '3600 1']});
		await fill(server, 12);
		const off = await act(t, server, 'set-save', '""');
		assertProved(off, /CONFIG GET save is ""/);
		assert.deepEqual(off.plan.command, ['CONFIG', 'SET', 'save', '']);
		assert.deepEqual(off.plan.revert, ['CONFIG', 'SET', 'save', '3600 1']);
		assert.match(
			off.plan.checks.map(({text}) => text).join(),
			/a restart loses what is not saved: \d+ unsaved changes? now/,
		);
		assert.equal(await configOf(server, 'save'), '');
		assertProved(await act(t, server, 'set-save', '60 10000'));
		assert.equal(await configOf(server, 'save'), '60 10000');
	});

	test(`appendonly is switched on to a complete first file, then off; the rewrite and the scheduled save: ${name}`, async t => {
		const server = await serverFor(t, {server: name});
		await fill(server, 100);
		assertProved(await act(t, server, 'set-appendonly', 'yes'), /first file is complete/);
		assertProved(await act(t, server, 'bgrewriteaof'), /rewritten, status ok/);
		assertProved(await act(t, server, 'bgsave-schedule'), /saved at/);
		assertProved(await act(t, server, 'set-appendonly', 'no'), /aof_enabled is 0/);
	});

	test(`logs, counters, memory: ${name}`, async t => {
		const server = await serverFor(t, {
			server: name,
			args: ['--slowlog-log-slower-than', '0', '--latency-monitor-threshold', '1', '--enable-debug-command', 'yes'],
		});
		await fill(server, 100);
		await server.command('DEBUG', 'SLEEP', '0.01');
		await server.command('CONFIG', 'SET', 'slowlog-log-slower-than', '1000000');
		assertProved(await act(t, server, 'slowlog-reset'), /^\d+ entries before, 0 now/);
		assertProved(await act(t, server, 'latency-reset'), /^[1-9]\d* entries before, 0 now/);
		assertProved(await act(t, server, 'resetstat'), /counted before/);
		const allocator = /mem_allocator:(\w+)/.exec(String(await server.command('INFO', 'memory')))?.[1];
		if (allocator === 'jemalloc') {
			assertProved(await act(t, server, 'memory-purge'), /resident before/);
		}

		if (name.startsWith('valkey')) {
			const kinds = [
				['slow', 'commandlog-execution-slower-than', 0],
				['large-request', 'commandlog-request-larger-than', 1],
				['large-reply', 'commandlog-reply-larger-than', 1],
			] as const;
			for (const [kind, setting, threshold] of kinds) {
				await server.command('CONFIG', 'SET', setting, threshold);
				await server.command('INFO');
				await server.command('CONFIG', 'SET', setting, -1);
				assertProved(await act(t, server, 'commandlog-reset', kind), /^[1-9]\d* entries before, 0 now/);
			}
		}
	});

	test(`a function that holds the server is killed, and no script by that name: ${name}`, async t => {
		const server = await serverFor(t, {server: name, args: ['--busy-reply-threshold', '50']});
		assertRefused(await act(t, server, 'function-kill'), /^NOTBUSY/);
		assertRefused(await act(t, server, 'script-kill'), /^NOTBUSY/);
		const library = "#!lua name=held\nredis.register_function('hold', function() while true do end end)";
		assert.equal(await server.command('FUNCTION', 'LOAD', library), 'held');
		const held = await holdServer(t, server, 'FCALL', 'hold', 0);
		const wrong = await runAction(await held.prepareBusy('script-kill'), benchFor(t).gate, () => undefined);
		assertRefused(wrong, /^BUSY/);
		const progress = await runAction(await held.prepareBusy('function-kill'), benchFor(t).gate, () => undefined);
		assertProved(progress, /answers again/);
		assert.match(String(await held.run), /killed/i);
		const script = await holdServer(t, server, 'EVAL', 'while true do end', 0);
		const other = await runAction(await script.prepareBusy('function-kill'), benchFor(t).gate, () => undefined);
		assertRefused(other, /^BUSY/);
		const end = await runAction(await script.prepareBusy('script-kill'), benchFor(t).gate, () => undefined);
		assertProved(end, /answers again/);
		assert.match(String(await script.run), /killed/i);
	});

	test(`a script that holds the server is killed, one that has written is not: ${name}`, async t => {
		const server = await serverFor(t, {server: name, args: ['--busy-reply-threshold', '50']});
		const {run, prepareBusy} = await holdServer(t, server, 'EVAL', 'while true do end', 0);
		const prepared = await prepareBusy('script-kill');
		assert.match(prepared.facts.busy ?? '', /^BUSY/);
		const bench = benchFor(t);
		const progress = await runAction(prepared, bench.gate, () => undefined);
		assertProved(progress, /answers again/);
		assert.match(String(await run), /killed/i);

		const held = await holdServer(t, server, 'EVAL', "redis.call('set','k','v') while true do end", 0);
		const refused = await runAction(await held.prepareBusy('script-kill'), benchFor(t).gate, () => undefined);
		assert.equal(refused.outcome?.kind, 'refused');
		assert.match(refused.outcome?.kind === 'refused' ? refused.outcome.reply : '', /UNKILLABLE/);
		held.run.catch(() => undefined);
		const gone = await runAction(await held.prepareBusy('shutdown-nosave'), benchFor(t).gate, () => undefined);
		assertProved(gone, /gone/);
		await server.exited;
	});
}

test('CONFIG REWRITE is proved where there is a file, refused where there is none', async t => {
	const folder = mkdtempSync(path.join(os.tmpdir(), 'redis-top-config-'));
	t.after(() => rmSync(folder, {recursive: true, force: true}));
	const file = path.join(folder, 'redis.conf');
	writeFileSync(file, 'maxmemory 100mb\n');
	const server = await serverFor(t, {config: file});
	await server.command('CONFIG', 'SET', 'maxmemory', '200mb');
	assertProved(await act(t, server, 'config-rewrite'), /redis\.conf/);
	assert.match(readFileSync(file, 'utf8'), /maxmemory 209715200|maxmemory 200mb/i);
	const bare = await serverFor(t);
	assert.match((await vetoes(t, bare, 'config-rewrite')).join(), /without a config file/);
	const {outcome} = await act(t, bare, 'config-rewrite');
	assert.deepEqual(outcome, {kind: 'refused', reply: 'ERR The server is running without a config file'});
});

test('what can be lost is named with its true number', async t => {
	const folder = mkdtempSync(path.join(os.tmpdir(), 'redis-top-config-'));
	t.after(() => rmSync(folder, {recursive: true, force: true}));
	const file = path.join(folder, 'redis.conf');
	writeFileSync(file, 'appendonly yes\n');
	const server = await serverFor(t, {config: file});
	await fill(server, 1234);
	// The stale append-only file.
	assert.match((await vetoes(t, server, 'set-appendonly', 'no')).join(), /stale AOF.*risk 1,234 keys/);
	// 100 is 100 bytes, and overhead alone is more.
	await server.command('CONFIG', 'SET', 'maxmemory-policy', 'allkeys-lru');
	assert.match(
		(await vetoes(t, server, 'set-maxmemory', '100')).join(),
		/overhead alone.*100B?.*all 1,234 keys.*\| lose 1,234 keys/,
	);
	assert.deepEqual(await vetoes(t, server, 'set-maxmemory', '1gb'), []);
	await server.command('CONFIG', 'SET', 'maxmemory-policy', 'noeviction');
	assert.match((await vetoes(t, server, 'set-maxmemory', '100')).join(), /refuse writes/);
	await server.command('CONFIG', 'SET', 'maxmemory', '100');
	assert.match((await vetoes(t, server, 'set-policy', 'allkeys-lru')).join(), /all 1,234 keys/);
	// A pause of everything can't be undone, so there is no way to ask for it.
	await assert.rejects(prepare(benchFor(t), server, 'client-pause', '1000 ALL'), /whole number/);
	await assert.rejects(prepare(benchFor(t), server, 'client-pause', '30001'), /whole number/);
});

test('SHUTDOWN NOSAVE names the changes that go; NOW, SAVE FORCE and ABORT are proved', async t => {
	const server = await serverFor(t);
	await fill(server, 10);
	const changes = /rdb_changes_since_last_save:(\d+)/.exec(String(await server.command('INFO', 'persistence')))?.[1];
	assert.match((await vetoes(t, server, 'shutdown-nosave')).join(), new RegExp(`lose ${changes} changes`));
	const stop = async (id: ActionId) => {
		const victim = await serverFor(t);
		assertProved(await act(t, victim, id), /gone/);
		await victim.exited;
	};

	await Promise.all([stop('shutdown-nosave'), stop('shutdown-now'), stop('shutdown-force')]);

	const {outcome} = await act(t, server, 'shutdown-abort');
	assert.deepEqual(outcome, {kind: 'refused', reply: 'ERR No shutdown in progress.'});
});

test('a primary hands over, is followed, and a replica is promoted', async t => {
	const [first, second] = [await serverFor(t), await serverFor(t)];
	await fill(first, 50);
	await fill(second, 7);
	assert.match((await vetoes(t, second, 'replicaof', `127.0.0.1:${first.port}`)).join(), /lose 7 keys/);
	assert.match((await vetoes(t, first, 'replicaof', `127.0.0.1:${first.port}`)).join(), /this server itself/);
	assertProved(await act(t, second, 'replicaof', `127.0.0.1:${first.port}`), /link up, 50 keys/);
	assert.match((await vetoes(t, first, 'replicaof', `127.0.0.1:${second.port}`)).join(), /loop/);
	await eventually('it is online', async () =>
		/state=online/.test(String(await first.command('INFO', 'replication'))) ? true : undefined,
	);
	assert.match((await vetoes(t, first, 'failover', '127.0.0.1:1')).join(), /not one of its replicas/);
	const wrong = await act(t, first, 'failover', '127.0.0.1:1');
	assert.match(wrong.outcome?.kind === 'refused' ? wrong.outcome.reply : '', /is not a replica/);
	const idle = await act(t, first, 'failover-abort');
	assert.match(idle.outcome?.kind === 'refused' ? idle.outcome.reply : '', /No failover in progress/);
	assertProved(await act(t, first, 'failover', `127.0.0.1:${second.port}`), /now a replica of/);
	assert.match((await vetoes(t, first, 'promote')).join(), /two primaries/);
	await second.stop();
	assertProved(await act(t, first, 'promote'), /it is a primary/);
	assert.equal(await first.command('SET', 'key', 'value'), 'OK');
});

test('what changed between box and letter leaves the command unsent', async t => {
	const server = await serverFor(t);
	const victim = await server.connect();
	const bench = benchFor(t);
	const kill = await prepare(bench, server, 'client-kill', String(await victim.command('CLIENT', 'ID')));
	victim.close();
	await eventually('it is gone', async () =>
		String(await server.command('CLIENT', 'LIST')).split('\n').length <= 3 ? true : undefined,
	);
	const {outcome} = await runAction(kill, bench.gate, () => undefined);
	assert.equal(outcome?.kind, 'not-sent');
	assert.deepEqual(bench.sent, []);

	const failover = await prepare(bench, server, 'failover', 'any');
	await server.command('REPLICAOF', '127.0.0.1', '1');
	assert.match(JSON.stringify((await runAction(failover, bench.gate, () => undefined)).outcome), /is now replica/);
	assert.deepEqual(bench.sent, []);
});
