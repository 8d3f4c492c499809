import assert from 'node:assert/strict';
import {connect as connectTo, createServer, type Socket} from 'node:net';
import test, {type TestContext} from 'node:test';
import {eventually} from '../harness/eventually.js';
import {freePort} from '../harness/free-port.js';
import type {TestServer} from '../harness/servers.js';
import {addressOf, at, folderFor, infoOf, openMonitor, runProgram, serverFor} from './monitor.js';
import {eventuallyChecked} from './scenario.js';

const replicaOf = (t: TestContext, port: number, ...args: readonly string[]) =>
	serverFor(t, {args: ['--replicaof', '127.0.0.1', String(port), '--repl-diskless-sync-delay', '0', ...args]});

const isLinked = (replica: TestServer) =>
	eventually('the replica’s link', async () =>
		(await infoOf(replica, 'replication')).get('master_link_status') === 'up' ? true : undefined,
	);

type Node = {readonly address: string; readonly role: string; readonly state: string; readonly origin: string};

async function nodesSeen(t: TestContext, args: readonly string[], env: Readonly<Record<string, string>> = {}) {
	const {code, stdout, stderr} = await runProgram(t, ['snapshot', ...args, '-i', '500ms'], env);
	assert.equal(code, 0, stderr);
	const {nodes} = JSON.parse(stdout) as {readonly nodes: readonly Node[]};
	return nodes;
}

const rolesOf = (nodes: readonly Node[]) => new Map(nodes.map(({address, role}) => [address, role]));

test('the whole chain is found from its last replica; known nodes of an earlier run replace a dead target', async t => {
	const primary = await serverFor(t);
	const middle = await replicaOf(t, primary.port);
	await isLinked(middle);
	const last = await replicaOf(t, middle.port);
	await isLinked(last);
	const env = {XDG_STATE_HOME: folderFor(t)};
	const expected = new Map([
		[addressOf(last), 'replica'],
		[addressOf(middle), 'replica'],
		[addressOf(primary), 'primary'],
	]);
	assert.deepEqual(rolesOf(await nodesSeen(t, at(last), env)), expected);

	await last.stop();
	const remembered = await nodesSeen(t, at(last), env);
	assert.deepEqual(new Set(remembered.map(({address}) => address)), new Set(expected.keys()));
	assert.deepEqual(remembered.map(({state, origin}) => [state, origin]).toSorted(), [
		['down', 'target'],
		['up', 'remembered'],
		['up', 'remembered'],
	]);
	const screen = await openMonitor(t, [...at(last), '-i', '500ms'], {env, cols: 200, rows: 60});
	await screen.waitFor(/refuses connections.*the other nodes are known from \d{4}-\d\d-\d\d/);
	await screen.waitFor(lines => lines.some(line => line.includes(`${addressOf(primary)} `) && / up /.test(line)));
	screen.press('q');
	await screen.exited;
});

/** Starts a proxy that passes only `bytesPerSecond` bytes a second towards the client. */
async function slowLink(t: TestContext, to: number, bytesPerSecond: number): Promise<number> {
	const port = await freePort();
	const sockets = new Set<Socket>();
	const server = createServer(client => {
		const upstream = connectTo(to, '127.0.0.1');
		sockets.add(client).add(upstream);
		client.on('error', () => upstream.destroy()).on('data', data => upstream.write(data));
		upstream.on('error', () => client.destroy());
		const pump = setInterval(() => {
			const chunk = upstream.read(Math.min(upstream.readableLength, bytesPerSecond / 20)) as Buffer | null;
			if (chunk !== null) {
				client.write(chunk);
			}
		}, 50);
		upstream.once('close', () => {
			clearInterval(pump);
			client.destroy();
		});
		client.once('close', () => upstream.destroy());
	});
	await new Promise<void>(resolve => {
		server.listen(port, '127.0.0.1', resolve);
	});
	t.after(() => {
		for (const socket of sockets) {
			socket.destroy();
		}

		server.close();
	});
	return port;
}

