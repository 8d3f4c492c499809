import {execFile, spawn} from 'node:child_process';
import path from 'node:path';
import process from 'node:process';
import {setTimeout as delay} from 'node:timers/promises';
import {parseArgs, promisify} from 'node:util';
import {clusterArguments, formCluster, nodeLines} from '../harness/cluster.js';
import {eventually} from '../harness/eventually.js';
import {freePort} from '../harness/free-port.js';
import {builtProgram} from '../harness/program.js';
import type {RespClient} from '../harness/resp-client.js';
import {serverBinaries, startServer, type TestServer} from '../harness/servers.js';

/*
A day of planned work on a healthy cluster under load, in as many minutes as are given: `soak.mjs --planned --minutes 60`.
`redis-top watch` looks on. Whatever it finds above info is printed with the work that was under way. Exits with 1 where
it found anything.
*/

const {values} = parseArgs({
	options: {
		minutes: {type: 'string', default: '60'},
		server: {type: 'string', default: 'redis-7.0'},
		planned: {type: 'boolean'},
	},
});
const endsAt = Date.now() + Number(values.minutes) * 60_000;
const program = serverBinaries().get(values.server);
if (program === undefined) {
	throw new Error(`there is no ${values.server}; known are ${[...serverBinaries().keys()].join(', ')}`);
}

const run = promisify(execFile);
const serverCli = path.join(path.dirname(program), values.server.startsWith('valkey') ? 'valkey-cli' : 'redis-cli');

/** A node, which a restart replaces by another process at the same port and folder. */
class Node {
	readonly host = '127.0.0.1';
	readonly port: number;

	private constructor(
		private server: TestServer,
		private readonly args: readonly string[],
		private readonly dir: string,
	) {
		this.port = server.port;
	}

	static async start(): Promise<Node> {
		const args = [
			...clusterArguments(5000),
			...['--cluster-port', String(await freePort()), '--save', '3600 1', '--appendonly', 'yes'],
			...['--maxmemory', '256mb', '--maxmemory-policy', 'allkeys-lru'],
		];
		const server = await startServer({server: values.server, args});
		return new Node(server, args, server.dir);
	}

	command = (...words: ReadonlyArray<string | number>) => this.server.command(...words);
	connect = (): Promise<RespClient> => this.server.connect();
	stop = () => this.server.stop();

	async restart(): Promise<void> {
		await this.server.command('SHUTDOWN', 'SAVE').catch(() => undefined);
		await this.server.exited;
		this.server = await startServer({server: values.server, args: this.args, dir: this.dir, port: this.port});
	}
}

const nodes = await Promise.all(Array.from({length: 6}, () => Node.start()));
const {ids} = await formCluster(nodes);
const idOf = (node: Node): string => ids.get(node) ?? '';

/** The primaries now. Roles change with every failover. */
async function primariesNow(): Promise<Node[]> {
	const roles = await Promise.all(nodes.map(async node => String(await node.command('ROLE'))));
	return nodes.filter((_, index) => roles[index]?.startsWith('master'));
}

async function replicaOf(primary: Node): Promise<Node> {
	const line = (await nodeLines(primary)).find(one => one.includes(`slave ${idOf(primary)}`)) ?? '';
	const replica = nodes.find(node => line.startsWith(idOf(node)));
	if (replica === undefined) {
		throw new Error(`${primary.port} has no replica`);
	}

	return replica;
}

const isCalm = async (): Promise<true | undefined> => {
	const states = await Promise.all(
		nodes.map(async node => {
			const info = `${await node.command('INFO', 'replication')}${await node.command('CLUSTER', 'INFO')}`;
			return info.includes('cluster_state:ok') && !/master_link_status:down|loading:1/.test(info);
		}),
	);
	return states.every(Boolean) ? true : undefined;
};

/** A hash tag of each third of the slots, beyond the slots that move. */
const tags = await Promise.all(
	[4000, 9000, 15_000].map(async near => {
		for (let number = 0; ; number++) {
			const slot = Number(await nodes[0]?.command('CLUSTER', 'KEYSLOT', `t${number}`));
			if (Math.abs(slot - near) < 500) {
				return {tag: `t${number}`, slot};
			}
		}
	}),
);

