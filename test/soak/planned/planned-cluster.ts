import {type ClusterMember, formCluster, nodeLines} from '../../harness/cluster.js';
import {eventually} from '../../harness/eventually.js';
import {freePort} from '../../harness/free-port.js';
import {PlannedServer} from './planned-server.js';

/** Lines of a config file, without the dashes of a command line. */
const nodeConfig = async (): Promise<string[]> => [
	'cluster-enabled yes',
	'cluster-node-timeout 15000',
	'cluster-config-file nodes.conf',
	'repl-diskless-sync-delay 0',
	// The default bus port is the node's port plus 10,000, which may be in use or above 65,535.
	`cluster-port ${await freePort()}`,
];

/** A third of the slots, with a hash tag whose slot lies beyond the slots that move. */
export type Tag = {readonly tag: string; readonly slot: number};

/** Three primaries with a replica each. Roles, slots and nodes change with the work. */
export class PlannedCluster {
	readonly nodes: PlannedServer[];
	readonly tags: readonly Tag[];
	readonly #name: string;
	readonly #ids: Map<PlannedServer, string>;

	private constructor(
		name: string,
		nodes: PlannedServer[],
		ids: ReadonlyMap<PlannedServer, string>,
		tags: readonly Tag[],
	) {
		this.#name = name;
		this.nodes = nodes;
		this.#ids = new Map(ids);
		this.tags = tags;
	}

	static async start(name: string): Promise<PlannedCluster> {
		const nodes = await Promise.all(Array.from({length: 6}, async () => PlannedServer.start(name, await nodeConfig())));
		const {ids} = await formCluster(nodes);
		const tags = await Promise.all([4000, 9000, 15_000].map(near => tagNear(nodes[0], near)));
		return new PlannedCluster(name, nodes, ids, tags);
	}

	idOf(node: PlannedServer): string {
		return this.#ids.get(node) ?? '';
	}

	async primaries(): Promise<PlannedServer[]> {
		const roles = await Promise.all(this.nodes.map(async node => String(await node.command('ROLE'))));
		return this.nodes.filter((_, index) => roles[index]?.startsWith('master'));
	}

	async replicas(): Promise<PlannedServer[]> {
		const primaries = await this.primaries();
		return this.nodes.filter(node => !primaries.includes(node));
	}

	async replicaOf(primary: PlannedServer): Promise<PlannedServer> {
		const line = (await nodeLines(primary)).find(one => one.includes(`slave ${this.idOf(primary)}`)) ?? '';
		const replica = this.nodes.find(node => line.startsWith(this.idOf(node)));
		if (replica === undefined) {
			throw new Error(`${primary.port} has no replica`);
		}

		return replica;
	}

	async ownerOf(slot: number): Promise<PlannedServer> {
		for (const primary of await this.primaries()) {
			const own = (await nodeLines(primary)).find(line => line.includes('myself')) ?? '';
			const isOwner = own.split(' ').some(word => {
				const [, start, end = start] = /^(\d+)(?:-(\d+))?$/.exec(word) ?? [];
				return start !== undefined && Number(start) <= slot && slot <= Number(end);
			});
			if (isOwner) {
				return primary;
			}
		}

		throw new Error(`nobody owns slot ${slot}`);
	}

	nodeAt(port: number): PlannedServer | undefined {
		return this.nodes.find(node => node.port === port);
	}

	/** Waits until all nodes serve and all replicas are linked. */
	calm(): Promise<true> {
		const isCalm = async (): Promise<true | undefined> => {
			const states = await Promise.all(
				this.nodes.map(async node => {
					const info = `${await node.command('INFO', 'replication')}${await node.command('CLUSTER', 'INFO')}`;
					return info.includes('cluster_state:ok') && !/master_link_status:down|loading:1/.test(info);
				}),
			);
			return states.every(Boolean) ? true : undefined;
		};

		return eventually('calm', isCalm, 60_000);
	}

	/** Adds a second replica to a primary, and resolves when it is linked. */
	async addReplica(primary: PlannedServer, password: string): Promise<PlannedServer> {
		const added = await PlannedServer.start(this.#name, await nodeConfig(), password);
		const id = String(await added.command('CLUSTER', 'MYID'));
		const [line = ''] = await nodeLines(primary);
		const self = (await nodeLines(primary)).find(one => one.includes('myself')) ?? line;
		await added.command('CLUSTER', 'MEET', primary.host, primary.port, /@(\d+)/.exec(self)?.[1] ?? '');
		const knows = async (node: ClusterMember): Promise<boolean> =>
			(await nodeLines(node)).length === this.nodes.length + 1 &&
			!(await nodeLines(node)).some(one => one.includes('handshake'));
		await eventually('all nodes know the added one', async () =>
			(await Promise.all([...this.nodes, added].map(knows))).every(Boolean) ? true : undefined,
		);
		await added.command('CLUSTER', 'REPLICATE', this.idOf(primary));
		this.#ids.set(added, id);
		this.nodes.push(added);
		await eventually('the added replica is linked', async () =>
			String(await added.command('INFO', 'replication')).includes('master_link_status:up') ? true : undefined,
		);
		return added;
	}

	/** Removes a replica, as `redis-cli --cluster del-node` does: the others forget it, and it is shut down. */
	async removeReplica(replica: PlannedServer): Promise<void> {
		this.nodes.splice(this.nodes.indexOf(replica), 1);
		for (const node of this.nodes) {
			await node.command('CLUSTER', 'FORGET', this.idOf(replica));
		}

		await replica.command('CLUSTER', 'RESET', 'SOFT');
		await replica.shutDown('NOSAVE');
		await replica.stop();
	}

	/** Hands a shard over to its replica, and waits for both. */
	async failOver(primary: PlannedServer): Promise<void> {
		const replica = await this.replicaOf(primary);
		await replica.command('CLUSTER', 'FAILOVER');
		await eventually('the failover', async () =>
			String(await replica.command('ROLE')).startsWith('master') ? true : undefined,
		);
		await this.calm();
	}

	async stop(): Promise<void> {
		await Promise.all(this.nodes.map(node => node.stop()));
	}
}

async function tagNear(node: ClusterMember | undefined, near: number): Promise<Tag> {
	for (let number = 0; ; number++) {
		const slot = Number(await node?.command('CLUSTER', 'KEYSLOT', `t${number}`));
		if (Math.abs(slot - near) < 500) {
			return {tag: `t${number}`, slot};
		}
	}
}