test('a replica on a slow link is bytes behind while its lag is 0', async t => {
	const primary = await serverFor(t, {
		args: ['--repl-backlog-size', '64mb', '--client-output-buffer-limit', 'replica 0 0 0'],
	});
	const port = await slowLink(t, primary.port, 200_000);
	const replica = await replicaOf(t, port);
	await isLinked(replica);
	for (let index = 0; index < 40; index++) {
		await primary.command('SET', `key:${index}`, 'x'.repeat(100_000));
	}

	const screen = await openMonitor(t, [...at(primary), '-i', '500ms', '--panel', '3'], {cols: 160, rows: 40});
	// The column BEHIND has megabytes, and ACK AGE is 0 or 1 s: the replica acknowledges every second, whatever it has
	// received.
	await screen.waitFor(lines =>
		lines.some(line => line.includes(addressOf(replica)) && /online +.*\d[\d.]*M +.* [01]s /.test(line)),
	);
	await eventuallyChecked(t, [...at(primary), '-i', '600ms'], {
		status: /warning|critical/,
		verdict: new RegExp(`replica ${addressOf(replica)} is .*M behind`),
		rules: ['rep.lag_bytes'],
	});
	screen.press('q');
	await screen.exited;
});

async function sentinelsFor(t: TestContext, primary: TestServer): Promise<TestServer[]> {
	const lines = [
		`sentinel monitor main 127.0.0.1 ${primary.port} 2`,
		'sentinel down-after-milliseconds main 1000',
		'sentinel failover-timeout main 5000',
	];
	const sentinels = await Promise.all([0, 1, 2].map(() => serverFor(t, {sentinel: lines})));
	for (const sentinel of sentinels) {
		await eventually('the sentinels to know each other', async () =>
			/^OK 3/.test(String(await sentinel.command('SENTINEL', 'CKQUORUM', 'main'))) &&
			String(await sentinel.command('SENTINEL', 'REPLICAS', 'main')).split('master-link-status,ok').length === 3
				? true
				: undefined,
		);
	}

	return sentinels;
}

/**
Checks that the Sentinels are discovered from the messages that they publish on a replica. Without the right to
subscribe, redis-top says so.
*/
async function discoveredOnReplica(t: TestContext, replica: TestServer, expected: ReadonlyMap<string, string>) {
	assert.deepEqual(rolesOf(await nodesSeen(t, at(replica))), expected);
	const screen = await openMonitor(t, [...at(replica), '-i', '500ms'], {cols: 200, rows: 60});
	const sentinels = [...expected].flatMap(([address, role]) => (role === 'sentinel' ? [address] : []));
	await screen.waitFor(lines =>
		sentinels.every(address => lines.some(line => line.includes(address) && / sentinel +up /.test(line))),
	);
	screen.press('3');
	await screen.waitFor(/monitored as main by 3 of 3 sentinels, quorum 2 reached/);
	screen.press('q');
	await screen.exited;

	await replica.command('ACL', 'SETUSER', 'mute', 'on', 'nopass', '+@all', '-subscribe');
	const {stdout} = await runProgram(t, ['snapshot', ...at(replica), '--user', 'mute', '-i', '500ms'], {
		REDISCLI_AUTH: 'x',
	});
	const {nodes} = JSON.parse(stdout) as {
		readonly nodes: ReadonlyArray<Node & {readonly blind: ReadonlyArray<{readonly command: string}>}>;
	};
	const muted = nodes.find(({address}) => address === addressOf(replica));
	assert.deepEqual(
		muted?.blind.map(({command}) => command),
		['SUBSCRIBE __sentinel__:hello'],
	);
	assert.ok(nodes.every(({role}) => role !== 'sentinel'));
}

