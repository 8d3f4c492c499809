import assert from 'node:assert/strict';
import {mkdtempSync, rmSync, writeFileSync} from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import test, {type TestContext} from 'node:test';
import {readRestartFacts, restartOffer} from '../../../source/actions/restart/read-restart.js';
import {supervisorStopCheck, survivalOf} from '../../../source/actions/restart/survival.js';
import type {NodeRole} from '../../../source/domain/node.js';
import {eventually} from '../../harness/eventually.js';
import {emptyRecord} from '../../harness/records.js';
import {startServer, type TestServer} from '../../harness/servers.js';
import {fill, settingsFor, workbench} from '../workbench.js';

/** What the box would offer for this server now, and what it was made of. */
async function look(context: TestContext, server: TestServer, role: NodeRole = 'primary') {
	const bench = workbench();
	context.after(() => bench.remove());
	const record = {...emptyRecord(`127.0.0.1:${server.port}`), role};
	const reading = await readRestartFacts(settingsFor(server.port), record, bench.gate);
	assert.deepEqual(bench.sent, []);
	return {reading, offer: restartOffer(reading, record, {osUser: 'alice', ownerPid: 1, nowMs: 0})};
}

const vetoesOf = ({offer}: Awaited<ReturnType<typeof look>>) =>
	offer.checks.flatMap(({state, text}) => (state === 'veto' ? [text] : []));

function folder(context: TestContext): string {
	const dir = mkdtempSync(path.join(os.tmpdir(), 'redis-top-restart-'));
	context.after(() => rmSync(dir, {recursive: true, force: true, maxRetries: 3}));
	return dir;
}

async function server(context: TestContext, options: Parameters<typeof startServer>[0]): Promise<TestServer> {
	const started = await startServer(options);
	context.after(() => started.stop());
	return started;
}

test('nothing saves: a SIGTERM loses all keys, as the offer says, and the steps are offered', async context => {
	const dir = folder(context);
	const first = await server(context, {dir});
	await fill(first, 800);
	const seen = await look(context, first);
	assert.equal(seen.offer.refusal, undefined);
	assert.deepEqual(
		seen.offer.run?.steps.map(({id}) => id),
		['save', 'stop', 'start', 'load', 'prove'],
	);
	assert.match(
		seen.offer.checks.map(({text}) => text).join('\n'),
		/a plain SHUTDOWN or kill saves nothing: it loses 800 keys/,
	);
	process.kill(first.pid, 'SIGTERM');
	await first.exited;
	assert.equal(await (await server(context, {dir})).command('DBSIZE'), 0);
});

test('a save that is slower than the stop timeout: what is lost is the number that was said', async context => {
	const dir = folder(context);
	const args = ['--save', '3600 1', '--rdb-key-save-delay', '8000'];
	const first = await server(context, {dir, args});
	await fill(first, 300);
	await first.command('BGSAVE');
	await eventually('the save', async () => {
		const info = String(await first.command('INFO', 'persistence'));
		return /rdb_bgsave_in_progress:0/.test(info) && /rdb_last_bgsave_time_sec:[1-9]/.test(info) ? true : undefined;
	});
	const client = await first.connect();
	for (let index = 0; index < 50; index++) {
		await client.command('SET', `late:${index}`, 'x');
	}

	const {facts} = (await look(context, first)).reading;
	const check = supervisorStopCheck(facts, survivalOf(facts), 1, 'systemctl restart redis');
	assert.equal(check.state, 'veto');
	assert.match(check.text, /kills it after 1s, a save takes [1-9]s: it loses 50 changes since the last save/);
	process.kill(first.pid, 'SIGTERM');
	// It saves for two seconds and more, so the supervisor's kill after one comes in the middle of it.
	await eventually('the save of its end', () => /Saving the final RDB/.test(first.log()) || undefined);
	process.kill(first.pid, 'SIGKILL');
	await first.exited;
	assert.equal(await (await server(context, {dir})).command('DBSIZE'), 300);
});

test('a stale AOF, and an AOF that only the file knows, are refused; what they would cost is true', async context => {
	for (const hasOldAof of [true, false]) {
		const dir = folder(context);
		const file = path.join(dir, 'redis.conf');
		const conf = (appendonly: string) => writeFileSync(file, `save ""\ndir ${dir}\nappendonly ${appendonly}\n`);
		conf(hasOldAof ? 'yes' : 'no');
		const first = await server(context, {dir, config: file});
		await first.command('SET', 'before', '1');
		await first.command('CONFIG', 'SET', 'appendonly', 'no');
		await first.command('SET', 'after', '1');
		conf('yes');

		const seen = await look(context, first);
		assert.equal(seen.offer.run, undefined);
		assert.match(seen.offer.refusal ?? '', /correct this first/);
		assert.match(
			vetoesOf(seen).join('\n'),
			hasOldAof ? /loads the AOF of .* ignores the dump/ : /without an AOF, starts empty/,
		);

		await first.command('SHUTDOWN', 'SAVE').catch(() => undefined);
		await first.exited;
		const next = await server(context, {dir, config: file});
		assert.equal(await next.command('EXISTS', 'after'), 0);
		assert.equal(await next.command('EXISTS', 'before'), hasOldAof ? 1 : 0);
	}
});

test('with an AOF the save may be left out, and every way keeps the data', async context => {
	const first = await server(context, {args: ['--appendonly', 'yes']});
	await fill(first, 10);
	const {offer} = await look(context, first);
	assert.equal(offer.refusal, undefined);
	assert.equal(offer.run?.isSaveOptional, true);
	assert.match(offer.checks.map(({text}) => text).join('\n'), /would keep the data, too/);
});

test('a replica is not failed over, an empty primary with replicas is refused', async context => {
	const primary = await server(context, {args: ['--repl-diskless-sync-delay', '0']});
	const replica = await server(context, {args: ['--replicaof', '127.0.0.1', String(primary.port)]});
	await eventually('the replica', async () =>
		/state=online/.test(String(await primary.command('INFO', 'replication'))) ? true : undefined,
	);
	assert.match(vetoesOf(await look(context, primary)).join('\n'), /it is empty and has 1 replica/);
	await primary.command('SET', 'key', '1');
	assert.equal((await look(context, primary)).offer.run?.steps[0]?.id, 'failover');
	assert.equal((await look(context, replica, 'replica')).offer.run?.steps[0]?.id, 'save');
});
