import type {Gate} from '../../source/actions/execute/gate.js';
import type {Endpoint, NodeAddress} from '../../source/domain/node.js';
import {addressOf} from '../../source/domain/node.js';
import {parseClusterNodes} from '../../source/parse/cluster-nodes.js';
import {parseInfo} from '../../source/parse/info.js';
import type {NodeRecord} from '../../source/state/monitor-state.js';
import type {ConnectionSettings} from '../../source/wire/connection.js';
import {ReplyFailure} from '../../source/wire/redis-port.js';
import type {FakeClock} from './fake-clock.js';
import {FakeServer, fakeNetwork, infoText} from './fake-port.js';
import {type RecordParts, recordFrom, type Sections} from './records.js';

/** A fake server on which an action is tried, and the monitor's record of it. */
export type World = {
	readonly record: NodeRecord;
	readonly server: FakeServer;
	/** The other fake servers of the server's deployment, by address. */
	readonly others: Readonly<Record<string, FakeServer>>;
};

export const runId = 'a'.repeat(40);
export const idOf = (port: number): string => String(port).padEnd(40, '0');

/** INFO of a busy primary. Its numbers are large, so that texts of actions become as wide as they can get. */
const primaryInfo: Sections = {
	server: {
		redis_version: '8.0.2',
		valkey_version: '9.1.0',
		run_id: runId,
		redis_mode: 'standalone',
		config_file: '/etc/valkey/production/instances/sessions-eu-west-1/valkey-server-6379.conf',
		process_id: 1,
	},
	clients: {connected_clients: 98_765, maxclients: 100_000, blocked_clients: 17},
	memory: {
		used_memory: 123_456_789_012,
		used_memory_rss: 234_567_890_123,
		used_memory_overhead: 3_456_789_012,
		used_memory_dataset: 120_000_000_000,
		maxmemory: 130_000_000_000,
		maxmemory_policy: 'noeviction',
		total_system_memory: 250_000_000_000,
		mem_allocator: 'jemalloc-5.3.0',
		allocator_rss_bytes: 9_876_543_210,
		mem_clients_normal: 456_789_012,
	},
	persistence: {
		loading: 0,
		rdb_bgsave_in_progress: 0,
		rdb_last_bgsave_status: 'err',
		rdb_last_bgsave_time_sec: 4321,
		rdb_saves: 12,
		rdb_last_save_time: 1_700_000_000,
		rdb_changes_since_last_save: 123_456_789,
		aof_enabled: 0,
		aof_rewrite_in_progress: 0,
		aof_last_write_status: 'ok',
	},
	stats: {total_commands_processed: 98_765_432_109, latest_fork_usec: 1_234_567},
	replication: {
		role: 'master',
		connected_slaves: 4,
		master_repl_offset: 987_654_321_098,
		master_failover_state: 'no-failover',
		...Object.fromEntries(
			[12, 13, 14, 15].map((port, index) => [
				`slave${index}`,
				`ip=2001:db8:85a3::8a2e:370:${port},port=6379,state=${index === 3 ? 'wait_bgsave' : 'online'},offset=${987_654_321_098 - index * 1_234_567_890},lag=${index}`,
			]),
		),
	},
	cluster: {cluster_enabled: 0},
	keyspace: {db0: 'keys=1234567890,expires=123456,avg_ttl=0', db1: 'keys=98765,expires=3,avg_ttl=0'},
};

const changed = (base: Sections, change: Sections): Sections => ({
	...base,
	...Object.fromEntries(Object.entries(change).map(([section, fields]) => [section, {...base[section], ...fields}])),
});

const settings: Readonly<Record<string, string>> = {
	dir: '/var/lib/valkey/production/instances/sessions-eu-west-1/data',
	dbfilename: 'sessions-eu-west-1-dump.rdb',
	appendfilename: 'appendonly.aof',
	appenddirname: 'appendonlydir',
	maxmemory: '130000000000',
	'maxmemory-policy': 'noeviction',
	save: '3600 1 300 100 60 10000 30 100000 10 1000000 5 5000000',
	'stop-writes-on-bgsave-error': 'yes',
	appendonly: 'no',
	maxclients: '100000',
	'slowlog-log-slower-than': '10000',
	'slowlog-max-len': '128',
	'latency-monitor-threshold': '0',
	'repl-backlog-size': '1048576',
};

const clientLine = (id: number, flags: string) =>
	`id=${id} addr=[2001:db8:85a3::8a2e:370:7334]:5${id} laddr=[::1]:6379 fd=8 name=sessions-worker-eu-west-1-${id} age=987654 idle=12345 flags=${flags} db=0 sub=0 psub=0 multi=-1 qbuf=0 qbuf-free=0 argv-mem=0 obl=0 oll=0 omem=123456789 tot-mem=223456789 events=r cmd=xreadgroup user=application-sessions-eu redir=-1`;