async function ownerOf(slot: number): Promise<Node> {
	for (const primary of await primariesNow()) {
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

/** A client of the load, which goes where MOVED sends it, as the libraries for clusters do. */
type LoadClient = {client: RespClient; readonly tag: string; readonly name: string};
let clients: LoadClient[] = [];
let turn = 0;

async function connectTo(node: Node, name: string): Promise<RespClient> {
	const client = await node.connect();
	await client.command('CLIENT', 'SETNAME', name);
	return client;
}

async function connectAll(): Promise<void> {
	const before = clients;
	const made: LoadClient[] = [];
	for (const {tag, slot} of tags) {
		const owner = await ownerOf(slot);
		for (let index = 0; index < 10; index++) {
			const name = `app-${index}`;
			made.push({client: await connectTo(owner, name), tag, name});
		}
	}

	clients = made;
	for (const {client} of before) {
		client.close();
	}
}

async function writeAndRead(one: LoadClient): Promise<void> {
	const key = `key:{${one.tag}}:${turn++ % 50_000}`;
	try {
		const reply = await one.client.command('SET', key, 'x'.repeat(100), 'EX', 3600);
		const [, port] = reply instanceof Error ? (/^MOVED \d+ .*:(\d+)$/.exec(reply.message) ?? []) : [];
		if (port !== undefined) {
			const owner = nodes.find(node => node.port === Number(port));
			one.client.close();
			one.client = owner === undefined ? one.client : await connectTo(owner, one.name);
		} else {
			await one.client.command('GET', key);
		}
	} catch {
		// The node restarts. A library asks the other nodes who owns the slot.
		const slot = tags.find(({tag}) => tag === one.tag)?.slot ?? 0;
		const owner = await ownerOf(slot).catch(() => undefined);
		const next = owner === undefined ? undefined : await connectTo(owner, one.name).catch(() => undefined);
		one.client = next ?? one.client;
	}
}

let isLoaded = true;
async function load(): Promise<void> {
	while (isLoaded) {
		await Promise.all(clients.map(writeAndRead));
		await delay(50);
	}
}

const works: Readonly<Record<string, () => Promise<void>>> = {
	'the nightly save': async () => {
		for (const node of nodes) {
			await node.command('BGSAVE');
			await delay(500);
		}
	},
	'rewrites of the AOF': async () => {
		for (const node of nodes) {
			await node.command('BGREWRITEAOF');
			await delay(500);
		}
	},
	'all clients reconnect': connectAll,
	'many keys expire': async () => {
		for (const {tag, slot} of tags) {
			const client = await (await ownerOf(slot)).connect();
			for (let first = 0; first < 60_000; first += 2000) {
				await Promise.all(
					Array.from({length: 2000}, (_, index) =>
						client.command('SET', `short:{${tag}}:${first + index}`, 'x', 'EX', 20 + (index % 60)),
					),
				);
				await delay(100);
			}

			client.close();
		}

		await delay(60_000);
	},
	'slots move, and back': async () => {
		const [one, other] = await primariesNow();
		if (one === undefined || other === undefined) {
			return;
		}

		for (const [from, to] of [
			[one, other],
			[other, one],
		] as const) {
			await run(serverCli, [
				...['--cluster', 'reshard', `127.0.0.1:${from.port}`, '--cluster-yes', '--cluster-slots', '400'],
				...['--cluster-from', idOf(from), '--cluster-to', idOf(to), '--cluster-pipeline', '100'],
			]);
			await delay(2000);
		}
	},
	'a planned failover of every shard': async () => {
		for (const primary of await primariesNow()) {
			const replica = await replicaOf(primary);
			await replica.command('CLUSTER', 'FAILOVER');
			await eventually('the failover', async () =>
				String(await replica.command('ROLE')).startsWith('master') ? true : undefined,
			);
			await eventually('calm', isCalm, 60_000);
		}
	},
	'a rolling restart': async () => {
		const primaries = await primariesNow();
		for (const node of nodes.filter(one => !primaries.includes(one))) {
			await node.restart();
			await eventually('calm', isCalm, 60_000);
			await delay(3000);
		}

		for (const primary of primaries) {
			const replica = await replicaOf(primary);
			await replica.command('CLUSTER', 'FAILOVER');
			await eventually('the failover', async () =>
				String(await replica.command('ROLE')).startsWith('master') ? true : undefined,
			);
			await eventually('calm', isCalm, 60_000);
			await primary.restart();
			await eventually('calm', isCalm, 60_000);
			await delay(3000);
		}
	},
	'maxmemory is raised and set back': async () => {
		for (const size of ['300mb', '256mb']) {
			for (const node of nodes) {
				await node.command('CONFIG', 'SET', 'maxmemory', size);
			}

			await delay(5000);
		}
	},
};

await connectAll();
const loading = load();
let work = 'nothing';
const found: string[] = [];
const [first] = nodes;
const watch = spawn(
	process.execPath,
	[path.join(await builtProgram(), 'cli.js'), 'watch', '--json', '-i', '1s', `127.0.0.1:${first?.port ?? 0}`],
	{stdio: ['ignore', 'pipe', 'inherit']},
);
let rest = '';
watch.stdout.setEncoding('utf8').on('data', (text: string) => {
	const lines = (rest + text).split('\n');
	rest = lines.pop() ?? '';
	for (const line of lines.filter(Boolean)) {
		const {event, finding} = JSON.parse(line);
		if (event === 'opened' && finding.severity !== 'info') {
			found.push(`${finding.rule} during ${work}`);
			const at = new Date().toISOString().slice(11, 19);
			process.stdout.write(
				`${at} ${work}: ${finding.severity} ${finding.rule} ${finding.node ?? ''} ${finding.title}\n`,
			);
		}
	}
});

await delay(20_000);
let rounds = 0;
while (Date.now() < endsAt) {
	for (const [name, doIt] of Object.entries(works)) {
		if (Date.now() >= endsAt) {
			break;
		}

		work = name;
		process.stdout.write(`${new Date().toISOString().slice(11, 19)} ${name}\n`);
		await doIt();
		await delay(10_000);
		work = `the time after ${name}`;
		await delay(10_000);
	}

	rounds++;
}

watch.kill('SIGTERM');
isLoaded = false;
await loading.catch(() => undefined);
for (const {client} of clients) {
	client.close();
}

await Promise.all(nodes.map(node => node.stop()));
process.stdout.write(`${rounds} rounds of ${Object.keys(works).length} works; ${found.length} findings above info\n`);
process.exitCode = found.length === 0 ? 0 : 1;
