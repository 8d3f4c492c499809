import type {LoadCommand} from '../load-client.js';
import {fill, newOrders, playApi} from './applications.js';
import type {Incident} from './incident.js';
import {refuses} from './memory.js';
import {openSlowLink} from './slow-link.js';
import type {Stage, StageServer} from './stage.js';

/** Starts a replica of the server that listens on `port`. Resolves when the replica's link is up. */
async function replicaOf(stage: Stage, port: number, name = 'replica', configuration: readonly string[] = []) {
	const replica = await stage.server({name, configuration: [`replicaof 127.0.0.1 ${port}`, ...configuration]});
	await stage.until('the link of a replica', async () => (await linkOf(replica)) === 'up');
	return replica;
}

const linkOf = async (replica: StageServer) => (await replica.info('replication')).get('master_link_status');

export const primaryKilled: Incident = {
	expected: {exitCode: 2, verdict: /refuses connections/, rules: ['conn.refused critical', 'rep.link_down']},
	async prepare(stage) {
		const primary = await stage.server({name: 'primary'});
		const replicas = await Promise.all([1, 2].map(number => replicaOf(stage, primary.port, `replica-${number}`)));
		playApi(stage, primary);
		return async () => {
			await primary.kill();
			for (const replica of replicas) {
				await stage.until('the end of a link', async () => (await linkOf(replica)) === 'down');
			}
		};
	},
};

export const resyncLoop: Incident = {
	expected: {exitCode: 2, verdict: /full resync/, rules: ['rep.fullsync_storm critical']},
	async prepare(stage) {
		const primary = await stage.server({
			name: 'primary',
			configuration: [
				'client-output-buffer-limit replica 1mb 1mb 1',
				'repl-backlog-size 16kb',
				// Redis 8 sends the data set of a diskless full resync on a second connection, on which no output buffer grows.
				// This incident needs an output buffer that exceeds its limit.
				'repl-diskless-sync no',
			],
		});
		await fill(primary, 20_000);
		playApi(stage, primary);
		const replica = await replicaOf(stage, primary.port);
		const fullResyncs = async () => Number((await primary.info('stats')).get('sync_full'));
		return async () => {
			// 20,000 keys at 100 microseconds each: a full resync of two seconds. Meanwhile the application writes more than
			// one megabyte, which is the limit of the replica's output buffer.
			await primary.send('CONFIG', 'SET', 'rdb-key-save-delay', 100);
			stage.application({
				server: primary,
				name: 'order-import',
				pauseMs: 50,
				next: () => Array.from({length: 20}, (_, index) => ['SET', `order:${index}`, 'x'.repeat(20_000)]),
			});
			// A replica that starts without an RDB file asks for a full resync.
			await replica.kill();
			await replica.start();
			await stage.until('the second full resync', async () => (await fullResyncs()) > 2);
		};
	},
};

export const replicaBehind: Incident = {
	expected: {exitCode: 1, verdict: /behind/, rules: ['rep.lag_bytes']},
	async prepare(stage) {
		const primary = await stage.server({
			name: 'primary',
			configuration: ['repl-backlog-size 64mb', 'client-output-buffer-limit replica 0 0 0'],
		});
		playApi(stage, primary);
		const link = await openSlowLink(primary.port, 400_000);
		stage.atEnd(() => link.close());
		await replicaOf(stage, link.port);
		const behind = async () => {
			const fields = await primary.info('replication');
			const offset = Number(/offset=(\d+)/.exec(fields.get('slave0') ?? '')?.[1]);
			return Number(fields.get('master_repl_offset')) - offset;
		};
		return async () => {
			stage.application({server: primary, name: 'order-import', pauseMs: 50, next: newOrders(50, 1000)});
			await stage.until('five megabytes behind', async () => (await behind()) > 5_000_000);
		};
	},
};

export const twoPrimaries: Incident = {
	expected: {exitCode: 2, verdict: /both primaries of the same data/, rules: ['rep.diverged critical']},
	async prepare(stage) {
		const primary = await stage.server({name: 'primary'});
		playApi(stage, primary);
		const replica = await replicaOf(stage, primary.port);
		return async () => {
			await replica.send('REPLICAOF', 'NO', 'ONE');
			playApi(stage, replica, 'api-2');
			await stage.until('a second primary', async () => (await replica.info('replication')).get('role') === 'master');
		};
	},
};

