import assert from 'node:assert/strict';
import process from 'node:process';
import {type TestContext, test} from 'node:test';
import {clusterArguments, clusterFor, formCluster, nodeLines} from '../harness/cluster.js';
import {eventually} from '../harness/eventually.js';
import {freePort} from '../harness/free-port.js';
import type {TestServer} from '../harness/servers.js';
import {addressOf, at, oneServer, openMonitor, runProgram, serverFor} from './monitor.js';
import {checked, problems} from './scenario.js';

type SeenNode = {
	readonly address: string;
	readonly state: string;
	readonly cluster: {readonly busLinks: {readonly present: number; readonly expected: number} | null} | null;
};

async function nodesSeen(t: TestContext, args: readonly string[]): Promise<readonly SeenNode[]> {
	const {code, stdout, stderr} = await runProgram(t, ['snapshot', ...args, '-i', '500ms']);
	assert.equal(code, 0, stderr);
	return (JSON.parse(stdout) as {readonly nodes: readonly SeenNode[]}).nodes;
}

const big = {cols: 150, rows: 50};

test('bus links are counted, a link blocked by a frozen node is named, and a forgotten node is gone until dismissed', async t => {
	// The node timeout is so long that no node is marked FAIL during this test.
	const {primaries, replicas, ids} = await clusterFor(t, {server: (await oneServer()).program, nodeTimeoutMs: 120_000});
	const [first] = primaries;
	const last = replicas.at(-1);
	assert.ok(first && last);
	// A new cluster is still opening its last links.
	await eventually('every link to be told', async () => {
		const seen = await nodesSeen(t, at(first));
		const isWhole = ({cluster}: SeenNode) => cluster?.busLinks?.present === 10 && cluster.busLinks.expected === 10;
		return (seen.length === 6 && seen.every(isWhole)) || undefined;
	});
	const screen = await openMonitor(t, [...at(first), '--panel', '8', '-i', '500ms'], big);
	await screen.waitFor(/links 60 of 60/);

	// A published message goes to every node of a cluster. The stopped node doesn't read it.
	process.kill(last.pid, 'SIGSTOP');
	for (let count = 0; count < 40; count++) {
		await first.command('PUBLISH', 'news', 'x'.repeat(1_000_000));
	}

	screen.press('9');
	const isNamed = new RegExp(`${addressOf(first)}.*M unsent on the bus link to ${addressOf(last)}`);
	await eventually('the held up link', async () => {
		screen.press('R');
		return screen.lines().some(line => isNamed.test(line)) || undefined;
	});

	const id = ids.get(last) ?? '';
	const others = [...primaries, ...replicas].filter(node => node !== last);
	await Promise.all(others.map(node => node.command('CLUSTER', 'FORGET', id)));
	process.kill(last.pid, 'SIGKILL');
	await eventually(
		'nobody names it',
		async () =>
			(await Promise.all(others.map(nodeLines))).every(lines => !lines.some(line => line.startsWith(id))) || undefined,
	);
	screen.press('1');
	const isGone = (line: string) => line.includes(`${addressOf(last)} `) && / gone /.test(line);
	await screen.waitFor(lines => lines.some(isGone), {what: 'that it is gone'});
	const isAtCursor = (line: string) => line.includes('│>');
	const steps = [...others, last].length;
	for (let step = 0; step < steps && !screen.lines().some(line => isGone(line) && line.includes('>')); step++) {
		const before = screen.lines().findIndex(isAtCursor);
		screen.press('\u001B[B');
		await screen.waitFor(lines => lines.some(isAtCursor) && lines.findIndex(isAtCursor) !== before, {
			what: 'that the cursor is on another node',
		});
	}

	screen.press('x');
	await screen.waitFor(lines => !lines.some(line => line.includes(`${addressOf(last)} `)), {
		what: 'that it is dismissed',
	});
	screen.press('x');
	await screen.waitFor(/is not gone: it answers, or another node names it/);
	screen.press('q');
	await screen.exited;
});

/**
Starts three primaries that announce ports on which nothing listens. Returns the real address of each by its announced
one.
*/
async function misannounced(t: TestContext) {
	const nat = new Map<string, string>();
	const members: TestServer[] = [];
	for (let index = 0; index < 3; index++) {
		const [bus, announced] = [await freePort(), await freePort()];
		const ports = ['--cluster-port', String(bus), '--cluster-announce-bus-port', String(bus)];
		const args = [...clusterArguments(2000), ...ports, '--cluster-announce-port', String(announced)];
		const member = await serverFor(t, {args});
		members.push(member);
		nat.set(`127.0.0.1:${announced}`, addressOf(member));
	}

	await formCluster(members);
	return {members, nat};
}

test('announced addresses that can’t be reached are named, and mapped with --nat-map', async t => {
	const {members, nat} = await misannounced(t);
	const [first] = members;
	assert.ok(first);
	const [, ...unreachable] = [...nat.keys()];
	const screen = await openMonitor(t, [...at(first), '-i', '500ms', '--panel', '9'], big);
	await screen.waitFor(/is announced and can't be reached from here/);
	// Two nodes share one row, whose details name both.
	await screen.waitFor(/2 nodes +was never reached from here/);
	screen.press('/never reached\r');
	screen.press('g');
	for (const address of unreachable) {
		await screen.waitFor(new RegExp(`nodes .*${address.slice(address.lastIndexOf(':'))}\\b`), {
			what: `${address} among the findings`,
		});
	}

	screen.press('q');
	await screen.exited;
	const unmapped = await checked(t, [...at(first), '-i', '600ms']);
	assert.equal(unmapped.status, 'warning', unmapped.verdict);
	assert.ok(problems(unmapped).includes('clu.announce warning'), problems(unmapped).join());

	const map = [...nat].map(pair => pair.join('=')).join(',');
	const mapped = await nodesSeen(t, [...at(first), '--nat-map', map]);
	assert.deepEqual(
		mapped.map(({address, state}) => [address, state]).toSorted(),
		members.map(member => [addressOf(member), 'up']).toSorted(),
	);
	assert.ok(mapped.every(({cluster}) => cluster?.busLinks?.expected === 4));
});

test('a host that a replica announces is mapped to another host, whatever its port', async t => {
	const primary = await serverFor(t);
	const replica = await serverFor(t, {
		args: [
			...['--replicaof', '127.0.0.1', String(primary.port), '--repl-diskless-sync-delay', '0'],
			...['--replica-announce-ip', '192.0.2.7'],
		],
	});
	await eventually(
		'the replica is listed',
		async () => /192\.0\.2\.7.*state=online/.test(String(await primary.command('INFO', 'replication'))) || undefined,
	);
	const nodes = await nodesSeen(t, [...at(primary), '--nat-map', '192.0.2.7=127.0.0.1']);
	assert.deepEqual(
		nodes.map(({address, state}) => [address, state]),
		[primary, replica].map(server => [addressOf(server), 'up']),
	);
});
