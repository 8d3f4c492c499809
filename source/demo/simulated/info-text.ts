import {type Cluster, primaryOf, reaches, replicasOf, runIdOf, type SimulatedNode} from './cluster.js';
import {clientsOf, keysOf, maxMemoryBytes} from './figures.js';

/** The version of Redis whose replies are simulated. */
export const imitatedVersion = '8.0.2';

/** A field of `# Server` that only simulated nodes have. Its value is the name of the present incident. */
export const simulatedField = 'redis_top_simulated';

type Fields = ReadonlyArray<readonly [field: string, value: string | number]>;

type Section = (node: SimulatedNode, cluster: Cluster, nowMs: number) => Fields;

const whole = Math.round;
const human = (bytes: number): string => `${(bytes / 2 ** 20).toFixed(2)}M`;

const server: Section = (node, {incident}, nowMs) => {
	const uptimeSeconds = Math.floor((nowMs - node.startedAtMs) / 1000);
	return [
		['redis_version', imitatedVersion],
		['redis_mode', 'cluster'],
		[simulatedField, incident ?? 'calm'],
		['os', 'simulated by redis-top'],
		['arch_bits', 64],
		['process_id', 10_000 + node.index],
		['run_id', runIdOf(node)],
		['tcp_port', node.port],
		['server_time_usec', nowMs * 1000],
		['uptime_in_seconds', uptimeSeconds],
		['uptime_in_days', Math.floor(uptimeSeconds / 86_400)],
		['hz', 10],
		['configured_hz', 10],
		['executable', ''],
		['config_file', ''],
		['io_threads_active', 0],
	];
};

const clients: Section = (node, _cluster, nowMs) => [
	['connected_clients', clientsOf(node, nowMs)],
	['cluster_connections', 6],
	['maxclients', 10_000],
	['client_recent_max_input_buffer', 20_480],
	['client_recent_max_output_buffer', 0],
	['blocked_clients', node.index % 3],
	['tracking_clients', 0],
	['pubsub_clients', 1],
	['watching_clients', 0],
	['clients_in_timeout_table', 0],
	['total_blocking_keys', node.index % 3],
];

const memory: Section = node => {
	const used = whole(node.figures.usedBytes);
	const resident = whole(used * 1.06);
	return [
		['used_memory', used],
		['used_memory_human', human(used)],
		['used_memory_rss', resident],
		['used_memory_rss_human', human(resident)],
		['used_memory_peak', whole(used * 1.02)],
		['used_memory_peak_perc', '98.04%'],
		['used_memory_overhead', whole(used * 0.08)],
		['used_memory_startup', 1_960_728],
		['used_memory_dataset', whole(used * 0.92)],
		['used_memory_dataset_perc', '92.00%'],
		['allocator_allocated', used],
		['allocator_active', whole(used * 1.02)],
		['allocator_resident', whole(used * 1.05)],
		['total_system_memory', 64 * 2 ** 30],
		['used_memory_lua', 31_744],
		['used_memory_scripts', 200],
		['maxmemory', maxMemoryBytes],
		['maxmemory_human', human(maxMemoryBytes)],
		['maxmemory_policy', 'noeviction'],
		['allocator_frag_ratio', '1.02'],
		['mem_fragmentation_ratio', '1.06'],
		['mem_fragmentation_bytes', resident - used],
		['mem_not_counted_for_evict', 0],
		['mem_replication_backlog', 1_048_576],
		['mem_clients_slaves', 0],
		['mem_clients_normal', 61_440],
		['mem_cluster_links', 6432],
		['mem_aof_buffer', 0],
		['mem_allocator', 'jemalloc-5.3.0'],
		['active_defrag_running', 0],
		['lazyfree_pending_objects', 0],
	];
};

