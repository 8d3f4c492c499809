import {LoadError, type LoadReply} from '../resp.js';
import {type Cluster, idOf, reaches, type SimulatedNode} from './cluster.js';
import {clusterInfoText, clusterNodesText} from './cluster-text.js';
import {clientsOf, moveFigures} from './figures.js';
import {commandMix, infoText, roleReply} from './info-text.js';

const slowlogLength = 128;

export type Question = {
	readonly cluster: Cluster;
	readonly node: SimulatedNode;
	/** The arguments after the command's name. */
	readonly rest: readonly string[];
	readonly nowMs: number;
};

type Answer = (question: Question) => LoadReply;

const settings: Readonly<Record<string, string>> = {
	maxmemory: String(2 * 2 ** 30),
	'maxmemory-policy': 'noeviction',
	maxclients: '10000',
	save: '300 1',
	appendonly: 'no',
	appendfsync: 'everysec',
	'slowlog-log-slower-than': '10000',
	'slowlog-max-len': String(slowlogLength),
	'latency-tracking': 'yes',
	'latency-monitor-threshold': '100',
	'repl-backlog-size': '1048576',
	'min-replicas-to-write': '0',
	'replica-ignore-maxmemory': 'yes',
	'client-output-buffer-limit': 'normal 0 0 0 slave 268435456 67108864 60 pubsub 33554432 8388608 60',
	timeout: '0',
	'io-threads': '1',
	'cluster-node-timeout': '5000',
	'cluster-require-full-coverage': 'yes',
};

function configReply(patterns: readonly string[]): LoadReply {
	return patterns.flatMap(name => {
		const value = settings[name.toLowerCase()];
		return value === undefined ? [] : [name.toLowerCase(), value];
	});
}

const clientNames = ['api', 'worker', 'reader', 'importer'];

function clientList({node, nowMs}: Question): string {
	const count = clientsOf(node, nowMs);
	return Array.from({length: count}, (_, index) => {
		const name = `${clientNames[index % clientNames.length]}-${index + 1}`;
		const [command] = commandMix[index % commandMix.length] ?? ['get'];
		const ageSeconds = Math.floor((nowMs - node.startedAtMs) / 1000) - index * 7;
		return [
			`id=${index + 3} addr=10.0.${index % 8}.${20 + index}:${40_000 + index} laddr=127.0.0.1:${node.port} fd=${index + 8}`,
			`name=${name} age=${Math.max(0, ageSeconds)} idle=${index % 5} flags=N db=0 sub=0 psub=0 ssub=0 multi=-1 watch=0`,
			`qbuf=26 qbuf-free=20448 argv-mem=10 multi-mem=0 rbs=1024 rbp=0 obl=0 oll=0 omem=0 tot-mem=${22_298 + 512 * index}`,
			`events=r cmd=${command} user=default redir=-1 resp=2 lib-name=ioredis lib-ver=5.7.0`,
		].join(' ');
	})
		.map(line => `${line}\n`)
		.join('');
}

function slowlogReply({cluster: {slowlogEveryMs}, node, rest: [, text = '10'], nowMs}: Question): LoadReply {
	const newest = Math.floor((nowMs - node.startedAtMs) / slowlogEveryMs);
	const asked = Number(text) < 0 ? slowlogLength : Math.min(Number(text) || 0, slowlogLength, newest + 1);
	return Array.from({length: asked}, (_, index) => {
		const id = newest - index;
		const atSeconds = Math.floor((node.startedAtMs + id * slowlogEveryMs) / 1000);
		const words = id % 2 === 0 ? ['HGETALL', `session:${id % 977}`] : ['ZRANGEBYSCORE', 'events', '-inf', '+inf'];
		return [id, atSeconds, 10_400 + ((id * 7919) % 31_000), words, `10.0.1.20:${40_000 + (id % 30)}`, 'api-1'];
	});
}

/**
The reply to LATENCY HISTOGRAM. Half of the calls take at most the command's usual time, rounded up to a power of two.
The slowest calls take up to eight times as long.
*/
function histogramReply({node, rest: [, ...asked]}: Question): LoadReply {
	const wanted = new Set(asked.map(name => name.toLowerCase()));
	return commandMix
		.filter(([command]) => wanted.size === 0 || wanted.has(command))
		.flatMap(([command, share, microseconds]) => {
			const calls = Math.round(node.figures.commands * share);
			const bucket = 2 ** Math.ceil(Math.log2(microseconds));
			const steps = [0.5, 0.9, 0.99, 1].flatMap((part, index) => [bucket * 2 ** index, Math.round(calls * part)]);
			return [command, ['calls', calls, 'histogram_usec', steps]];
		});
}

/**
The reply to CLUSTER LINKS: one link in each direction for every node that this node reaches, with empty buffers.
*/
function linksReply({cluster, node}: Question): LoadReply {
	const entry = (direction: string, {id}: SimulatedNode): LoadReply => [
		...['direction', direction, 'node', id, 'create-time', node.startedAtMs],
		...['events', 'r', 'send-buffer-allocated', 0, 'send-buffer-used', 0],
	];
	return cluster.nodes
		.filter(other => other !== node && reaches(node, other))
		.flatMap(other => [entry('to', other), entry('from', other)]);
}

/** The functions that make replies. Each key is a command, or a command and its subcommand, in lower case. */
const answers: ReadonlyMap<string, Answer> = new Map<string, Answer>([
	['ping', () => 'PONG'],
	['auth', () => 'OK'],
	['client setname', () => 'OK'],
	['client setinfo', () => 'OK'],
	['client id', ({node}) => node.index + 3],
	['client list', clientList],
	['info', ({cluster, node, rest, nowMs}) => infoText(cluster, node, rest, nowMs)],
	['role', ({cluster, node}) => roleReply(cluster, node)],
	['time', ({nowMs}) => [String(Math.floor(nowMs / 1000)), String((nowMs % 1000) * 1000)]],
	['slowlog get', slowlogReply],
	['slowlog len', () => slowlogLength],
	['latency histogram', histogramReply],
	['latency latest', () => []],
	['module list', () => []],
	['acl log', () => []],
	['acl list', () => ['user default on nopass sanitize-payload ~* &* +@all']],
	['acl dryrun', () => 'OK'],
	['config get', ({rest}) => configReply(rest.slice(1))],
	['cluster info', ({node, nowMs}) => clusterInfoText(node, nowMs)],
	['cluster nodes', ({cluster, node, nowMs}) => clusterNodesText(cluster, node, nowMs)],
	['cluster links', linksReply],
	['cluster myid', ({node}) => node.id],
	['cluster myshardid', ({cluster, node}) => idOf(`shard ${node.index % cluster.shardCount}`)],
	['cluster countkeysinslot', () => 0],
	['acl whoami', () => 'default'],
	['module list', () => []],
]);

/**
The reply of a simulated node to a command. Only commands that a monitor sends are known. Every other command gets an
error with the reason, above all commands that would change a server.
*/
export function replyOf(words: readonly string[], {cluster, node, nowMs}: Omit<Question, 'rest'>): LoadReply {
	const [name = '', ...rest] = words;
	const lower = name.toLowerCase();
	const answer = answers.get(lower) ?? answers.get(`${lower} ${(rest[0] ?? '').toLowerCase()}`);
	if (answer === undefined) {
		return new LoadError(
			`ERR unknown command '${lower.slice(0, 32)}': this server is simulated and knows read commands only`,
		);
	}

	moveFigures(cluster, node, nowMs);
	return answer({cluster, node, rest, nowMs});
}
