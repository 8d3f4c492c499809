import assert from 'node:assert/strict';
import process from 'node:process';
import {test} from 'node:test';
import {clusterFor} from '../harness/cluster.js';
import {eventually} from '../harness/eventually.js';
import type {TestServer} from '../harness/servers.js';
import {addressOf, at, openMonitor, serverVersions} from './monitor.js';

/** Whether a pattern is in the panel's text, without its frame and its line breaks. */
const showsIn = (pattern: RegExp) => (lines: readonly string[]) =>
	pattern.test(
		lines
			.map(line => line.replace(/^│|│$/g, '').trim())
			.join(' ')
			.replace(/ +/g, ' '),
	);

const versions = await serverVersions();
/** The oldest Redis and the newest Valkey, whose cluster code has diverged most. */
const chosen = [
	versions.find(({name}) => name.startsWith('redis')),
	versions.findLast(({name}) => name.startsWith('valkey')),
].filter(version => version !== undefined);

const big = {cols: 150, rows: 70};
const freeze = (server: TestServer) => process.kill(server.pid, 'SIGSTOP');
const thaw = (server: TestServer) => process.kill(server.pid, 'SIGCONT');

for (const {name, program} of chosen) {
	test(`the cluster panel shows a frozen primary, a killed replica and a slot left open: ${name}`, async t => {
		const {primaries, replicas, ids} = await clusterFor(t, {server: program});
		const [m1, m2, m3] = primaries;
		const [r1, r2] = replicas;
		assert.ok(m1 && m2 && m3 && r1 && r2);
		const screen = await openMonitor(t, [...at(m2), '--panel', '8', '-i', '500ms'], big);
		await screen.waitFor(showsIn(/ok 6 nodes agree, 3 primaries/), {what: 'agreement'});

		// A resharding was interrupted: only one end of the slot is open.
		await m3.command('SET', 'foo', 'bar');
		await m3.command('CLUSTER', 'SETSLOT', 12_182, 'MIGRATING', ids.get(m2) ?? '');
		await screen.waitFor(showsIn(new RegExp(`slot 12182 ${addressOf(m3)} -> ${addressOf(m2)}: 1 keys left, - there`)), {
			what: 'the open slot and its keys',
		});

		freeze(m1);
		await screen.waitFor(showsIn(/ok 5 nodes agree, 3 primaries among them.*, 1 node without an answer/), {
			what: 'the promoted replica',
		});
		screen.press('0');
		await screen.waitFor(new RegExp(`${addressOf(m1)} +marked FAIL by \\d of 5 other nodes`));
		await screen.waitFor(
			new RegExp(
				`${addressOf(r1)} +promoted in epoch \\d+: owns 0-5460 \\(5,461 slots\\) of ${addressOf(m1)}; they were without an owner for`,
			),
		);
		thaw(m1);
		await screen.waitFor(new RegExp(`${addressOf(m1)} +no longer marked FAIL, \\S+ after it was marked FAIL`), {
			what: 'the return of the old primary',
		});
		await eventually('the old primary replicates from the new one', async () =>
			String(await m1.command('ROLE')).startsWith('slave') ? true : undefined,
		);
		await screen.waitFor(new RegExp(`${addressOf(m1)} +was a primary, is a replica now`));

		process.kill(r2.pid, 'SIGKILL');
		await screen.waitFor(new RegExp(`! +${addressOf(r2)} +marked FAIL by \\d of 5 other nodes`));
		screen.press('8');
		await screen.waitFor(showsIn(/slot 12182 .*one-sided: the target has no IMPORTING/), {
			what: 'the stuck slot',
		});
		await screen.waitFor(showsIn(/ok 5 nodes agree, 3 primaries among them.*, 1 node without an answer/));
	});
}

test('a primary killed before its replica had its data: no replica is promoted, and the panel says why', async t => {
	const [version] = chosen;
	assert.ok(version);
	// No primary knows these credentials, so the link of a replica never comes up.
	const args = ['--masteruser', 'nobody', '--masterauth', 'nothing'];
	const {primaries, replicas} = await clusterFor(t, {server: version.program, args, areReplicasAwaited: false});
	const [m1, m2] = primaries;
	const [r1] = replicas;
	assert.ok(m1 && m2 && r1);
	const screen = await openMonitor(t, [...at(m2), '--panel', '8', '-i', '500ms'], big);
	await screen.waitFor(showsIn(/ok 6 nodes agree, 3 primaries/), {what: 'agreement'});
	process.kill(m1.pid, 'SIGKILL');
	await screen.waitFor(
		showsIn(
			new RegExp(
				`!! slots 0-5460 \\(5,461 slots\\) are not served, and no replica can be promoted: ${addressOf(m1)} is marked FAIL`,
			),
		),
		{what: 'that no replica can be promoted'},
	);
	await screen.waitFor(
		showsIn(
			new RegExp(`Not promoted: ${addressOf(r1)} never synchronised with its primary, so it has nothing to serve`),
		),
	);
});