const persistence: Section = ({figures}) => [
	['loading', 0],
	['async_loading', 0],
	['current_cow_size', 0],
	['rdb_changes_since_last_save', whole(figures.changes)],
	['rdb_bgsave_in_progress', 0],
	['rdb_last_save_time', whole(figures.savedAtMs / 1000)],
	['rdb_last_bgsave_status', 'ok'],
	['rdb_last_bgsave_time_sec', 4],
	['rdb_current_bgsave_time_sec', -1],
	['rdb_saves', figures.saves],
	['rdb_last_cow_size', 8_388_608],
	['aof_enabled', 0],
	['aof_rewrite_in_progress', 0],
	['aof_rewrite_scheduled', 0],
	['aof_last_rewrite_time_sec', -1],
	['aof_current_rewrite_time_sec', -1],
	['aof_last_bgrewrite_status', 'ok'],
	['aof_last_write_status', 'ok'],
];

const stats: Section = ({figures}) => [
	['total_connections_received', whole(figures.connections)],
	['total_commands_processed', whole(figures.commands)],
	['instantaneous_ops_per_sec', whole(figures.opsPerSecond)],
	['total_net_input_bytes', whole(figures.inputBytes)],
	['total_net_output_bytes', whole(figures.outputBytes)],
	['instantaneous_input_kbps', ((figures.opsPerSecond * 61) / 1024).toFixed(2)],
	['instantaneous_output_kbps', ((figures.opsPerSecond * 212) / 1024).toFixed(2)],
	['rejected_connections', 0],
	['sync_full', 1],
	['sync_partial_ok', 0],
	['sync_partial_err', 0],
	['expired_keys', whole(figures.expired)],
	['expired_stale_perc', '0.21'],
	['evicted_keys', 0],
	['evicted_clients', 0],
	['total_eviction_exceeded_time', 0],
	['current_eviction_exceeded_time', 0],
	['keyspace_hits', whole(figures.hits)],
	['keyspace_misses', whole(figures.misses)],
	['pubsub_channels', 1],
	['pubsub_patterns', 0],
	['latest_fork_usec', 2140],
	['total_forks', figures.saves],
	['unexpected_error_replies', 0],
	['total_error_replies', whole(figures.refusedWrites)],
	['total_reads_processed', whole(figures.commands)],
	['total_writes_processed', whole(figures.commands)],
	['client_query_buffer_limit_disconnections', 0],
	['client_output_buffer_limit_disconnections', 0],
	['acl_access_denied_auth', 0],
	['acl_access_denied_cmd', 0],
	['acl_access_denied_key', 0],
	['acl_access_denied_channel', 0],
];

const replication: Section = (node, cluster) => {
	const primary = primaryOf(cluster, node);
	const offset = whole(node.figures.offset);
	const replicas = replicasOf(cluster, node);
	return [
		['role', primary === undefined ? 'master' : 'slave'],
		...(primary === undefined ? [] : linkFields(node, primary, offset)),
		['connected_slaves', replicas.length],
		...replicas.map((replica, index): readonly [string, string] => [
			`slave${index}`,
			// The replica has acknowledged all but the last few writes. The value is computed from the primary's offset. The
			// replica's own offset would be old, because it is updated only when the replica gets a command.
			`ip=127.0.0.1,port=${replica.port},state=online,offset=${Math.max(0, whole(offset - replica.behindBytes - (offset % 300)))},lag=0`,
		]),
		['master_failover_state', 'no-failover'],
		['master_replid', node.replicationId],
		['master_replid2', node.earlierReplicationId ?? '0'.repeat(40)],
		['master_repl_offset', offset],
		['second_repl_offset', node.earlierReplicationId === undefined ? -1 : offset],
		['repl_backlog_active', 1],
		['repl_backlog_size', 1_048_576],
		['repl_backlog_first_byte_offset', Math.max(1, offset - 1_048_575)],
		['repl_backlog_histlen', Math.min(offset, 1_048_576)],
	];
};

function linkFields(node: SimulatedNode, primary: SimulatedNode, offset: number): Fields {
	const isUp = reaches(node, primary);
	return [
		['master_host', '127.0.0.1'],
		['master_port', primary.port],
		['master_link_status', isUp ? 'up' : 'down'],
		['master_last_io_seconds_ago', isUp ? 0 : -1],
		['master_sync_in_progress', 0],
		['slave_read_repl_offset', offset],
		['slave_repl_offset', offset],
		...(isUp ? [] : ([['master_link_down_since_seconds', 6]] as const)),
		['slave_priority', 100],
		['slave_read_only', 1],
		['replica_announced', 1],
	];
}

