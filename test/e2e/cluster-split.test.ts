import assert from 'node:assert/strict';
import {execFile} from 'node:child_process';
import path from 'node:path';
import process from 'node:process';
import {type TestContext, test} from 'node:test';
import {promisify} from 'node:util';
import type {Check} from '../../source/report/check/check.js';
import {nodeLines} from '../harness/cluster.js';
import {eventually} from '../harness/eventually.js';
import {programCommand} from '../harness/program.js';
import type {PtyScreen} from '../harness/pty.js';
import {serverBinaries} from '../harness/servers.js';
import {type Place, type SplitCluster, splitClusterFor, whyNoSplit} from '../harness/split-network.js';
import {cleanEnvironment, folderFor, openMonitor} from './monitor.js';
import {expectCheck} from './scenario.js';

const run = promisify(execFile);
const program = serverBinaries().get('redis-7.0') ?? [...serverBinaries().values()][0] ?? '';
const skip = whyNoSplit() ?? false;

/** The panel's text without its frame and its line breaks. */
const flat = (lines: readonly string[]): string =>
	lines
		.map(line => line.replace(/^│|│$/g, '').trim())
		.join(' ')
		.replace(/ +/g, ' ');

const showsIn = (pattern: RegExp) => (lines: readonly string[]) => pattern.test(flat(lines));

async function ran(
	cluster: SplitCluster,
	place: Place,
	command: readonly string[],
	env = process.env,
): Promise<string> {
	const [file = '', ...args] = cluster.at(place, command);
	return run(file, args, {timeout: 20_000, env}).then(
		({stdout}) => stdout,
		error => String(error.stdout),
	);
}

/**
The output of `redis-cli --cluster check`. It runs between the sides, from where all nodes are reached: on one side it
would wait for connections to the other side.
*/
const checkOf = (cluster: SplitCluster, seed: string): Promise<string> =>
	ran(cluster, 'between', [path.join(path.dirname(program), 'redis-cli'), '--cluster', 'check', seed]);

async function snapshotOf(t: TestContext, cluster: SplitCluster, place: Place, seed: string) {
	const {file, args} = await programCommand();
	const env = {...process.env, ...cleanEnvironment(folderFor(t))};
	return JSON.parse(await ran(cluster, place, [file, ...args, 'snapshot', seed], env));
}

async function checkedFrom(t: TestContext, cluster: SplitCluster, place: Place, seed: string): Promise<Check> {
	const {file, args} = await programCommand();
	const env = {...process.env, ...cleanEnvironment(folderFor(t))};
	return JSON.parse(await ran(cluster, place, [file, ...args, 'check', '--json', seed], env)) as Check;
}

