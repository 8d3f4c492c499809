/**
A series of redis_exporter that holds one field of INFO. `status`: 1 is `ok`, 0 is `err`. `link`: 1 is `up`, 0 is `down`.
`seconds`: seconds of a field that the server prints in microseconds.
*/
export type ExporterField = {
	readonly metric: string;
	readonly section: string;
	readonly field: string;
	readonly unit?: 'status' | 'link' | 'seconds';
};

const section =
	(name: string) =>
	(field: string, metric: string, unit?: ExporterField['unit']): ExporterField => ({
		metric: `redis_${metric}`,
		section: name,
		field,
		...(unit !== undefined && {unit}),
	});

const server = section('server');
const clients = section('clients');
const memory = section('memory');
const persistence = section('persistence');
const stats = section('stats');
const replication = section('replication');
const cpu = section('cpu');
const cluster = section('cluster');

/**
The series of redis_exporter that hold one field of INFO each, with the field's name. Source: the maps of gauges and
counters in https://github.com/oliver006/redis_exporter/blob/master/exporter/exporter.go. Where versions of the exporter
name a series differently, both names are here.
*/
export const exporterFields: readonly ExporterField[] = [
	server('uptime_in_seconds', 'uptime_in_seconds'),
	clients('connected_clients', 'connected_clients'),
	clients('blocked_clients', 'blocked_clients'),
	clients('tracking_clients', 'tracking_clients'),
	clients('maxclients', 'max_clients'),
	clients('maxclients', 'config_maxclients'),
	clients('cluster_connections', 'cluster_connections'),
	clients('client_recent_max_input_buffer', 'client_recent_max_input_buffer_bytes'),
	clients('client_recent_max_output_buffer', 'client_recent_max_output_buffer_bytes'),
	memory('used_memory', 'memory_used_bytes'),
	memory('used_memory_rss', 'memory_used_rss_bytes'),
	memory('used_memory_peak', 'memory_used_peak_bytes'),
	memory('used_memory_lua', 'memory_used_lua_bytes'),
	memory('used_memory_overhead', 'memory_used_overhead_bytes'),
	memory('used_memory_startup', 'memory_used_startup_bytes'),
	memory('used_memory_dataset', 'memory_used_dataset_bytes'),
	memory('used_memory_scripts', 'memory_used_scripts_bytes'),
	memory('maxmemory', 'memory_max_bytes'),
	memory('total_system_memory', 'total_system_memory_bytes'),
	memory('mem_fragmentation_ratio', 'mem_fragmentation_ratio'),
	memory('mem_fragmentation_bytes', 'mem_fragmentation_bytes'),
	memory('mem_clients_slaves', 'mem_clients_slaves'),
	memory('mem_clients_normal', 'mem_clients_normal'),
	memory('mem_not_counted_for_evict', 'mem_not_counted_for_eviction_bytes'),
	memory('allocator_allocated', 'allocator_allocated_bytes'),
	memory('allocator_active', 'allocator_active_bytes'),
	memory('allocator_resident', 'allocator_resident_bytes'),
	memory('allocator_frag_ratio', 'allocator_frag_ratio'),
	memory('allocator_frag_bytes', 'allocator_frag_bytes'),
	memory('allocator_rss_ratio', 'allocator_rss_ratio'),
	memory('active_defrag_running', 'active_defrag_running'),
	memory('lazyfree_pending_objects', 'lazyfree_pending_objects'),
	persistence('loading', 'loading_dump_file'),
	persistence('rdb_changes_since_last_save', 'rdb_changes_since_last_save'),
	persistence('rdb_bgsave_in_progress', 'rdb_bgsave_in_progress'),
	persistence('rdb_last_save_time', 'rdb_last_save_timestamp_seconds'),
	persistence('rdb_last_bgsave_status', 'rdb_last_bgsave_status', 'status'),
	persistence('rdb_last_bgsave_time_sec', 'rdb_last_bgsave_duration_sec'),
	persistence('rdb_current_bgsave_time_sec', 'rdb_current_bgsave_duration_sec'),
	persistence('rdb_last_cow_size', 'rdb_last_cow_size_bytes'),
	persistence('aof_enabled', 'aof_enabled'),
	persistence('aof_rewrite_in_progress', 'aof_rewrite_in_progress'),
	persistence('aof_rewrite_scheduled', 'aof_rewrite_scheduled'),
	persistence('aof_last_rewrite_time_sec', 'aof_last_rewrite_duration_sec'),
	persistence('aof_current_rewrite_time_sec', 'aof_current_rewrite_duration_sec'),
	persistence('aof_last_cow_size', 'aof_last_cow_size_bytes'),
	persistence('aof_last_bgrewrite_status', 'aof_last_bgrewrite_status', 'status'),
	persistence('aof_last_write_status', 'aof_last_write_status', 'status'),
	persistence('aof_current_size', 'aof_current_size_bytes'),
	persistence('aof_base_size', 'aof_base_size_bytes'),
	stats('total_connections_received', 'connections_received_total'),
	stats('total_commands_processed', 'commands_processed_total'),
	stats('total_net_input_bytes', 'net_input_bytes_total'),
	stats('total_net_output_bytes', 'net_output_bytes_total'),
	stats('rejected_connections', 'rejected_connections_total'),
	stats('sync_full', 'replica_resyncs_full'),
	stats('sync_partial_ok', 'replica_partial_resync_accepted'),
	stats('sync_partial_err', 'replica_partial_resync_denied'),
	stats('expired_keys', 'expired_keys_total'),
	stats('expired_stale_perc', 'expired_stale_percentage'),
	stats('evicted_keys', 'evicted_keys_total'),
	stats('keyspace_hits', 'keyspace_hits_total'),
	stats('keyspace_misses', 'keyspace_misses_total'),
	stats('total_error_replies', 'total_error_replies'),
	stats('total_error_replies', 'error_replies_total'),
	stats('pubsub_channels', 'pubsub_channels'),
	stats('pubsub_patterns', 'pubsub_patterns'),
	stats('latest_fork_usec', 'latest_fork_usec'),
	stats('latest_fork_usec', 'latest_fork_seconds', 'seconds'),
	stats('slave_expires_tracked_keys', 'slave_expires_tracked_keys'),
	replication('connected_slaves', 'connected_slaves'),
	replication('master_repl_offset', 'master_repl_offset'),
	replication('second_repl_offset', 'second_repl_offset'),
	replication('repl_backlog_active', 'repl_backlog_is_active'),
	replication('repl_backlog_size', 'replication_backlog_bytes'),
	replication('repl_backlog_first_byte_offset', 'repl_backlog_first_byte_offset'),
	replication('repl_backlog_histlen', 'repl_backlog_history_bytes'),
	replication('slave_priority', 'slave_priority'),
	replication('slave_repl_offset', 'slave_repl_offset'),
	replication('master_link_status', 'master_link_up', 'link'),
	replication('master_last_io_seconds_ago', 'master_last_io_seconds_ago'),
	replication('master_sync_in_progress', 'master_sync_in_progress'),
	cpu('used_cpu_sys', 'cpu_sys_seconds_total'),
	cpu('used_cpu_user', 'cpu_user_seconds_total'),
	cpu('used_cpu_sys_children', 'cpu_sys_children_seconds_total'),
	cpu('used_cpu_user_children', 'cpu_user_children_seconds_total'),
	cpu('used_cpu_sys_main_thread', 'cpu_sys_main_thread_seconds_total'),
	cpu('used_cpu_user_main_thread', 'cpu_user_main_thread_seconds_total'),
	cluster('cluster_enabled', 'cluster_enabled'),
];

/** The series of redis_exporter whose labels hold fields, or that hold a part of a field. */
export const composedSeries = {
	/** 1 while the exporter reaches the server, else 0. */
	up: 'redis_up',
	/** Labels: role, version, policy, `run_id`. */
	instance: 'redis_instance_info',
	/** Labels: the address of a replica's primary. */
	source: 'redis_slave_info',
	keys: 'redis_db_keys',
	expiringKeys: 'redis_db_keys_expiring',
	calls: 'redis_commands_total',
	callSeconds: 'redis_commands_duration_seconds_total',
	errors: 'redis_errors_total',
	replicaOffset: 'redis_connected_slave_offset_bytes',
	replicaLag: 'redis_connected_slave_lag_seconds',
} as const;

/** The fields by the name of their series. */
export const fieldOfMetric: ReadonlyMap<string, ExporterField> = new Map(
	exporterFields.map(field => [field.metric, field]),
);

/** A regular expression of PromQL that matches the names of all series that are read of one node. */
export const readMetrics: string = [...Object.values(composedSeries), ...fieldOfMetric.keys()]
	.map(name => name.slice('redis_'.length))
	.join('|');
