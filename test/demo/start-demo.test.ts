import assert from 'node:assert/strict';
import {spawn} from 'node:child_process';
import {once} from 'node:events';
import {existsSync} from 'node:fs';
import path from 'node:path';
import process from 'node:process';
import {after, before, test} from 'node:test';
import {ensureServer} from '../../scripts/fetch-servers.mjs';
import {type LoadClient, openLoadClient} from '../../source/demo/load-client.js';
import {startDemo} from '../../source/demo/start-demo.js';
import {eventually} from '../harness/eventually.js';
import {buildKeeper} from './built-keeper.js';

let keeper: Awaited<ReturnType<typeof buildKeeper>>;
let serverBinary: string;

before(async () => {
	keeper = await buildKeeper();
	serverBinary = await ensureServer();
});
after(() => keeper.remove());

const portOf = (address: string): number => Number(address.split(':').at(-1));

async function fieldsOf(client: LoadClient, section: string): Promise<Record<string, string>> {
	const [text] = await client.send([['INFO', section]]);
	return Object.fromEntries(
		String(text)
			.split('\r\n')
			.map(line => line.split(/:(.*)/, 2)),
	);
}

/** Waits for a condition, with a deadline that a busy machine meets too. */
const soon = (what: string, isSo: () => boolean | Promise<boolean>): Promise<true> =>
	eventually(what, async () => ((await isSo()) ? true : undefined), 90_000);

/** The servers' process ids and the folder of a deployment. Both must be gone when the deployment has ended. */
async function tracesOf(addresses: readonly string[]): Promise<{pids: number[]; directory: string}> {
	const pids: number[] = [];
	let directory = '';
	for (const address of addresses) {
		const client = await openLoadClient({port: portOf(address)});
		pids.push(Number((await fieldsOf(client, 'server')).process_id));
		const [reply] = await client.send([['CONFIG', 'GET', 'dir']]);
		directory = path.dirname(String((reply as readonly string[])[1]));
		client.close();
	}

	assert.equal(pids.filter(isRunning).length, addresses.length);
	assert.ok(existsSync(directory));
	return {pids, directory};
}

function isRunning(pid: number): boolean {
	try {
		process.kill(pid, 0);
		return true;
	} catch {
		return false;
	}
}

const assertGone = async ({pids, directory}: {pids: number[]; directory: string}) => {
	await soon('no server is left', () => !pids.some(isRunning));
	await soon('no file is left', () => !existsSync(directory));
};

test('the demo’s load changes figures of every panel, and stop leaves no process and no file', async () => {
	const demo = await startDemo({serverBinary, keeperFile: keeper.keeperFile});
	const client = await openLoadClient({port: portOf(demo.target), name: 'the-test'});
	const traces = await tracesOf([demo.target, ...demo.replicas]);
	try {
		const replication = await fieldsOf(client, 'replication');
		assert.equal(replication.role, 'master');
		assert.match(replication.slave0 ?? '', /state=online/);
		assert.match(replication.slave1 ?? '', /state=online/);

		const first = Number((await fieldsOf(client, 'stats')).total_commands_processed);
		await soon('a thousand commands', async () => {
			const {total_commands_processed: now} = await fieldsOf(client, 'stats');
			return Number(now) > first + 1000;
		});
		const clients = async () => String((await client.send([['CLIENT', 'LIST']]))[0]);
		await soon('a blocked client and a subscriber', async () => {
			const list = await clients();
			return /name=worker-3 .*flags=b/.test(list) && /name=orders-feed .* sub=1/.test(list);
		});
		await soon('expired keys', async () => Number((await fieldsOf(client, 'stats')).expired_keys) > 0);
		await soon('misses', async () => Number((await fieldsOf(client, 'stats')).keyspace_misses) > 0);
		await soon('error replies', async () => 'errorstat_WRONGTYPE' in (await fieldsOf(client, 'errorstats')));
		await soon('two slow commands', async () => Number((await client.send([['SLOWLOG', 'LEN']]))[0]) > 1);
		await soon('an output buffer of a megabyte', async () => / omem=\d{7}/.test(await clients()));
		await soon('a save', async () => Number((await fieldsOf(client, 'persistence')).rdb_saves) > 0);
		const replica = await openLoadClient({port: portOf(demo.replicas[0] ?? '')});
		assert.equal((await fieldsOf(replica, 'replication')).master_link_status, 'up');
		replica.close();
	} finally {
		client.close();
		await demo.stop();
	}

	assert.deepEqual(traces.pids.filter(isRunning), []);
	assert.equal(existsSync(traces.directory), false);
	await demo.stop();
});

for (const ending of ['SIGKILL', 'SIGTERM', 'SIGHUP', 'throw'] as const) {
	test(`no process and no file is left when the monitor ends by ${ending}`, async () => {
		const parent = spawn(process.execPath, [keeper.parentFile, serverBinary, keeper.keeperFile, ending], {
			stdio: ['ignore', 'pipe', 'ignore'],
		});
		try {
			const [line] = await once(parent.stdout, 'data');
			const {target, replicas} = JSON.parse(String(line));
			if (ending === 'throw') {
				await once(parent, 'exit');
			} else {
				const traces = await tracesOf([target, ...replicas]);
				parent.kill(ending);
				await assertGone(traces);
			}

			await soon('nothing listens', async () =>
				openLoadClient({port: portOf(target)}).then(
					client => {
						client.close();
						return false;
					},
					() => true,
				),
			);
		} finally {
			parent.kill('SIGKILL');
		}
	});
}

test('no process and no file is left when the keeper itself is killed', async () => {
	const demo = await startDemo({serverBinary, keeperFile: keeper.keeperFile});
	const traces = await tracesOf([demo.target, ...demo.replicas]);
	process.kill(demo.keeperPid, 'SIGKILL');
	await assertGone(traces);
	await demo.stop();
});

test('an abort during the start ends the demo and rejects with the abort’s reason', async () => {
	const controller = new AbortController();
	const starting = startDemo({serverBinary, keeperFile: keeper.keeperFile, signal: controller.signal});
	controller.abort(new Error('changed my mind'));
	await assert.rejects(starting, /changed my mind/);
});

test('a server that does not start gives one clear line', async () => {
	const starting = startDemo({serverBinary: process.execPath, keeperFile: keeper.keeperFile});
	await assert.rejects(starting, (error: Error) => {
		assert.equal(error.name, 'DemoFailure');
		assert.doesNotMatch(error.message, /\n/);
		assert.match(error.message, /did not start: /);
		return true;
	});
	await assert.rejects(
		startDemo({serverBinary: '/nowhere/redis-server', keeperFile: keeper.keeperFile}),
		/^DemoFailure: \/nowhere\/redis-server did not start: /,
	);
	await assert.rejects(startDemo({serverBinary, keeperFile: '/nowhere/keeper.mjs'}), /could not be started/);
});