const cpu: Section = ({figures}) => [
	['used_cpu_sys', (figures.cpuSeconds * 0.45).toFixed(6)],
	['used_cpu_user', (figures.cpuSeconds * 0.55).toFixed(6)],
	['used_cpu_sys_children', '0.301000'],
	['used_cpu_user_children', '1.204000'],
	['used_cpu_sys_main_thread', (figures.cpuSeconds * 0.44).toFixed(6)],
	['used_cpu_user_main_thread', (figures.cpuSeconds * 0.54).toFixed(6)],
];

/** Commands, each with its share of all calls and its time per call in microseconds. */
export const commandMix: ReadonlyArray<readonly [command: string, share: number, microseconds: number]> = [
	['get', 0.52, 4],
	['hgetall', 0.13, 14],
	['set', 0.12, 7],
	['expire', 0.06, 3],
	['zrangebyscore', 0.05, 31],
	['incr', 0.04, 4],
	['mget', 0.04, 12],
	['lpush', 0.03, 6],
	['ping', 0.01, 1],
];

const commandstats: Section = ({figures}) =>
	commandMix.map(([command, share, microseconds]) => {
		const calls = whole(figures.commands * share);
		return [
			`cmdstat_${command}`,
			`calls=${calls},usec=${calls * microseconds},usec_per_call=${microseconds.toFixed(2)},rejected_calls=${
				command === 'set' ? whole(figures.refusedWrites) : 0
			},failed_calls=0`,
		];
	});

const errorstats: Section = ({figures}) =>
	figures.refusedWrites < 1 ? [] : [['errorstat_OOM', `count=${whole(figures.refusedWrites)}`]];

const keyspace: Section = node => {
	const keys = keysOf(node);
	return [['db0', `keys=${keys},expires=${whole(keys * 0.6)},avg_ttl=1804000,subexpiry=0`]];
};

const sections: ReadonlyMap<string, readonly [title: string, section: Section]> = new Map([
	['server', ['Server', server]],
	['clients', ['Clients', clients]],
	['memory', ['Memory', memory]],
	['persistence', ['Persistence', persistence]],
	['stats', ['Stats', stats]],
	['replication', ['Replication', replication]],
	['cpu', ['CPU', cpu]],
	['commandstats', ['Commandstats', commandstats]],
	['errorstats', ['Errorstats', errorstats]],
	['cluster', ['Cluster', () => [['cluster_enabled', 1]]]],
	['keyspace', ['Keyspace', keyspace]],
]);

const defaultSections = [...sections.keys()].filter(name => name !== 'commandstats');
const wholeReply = new Set(['all', 'everything']);

/** The reply to INFO of a node whose figures are up to date. Unknown sections are left out, as by a server. */
export function infoText(cluster: Cluster, node: SimulatedNode, asked: readonly string[], nowMs: number): string {
	const wanted = asked.map(name => name.toLowerCase());
	const names = wanted.some(name => wholeReply.has(name))
		? [...sections.keys()]
		: wanted.length === 0 || wanted.includes('default')
			? defaultSections
			: [...sections.keys()].filter(name => wanted.includes(name));
	return names
		.map(name => {
			const [title = '', section] = sections.get(name) ?? [];
			const fields = section?.(node, cluster, nowMs) ?? [];
			return `# ${title}\r\n${fields.map(([field, value]) => `${field}:${value}\r\n`).join('')}`;
		})
		.join('\r\n');
}

/** The reply to ROLE. */
export function roleReply(cluster: Cluster, node: SimulatedNode) {
	const primary = primaryOf(cluster, node);
	const offset = whole(node.figures.offset);
	return primary === undefined
		? [
				'master',
				offset,
				replicasOf(cluster, node).map(({port, figures}) => ['127.0.0.1', String(port), String(whole(figures.offset))]),
			]
		: ['slave', '127.0.0.1', primary.port, reaches(node, primary) ? 'connected' : 'connect', offset];
}
