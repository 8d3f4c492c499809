import assert from 'node:assert/strict';
import process from 'node:process';
import test, {type TestContext} from 'node:test';
import type {ActionId} from '../../../source/actions/catalogue/catalogue.js';
import {runAction} from '../../../source/actions/execute/run-action.js';
import type {ActionProgress} from '../../../source/domain/action.js';
import {clusterFor} from '../../harness/cluster.js';
import {eventually} from '../../harness/eventually.js';
import type {TestServer} from '../../harness/servers.js';
import {
	act,
	assertProved,
	assertRefused,
	benchFor,
	hurriedClock,
	prepare,
	testedServers,
	vetoes,
	type Workbench,
} from '../workbench.js';

const [oldest = 'path'] = testedServers();
const valkey9 = testedServers().find(name => name.startsWith('valkey-9'));

type Cluster = {
	readonly primaries: readonly [TestServer, TestServer, TestServer];
	/** One a primary, in their order. */
	readonly replicas: readonly [TestServer, TestServer, TestServer];
	readonly idOf: (server: TestServer) => string;
};

async function threeAndThree(t: TestContext, server: string): Promise<Cluster> {
	const {primaries, replicas, ids} = await clusterFor(t, {server});
	return {primaries, replicas, idOf: member => ids.get(member) ?? ''} as Cluster;
}

/** A minute, in which a cluster may bring back what it has forgotten, is three seconds here. */
const hurriedBench = (t: TestContext) => benchFor(t, hurriedClock(20));

async function actHurried(t: TestContext, server: TestServer, id: ActionId, text?: string): Promise<ActionProgress> {
	const bench = hurriedBench(t);
	return runAction(await prepare(bench, server, id, text), bench.gate, () => undefined);
}

const nodesOf = async (server: TestServer) => String(await server.command('CLUSTER', 'NODES'));

const sees = (server: TestServer, id: string, flags: RegExp) =>
	eventually(`${id} ${flags}`, async () => {
		const line = (await nodesOf(server)).split('\n').find(text => text.startsWith(id));
		return flags.test(line?.split(' ')[2] ?? '') || undefined;
	});

const follows = (server: TestServer) =>
	eventually(
		'its link',
		async () =>
			/role:slave[\s\S]*master_link_status:up/.test(String(await server.command('INFO', 'replication'))) || undefined,
	);

/** The box is of before, the letter comes after. */
async function assertUnsent(bench: Workbench, prepared: Awaited<ReturnType<typeof prepare>>, why: RegExp) {
	const {outcome} = await runAction(prepared, bench.gate, () => undefined);
	assert.equal(outcome?.kind, 'not-sent', JSON.stringify(outcome));
	assert.match(outcome.why, why);
	assert.deepEqual(bench.sent, []);
}

/** Its primary becomes a replica. */
async function takeOver(t: TestContext, {primaries, replicas, idOf}: Cluster) {
	const [first, second] = primaries;
	const [replica] = replicas;
	await first.command('CLUSTER', 'SETSLOT', 1, 'MIGRATING', idOf(second));
	const bench = benchFor(t);
	const [stable, failover] = [
		await prepare(bench, first, 'cluster-setslot-stable', '1'),
		await prepare(bench, replica, 'cluster-failover'),
	];
	assertProved(await act(t, first, 'cluster-setslot-stable', '1'), /no longer marked/);
	await assertUnsent(bench, stable, /since the dialog opened: the slot is not migrating or importing here/);

	assertRefused(await act(t, first, 'cluster-failover'), /^ERR You should send CLUSTER FAILOVER to a replica/);
	assertProved(await act(t, replica, 'cluster-failover'), /5,461 slots, epoch \d+; \d of 6 nodes see it/);
	await assertUnsent(bench, failover, /is now primary, not replica/);
	await follows(first);
	// Who is a replica is refused what a primary is for, and a cluster what is for pairs.
	assertRefused(await act(t, first, 'cluster-setslot-stable', '1'), /SETSLOT only with (?:masters|primaries)/i);
	const other = `127.0.0.1:${second.port}`;
	assertRefused(await act(t, first, 'replicaof', other), /^ERR REPLICAOF not allowed in cluster mode/);
	assertRefused(await act(t, first, 'promote'), /^ERR REPLICAOF not allowed in cluster mode/);
	assertRefused(await act(t, replica, 'failover', 'any'), /^ERR FAILOVER not allowed in cluster mode/);
}

/** A node that could not be asked may still know the forgotten one: that is no proof. Asked itself, it is. */
async function forgetWithOneMissed(t: TestContext, {primaries, replicas, idOf}: Cluster) {
	const [first, second] = primaries;
	const [, , silent] = replicas;
	const dead = idOf(first);
	await first.stop();
	await sees(second, dead, /\bfail(?:,|$)/);
	assert.deepEqual(await vetoes(t, second, 'cluster-forget', dead), []);
	const bench = hurriedBench(t);
	const prepared = await prepare(bench, second, 'cluster-forget', dead);
	const late = await prepare(benchFor(t), second, 'cluster-forget', dead);
	assert.equal(prepared.plan.alsoTo?.length, 4);
	process.kill(silent.pid, 'SIGSTOP');
	const halfway = await runAction(prepared, bench.gate, () => undefined);
	process.kill(silent.pid, 'SIGCONT');
	assert.equal(halfway.outcome?.kind, 'unknown', JSON.stringify(halfway));
	assert.match(halfway.outcome.why, /^4 of 5 nodes accepted it; another: nothing was sent/);
	assert.equal(halfway.verification?.kind, 'unproved', JSON.stringify(halfway));
	await assertUnsent(benchFor(t), late, /the node is forgotten already/);

	await sees(second, idOf(silent), /^slave$/);
	await sees(silent, idOf(second), /^master$/);
	assert.match(await nodesOf(silent), new RegExp(dead));
	const again = await actHurried(t, silent, 'cluster-forget', dead);
	assert.match(
		again.outcome?.kind === 'unknown' ? again.outcome.why : '',
		/^1 of 5 nodes accepted it; another: sent once, refused by the server: ERR Unknown node/,
	);
	assertProved(again, /none of 5 nodes names it after a minute/);
}

