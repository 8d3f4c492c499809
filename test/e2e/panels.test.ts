import assert from 'node:assert/strict';
import {type TestContext, test} from 'node:test';
import {eventually} from '../harness/eventually.js';
import type {PtyScreen} from '../harness/pty.js';
import type {TestServer} from '../harness/servers.js';
import {at, infoOf, openMonitor, type ServerVersion, serverFor, serverVersions} from './monitor.js';

const sizes = [
	[80, 24],
	[120, 40],
	[200, 60],
] as const;

const mebibyte = 2 ** 20;

/**
Starts a primary with one replica. It has 16 MB of data, a named client, an entry in the slow log and a save on disk.
*/
async function startDeployment(t: TestContext, {program}: ServerVersion) {
	const primary = await serverFor(t, {
		server: program,
		args: ['--maxmemory', '64mb', '--repl-diskless-sync-delay', '0'],
	});
	const replica = await serverFor(t, {
		server: program,
		args: ['--replicaof', '127.0.0.1', String(primary.port), '--repl-diskless-sync-delay', '0'],
	});
	await primary.command('CONFIG', 'SET', 'maxmemory-policy', 'allkeys-lru');
	await primary.command('SETRANGE', 'big', 16 * mebibyte, 'end');
	const worker = await primary.connect();
	await worker.command('CLIENT', 'SETNAME', 'billing-worker');
	await primary.command('CONFIG', 'SET', 'slowlog-log-slower-than', 0);
	await worker.command('HSET', 'slow:marker', 'field', 'value');
	await primary.command('CONFIG', 'SET', 'slowlog-log-slower-than', 1_000_000);
	// At 80×24 there is no room for every command that redis-top itself sends once. Commands with more calls are above
	// them.
	for (let field = 1; field <= 9; field++) {
		await worker.command('HSET', 'other', String(field), 'value');
	}

	await eventually('the replica', async () =>
		(await infoOf(replica, 'replication')).get('master_link_status') === 'up' ? true : undefined,
	);
	// The first full resync of the replica forks too, and there can be only one child process.
	await eventually('a save begins', async () =>
		/started/.test(String(await primary.command('BGSAVE'))) ? true : undefined,
	);
	await eventually('a save', async () =>
		Number((await infoOf(primary, 'persistence')).get('rdb_changes_since_last_save')) === 0 ? true : undefined,
	);
	return {primary, replica, worker};
}

/** Converts a size to bytes: `16.9M`. */
function bytesOf(text: string | undefined): number {
	const [, number = '', unit = ''] = /^([\d.]+)([KMG]?)$/.exec(text ?? '') ?? [];
	return Number(number) * {'': 1, K: 2 ** 10, M: 2 ** 20, G: 2 ** 30}[unit as '' | 'K' | 'M' | 'G'];
}

async function assertUsedMemory(screen: PtyScreen, server: TestServer): Promise<void> {
	const shown = bytesOf(/used +([\d.]+[KMG]?) of 64\.0M/.exec(screen.text())?.[1]);
	const used = Number((await infoOf(server, 'memory')).get('used_memory'));
	assert.ok(Math.abs(shown / used - 1) < 0.1, `shown ${shown}, INFO says ${used}\n${screen.text()}`);
}

