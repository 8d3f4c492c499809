import {exporterFields} from '../parse/exporter-fields.js';

/**
A series of redis_exporter that holds one field of INFO. `unit` tells how a value of the series stands for a value of
the field. Without `unit`, both values are equal.

- `status`: 1 is `ok`, 0 is `err`
- `link`: 1 is `up`, 0 is `down`
- `seconds`: the field has microseconds, the series has seconds
*/
export type FieldSeries = {
	readonly metric: string;
	readonly section: string;
	readonly field: string;
	readonly unit?: 'status' | 'link' | 'seconds';
};

const seriesOf = (name: string, section: string, field: string, unit?: FieldSeries['unit']): FieldSeries => ({
	metric: `redis_${name}`,
	section,
	field,
	...(unit !== undefined && {unit}),
});

/** The series of redis_exporter that hold one field of INFO each, under the names that `watch --metrics` serves too. */
const servedSeries = Object.entries(exporterFields).flatMap(([section, fields]) =>
	Object.entries(fields).map(([field, name]) =>
		seriesOf(name, section, field, field.endsWith('_status') ? 'status' : undefined),
	),
);

/**
Series that redis-top reads but does not serve: names in other versions of the exporter, and names that promtool
refuses.
Source: the maps of gauges and counters in
https://github.com/oliver006/redis_exporter/blob/master/exporter/exporter.go
*/
const otherSeries = [
	seriesOf('config_maxclients', 'clients', 'maxclients'),
	seriesOf('total_system_memory_bytes', 'memory', 'total_system_memory'),
	seriesOf('rdb_last_bgsave_duration_sec', 'persistence', 'rdb_last_bgsave_time_sec'),
	seriesOf('rdb_current_bgsave_duration_sec', 'persistence', 'rdb_current_bgsave_time_sec'),
	seriesOf('aof_last_rewrite_duration_sec', 'persistence', 'aof_last_rewrite_time_sec'),
	seriesOf('aof_current_rewrite_duration_sec', 'persistence', 'aof_current_rewrite_time_sec'),
	seriesOf('error_replies_total', 'stats', 'total_error_replies'),
	seriesOf('latest_fork_usec', 'stats', 'latest_fork_usec'),
	seriesOf('latest_fork_seconds', 'stats', 'latest_fork_usec', 'seconds'),
	seriesOf('slave_repl_offset', 'replication', 'slave_repl_offset'),
	seriesOf('master_link_up', 'replication', 'master_link_status', 'link'),
	seriesOf('master_last_io_seconds_ago', 'replication', 'master_last_io_seconds_ago'),
	seriesOf('master_sync_in_progress', 'replication', 'master_sync_in_progress'),
	seriesOf('cluster_enabled', 'cluster', 'cluster_enabled'),
];

/**
The series of redis_exporter that are not simply one field of INFO: their labels hold fields, or they hold a part of a
field.
*/
export const composedSeries = {
	/** 1 while the exporter reaches the server, else 0. */
	up: 'redis_up',
	/** A series whose value is always 1. Its labels: role, version, policy, `run_id`. */
	instance: 'redis_instance_info',
	/** A series whose labels have the address of a replica's primary. */
	source: 'redis_slave_info',
	keys: 'redis_db_keys',
	expiringKeys: 'redis_db_keys_expiring',
	calls: 'redis_commands_total',
	callSeconds: 'redis_commands_duration_seconds_total',
	errors: 'redis_errors_total',
	replicaOffset: 'redis_connected_slave_offset_bytes',
	replicaLag: 'redis_connected_slave_lag_seconds',
} as const;

/** For each name of a series, the field of INFO that the series holds. */
export const fieldOfMetric: ReadonlyMap<string, FieldSeries> = new Map(
	[...servedSeries, ...otherSeries].map(field => [field.metric, field]),
);

/** A regular expression of PromQL that matches the names of all series that are read for a node. */
export const readMetrics: string = [...Object.values(composedSeries), ...fieldOfMetric.keys()]
	.map(name => name.slice('redis_'.length))
	.join('|');
