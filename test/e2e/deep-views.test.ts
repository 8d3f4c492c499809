import assert from 'node:assert/strict';
import {type TestContext, test} from 'node:test';
import {eventually} from '../harness/eventually.js';
import {callsOf} from '../harness/server-words.js';
import type {TestServer} from '../harness/servers.js';
import {at, openMonitor, runProgram, type ServerVersion, serverFor, serverVersions} from './monitor.js';

/** Sends the command on a named connection, again as soon as it is answered, until the test ends. */
async function keepSending(
	t: TestContext,
	server: TestServer,
	name: string,
	words: () => ReadonlyArray<string | number>,
): Promise<void> {
	const client = await server.connect();
	await client.command('CLIENT', 'SETNAME', name);
	let isOver = false;
	t.after(() => {
		isOver = true;
	});
	void (async () => {
		while (!isOver) {
			await Promise.all(Array.from({length: 20}, () => client.command(...words())));
		}
	})().catch(() => undefined);
}

/** Whether the server prints what each client sent. Its own reply decides, not its version. */
const countsClients = async (server: TestServer): Promise<boolean> =>
	String(await server.command('CLIENT', 'LIST')).includes(' tot-net-in=');

const versions: readonly ServerVersion[] = await serverVersions();

for (const {name, program} of versions) {
	test(`${name}: the client that moves most bytes and sends most commands is named on panel 4`, async t => {
		const server = await serverFor(t, {server: program});
		await keepSending(t, server, 'planted-hot', () => ['SET', 'planted', 'x'.repeat(1000)]);
		const quiet = await server.connect();
		await quiet.command('CLIENT', 'SETNAME', 'quiet');
		const isCounted = await countsClients(server);
		const screen = await openMonitor(t, at(server), {cols: 120, rows: 40});
		screen.press('4');
		await screen.waitFor(lines => lines.join('\n').includes('planted-hot'), {what: 'the list'});
		if (isCounted) {
			const expected = /most bytes planted-hot \d\d[\d.]*% of .*commands planted-hot \d\d[\d.]*% of /;
			await screen.waitFor(lines => lines.some(line => expected.test(line)), {what: 'the hot client'});
		} else {
			assert.doesNotMatch(screen.text(), /most bytes/);
		}

		// A list of clients that comes late leaves a snapshot with one list, from which no rate is known.
		const node = await eventually('a snapshot with the rates of clients', async () => {
			const {stdout} = await runProgram(t, ['snapshot', ...at(server), '-i', '500ms']);
			const [first] = JSON.parse(stdout).nodes;
			return isCounted && first.talkers === null ? undefined : first;
		});
		assert.equal(node.talkers === null, !isCounted);
		if (isCounted) {
			assert.equal(node.talkers[0].name, 'planted-hot');
			assert.ok(node.talkers[0].inBytesPerSecond > node.talkers[0].commandsPerSecond * 1000);
		}
	});
}

for (const {name, program} of versions) {
	test(`${name}: panel 5 shows where the main thread's time goes, and the parts add up to all of it`, async t => {
		const server = await serverFor(t, {server: program});
		await keepSending(t, server, 'planted', () => ['SORT', 'numbers', 'LIMIT', 0, 1]);
		await server.command('RPUSH', 'numbers', ...Array.from({length: 3000}, (_, index) => index));
		const screen = await openMonitor(t, at(server), {cols: 120, rows: 40});
		screen.press('5');
		await screen.waitFor(lines => lines.some(line => /main thread .*█/.test(line)), {what: 'the bar'});
		await screen.waitFor(lines => lines.some(line => /█ sort \d[\d.]*% /.test(line)), {what: 'its command'});
		const {stdout} = await runProgram(t, ['snapshot', ...at(server), '-i', '500ms']);
		const [node] = JSON.parse(stdout).nodes;
		const parts: ReadonlyArray<{id: string; name: string; share: number}> = node.mainThread;
		assert.equal(parts[0]?.name, 'sort');
		assert.ok(Math.abs(parts.reduce((all, {share}) => all + share, 0) - 1) < 0.001);
		const hasEventLoop = String(await server.command('INFO', 'stats')).includes('eventloop_duration_sum');
		const ids = parts.map(({id}) => id);
		assert.equal(ids.includes('idle'), hasEventLoop);
	});
}

