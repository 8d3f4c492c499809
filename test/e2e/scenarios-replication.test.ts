import assert from 'node:assert/strict';
import path from 'node:path';
import process from 'node:process';
import {type TestContext, test} from 'node:test';
import {clusterFor} from '../harness/cluster.js';
import {eventually} from '../harness/eventually.js';
import type {TestServer} from '../harness/servers.js';
import {addressOf, at, folderFor, infoOf, serverFor, startProgram} from './monitor.js';
import {checked, eventuallyChecked, expectCheck, twoVersions} from './scenario.js';

const quick = ['-i', '600ms', '--timeout', '600ms'];
const look = (server: Pick<TestServer, 'port'>) => [...at(server), ...quick];

const isLinked = (replica: TestServer) =>
	eventually(
		'the replica’s link',
		async () => (await infoOf(replica, 'replication')).get('master_link_status') === 'up' || undefined,
	);

for (const {name, program} of await twoVersions()) {
	const start = (t: TestContext, ...args: readonly string[]) =>
		serverFor(t, {server: program, args: ['--repl-diskless-sync-delay', '0', ...args]});
	const replicaOf = async (t: TestContext, {port}: TestServer, ...args: readonly string[]) => {
		const replica = await start(t, '--replicaof', '127.0.0.1', String(port), ...args);
		await isLinked(replica);
		return replica;
	};

	test(`23 a failover that waits, 17 a shutdown that waits, 8a a frozen replica, 7 a dead primary: ${name}`, async t => {
		const primary = await start(t, '--save', '', '--shutdown-timeout', '60');
		const replica = await replicaOf(t, primary, '--replica-serve-stale-data', 'no');
		expectCheck(await checked(t, look(replica)), {status: 'ok', verdict: /nothing is wrong with 2 nodes/, rules: []});
		process.kill(replica.pid, 'SIGSTOP');
		await primary.command('SET', 'a', '1');
		await primary.command('FAILOVER', 'TO', '127.0.0.1', replica.port, 'TIMEOUT', 60_000);
		expectCheck(await checked(t, look(primary)), {
			status: 'critical',
			verdict: new RegExp(
				`${addressOf(primary)} lets writes wait for a FAILOVER: ${addressOf(replica)} does not answer`,
			),
			rules: ['srv.failover critical', 'conn.unresponsive critical'],
		});
		await primary.command('FAILOVER', 'ABORT');
		const client = await primary.connect();
		void client.command('SHUTDOWN', 'NOSAVE').catch(() => undefined);
		expectCheck(await checked(t, look(primary)), {
			status: 'critical',
			verdict: new RegExp(
				`${addressOf(primary)} shuts down within .*: it only waits for its replicas; ${addressOf(replica)} is not responding`,
			),
			rules: ['srv.shutdown critical', 'conn.unresponsive critical'],
		});
		await primary.command('SHUTDOWN', 'ABORT');
		await eventually(
			'its silence is long',
			async () =>
				Number(/lag=(\d+)/.exec((await infoOf(primary, 'replication')).get('slave0') ?? '')?.[1]) > 5 || undefined,
		);
		const frozen = await eventuallyChecked(t, look(primary), {
			status: 'critical',
			verdict: new RegExp(`${addressOf(replica)} is not responding: its process is stopped`),
			rules: ['conn.unresponsive critical', 'rep.lag_ack'],
		});
		assert.match(frozen.findings.find(({rule}) => rule === 'rep.lag_ack')?.causedBy ?? '', /^conn\.unresponsive/);
		process.kill(replica.pid, 'SIGCONT');
		process.kill(primary.pid, 'SIGKILL');
		await primary.exited;
		await eventually(
			'the replica noticed',
			async () => (await infoOf(replica, 'replication')).get('master_link_status') === 'down' || undefined,
		);
		const dead = await checked(t, look(replica));
		expectCheck(dead, {
			status: 'critical',
			verdict: new RegExp(`^${addressOf(primary)} refuses connections`),
			rules: ['conn.refused critical'],
		});
		assert.match(dead.findings.find(({rule}) => rule === 'rep.link_down')?.causedBy ?? '', /^conn\.refused/);
	});

	test(`29 a replica that left before the look: ${name}`, async t => {
		const primary = await start(t, '--save', '', '--logfile', path.join(folderFor(t), 'primary.log'));
		const replica = await replicaOf(t, primary, '--save', '');
		const well = {status: 'ok', verdict: /nothing is wrong/, rules: []} as const;
		expectCheck(await checked(t, look(primary)), well);
		process.kill(replica.pid, 'SIGKILL');
		await eventually(
			'the primary has no replica',
			async () => (await infoOf(primary, 'replication')).get('connected_slaves') === '0' || undefined,
		);
		expectCheck(await checked(t, look(primary)), {
			status: 'warning',
			verdict: new RegExp(`${addressOf(primary)} lost its last replica ${addressOf(replica)} `),
			rules: ['rep.lost warning'],
		});
		// A backlog that is kept for ever tells nothing of the last hour.
		await primary.command('CONFIG', 'SET', 'repl-backlog-ttl', 0);
		expectCheck(await checked(t, look(primary)), well);
	});

	test(`12a a frozen primary of a cluster, 12c a slot left open: ${name}`, async t => {
		const {primaries, replicas, ids} = await clusterFor(t, {server: program});
		const [m1, m2, m3] = primaries;
		const [r1] = replicas;
		assert.ok(m1 && m2 && m3 && r1);
		expectCheck(await checked(t, look(m2)), {status: 'ok', verdict: /nothing is wrong with 6 nodes/, rules: []});
		await m3.command('CLUSTER', 'SETSLOT', 12_182, 'MIGRATING', ids.get(m2) ?? '');
		expectCheck(await checked(t, look(m2)), {
			status: 'critical',
			verdict: /slot 12182 from \S+ to \S+ is one-sided/,
			rules: ['clu.migrating critical'],
		});
		await m3.command('CLUSTER', 'SETSLOT', 12_182, 'STABLE');
		process.kill(m1.pid, 'SIGSTOP');
		await eventually('its replica took over', async () =>
			/cluster_state:ok/.test(String(await m2.command('CLUSTER', 'INFO'))) &&
			/ master,fail /.test(String(await m2.command('CLUSTER', 'NODES'))) &&
			String(await r1.command('ROLE')).startsWith('master')
				? true
				: undefined,
		);
		await eventuallyChecked(t, look(m2), {
			status: 'critical',
			verdict: new RegExp(`${addressOf(m1)} is not responding: its process is stopped`),
			rules: ['conn.unresponsive critical', 'clu.node_fail warning'],
		});
	});

	test(`8c a replica repeats the full resync: ${name}`, async t => {
		const primary = await start(t, '--client-output-buffer-limit', 'replica 1mb 1mb 1', '--repl-backlog-size', '16kb');
		const replica = await replicaOf(t, primary);
		const watch = await startProgram(t, ['watch', ...at(primary), '-i', '500ms', '--json', '--only', 'rep']);
		await eventually(
			'the watch looks',
			async () => String(await primary.command('CLIENT', 'LIST')).includes('name=redis-top') || undefined,
		);
		const copies = async () => Number((await infoOf(primary, 'stats')).get('sync_full'));
		await eventually('three full resyncs', async () => {
			process.kill(replica.pid, 'SIGSTOP');
			await eventually('it was dropped', async () => {
				await primary.command('SET', 'big', 'x'.repeat(8 << 20));
				return (await infoOf(primary, 'replication')).get('connected_slaves') === '0' || undefined;
			});
			for (let index = 0; index < 5; index++) {
				await primary.command('SET', 'big', 'x'.repeat(1 << 20));
			}

			process.kill(replica.pid, 'SIGCONT');
			await eventually(
				'it is back',
				async () => (await infoOf(primary, 'replication')).get('connected_slaves') === '1' || undefined,
			);
			await isLinked(replica);
			return (await copies()) >= 4 || undefined;
		});
		await eventually('the loop is seen', () => watch.stdout().includes('rep.fullsync_storm') || undefined);
		watch.kill('SIGTERM');
		assert.equal(await watch.exited, 143);
	});
}
