import assert from 'node:assert/strict';
import {mkdirSync, mkdtempSync, rmSync, writeFileSync} from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import process from 'node:process';
import test, {type TestContext} from 'node:test';
import {programOnPath} from '../../../scripts/fetch-servers.mjs';
import type {TypedValue} from '../../../source/actions/catalogue/action-row.js';
import type {ActionId} from '../../../source/actions/catalogue/catalogue.js';
import {runAction} from '../../../source/actions/execute/run-action.js';
import {eventually} from '../../harness/eventually.js';
import {failingFork} from '../../harness/failing-fork.js';
import {freePort} from '../../harness/free-port.js';
import {serverBinaries, type TestServer} from '../../harness/servers.js';
import {settingRows} from '../setting-cases.js';
import {
	act,
	assertProved,
	assertRefused,
	benchFor,
	fill,
	prepare,
	serverFor,
	twoServers,
	vetoes,
} from '../workbench.js';

// Each error text that the servers have for an action, from a server that really is in that state. Those of hand-overs,
// clusters, Sentinels, scripts and client kinds stand in the files about these.

/** A child of this server takes its time. */
const slowly = ['--rdb-key-save-delay', '10000'];
/** What the field of a box would refuse, to hear what the server says to it. */
const past = (...words: readonly string[]): TypedValue => ({words, shown: ''});

const says = (server: TestServer, section: string, pattern: RegExp) =>
	eventually(`${pattern}`, async () => pattern.test(String(await server.command('INFO', section))) || undefined);

function folderFor(t: TestContext): string {
	const folder = mkdtempSync(path.join(os.tmpdir(), 'redis-top-refusals-'));
	t.after(() => rmSync(folder, {recursive: true, force: true}));
	return folder;
}

async function whileChildWrites(t: TestContext, name: string) {
	const server = await serverFor(t, {server: name, args: slowly});
	// Five seconds for each child: on busy cores, what is asked while it writes takes two.
	await fill(server, 500);
	await server.command('BGSAVE');
	const already = /^ERR Background save already in progress/;
	assert.deepEqual(await vetoes(t, server, 'bgsave-schedule'), ['a background save runs already | final']);
	assertRefused(await act(t, server, 'bgsave-schedule'), already);
	// The rewrite waits for the save, and is followed until it is done.
	const rewriting = act(t, server, 'bgrewriteaof');
	await says(server, 'persistence', /aof_rewrite_scheduled:1/);
	await says(server, 'persistence', /aof_rewrite_in_progress:1/);
	assertRefused(
		await act(t, server, 'bgsave'),
		/^ERR Another child process is active \(AOF\?\): can't BGSAVE right now/,
	);
	assertRefused(await act(t, server, 'bgrewriteaof'), /^ERR Background append only file rewriting already in progress/);
	// And so does a save that is scheduled meanwhile.
	const scheduled = await act(t, server, 'bgsave-schedule');
	assert.deepEqual(scheduled.outcome, {kind: 'replied', reply: 'Background saving scheduled'});
	assertProved(scheduled, /saved at/);
	const rewritten = await rewriting;
	assert.match(JSON.stringify(rewritten.outcome), /scheduled/);
	assertProved(rewritten, /rewritten, status ok/);
}

