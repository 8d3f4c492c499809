import assert from 'node:assert/strict';
import path from 'node:path';
import process from 'node:process';
import {test} from 'node:test';
import {eventually} from '../harness/eventually.js';
import {addressOf, at, folderFor, infoOf, serverFor} from './monitor.js';
import {eventuallyChecked, twoVersions} from './scenario.js';

const look = (server: {readonly port: number}) => [...at(server), '-i', '600ms', '--timeout', '600ms'];
const field = async (server: Parameters<typeof infoOf>[0], section: string, name: string) =>
	(await infoOf(server, section)).get(name);

for (const {name, program} of await twoVersions()) {
	test(`the primary tells of a replica whose masterauth is old: ${name}`, async t => {
		const args = ['--requirepass', 'old', '--masterauth', 'old', '--save', ''];
		const primary = await serverFor(t, {server: program, args});
		const client = await primary.connect();
		await client.command('AUTH', 'old');
		const replica = await serverFor(t, {
			server: program,
			args: [...args, '--replicaof', '127.0.0.1', String(primary.port)],
		});
		const follower = await replica.connect();
		await follower.command('AUTH', 'old');
		await eventually(
			'its link',
			async () => String(await follower.command('INFO', 'replication')).includes('master_link_status:up') || undefined,
		);
		await client.command('CONFIG', 'SET', 'requirepass', 'new');
		await client.command('CLIENT', 'KILL', 'TYPE', 'replica');
		await eventually(
			'refused logins',
			async () =>
				Number(/cmdstat_auth:.*failed_calls=(\d+)/.exec(String(await client.command('INFO', 'commandstats')))?.[1]) >
					6 || undefined,
		);
		const {findings} = await eventuallyChecked(
			t,
			look(primary),
			{
				status: 'critical',
				verdict: new RegExp(`^${addressOf(primary)} refuses a replica on 127\\.0\\.0\\.1: wrong password`),
				rules: ['rep.refused critical'],
			},
			{REDISCLI_AUTH: 'new'},
		);
		const remedy = JSON.stringify(findings.find(({rule}) => rule === 'rep.refused'));
		assert.match(remedy, /CONFIG SET masterauth/);
	});

	test(`check of the primary visits a replica that lacks masterauth: ${name}`, async t => {
		const args = ['--save', '', '--repl-diskless-sync-delay', '0'];
		const log = path.join(folderFor(t), 'primary.log');
		const primary = await serverFor(t, {server: program, args: [...args, '--logfile', log]});
		const replica = await serverFor(t, {
			server: program,
			args: [...args, '--replicaof', '127.0.0.1', String(primary.port)],
		});
		const follower = await replica.connect();
		const link = async () =>
			/master_link_status:(\w+)/.exec(String(await follower.command('INFO', 'replication')))?.[1];
		await eventually('its link', async () => (await link()) === 'up' || undefined);
		for (const server of [replica, primary]) {
			await server.command('CONFIG', 'SET', 'requirepass', 'new');
		}

		await follower.command('AUTH', 'new');
		const client = await primary.connect();
		await client.command('AUTH', 'new');
		await client.command('CLIENT', 'KILL', 'TYPE', 'replica');
		await eventually('no link', async () => (await link()) === 'down' || undefined);
		const {nodes} = await eventuallyChecked(
			t,
			look(primary),
			{
				status: 'critical',
				verdict: new RegExp(
					`refuses replica ${addressOf(replica)}: not logged in \\(NOAUTH\\): masterauth is missing there`,
				),
				rules: ['rep.refused critical'],
			},
			{REDISCLI_AUTH: 'new'},
		);
		assert.deepEqual(nodes.map(({address}) => address).sort(), [addressOf(primary), addressOf(replica)].sort());
	});

	test(`an empty primary that its replica has copied is told afterwards: ${name}`, async t => {
		const args = ['--save', '', '--repl-diskless-sync-delay', '0'];
		const primary = await serverFor(t, {server: program, args});
		const replica = await serverFor(t, {
			server: program,
			args: [...args, '--replicaof', '127.0.0.1', String(primary.port)],
		});
		const linked = async () =>
			(await field(replica, 'replication', 'master_link_status')) === 'up' ? true : undefined;
		await eventually('its link', linked);
		await primary.command('SET', 'orders', 'x'.repeat(24 << 20));
		await eventually(
			'the replica is old and has the data',
			async () =>
				(Number(await field(replica, 'server', 'uptime_in_seconds')) > 8 &&
					Number(await field(replica, 'memory', 'used_memory')) > 20 << 20) ||
				undefined,
		);
		process.kill(primary.pid, 'SIGKILL');
		await primary.exited;
		const again = await serverFor(t, {server: program, args, port: primary.port});
		await eventually('the replica is empty', async () =>
			(await replica.command('DBSIZE')) === 0 ? await linked() : undefined,
		);
		await eventuallyChecked(t, look(again), {
			status: 'critical',
			verdict: new RegExp(`^${addressOf(again)} lost its keys at its restart, .*${addressOf(replica)} once held`),
			rules: ['rep.emptied critical'],
		});
	});
}
