import assert from 'node:assert/strict';
import test, {type TestContext} from 'node:test';
import {eventually} from '../../harness/eventually.js';
import type {TestServer} from '../../harness/servers.js';
import {act, assertProved, assertRefused, serverFor, twoServers, vetoes} from '../workbench.js';

/** Sentinels that know each other and the replicas of their primary. */
async function sentinelsFor(t: TestContext, server: string, primary: TestServer, replicaCount: number) {
	const lines = [
		`sentinel monitor main 127.0.0.1 ${primary.port} 2`,
		'sentinel down-after-milliseconds main 5000',
		'sentinel failover-timeout main 5000',
	];
	const sentinels = await Promise.all([0, 1, 2].map(() => serverFor(t, {server, sentinel: lines})));
	for (const sentinel of sentinels) {
		await eventually('the Sentinels to know all', async () => {
			const quorum = String(await sentinel.command('SENTINEL', 'CKQUORUM', 'main'));
			const replicas = String(await sentinel.command('SENTINEL', 'REPLICAS', 'main'));
			return (/^OK 3/.test(quorum) && replicas.split('master-link-status,ok').length === replicaCount + 1) || undefined;
		});
	}

	return sentinels as [TestServer, TestServer, TestServer];
}

async function deploymentFor(t: TestContext, server: string) {
	const primary = await serverFor(t, {server, args: ['--repl-diskless-sync-delay', '0']});
	const replica = await serverFor(t, {server, args: ['--replicaof', `127.0.0.1 ${primary.port}`]});
	return {primary, replica, sentinels: await sentinelsFor(t, server, primary, 1)};
}

// They wait for each other most of the time.
test('Sentinels', {concurrency: true}, async whole => {
	const tests = twoServers().map(name =>
		whole.test(`make another node the primary, and refuse what they can't: ${name}`, async t => {
			const {primary, replica, sentinels} = await deploymentFor(t, name);
			const [asked] = sentinels;
			assertRefused(await act(t, asked, 'sentinel-failover', 'nobody'), /^ERR No such master with that name/);
			assert.deepEqual(await vetoes(t, asked, 'sentinel-failover', 'nobody'), [
				'this Sentinel knows no primary of that name | final',
			]);

			const going = act(t, asked, 'sentinel-failover', 'main');
			await eventually(
				'the failover',
				async () =>
					String(await asked.command('SENTINEL', 'MASTER', 'main')).includes('failover_in_progress') || undefined,
			);
			assertRefused(await act(t, asked, 'sentinel-failover', 'main'), /^INPROG Failover already in progress/);
			const [was, is] = [`127\\.0\\.0\\.1:${primary.port}`, `127\\.0\\.0\\.1:${replica.port}`];
			assertProved(await going, new RegExp(`now ${is}, was ${was}; all 3 Sentinels name it, and it reports that role`));
			for (const sentinel of sentinels) {
				const named = await sentinel.command('SENTINEL', 'GET-MASTER-ADDR-BY-NAME', 'main');
				assert.deepEqual(named, ['127.0.0.1', String(replica.port)]);
			}

			assert.match(String(await replica.command('INFO', 'replication')), /role:master/);
		}),
	);
	const [server = 'path'] = twoServers();
	await Promise.all([
		...tests,
		whole.test('are reset and find the others again', async t => {
			const [asked] = (await deploymentFor(t, server)).sentinels;
			assertProved(await act(t, asked, 'sentinel-reset', 'main'), /found 1 replica and 2 other Sentinels again/);
			assert.match(String(await asked.command('SENTINEL', 'CKQUORUM', 'main')), /^OK 3/);
			const nobody = await act(t, asked, 'sentinel-reset', 'nobody');
			assert.deepEqual(nobody.verification, {kind: 'failed', text: 'no primary had that name'});
		}),
		whole.test('say so when there is no replica to promote', async t => {
			const primary = await serverFor(t, {server});
			const sentinel = await serverFor(t, {server, sentinel: [`sentinel monitor main 127.0.0.1 ${primary.port} 1`]});
			assert.match((await vetoes(t, sentinel, 'sentinel-failover', 'main')).join(), /no replica to promote/);
			assertRefused(await act(t, sentinel, 'sentinel-failover', 'main'), /^NOGOODSLAVE No suitable replica to promote/);
			// With nothing to be found again, it is done at once.
			assertProved(await act(t, sentinel, 'sentinel-reset', 'main'), /found 0 replicas and 0 other Sentinels again/);
		}),
	]);
});