export const emptyPrimary: Incident = {
	expected: {
		exitCode: 2,
		verdict: /has no keys: it started .* ago without its data/,
		rules: ['rep.empty_primary critical'],
	},
	async prepare(stage) {
		// A full resync begins after this delay, by default after 5 s. Until then the replica keeps its data. Sixty seconds
		// leave the user time to look.
		const primary = await stage.server({name: 'primary', configuration: ['repl-diskless-sync-delay 60']});
		await fill(primary, 5000);
		await primary.send('CONFIG', 'SET', 'repl-diskless-sync-delay', 0);
		const replica = await replicaOf(stage, primary.port);
		await stage.until('the data at the replica', async () => (await replica.send('DBSIZE')) === 5000);
		return async () => {
			await primary.kill();
			await primary.start();
			await stage.until('the replica at the empty primary', async () =>
				(await primary.info('replication')).has('slave0'),
			);
		};
	},
};

export const wrongReplicaPromoted: Incident = {
	expected: {exitCode: 2, verdict: /was promoted .* behind 127\.0\.0\.1:/, rules: ['rep.promoted_behind critical']},
	async prepare(stage) {
		const primary = await stage.server({name: 'primary'});
		playApi(stage, primary);
		const ahead = await replicaOf(stage, primary.port, 'replica-1');
		const behind = await replicaOf(stage, primary.port, 'replica-2');
		return async () => {
			behind.signal('SIGSTOP');
			// 20 MB are more than the socket buffers of one connection hold. The primary keeps the rest in its output buffer.
			// This buffer is lost with the primary, so the stopped replica cannot catch up.
			for (let batch = 0; batch < 20; batch++) {
				await primary.send('SET', `upload:${batch}`, 'x'.repeat(1_000_000));
			}

			await stage.until('the data at the other replica', async () => (await ahead.send('EXISTS', 'upload:19')) === 1);
			await primary.kill();
			behind.signal('SIGCONT');
			await stage.until('the end of its link', async () => (await linkOf(behind)) === 'down');
			await behind.send('REPLICAOF', 'NO', 'ONE');
		};
	},
};

export const replicaEvicts: Incident = {
	expected: {
		exitCode: 2,
		verdict: /evicts keys that its primary keeps, .*: replica-ignore-maxmemory no/,
		rules: ['mem.evict_storm critical', 'rep.maxmem warning'],
	},
	async prepare(stage) {
		const primary = await stage.server({name: 'primary'});
		await fill(primary, 20_000);
		playApi(stage, primary);
		const replica = await replicaOf(stage, primary.port, 'replica', [
			'replica-ignore-maxmemory no',
			'maxmemory-policy allkeys-lru',
		]);
		return async () => {
			const used = Number((await replica.info('memory')).get('used_memory'));
			await replica.send('CONFIG', 'SET', 'maxmemory', used);
			let turn = 0;
			stage.application({
				server: primary,
				name: 'order-import',
				pauseMs: 50,
				next: () => Array.from({length: 50}, () => ['SET', `order:${turn++}`, 'x'.repeat(1000)]),
			});
			await stage.until(
				'evictions at a steady rate',
				async () => Number((await replica.info('stats')).get('evicted_keys')) > 1000,
			);
		};
	},
};

export const replicaWrites: Incident = {
	expected: {
		exitCode: 2,
		verdict: /is a replica and refuses SET \(READONLY\), .* from cart-api: its primary is /,
		rules: ['err.failed critical'],
		client: 'cart-api',
	},
	async prepare(stage) {
		const primary = await stage.server({name: 'primary'});
		playApi(stage, primary);
		const replica = await replicaOf(stage, primary.port);
		return async () => {
			let turn = 0;
			const writes = (): LoadCommand[] => Array.from({length: 10}, () => ['SET', `cart:${++turn % 100}`, 'x']);
			stage.application({server: replica, name: 'cart-api', pauseMs: 50, next: writes});
			await stage.until('a refused write', () => refuses(replica, 'READONLY'));
		};
	},
};