/** A dead primary whose replica waits to be told. */
async function takeOverFromDead(t: TestContext, {primaries, replicas, idOf}: Cluster) {
	const [, second, third] = primaries;
	const [, , replica] = replicas;
	await replica.command('CONFIG', 'SET', 'cluster-replica-no-failover', 'yes');
	await third.stop();
	await sees(replica, idOf(third), /\bfail(?:,|$)/);
	assert.match((await vetoes(t, replica, 'cluster-failover')).join(), /its primary is down: only FORCE can work/);
	assertRefused(
		await act(t, replica, 'cluster-failover'),
		/^ERR (?:Master|Primary) is down or failed, please use CLUSTER FAILOVER FORCE/,
	);
	assert.deepEqual(await vetoes(t, replica, 'cluster-failover-force'), []);
	assertProved(await act(t, replica, 'cluster-failover-force'), /5,461 slots, epoch \d+; \d of 4 nodes see it/);

	const bench = hurriedBench(t);
	await sees(second, idOf(replica), /master/);
	await eventually(
		'its slots are gone',
		async () => !new RegExp(`${idOf(third)} .* 10923-16383`).test(await nodesOf(second)) || undefined,
	);
	const forgotten = await runAction(
		await prepare(bench, second, 'cluster-forget', idOf(third)),
		bench.gate,
		() => undefined,
	);
	assert.deepEqual(forgotten.outcome, {kind: 'replied', reply: 'OK from all 4 nodes'});
	assertProved(forgotten, /none of 4 nodes names it after a minute/);
	assert.deepEqual(
		bench.sent,
		Array.from({length: 4}, () => `CLUSTER FORGET ${idOf(third)}`),
	);
}

/** Without a majority the server says OK, and nothing comes of it. */
async function failInMinority(t: TestContext, {primaries, replicas, idOf}: Cluster) {
	const [, second] = primaries;
	const [voter, replica, other] = replicas;
	await replica.command('CONFIG', 'SET', 'cluster-replica-no-failover', 'yes');
	await second.stop();
	await sees(replica, idOf(second), /\bfail(?:,|$)/);
	await voter.stop();
	await sees(replica, idOf(voter), /fail\?/);
	assert.match(
		(await vetoes(t, replica, 'cluster-failover-force')).join(),
		/only 1 of 3 voting primaries are reached: a failover would fail/,
	);
	const progress = await actHurried(t, replica, 'cluster-failover-force');
	assert.deepEqual(progress.outcome, {kind: 'replied', reply: 'OK'});
	assert.deepEqual(progress.verification, {
		kind: 'unproved',
		text: 'it did not become a primary: no votes, or the primary did not answer',
	});

	// What the box never lets through isn't sent either; the one thing that is, the server refuses.
	const own = await actHurried(t, replica, 'cluster-forget', idOf(replica));
	assert.deepEqual(own.outcome, {kind: 'not-sent', why: 'the node is no longer flagged FAIL'});
	const nobody = await actHurried(t, replica, 'cluster-forget', 'a'.repeat(40));
	assert.deepEqual(nobody.outcome, {kind: 'not-sent', why: 'the node is forgotten already'});
	const {outcome} = await actHurried(t, replica, 'cluster-forget', idOf(second));
	assert.match(
		outcome?.kind === 'unknown' ? outcome.why : JSON.stringify(outcome),
		/1 of 2 nodes accepted it; another: sent once, refused by the server: ERR Can't forget my (?:master|primary)/,
	);
	assert.equal(await other.command('PING'), 'PONG');
}

async function stopSafely(t: TestContext, {primaries, replicas, idOf}: Cluster) {
	const [first, second] = primaries;
	const [replica, spare] = replicas;
	assertRefused(await act(t, second, 'shutdown-safe'), /^ERR Errors trying to SHUTDOWN/);
	assert.equal(await second.command('PING'), 'PONG');
	assertProved(await act(t, spare, 'shutdown-safe'), /the server is gone, and .*dump\.rdb has/);
	await spare.exited;
	const to = new RegExp(`the server is gone, and .*dump\\.rdb has.*; 127\\.0\\.0\\.1:${replica.port} serves its slots`);
	assertProved(await act(t, first, 'shutdown-failover'), to);
	await first.exited;
	assert.match(String(await replica.command('INFO', 'replication')), /role:master/);
	await sees(second, idOf(replica), /master/);

	// Nobody is left to hand over to.
	const alone = await act(t, second, 'shutdown-failover');
	assert.notEqual(alone.verification?.kind, 'proved', JSON.stringify(alone));
}

// Clusters wait most of the time.
test('a cluster', {concurrency: true}, async whole => {
	await Promise.all([
		whole.test('takes over from the living and the dead, forgets on every node, and says what it refuses', async t => {
			const cluster = await threeAndThree(t, oldest);
			await takeOver(t, cluster);
			await forgetWithOneMissed(t, cluster);
			await takeOverFromDead(t, cluster);
			await failInMinority(t, cluster);
		}),
		whole.test(
			'is stopped safely, a primary after it has handed over',
			{skip: valkey9 === undefined && 'no Valkey 9'},
			async t => stopSafely(t, await threeAndThree(t, valkey9 ?? '')),
		),
	]);
});