/** Opens the panel of every digit and checks what must be on it. */
async function assertPanels(screen: PtyScreen, product: string, {primary, replica}: Record<string, TestServer>) {
	const [address, other] = [`127.0.0.1:${primary?.port}`, `127.0.0.1:${replica?.port}`];
	assert.ok(primary);
	const open = (digit: string, ...expected: readonly RegExp[]) => {
		screen.press(digit);
		return screen.waitFor(lines => expected.every(pattern => pattern.test(lines.join('\n'))), {
			what: `panel ${digit} with ${expected.join(', ')}`,
		});
	};

	await screen.waitFor(
		lines => lines[0]?.includes(`${address} `) === true && /primary +\[LOCKED\]/.test(lines[0] ?? ''),
		{what: 'the header'},
	);
	await screen.waitFor(lines => lines[0]?.includes(` ${product} `) === true, {what: product});
	await screen.waitFor(lines => /^ok 2 nodes answer/.test(lines[1] ?? ''), {what: 'the verdict'});
	await screen.waitFor(/ops +[\d.,]+[kM]?\/s/);
	await screen.waitFor(lines => lines.some(line => line.includes(other) && /replica +up/.test(line)), {
		what: 'the replica',
	});
	await assertUsedMemory(screen, primary);
	await open('2', /2 Memory/, /policy +allkeys-lru/, /used against maxmemory/, /64\.0M┤/);
	await assertUsedMemory(screen, primary);
	await open('3', /3 Replication/, new RegExp(`${other} +(?:replica +)?online +up`), new RegExp(`>?${address}`));
	await open('4', /4 Clients +\d+ of 10,000/, /billing-work(?:er|…)/, /\(own\)/);
	await open('5', /5 Commands/, /info +\d/, /hset +/, /COMMAND +CALLS\/S/);
	await open('6', /6 Slow log/, /threshold +1\.00? ?s/, /HSET slow:marker field value/i);
	await open('7', /7 Persistence/, /last result +ok/, /unsaved +0 changes/, /saves +[1-9]/);
	await open('8', /8 Cluster/, /cluster mode is off/);
	await open('9', /9 Findings/, /^│ (?:what|\d+ nodes?) +\S/m);
	await open('a', /a Audit/, /No action was done/);
	await open('0', /0 Events[\s\S]*(?:Nothing has happened|\d\d:\d\d:\d\d)/);
}

for (const version of await serverVersions()) {
	test(`every panel shows the server's own figures: ${version.name}`, async t => {
		const deployment = await startDeployment(t, version);
		const {primary, replica} = deployment;
		const screens = await Promise.all(
			sizes.map(async ([cols, rows]) => {
				const screen = await openMonitor(t, [...at(primary), '-i', '500ms'], {cols, rows});
				await assertPanels(screen, version.product, {primary, replica});
				return screen;
			}),
		);

		// The number of clients jumps, and all three servers must show it. Only these clients cause the jump.
		await Promise.all(Array.from({length: 40}, () => primary.connect()));
		for (const screen of screens) {
			await screen.waitFor(/clients rose from \d+ to \d+/);
			screen.press('q');
			assert.deepEqual(await screen.exited, {code: 0, signal: undefined});
		}
	});

	test(`the cluster panel lists all nodes: ${version.name}`, async t => {
		const nodes = await Promise.all(
			[0, 1, 2].map(() => serverFor(t, {server: version.program, args: ['--cluster-enabled', 'yes']})),
		);
		const [first] = nodes;
		assert.ok(first);
		const bounds = [0, 5461, 10_923, 16_384];
		for (const [index, node] of nodes.entries()) {
			const [from = 0, to = 0] = bounds.slice(index);
			assert.equal(await node.command('CLUSTER', 'ADDSLOTSRANGE', from, to - 1), 'OK');
			await node.command('CLUSTER', 'MEET', '127.0.0.1', first.port);
		}

		await eventually('the cluster', async () =>
			/cluster_state:ok/.test(String(await first.command('CLUSTER', 'INFO'))) &&
			/cluster_known_nodes:3/.test(String(await first.command('CLUSTER', 'INFO')))
				? true
				: undefined,
		);
		await Promise.all(
			sizes.map(async ([cols, rows]) => {
				const screen = await openMonitor(t, [...at(first), '-i', '500ms', '--panel', '8'], {cols, rows});
				// A narrow list names nodes by their ports if they are on one host.
				await screen.waitFor(lines => nodes.every(({port}) => lines.some(line => line.includes(`:${port} `))));
				await screen.waitFor(/5,?46[12]/);
				await screen.waitFor(lines => /^ok 3 nodes answer/.test(lines[1] ?? ''), {what: 'the verdict'});
				if (cols > 80) {
					assert.match(screen.lines()[0] ?? '', /cluster/);
				}
			}),
		);
	});
}