test('a split network: both owners and their slots are named from either side, while redis-cli --cluster check finds no error', {
	skip,
}, async t => {
	// Otherwise a side without all slots would refuse all writes, also on the owner after the forced failover.
	const args = ['--cluster-require-full-coverage', 'no'];
	const cluster = await splitClusterFor(t, {program, args});
	const [m1, m2] = cluster.primaries;
	const [r1, r2, r3] = cluster.replicas;
	assert.ok(m1 && m2 && r1 && r2 && r3);
	const watch = (seed: string, place: Place, rows = 40): Promise<PtyScreen> =>
		openMonitor(t, [seed, '--panel', '8', '-i', '500ms'], {
			cols: 120,
			rows,
			inside: words => cluster.at(place, words),
		});
	const [byLeft, byRight, onLeft] = await Promise.all([
		watch(m1.address, 'between'),
		watch(m2.address, 'between', 80),
		watch(m1.address, 'left'),
	]);
	for (const screen of [byLeft, byRight, onLeft]) {
		await screen.waitFor(showsIn(/ok 6 nodes agree, 3 primaries/), {what: 'agreement'});
	}

	cluster.split();
	for (const screen of [byLeft, byRight]) {
		await screen.waitFor(
			showsIn(
				new RegExp(
					`split: slots 0-5460 \\(5,461 slots\\) have 2 owners, ${r1.address} \\(epoch \\d+, 0 keys, takes writes\\) and ${m1.address} \\(epoch 1, 0 keys, refuses writes\\)`,
				),
			),
			{what: 'both owners and their slots'},
		);
		await screen.waitFor(showsIn(new RegExp(`${m1.address}, ${r2.address} are cut off from the majority`)));
		await screen.waitFor(showsIn(new RegExp(`${r1.address} wins by epoch; ${m1.address} will be its replica`)));
		await screen.waitFor(showsIn(/\+3 majority [\da-f]{8} ok .*P FAIL/), {what: 'two sides of the matrix'});
		// Line 2 names the cause, and not the nodes that each side misses.
		await screen.waitFor(lines => /^!! .*slots 0-5460/.test(lines[1] ?? ''), {what: 'the split as the verdict'});
	}

	// redis-cli checks the cluster at the same moment, starting from the majority.
	await eventually('the majority marks both lost nodes FAIL', async () => {
		const failed = (await nodeLines(m2)).filter(line => / (?:master|slave),fail /.test(line));
		return failed.length === 2 ? true : undefined;
	});
	const check = await checkOf(cluster, m2.address);
	assert.match(check, /\[OK\] All nodes agree about slots configuration/);
	assert.match(check, /\[OK\] All 16384 slots covered/);
	assert.doesNotMatch(check, /ERR|WARNING/);
	assert.match(flat(byRight.lines()), /split: slots 0-5460/);

	await onLeft.waitFor(showsIn(/the 2 nodes that answer are a minority, reaching 1 of 3 primaries with slots/));
	await onLeft.waitFor(showsIn(/If the others live, they are the majority and may have promoted other owners/));

	const seen = await checkedFrom(t, cluster, 'between', m1.address);
	expectCheck(seen, {status: 'critical', verdict: /split: slots 0-5460|2 owners/, rules: ['clu.split critical']});

	const snapshot = await snapshotOf(t, cluster, 'between', m1.address);
	assert.deepEqual(snapshot.cluster.contested, [
		{slots: ['0-5460'], owners: [r1.address, m1.address], winner: r1.address},
	]);
	const claims = Object.fromEntries(
		snapshot.nodes.map((node: {address: string; cluster: {view: {claims: string[]} | null}}) => [
			node.address,
			node.cluster.view?.claims,
		]),
	);
	assert.deepEqual(claims[m1.address], ['0-5460']);
	assert.deepEqual(claims[r1.address], ['0-5460']);
	assert.deepEqual(claims[r2.address], []);

	// The failover is forced in the minority. Both sides then accept writes for the second third of the slots.
	assert.equal(await r2.command('CLUSTER', 'FAILOVER', 'TAKEOVER'), 'OK');
	for (const screen of [byLeft, byRight]) {
		await screen.waitFor(
			showsIn(
				new RegExp(
					`split brain: slots 5461-10922 \\(5,462 slots\\) are writable on 2 primaries, (?:${r2.address}|${m2.address}) .* and (?:${r2.address}|${m2.address}) `,
				),
			),
			{what: 'two writable owners'},
		);
	}

	cluster.heal();
	for (const screen of [byLeft, byRight, onLeft]) {
		await screen.waitFor(showsIn(/ok 6 nodes agree, 3 primaries/), {what: 'agreement again'});
	}

	await eventually('the old owner follows the new one', async () =>
		String(await m1.command('ROLE')).startsWith('slave') ? true : undefined,
	);
	byRight.press('0');
	await byRight.waitFor(new RegExp(`${r1.address} +promoted in epoch \\d+: owns 0-5460`));
	await byRight.waitFor(/the split brain is over, after/);
	await byRight.waitFor(new RegExp(`${m1.address} +demoted: replicates from ${r1.address}`));
});
