import type {TestContext} from 'node:test';
import {eventually} from './eventually.js';
import {freePort} from './free-port.js';
import type {TestReply} from './resp-client.js';
import {startServer, type TestServer} from './servers.js';

/** What a server must provide so that it can become a node of a cluster. */
export type ClusterMember = {
	readonly host: string;
	readonly port: number;
	command(...words: ReadonlyArray<string | number>): Promise<TestReply>;
};

export type FormedCluster<Member extends ClusterMember> = {
	/** Three primaries, each with a third of the slots. */
	readonly primaries: readonly Member[];
	/** One replica for each primary, in the primaries' order. */
	readonly replicas: readonly Member[];
	readonly ids: ReadonlyMap<Member, string>;
};

/** Arguments for the server of a cluster's node. The full resync starts without delay. */
export const clusterArguments = (nodeTimeoutMs: number): readonly string[] => [
	'--cluster-enabled',
	'yes',
	'--cluster-node-timeout',
	String(nodeTimeoutMs),
	'--repl-diskless-sync-delay',
	'0',
	'--cluster-config-file',
	'nodes.conf',
];

const slotThirds = [
	[0, 5460],
	[5461, 10_922],
	[10_923, 16_383],
] as const;

/**
Makes a cluster of six servers: three primaries first, then a replica for each. Resolves when all nodes agree and every
link is up.
*/
export async function formCluster<Member extends ClusterMember>(
	members: readonly Member[],
	{areReplicasAwaited = true} = {},
): Promise<FormedCluster<Member>> {
	const [primaries, replicas] = [members.slice(0, 3), members.slice(3)];
	const [first] = members;
	if (first === undefined) {
		throw new Error('a cluster has nodes');
	}

	const ids = new Map<Member, string>();
	for (const [index, member] of members.entries()) {
		ids.set(member, String(await member.command('CLUSTER', 'MYID')));
		await succeed(member, 'CLUSTER', 'SET-CONFIG-EPOCH', index + 1);
		const slots = slotThirds[index];
		if (slots !== undefined) {
			await succeed(member, 'CLUSTER', 'ADDSLOTSRANGE', ...slots);
		}
	}

	for (const member of members.slice(1)) {
		await succeed(first, 'CLUSTER', 'MEET', member.host, member.port, await busPortOf(member));
	}

	await everyone(
		'all nodes know each other',
		members,
		async member =>
			(await nodeLines(member)).length === members.length &&
			!(await nodeLines(member)).some(line => line.includes('handshake')),
	);
	for (const [index, replica] of replicas.entries()) {
		const primary = primaries[index];
		await succeed(replica, 'CLUSTER', 'REPLICATE', (primary && ids.get(primary)) ?? '');
	}

	await everyone(
		'the cluster is ok',
		members,
		async member =>
			String(await member.command('CLUSTER', 'INFO')).includes('cluster_state:ok') &&
			(await nodeLines(member)).filter(line => line.includes('slave')).length === replicas.length,
	);
	if (areReplicasAwaited) {
		await everyone('replicas are in step', replicas, async member =>
			String(await member.command('INFO', 'replication')).includes('master_link_status:up'),
		);
	}

	return {primaries, replicas, ids};
}

/** A cluster of six servers on this machine, which end with the test. */
export async function clusterFor(
	t: TestContext,
	{
		server,
		nodeTimeoutMs = 1000,
		args = [],
		...rest
	}: {
		readonly server: string;
		readonly nodeTimeoutMs?: number;
		readonly args?: readonly string[];
		readonly areReplicasAwaited?: boolean;
	},
): Promise<FormedCluster<TestServer>> {
	const servers = await Promise.all(
		Array.from({length: 6}, async () => {
			// The default bus port is the node's port plus 10,000, which may be in use or above 65,535.
			const bus = ['--cluster-port', String(await freePort())];
			const member = await startServer({server, args: [...clusterArguments(nodeTimeoutMs), ...bus, ...args]});
			t.after(() => member.stop());
			return member;
		}),
	);
	return formCluster(servers, rest);
}

export const nodeLines = async (member: ClusterMember): Promise<string[]> =>
	String(await member.command('CLUSTER', 'NODES'))
		.split('\n')
		.filter(line => line !== '');

async function busPortOf(member: ClusterMember): Promise<string> {
	const [line = ''] = await nodeLines(member);
	return /@(\d+)/.exec(line)?.[1] ?? '';
}

async function everyone<Member>(what: string, members: readonly Member[], isSo: (member: Member) => Promise<boolean>) {
	for (const member of members) {
		await eventually(what, async () => ((await isSo(member)) ? true : undefined));
	}
}

async function succeed(member: ClusterMember, ...words: ReadonlyArray<string | number>): Promise<void> {
	const reply = await member.command(...words);
	if (reply instanceof Error) {
		throw reply;
	}
}
