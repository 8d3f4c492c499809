import assert from 'node:assert/strict';
import {test} from 'node:test';
import {systemClock} from '../../source/domain/clock.js';
import type {KeyScan} from '../../source/domain/key-scan.js';
import {countersIn, reasonToWait, scanShare, serverMicroseconds, waitMs} from '../../source/poll/key-scan-budget.js';
import {KeyScanRun} from '../../source/poll/key-scan-run.js';
import {openPort} from '../../source/wire/ioredis-port.js';
import {isReadCommand} from '../../source/wire/read-commands.js';
import {settingsFor} from '../harness/live.js';
import {infoOf} from '../harness/records.js';
import {callsOf} from '../harness/server-words.js';
import {serverBinaries, startServer, type TestServer} from '../harness/servers.js';

const stats = (fields: Readonly<Record<string, string>>) => countersIn(infoOf({commandstats: fields}));

test('the price is the mean of each command since the scan began, times the calls of the scan', () => {
	const before = stats({cmdstat_scan: 'calls=10,usec=1000', 'cmdstat_memory|usage': 'calls=0,usec=0'});
	const now = stats({cmdstat_scan: 'calls=30,usec=2000', 'cmdstat_memory|usage': 'calls=100,usec=300'});
	const sent = new Map([
		['scan', 4],
		['memory|usage', 10],
	]);
	assert.equal(serverMicroseconds(sent, before, now), 4 * 50 + 10 * 3);
	const older = stats({cmdstat_memory: 'calls=100,usec=200'});
	assert.equal(serverMicroseconds(new Map([['memory|usage', 10]]), stats({}), older), 20);
	assert.ok(serverMicroseconds(new Map([['scan', 1]]), stats({}), stats({})) > 0, 'assumed until it is counted');
});

test('a scan rests until its commands are within their share of a core', () => {
	assert.equal(waitMs(500, 10), 500 / 1000 / scanShare - 10);
	assert.equal(waitMs(10, 1000), 0);
});

for (const [name, sections, busy, expected] of [
	['a calm server', {}, 0.1, undefined],
	['a server that loads', {persistence: {loading: 1}}, 0, /loads/],
	['a server that saves', {persistence: {rdb_bgsave_in_progress: 1}}, 0, /fork/],
	['a rewrite of the AOF', {persistence: {aof_rewrite_in_progress: 1}}, 0, /fork/],
	['a busy main thread', {}, 0.8, /busy/],
	['a server whose load is not known', {}, undefined, undefined],
] as const) {
	test(`whether a scan waits: ${name}`, () => {
		const reason = reasonToWait(infoOf(sections), busy);
		if (expected === undefined) {
			assert.equal(reason, undefined);
		} else {
			assert.match(reason ?? '', expected);
		}
	});
}

test('no scan may look at every element of a key', () => {
	assert.equal(isReadCommand(['MEMORY', 'USAGE', 'k', 'SAMPLES', '5']), true);
	assert.equal(isReadCommand(['MEMORY', 'USAGE', 'k', 'SAMPLES', '0']), false);
	assert.equal(isReadCommand(['memory', 'usage', 'k', 'samples', '00']), false);
});

/** Runs a scan until it ends or fails. Resolves with its last state and every phase it had. */
async function scanned(server: TestServer, parts: {readonly username?: string; readonly password?: string} = {}) {
	let scan: Partial<KeyScan> = {};
	const phases: string[] = [];
	const run = new KeyScanRun({
		openPort: () => openPort(settingsFor(server, parts)),
		clock: systemClock,
		timeoutMs: 5000,
		isClusterReplica: false,
		report: said => {
			scan = {...scan, ...said};
			phases.push(said.phase ?? '');
		},
	});
	await run.run(new AbortController().signal);
	return {scan, phases, run};
}

for (const name of serverBinaries().keys()) {
	test(`${name}: a scan finds the largest key of the fullest database, and changes nothing`, async () => {
		const server = await startServer({server: name});
		try {
			await server.command('SELECT', 3);
			await server.command(
				'EVAL',
				"for i=1,500 do redis.call('SETEX','session:'..i,900,'x') end for i=1,300 do redis.call('SET','user:'..i,i) end redis.call('SET','planted',string.rep('x',100000))",
				0,
			);
			const {scan, run} = await scanned(server);
			assert.equal(scan.phase, 'ended', scan.note);
			assert.equal(scan.note, 'every key was seen');
			assert.equal(run.isWhole, true);
			assert.equal(scan.database, 3);
			assert.equal(scan.keysInAll, 801);
			assert.equal(scan.sample?.seen, 801);
			assert.equal(scan.sample?.largest[0]?.key, 'planted');
			assert.equal(scan.sample?.largest[0]?.ttlMs, 'never');
			assert.equal(scan.sample?.withoutTtl, 301);
			assert.ok((scan.serverMicroseconds ?? 0) > 0);
			const calls = await callsOf(server);
			assert.deepEqual(
				['keys', 'monitor', 'debug|object'].map(command => calls.get(command) ?? 0),
				[0, 0, 0],
			);
			assert.equal(calls.get('type'), 801);
		} finally {
			await server.stop();
		}
	});

	test(`${name}: a user without the right gets the reason, and nothing more is sent`, async () => {
		const server = await startServer({server: name});
		try {
			await server.command('SET', 'a', 1);
			await server.command('ACL', 'SETUSER', 'few', 'on', '>secret', '+info', '+client|setname', '+hello');
			const {scan} = await scanned(server, {username: 'few', password: 'secret'});
			assert.equal(scan.phase, 'failed');
			assert.match(scan.note ?? '', /NOPERM.*scan/i);
			assert.equal((await callsOf(server)).get('type') ?? 0, 0);
		} finally {
			await server.stop();
		}
	});
}

for (const name of serverBinaries().keys()) {
	test(`${name}: with an LFU policy a scan names the key that is used most`, async () => {
		const server = await startServer({
			server: name,
			args: ['--maxmemory-policy', 'allkeys-lfu', '--lfu-log-factor', '0'],
		});
		try {
			await server.command('EVAL', "for i=1,200 do redis.call('SET','user:'..i,i) end", 0);
			for (let reads = 0; reads < 60; reads++) {
				await server.command('GET', 'user:77');
			}

			const {scan} = await scanned(server);
			assert.equal(scan.phase, 'ended', scan.note);
			assert.equal(scan.sample?.mostUsed[0]?.key, 'user:77');
		} finally {
			await server.stop();
		}
	});
}
