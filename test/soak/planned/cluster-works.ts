import {execFile} from 'node:child_process';
import {setTimeout as delay} from 'node:timers/promises';
import {promisify} from 'node:util';
import type {Load} from './load.js';
import type {PlannedCluster} from './planned-cluster.js';
import type {Works} from './works.js';

const run = promisify(execFile);

/** Keys of each third of the slots that expire: a million together. */
const expiringKeys = 340_000;

export type ClusterWork = {
	readonly cluster: PlannedCluster;
	readonly load: Load;
	/** The path of redis-cli. */
	readonly cli: string;
	/** The passwords of the user `app`. The last one is in use. */
	readonly passwords: string[];
};

/** Work that moves roles, slots, connections and data. */
export const clusterWorks = ({cluster, load, cli, passwords}: ClusterWork): Works => ({
	'the nightly save': async () => {
		for (const node of cluster.nodes) {
			await node.command('BGSAVE');
			await delay(500);
		}
	},
	'rewrites of the AOF': async () => {
		for (const node of cluster.nodes) {
			await node.command('BGREWRITEAOF');
			await delay(500);
		}
	},
	'all clients reconnect': async () => load.connectAll('app'),
	'clients are rolled out with new names': () => load.rollOut('app-v2'),
	'a million keys expire': async () => {
		const parts = await Promise.all(
			cluster.tags.map(async ({tag, slot}) => ({tag, client: await (await cluster.ownerOf(slot)).connect()})),
		);
		for (let first = 0; first < expiringKeys; first += 2000) {
			for (const {tag, client} of parts) {
				await Promise.all(
					Array.from({length: 2000}, (_, index) =>
						client.command('SET', `short:{${tag}}:${first + index}`, 'x', 'EX', 60 + (index % 60)),
					),
				);
				await delay(100);
			}
		}

		for (const {client} of parts) {
			client.close();
		}

		await delay(120_000);
	},
	'slots move, and back': async () => {
		const [one, other] = await cluster.primaries();
		if (one === undefined || other === undefined) {
			return;
		}

		for (const [from, to] of [
			[one, other],
			[other, one],
		] as const) {
			await run(cli, [
				...['--cluster', 'reshard', `127.0.0.1:${from.port}`, '--cluster-yes', '--cluster-slots', '400'],
				...['--cluster-from', cluster.idOf(from), '--cluster-to', cluster.idOf(to), '--cluster-pipeline', '100'],
			]);
			await delay(2000);
		}
	},
	'a planned failover of every shard': async () => {
		for (const primary of await cluster.primaries()) {
			await cluster.failOver(primary);
		}
	},
	'a rolling restart': async () => {
		const primaries = await cluster.primaries();
		for (const node of await cluster.replicas()) {
			await node.restart();
			await cluster.calm();
			await delay(3000);
		}

		for (const primary of primaries) {
			await cluster.failOver(primary);
			await primary.restart();
			await cluster.calm();
			await delay(3000);
		}
	},
	'a replica is added and removed': async () => {
		const [primary] = await cluster.primaries();
		if (primary === undefined) {
			return;
		}

		const added = await cluster.addReplica(primary, passwords.at(-1) ?? '');
		await delay(15_000);
		await cluster.removeReplica(added);
		await delay(15_000);
	},
	'maxmemory is raised and set back': async () => {
		for (const size of ['300mb', '256mb']) {
			for (const node of cluster.nodes) {
				await node.command('CONFIG', 'SET', 'maxmemory', size);
			}

			await delay(5000);
		}
	},
});
