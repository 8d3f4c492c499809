import {findFreePorts} from '../server-process.js';
import {playApi} from './applications.js';
import type {Incident} from './incident.js';
import type {Stage, StageServer} from './stage.js';

/**
Three primaries, each with a third of the slots, and three replicas. Each replica has the same index as its primary.
*/
type Cluster = {
	readonly primaries: readonly [StageServer, StageServer, StageServer];
	readonly replicas: readonly [StageServer, StageServer, StageServer];
	readonly ids: ReadonlyMap<StageServer, string>;
};

const slotThirds = [
	[0, 5460],
	[5461, 10_922],
	[10_923, 16_383],
] as const;

/**
Forms a cluster from six servers. They must be Redis 7.0 or later, or Valkey: older servers lack the setting
`cluster-port` and the command CLUSTER ADDSLOTSRANGE.
*/
async function formCluster(stage: Stage): Promise<Cluster> {
	const start = async (name: string) => {
		const [busPort = 0] = await findFreePorts(1);
		const configuration = [
			'cluster-enabled yes',
			`cluster-port ${busPort}`,
			'cluster-node-timeout 2000',
			'cluster-config-file nodes.conf',
		];
		return {server: await stage.server({name, configuration}), busPort};
	};
	const first = await start('primary-1');
	const primaries = [first.server, (await start('primary-2')).server, (await start('primary-3')).server] as const;
	const replicas = [
		(await start('replica-1')).server,
		(await start('replica-2')).server,
		(await start('replica-3')).server,
	] as const;
	const all = [...primaries, ...replicas];
	const ids = new Map<StageServer, string>();
	for (const [index, server] of all.entries()) {
		ids.set(server, String(await server.send('CLUSTER', 'MYID')));
		await server.send('CLUSTER', 'SET-CONFIG-EPOCH', index + 1);
		const slots = slotThirds[index];
		if (slots !== undefined) {
			await server.send('CLUSTER', 'ADDSLOTSRANGE', ...slots);
		}

		if (server !== first.server) {
			await server.send('CLUSTER', 'MEET', '127.0.0.1', first.server.port, first.busPort);
		}
	}

	const linesOf = async (server: StageServer) =>
		String(await server.send('CLUSTER', 'NODES'))
			.trim()
			.split('\n');
	const everyone = (what: string, condition: (server: StageServer) => Promise<boolean>) =>
		stage.until(what, async () => (await Promise.all(all.map(condition))).every(Boolean));
	await everyone('six nodes that know each other', async server => {
		const lines = await linesOf(server);
		return lines.length === all.length && !lines.some(line => /handshake/.test(line));
	});
	for (const [index, replica] of replicas.entries()) {
		const primary = primaries[index];
		await replica.send('CLUSTER', 'REPLICATE', (primary && ids.get(primary)) ?? '');
	}

	await everyone(
		'a healthy cluster',
		async server =>
			String(await server.send('CLUSTER', 'INFO')).includes('cluster_state:ok') &&
			(await linesOf(server)).filter(line => line.includes('slave')).length === replicas.length,
	);
	for (const replica of replicas) {
		await stage.until(
			'a replica with its link',
			async () => (await replica.info('replication')).get('master_link_status') === 'up',
		);
	}

	for (const [index, primary] of primaries.entries()) {
		const [first, last] = slotThirds[index] ?? [0, 0];
		playApi(stage, primary, `api-${index + 1}`, await tagWithin(primary, first, last));
	}

	return {primaries, replicas, ids};
}

/** Finds a hash tag whose slot is in a range. */
async function tagWithin(server: StageServer, first: number, last: number): Promise<string> {
	for (let number = 0; ; number++) {
		const tag = `{shop-${number}}`;
		const slot = Number(await server.send('CLUSTER', 'KEYSLOT', tag));
		if (slot >= first && slot <= last) {
			return tag;
		}
	}
}

const isState = async (server: StageServer, state: 'ok' | 'fail') =>
	String(await server.send('CLUSTER', 'INFO')).includes(`cluster_state:${state}`);

export const clusterShardDown: Incident = {
	expected: {
		exitCode: 2,
		verdict: /refuses connections.*leaves slots 0-5460 \(5,461 slots\) unserved/,
		rules: ['conn.refused critical', 'clu.node_fail critical'],
	},
	async prepare(stage) {
		const {primaries, replicas} = await formCluster(stage);
		return async () => {
			await Promise.all([primaries[0].kill(), replicas[0].kill()]);
			await stage.until('CLUSTERDOWN', () => isState(primaries[1], 'fail'));
		};
	},
};

export const clusterFailover: Incident = {
	expected: {
		exitCode: 1,
		verdict: /refuses connections, (?:\S+ took over|and owns no slots)/,
		rules: ['conn.refused warning', 'clu.no_replica'],
	},
	async prepare(stage) {
		const {primaries, replicas} = await formCluster(stage);
		return async () => {
			await primaries[0].kill();
			await stage.until(
				'a promoted replica',
				async () =>
					(await replicas[0].info('replication')).get('role') === 'master' &&
					(await isState(primaries[1], 'ok')) &&
					String(await primaries[1].send('CLUSTER', 'NODES')).includes('master,fail '),
			);
		};
	},
};

export const clusterNoFailover: Incident = {
	expected: {
		exitCode: 2,
		verdict: /refuses connections.*leaves 5,461 slots unserved, \S+ takes over only by hand/,
		rules: ['conn.refused critical', 'clu.node_fail critical'],
	},
	async prepare(stage) {
		const {primaries, replicas} = await formCluster(stage);
		await replicas[0].send('CONFIG', 'SET', 'cluster-replica-no-failover', 'yes');
		return async () => {
			await primaries[0].kill();
			await stage.until('CLUSTERDOWN', () => isState(primaries[1], 'fail'));
		};
	},
};

export const clusterSlotsMissing: Incident = {
	expected: {
		exitCode: 2,
		verdict: /refuse commands: slots 100 \(1 slot\) have no owner/,
		rules: ['clu.coverage critical'],
	},
	async prepare(stage) {
		const {primaries} = await formCluster(stage);
		return async () => {
			for (const server of stage.servers) {
				await server.send('CLUSTER', 'DELSLOTS', 100);
			}

			await stage.until('CLUSTERDOWN', () => isState(primaries[1], 'fail'));
		};
	},
};

export const clusterSlotOpen: Incident = {
	expected: {exitCode: 2, verdict: /slot 12182 from \S+ to \S+ is one-sided/, rules: ['clu.migrating critical']},
	async prepare(stage) {
		const {primaries, ids} = await formCluster(stage);
		return async () => {
			await primaries[2].send('CLUSTER', 'SETSLOT', 12_182, 'MIGRATING', ids.get(primaries[1]) ?? '');
		};
	},
};

export const clusterClient: Incident = {
	expected: {
		exitCode: 1,
		verdict: /answers [GS]ET with MOVED errors, \S+ from webshop: its client is not in cluster mode/,
		rules: ['err.failed warning'],
	},
	async prepare(stage) {
		const {primaries} = await formCluster(stage);
		return async () => {
			let turn = 0;
			stage.application({
				server: primaries[0],
				name: 'webshop',
				pauseMs: 20,
				next: () =>
					Array.from({length: 10}, () => {
						turn += 1;
						return ['SET', `cart:${turn % 5000}`, 'x'.repeat(100)];
					}),
			});
			await stage.until('MOVED', async () => (await primaries[0].info('errorstats')).has('errorstat_MOVED'));
		};
	},
};