for (const {name, program} of versions) {
	test(`${name}: panel K names the hot slot with its key, and the type that grew`, async t => {
		const server = await serverFor(t, {server: program, args: ['--cluster-enabled', 'yes']});
		await server.command('CLUSTER', 'ADDSLOTSRANGE', 0, 16_383);
		await eventually('the cluster', async () =>
			String(await server.command('CLUSTER', 'INFO')).includes('cluster_state:ok') ? true : undefined,
		);
		const isCounted = !((await server.command('CONFIG', 'SET', 'cluster-slot-stats-enabled', 'yes')) instanceof Error);
		const hasSizes = String(await server.command('INFO', 'keysizes')).includes('# Keysizes');
		await server.command('HSET', 'planted:hash', 'field', 'value');
		await keepSending(t, server, 'planted-hot', () => ['INCR', '{planted-slot}:counter']);
		const slot = String(await server.command('CLUSTER', 'KEYSLOT', '{planted-slot}'));
		const screen = await openMonitor(t, at(server), {cols: 120, rows: 40});
		screen.press('K');
		if (isCounted) {
			const hot = new RegExp(String.raw`${slot} +[\d.]+% .*\{planted-slot\}:counter`);
			await screen.waitFor(lines => lines.some(line => hot.test(line)), {what: 'the hot slot'});
		}

		if (hasSizes) {
			await screen.waitFor(lines => lines.some(line => /hashes +1 /.test(line)), {what: 'the sizes'});
			await server.command('EVAL', "for i=1,5000 do redis.call('HSET',KEYS[1],i,i) end", 1, 'planted:hash');
			await screen.waitFor(lines => lines.some(line => /hashes .*\+1 from 4\.10k/.test(line)), {
				what: 'the bin that grew',
			});
			const {stdout} = await runProgram(t, ['snapshot', ...at(server), '-i', '500ms']);
			const hashes = JSON.parse(stdout).nodes[0].keySizes.find(({type}: {type: string}) => type === 'hashes');
			assert.deepEqual(hashes.bins, [{least: 4096, keys: 1}]);
		} else {
			await screen.waitFor(lines => lines.join('\n').includes('does not count its keys by size'), {
				what: 'why there are none',
			});
		}
	});
}

for (const {name, program} of versions) {
	test(`${name}: S offers a scan with its price, and asks the replica for the largest key`, async t => {
		const primary = await serverFor(t, {server: program, args: ['--repl-diskless-sync-delay', '0']});
		const replica = await serverFor(t, {
			server: program,
			args: ['--replicaof', '127.0.0.1', String(primary.port), '--repl-diskless-sync-delay', '0'],
		});
		await primary.command('EVAL', "for i=1,900 do redis.call('SET','user:'..i,i) end", 0);
		await primary.command('SET', 'planted-big', 'x'.repeat(200_000));
		await eventually('the data at the replica', async () =>
			(await replica.command('DBSIZE')) === 901 ? true : undefined,
		);
		const screen = await openMonitor(t, at(primary), {cols: 120, rows: 40});
		await screen.waitFor(/2 nodes answer/, {what: 'the replica'});
		screen.press('S');
		await screen.waitFor(/Scan for large keys\? It asks the replica 127\.0\.0\.1/, {what: 'the offer'});
		await screen.waitFor(/Price: at most 0\.5% of one core/);
		assert.equal((await callsOf(replica)).get('scan') ?? 0, 0, 'nothing is sent before it is asked for');
		screen.press('S');
		await screen.waitFor(/901 of 901 keys[\s\S]*every key was seen[\s\S]*string +none planted-big/, {
			what: 'the largest key',
		});
		assert.equal((await callsOf(primary)).get('scan') ?? 0, 0, 'the primary is not scanned');
	});
}

for (const {name, program} of versions) {
	test(`${name}: a consumer group that stands still is named on panel K, and by its rule`, async t => {
		const server = await serverFor(t, {server: program, args: ['--cluster-enabled', 'yes']});
		await server.command('CLUSTER', 'ADDSLOTSRANGE', 0, 16_383);
		await eventually('the cluster', async () =>
			String(await server.command('CLUSTER', 'INFO')).includes('cluster_state:ok') ? true : undefined,
		);
		for (const field of ['a', 'b', 'c']) {
			await server.command('XADD', 'orders', '*', field, 1);
			await server.command('LPUSH', 'queue', field);
		}

		await server.command('XGROUP', 'CREATE', 'orders', 'planted-stuck', 0);
		await server.command('XGROUP', 'CREATE', 'orders', 'reads', '$');
		const watched = ['--watch-key', 'orders', '--watch-key', 'queue', '--watch-key', 'nothing'];
		const screen = await openMonitor(t, [...at(server), ...watched, '--panel', 'K'], {cols: 120, rows: 40});
		// Redis 7.0 and later tell the lag.
		await screen.waitFor(/group planted-stuck +3 +0 +0 +! /, {what: 'the stuck group'});
		await screen.waitFor(/group reads +0 +0 +0 +no/, {what: 'the group that is at the end'});
		await screen.waitFor(/queue +list +3 +\+0\/s/, {what: 'the list'});
		await screen.waitFor(/nothing +absent +-/, {what: 'the key that does not exist'});
		assert.deepEqual(await server.command('INFO', 'errorstats'), '# Errorstats\r\n', 'no request was refused');
	});
}