async function whileFirstAppendOnly(t: TestContext, name: string) {
	const server = await serverFor(t, {server: name, args: slowly});
	await fill(server, 300);
	await server.command('CONFIG', 'SET', 'appendonly', 'yes');
	assert.match((await vetoes(t, server, 'shutdown-save')).join(), /the first AOF is being written/);
	assertRefused(await act(t, server, 'shutdown-save'), /^ERR Errors trying to SHUTDOWN/);
	assert.match(server.log(), /Writing initial (?:AOF|append-only file)[^\n]*, can't exit/i);
}

async function whileLoading(t: TestContext, name: string) {
	const first = await serverFor(t, {server: name});
	await fill(first, 8000);
	await first.command('SAVE');
	const loading = await serverFor(t, {
		server: name,
		dir: first.dir,
		args: ['--key-load-delay', '1000', '--loading-process-events-interval-bytes', '1024'],
	});
	assert.match((await vetoes(t, loading, 'bgsave')).join(), /it is loading its data set/);
	assertRefused(await act(t, loading, 'bgsave'), /^LOADING/);
	assertRefused(await act(t, loading, 'bgrewriteaof'), /^LOADING/);

	const orphan = await serverFor(t, {
		server: name,
		args: ['--replicaof', `127.0.0.1 ${await freePort()}`, '--replica-serve-stale-data', 'no'],
	});
	assertRefused(await act(t, orphan, 'bgsave'), /^MASTERDOWN/);
}

// The servers wait for their files most of the time.
test('a server at work', {concurrency: true}, async whole => {
	const tests = twoServers().flatMap(name => [
		whole.test(`while a child writes: ${name}`, async t => whileChildWrites(t, name)),
		whole.test(`while the first append-only file is written: ${name}`, async t => whileFirstAppendOnly(t, name)),
		whole.test(`while it loads, and without its primary: ${name}`, async t => whileLoading(t, name)),
	]);
	await Promise.all(tests);
});

for (const name of twoServers()) {
	test(`values that the server takes from nobody: ${name}`, async t => {
		const server = await serverFor(t, {server: name});
		const cases: ReadonlyArray<readonly [ActionId, TypedValue, RegExp]> = [
			...settingRows.map(([id, {refused}]) => [id, past(refused.value), refused.words] as const),
			['replicaof', past('127.0.0.1', '70000'), /^ERR Invalid (?:master|primary) port/],
			['client-pause', past('-1', 'WRITE'), /^ERR timeout is negative/],
			['client-unblock', past('x'), /^ERR value is not an integer/],
			['client-kill-filter', past('TYPE', 'blue'), /^ERR Unknown client type 'blue'/],
		];
		for (const [id, value, words] of cases) {
			assertRefused(await act(t, server, id, value), words);
		}
	});
}

for (const name of twoServers()) {
	test(`files that can't be written: ${name}`, async t => {
		const server = await serverFor(t, {server: name});
		await fill(server, 10);
		// Where the append-only files' folder would be, a file is.
		writeFileSync(path.join(server.dir, 'appendonlydir'), '');
		assertRefused(await act(t, server, 'set-appendonly', 'yes'), /Unable to turn on AOF\. Check server logs/);
		assert.match(String(await server.command('INFO', 'persistence')), /aof_enabled:0/);

		// Where the dump would be, a folder is: the save fails, and only FORCE goes on in spite of it.
		mkdirSync(path.join(server.dir, 'dump.rdb', 'in-the-way'), {recursive: true});
		assertRefused(await act(t, server, 'shutdown-save'), /^ERR Errors trying to SHUTDOWN/);
		assert.equal(await server.command('DBSIZE'), 10);
		const forced = await act(t, server, 'shutdown-force');
		assert.match(
			forced.plan.checks.map(({text}) => text).join(),
			/if the save fails, \d+ changes since the last dump are lost/,
		);
		assertProved(forced, /the server is gone/);
		await server.exited;
	});

	test(`a config file whose folder is gone: ${name}`, async t => {
		const folder = folderFor(t);
		const file = path.join(folder, 'server.conf');
		writeFileSync(file, 'maxmemory 100mb\n');
		const server = await serverFor(t, {server: name, config: file});
		rmSync(folder, {recursive: true});
		assertRefused(await act(t, server, 'config-rewrite'), /^ERR Rewriting config file: No such file or directory/);
	});

	test(`a user without the right, a command that was renamed, and a client that waits for nothing: ${name}`, async t => {
		const server = await serverFor(t, {server: name, args: ['--rename-command', 'BGSAVE', 'XSAVE']});
		assert.match((await vetoes(t, server, 'bgsave')).join(), /this server has no BGSAVE: renamed/);
		assertRefused(await act(t, server, 'bgsave'), /^ERR unknown command 'BGSAVE'/);

		const victim = await server.connect();
		const id = String(await victim.command('CLIENT', 'ID'));
		assert.match((await vetoes(t, server, 'client-unblock', id)).join(), /it is not blocked/);
		const idle = await act(t, server, 'client-unblock', id);
		assert.deepEqual(idle.verification, {kind: 'failed', text: 'the server says that it was not blocked'});
		const none = await act(t, server, 'client-kill-filter', 'TYPE pubsub');
		assert.deepEqual(none.verification, {
			kind: 'failed',
			text: 'the server closed none: the clients were gone already',
		});

		await server.command('ACL', 'SETUSER', 'default', '-shutdown', '-config|set');
		assert.match((await vetoes(t, server, 'shutdown-nosave')).join(), /this user may not: .*shutdown/);
		assertRefused(await act(t, server, 'shutdown-nosave'), /^NOPERM/);
		assertRefused(await act(t, server, 'set-maxmemory', '1gb'), /^NOPERM/);
	});

	test(`no memory to fork: ${name}`, {skip: process.platform !== 'linux'}, async t => {
		const shim = failingFork(folderFor(t));
		if (shim === undefined) {
			t.skip('no C compiler');
			return;
		}

		const server = await serverFor(t, {server: name, env: {LD_PRELOAD: shim.library}});
		await fill(server, 10);
		writeFileSync(shim.flag, '');
		assertRefused(await act(t, server, 'bgsave'), /^ERR/);
		assertRefused(await act(t, server, 'bgrewriteaof'), /^ERR Can't execute an AOF background rewriting/);
	});

	test(`more clients than the system allows: ${name}`, {skip: process.platform !== 'linux'}, async t => {
		const [prlimit, setpriv] = [programOnPath('prlimit'), programOnPath('setpriv')];
		const program = serverBinaries().get(name);
		if (prlimit === undefined || setpriv === undefined || program === undefined) {
			t.skip('needs prlimit and setpriv');
			return;
		}

		const script = path.join(folderFor(t), 'limited');
		const rights = process.getuid?.() === 0 ? '--bounding-set=-sys_resource --inh-caps=-sys_resource' : '';
		const words = `#!/bin/sh\nexec ${prlimit} --nofile=400:400 ${setpriv} ${rights} ${program} "$@"\n`;
		writeFileSync(script, words, {mode: 0o700});
		const server = await serverFor(t, {server: script, args: ['--maxclients', '100']});
		assertRefused(
			await act(t, server, 'set-maxclients', '5000'),
			/'maxclients'\) - The operating system is not able to handle the specified number of clients, try with \d+/,
		);
		assertProved(await act(t, server, 'set-maxclients', '200'));
	});
}

test('what the server says to what is so already', async t => {
	const args = ['--repl-diskless-sync-delay', '0'];
	const [primary, replica] = [await serverFor(t, {args}), await serverFor(t, {args})];
	const to = `127.0.0.1:${primary.port}`;
	assertProved(await act(t, replica, 'replicaof', to), /link up/);
	const again = await act(t, replica, 'replicaof', to);
	assert.deepEqual(again.outcome, {kind: 'replied', reply: 'OK Already connected to specified master'});
	assertProved(again, /link up/);
});

test('what changed around the server between box and letter leaves the command unsent', async t => {
	const [first, second, third] = [await serverFor(t), await serverFor(t), await serverFor(t)];
	const bench = benchFor(t);
	// The one to be followed has begun to follow.
	const follow = await prepare(bench, first, 'replicaof', `127.0.0.1:${second.port}`);
	await second.command('REPLICAOF', '127.0.0.1', first.port);
	const looped = await runAction(follow, bench.gate, () => undefined);
	assert.match(looped.outcome?.kind === 'not-sent' ? looped.outcome.why : '', /replicate from each other in a loop/);

	// More of the kind than the box counted.
	const listener = await third.connect();
	await listener.command('SUBSCRIBE', 'news');
	const kill = await prepare(bench, third, 'client-kill-filter', 'TYPE pubsub');
	await (await third.connect()).command('SUBSCRIBE', 'news');
	const more = await runAction(kill, bench.gate, () => undefined);
	assert.deepEqual(more.outcome, {kind: 'not-sent', why: 'it would hit 2 clients now, not 1'});

	// A data set that came since.
	const empty = await prepare(bench, third, 'replicaof', `127.0.0.1:${first.port}`);
	await third.command('SET', 'key', 'value');
	const filled = await runAction(empty, bench.gate, () => undefined);
	assert.deepEqual(filled.outcome, {kind: 'not-sent', why: 'since the dialog opened: 1 key of its own are lost'});
	assert.deepEqual(bench.sent, []);
	assert.equal(await third.command('DBSIZE'), 1);
});