test('with Sentinels, all nodes are found from one, a failover is shown, and the screen says why no replica can be promoted', async t => {
	const primary = await serverFor(t);
	const first = await replicaOf(t, primary.port);
	const second = await replicaOf(t, primary.port, '--replica-priority', '0');
	await Promise.all([first, second].map(isLinked));
	const sentinels = await sentinelsFor(t, primary);
	const [asked, ...others] = sentinels;
	assert.ok(asked);
	const expected = new Map([
		...sentinels.map(sentinel => [addressOf(sentinel), 'sentinel'] as const),
		[addressOf(primary), 'primary'],
		[addressOf(first), 'replica'],
		[addressOf(second), 'replica'],
	]);
	assert.deepEqual(rolesOf(await nodesSeen(t, at(asked))), expected);
	await discoveredOnReplica(t, first, expected);
	assert.deepEqual(rolesOf(await nodesSeen(t, ['--sentinel', addressOf(asked), '--master-name', 'main'])), expected);

	const screen = await openMonitor(t, [...at(asked), '-i', '500ms'], {cols: 200, rows: 60});
	await screen.waitFor(
		lines => /sentinel/.test(lines[0] ?? '') && [...expected.keys()].every(address => lines.join().includes(address)),
	);
	const wasReplica = addressOf(first);
	await primary.stop();
	await screen.waitFor(lines => lines.some(line => line.includes(wasReplica) && / primary +up/.test(line)), {
		what: 'the promoted replica',
	});
	screen.press('0');
	await screen.waitFor(/was a replica, is a primary now/);
	screen.press('9');
	await screen.waitFor(/no replica that sentinels would promote/, {
		what: 'that the other replica can not be promoted',
	});
	// Two of three Sentinels are gone, and with them the majority.
	await Promise.all(others.map(other => other.stop()));
	await screen.waitFor(/would not be failed over/, {what: 'the lost quorum'});
	await eventuallyChecked(t, [...at(asked), '-i', '600ms'], {
		status: 'critical',
		verdict: /no quorum|refuses connections/,
		rules: ['sen.quorum critical', 'sen.no_replica', 'conn.refused critical'],
	});
	screen.press('q');
	await screen.exited;
});

test('Sentinels that were copied with their id are found from one of them, and are the reason until each has an id of its own', async t => {
	const primary = await serverFor(t);
	const replica = await replicaOf(t, primary.port);
	await isLinked(replica);
	const lines = [
		`sentinel monitor main 127.0.0.1 ${primary.port} 2`,
		'sentinel down-after-milliseconds main 1000',
		'sentinel failover-timeout main 5000',
	];
	const copied = [`sentinel myid ${'a'.repeat(40)}`, ...lines];
	const [asked, ...others] = await Promise.all([0, 1, 2].map(() => serverFor(t, {sentinel: copied})));
	assert.ok(asked);
	await eventually('the Sentinels know the replica', async () => {
		const replies = await Promise.all(
			[asked, ...others].map(async sentinel => String(await sentinel.command('SENTINEL', 'REPLICAS', 'main'))),
		);
		return replies.every(reply => reply.includes('master-link-status,ok')) ? true : undefined;
	});
	const look = [...at(asked), '-i', '600ms'];
	const {findings} = await eventuallyChecked(t, look, {
		status: 'critical',
		verdict: /main would not be failed over.*3 sentinels share one id/,
		rules: ['sen.quorum critical'],
	});
	const evidence = findings.find(({rule}) => rule === 'sen.quorum')?.evidence ?? [];
	assert.deepEqual(
		new Set(evidence.flatMap(({name, value}) => (name === 'same id' ? [value] : []))),
		new Set([asked, ...others].map(addressOf)),
	);

	// The finding's own remedy: all but one start again without the copied line.
	for (const {port, stop} of others) {
		await stop();
		await serverFor(t, {sentinel: lines, port});
	}

	await eventuallyChecked(t, look, {status: 'ok', verdict: /nothing is wrong with 5 nodes/, rules: []});
});

test('a target that dies later takes no other node off the screen', async t => {
	const primary = await serverFor(t);
	const replica = await replicaOf(t, primary.port);
	await isLinked(replica);
	const screen = await openMonitor(t, [...at(replica), '-i', '500ms'], {cols: 120, rows: 40});
	const primaryLine = (lines: readonly string[]) => lines.find(line => line.includes(`${addressOf(primary)} `)) ?? '';
	await screen.waitFor(lines => / up /.test(primaryLine(lines)));
	await replica.stop();
	await screen.waitFor(lines => lines.some(line => line.includes(addressOf(replica)) && /!! down/.test(line)));
	await screen.waitFor(lines => / up /.test(primaryLine(lines)));
	screen.press('n');
	await screen.waitFor(lines => lines[0]?.includes(`${addressOf(primary)} `) === true && /age +0/.test(lines[0]));
	screen.press('q');
	await screen.exited;
});