/** The reply of a fake server to any command except INFO. */
function answerOf(command: readonly string[], id: string | undefined, lines: readonly string[]) {
	const [name = '', sub = '', value = ''] = command.map((word, index) => (index < 2 ? word.toUpperCase() : word));
	switch (`${name} ${sub}`) {
		case 'TIME ':
			return ['1700000060', '0'];
		case 'ACL WHOAMI':
			return 'default';
		case 'ACL DRYRUN':
			return 'OK';
		case 'CONFIG GET':
			return settings[value] === undefined ? [] : [value, settings[value]];
		case 'CLIENT LIST':
			return value === 'ID'
				? clientLine(4711, 'b')
				: Array.from({length: 40}, (_, index) => clientLine(4711 + index, 'N')).join('\n');
		case 'CLUSTER NODES':
			return id === undefined
				? new ReplyFailure('ERR This instance has cluster support disabled')
				: lines.map(line => (line.startsWith(id) ? line.replace(/ (master|slave)/, ' myself,$1') : line)).join('\n');
		case 'CLUSTER COUNTKEYSINSLOT':
			return 123_456;
		case 'SLOWLOG LEN':
			return 128;
		case 'COMMANDLOG LEN':
			return 128;
		case 'SENTINEL MASTER':
			return Object.entries({
				name: value,
				ip: '2001:db8:85a3::8a2e:370:11',
				port: '6379',
				flags: 'master',
				'num-slaves': '12',
				'num-other-sentinels': '4',
				quorum: '3',
			}).flat();
		case 'SENTINEL CKQUORUM':
			return 'OK 5 usable Sentinels. Quorum and failover authorization can be reached';
		default:
			return undefined;
	}
}

const hosts = (host: string, port: number): Endpoint => ({kind: 'tcp', host: `${host}${port}`, port: 6379});

/**
CLUSTER NODES of a cluster in which node 11 migrates slot 5061 to node 12. Node 13 replicates from 11, and node 19 is
dead and owns no slot.
*/
const clusterLines = (host: string): readonly string[] => {
	const line = (port: number, rest: string) => `${idOf(port)} ${host}${port}:6379@16379 ${rest}`;
	return [
		line(11, `master - 0 0 1 connected 0-8000 [5061->-${idOf(12)}]`),
		line(12, `master - 0 0 2 connected 8001-16383 [5061-<-${idOf(11)}]`),
		line(13, `slave ${idOf(11)} 0 0 1 connected`),
		line(19, 'master,fail - 0 0 3 disconnected'),
	];
};

export type WorldKind = 'primary' | 'replica' | 'cluster-primary' | 'cluster-replica' | 'sentinel' | 'busy';

/**
Makes a fake server and its deployment, on which an action can be tried.

@param host The beginning of every node's address, as long as an address may get. The node's port is appended.
*/
export function worldOf(kind: WorldKind, host: string, change: Sections = {}, parts: RecordParts = {}): World {
	const isCluster = kind.startsWith('cluster');
	const own = kind === 'cluster-replica' ? 13 : 11;
	const lines = clusterLines(host);
	const isReplica = kind === 'replica' || kind === 'cluster-replica';
	const replica: Sections = isReplica
		? {
				replication: {
					role: 'slave',
					master_host: `${host}11`,
					master_port: 6379,
					master_link_status: 'up',
					slave_repl_offset: 987_654_321_000,
					connected_slaves: 0,
				},
			}
		: {};
	const mode = kind === 'sentinel' ? 'sentinel' : isCluster ? 'cluster' : 'standalone';
	const base = changed(primaryInfo, {
		server: {redis_mode: mode},
		cluster: {cluster_enabled: isCluster ? 1 : 0},
		...replica,
	});
	const info = changed(base, change);
	const serverFor = (port: number, sections: Sections) => {
		const server = new FakeServer(sections);
		server.answer = command => answerOf(command, isCluster ? idOf(port) : undefined, lines);
		return server;
	};
	const server = serverFor(own, info);
	if (kind === 'busy') {
		const busy = new ReplyFailure(
			'BUSY Redis is busy running a script. You can only call SCRIPT KILL or SHUTDOWN NOSAVE.',
		);
		server.answer = () => busy;
	}

	const endpoint = hosts(host, own);
	const address = addressOf(endpoint);
	const parsed = parseInfo(infoText(info));
	const base2 = recordFrom({
		role: kind === 'sentinel' ? 'sentinel' : isReplica ? 'replica' : 'primary',
		reach: kind === 'busy' ? 'busy' : 'up',
		info,
		config: {atMs: 0, value: new Map(Object.entries(settings))},
		clusterNodes: isCluster
			? {atMs: 0, value: parseClusterNodes(String(server.reply(['CLUSTER', 'NODES'])))}
			: undefined,
		...parts,
	});
	const sample = base2.sample && {...base2.sample, info: parsed, runId};
	const others = Object.fromEntries(
		[11, 12, 13]
			.filter(port => isCluster && port !== own)
			.map(port => [addressOf(hosts(host, port)), serverFor(port, changed(base, {server: {run_id: idOf(port)}}))]),
	);
	return {record: {...base2, address, endpoint, sample}, server, others};
}

/**
A gate (what an action needs to be sent) whose connections lead to the fake servers of a world. Every command that would
have changed a server is added to `sent`.
*/
export function gateInto({record, server, others}: World, clock: FakeClock) {
	const sent: string[] = [];
	const open = fakeNetwork(clock, {[record.address]: server, ...others});
	const gate: Gate = {
		clock,
		audit: {file: '', append: async () => undefined},
		openActionPort(settingsOfPort: ConnectionSettings) {
			const port = open(settingsOfPort);
			return Object.assign(port, {
				async send(command: readonly string[]) {
					sent.push(command.join(' '));
					return 'OK';
				},
			});
		},
	};
	const settingsOf = (address: NodeAddress): ConnectionSettings | undefined =>
		address === record.address
			? {endpoint: record.endpoint, username: undefined, password: undefined, tls: undefined, timeoutMs: 2000}
			: undefined;
	return {gate, sent, settingsOf};
}
