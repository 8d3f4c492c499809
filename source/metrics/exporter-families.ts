import type {CommandHistogram} from '../domain/histogram.js';
import type {InfoReply} from '../domain/info-reply.js';
import {exporterFields} from '../parse/exporter-fields.js';
import {type CommandCounters, commandStats, errorStats, keyspace, replicaLines} from '../parse/info-fields.js';
import type {NodeRecord} from '../state/monitor-state.js';
import {currentSample, labelledFamily, type MetricFamily, type MetricSample, nodeFamily} from './metric-family.js';

/**
Counters whose names in redis_exporter do not end with `_total`. OpenMetrics would append `_total` to the name of a
counter. These counters have the type `unknown`, so that their names stay the same.
*/
const unmarkedCounters: ReadonlySet<string> = new Set([
	'dump_payload_sanitizations',
	'io_threaded_reads_processed',
	'io_threaded_writes_processed',
	'total_error_replies',
	'total_reads_processed',
	'total_writes_processed',
	'unexpected_error_replies',
]);

/** The numbers that redis_exporter serves for fields whose value is a word, such as `ok`. */
const wordValues: ReadonlyMap<string, number> = new Map([
	['ok', 1],
	['true', 1],
	['err', 0],
	['fail', 0],
	['false', 0],
]);

const infoOf = (node: NodeRecord): InfoReply | undefined => currentSample(node)?.info;

/**
Longest value of a label, in characters. No real version or mode is longer, but a hostile server may send a longer text.
*/
const longestLabel = 128;

/** A text of INFO as the value of a label. Empty if the server does not report the field, as in redis_exporter. */
const labelText = (info: InfoReply, section: string, field: string): string =>
	(info.text(section, field) ?? '').slice(0, longestLabel);

const fieldValue = (info: InfoReply, section: string, field: string): number | undefined =>
	info.number(section, field) ?? wordValues.get(info.text(section, field) ?? '');

const typeOf = (name: string): MetricFamily['type'] =>
	unmarkedCounters.has(name) ? 'unknown' : name.endsWith('_total') ? 'counter' : 'gauge';

const fieldFamilies: readonly MetricFamily[] = Object.entries(exporterFields).flatMap(([section, fields]) =>
	Object.entries(fields).map(([field, name]) =>
		nodeFamily(`redis_${name}`, typeOf(name), `INFO ${section}: ${field}`, node => {
			const info = infoOf(node);
			return info && fieldValue(info, section, field);
		}),
	),
);

/** The fields of INFO that are labels of `redis_instance_info`, with their sections. */
const instanceLabels: ReadonlyArray<readonly [section: string, field: string]> = [
	['replication', 'role'],
	['server', 'redis_version'],
	['server', 'redis_build_id'],
	['server', 'redis_mode'],
	['server', 'os'],
	['memory', 'maxmemory_policy'],
	['server', 'tcp_port'],
	['server', 'run_id'],
	['server', 'process_id'],
	['replication', 'master_replid'],
];

/** Labels of Valkey servers. A server without these fields does not get the labels. */
const valkeyLabels = ['valkey_version', 'valkey_release_stage'];

function* instanceInfo(node: NodeRecord): Iterable<MetricSample> {
	const info = infoOf(node);
	if (info !== undefined) {
		const own = valkeyLabels.filter(field => info.text('server', field) !== undefined);
		yield {
			labels: Object.fromEntries(
				[...instanceLabels, ...own.map(field => ['server', field] as const)].map(([section, field]) => [
					field,
					labelText(info, section, field),
				]),
			),
			value: 1,
		};
	}
}

/** The labels with which redis_exporter names the primary of a replica. */
const primaryLabels = (info: InfoReply) => ({
	master_host: labelText(info, 'replication', 'master_host'),
	master_port: labelText(info, 'replication', 'master_port'),
});

function* replicaField(
	node: NodeRecord,
	field: string,
	read: (text: string) => number = Number,
): Iterable<MetricSample> {
	const info = infoOf(node);
	const text = info?.text('replication', field);
	if (info !== undefined && text !== undefined) {
		yield {labels: primaryLabels(info), value: read(text)};
	}
}

function* linkedReplicas(node: NodeRecord, figure: 'offset' | 'lagSeconds'): Iterable<MetricSample> {
	const info = infoOf(node);
	const seen = new Set<string>();
	for (const {host, port, state, [figure]: value} of info === undefined ? [] : replicaLines(info)) {
		// Replicas behind address translation may announce the same address. Prometheus would refuse the whole page if it
		// had two equal series.
		const key = `${host} ${port} ${state}`;
		if (value !== undefined && !seen.has(key)) {
			seen.add(key);
			yield {labels: {slave_ip: host, slave_port: String(port), slave_state: state}, value};
		}
	}
}

function* databases(node: NodeRecord, figure: 'keys' | 'expires' | 'avgTtlMs', factor = 1): Iterable<MetricSample> {
	const info = infoOf(node);
	for (const row of info === undefined ? [] : keyspace(info)) {
		const value = row[figure];
		if (value !== undefined) {
			yield {labels: {db: `db${row.database}`}, value: value * factor};
		}
	}
}

/** Matches the name of a command of Redis and its modules: `get`, `config|get`, `ft.search`. */
const commandName = /^[\w.|-]{1,64}$/;

const isCommand = (name: string): boolean => commandName.test(name);

function* commands(node: NodeRecord, read: (counters: CommandCounters) => number | undefined): Iterable<MetricSample> {
	const stats = infoOf(node)?.once(commandStats) ?? [];
	for (const [cmd, counters] of stats) {
		const value = read(counters);
		if (value !== undefined && isCommand(cmd)) {
			yield {labels: {cmd}, value};
		}
	}
}

/**
The first words of error replies that servers send by themselves. Scripts and modules may invent other words, which may
even contain the name of a key. Errors with other words are counted together.
*/
const knownErrors: ReadonlySet<string> = new Set(
	(
		'ERR ASK BUSY BUSYGROUP BUSYKEY CLUSTERDOWN CROSSSLOT DENIED DISPUTE EXECABORT INPROG INVALIDOBJ LOADING MASTERDOWN ' +
		'MISCONF MOVED NOAUTH NOGOODSLAVE NOGROUP NOMASTERLINK NOPERM NOPROTO NOQUORUM NOREPLICAS NOSCRIPT NOTBUSY ' +
		'NOTREADY OOM READONLY REDIRECT TRYAGAIN UNBLOCKED UNKILLABLE UNSTABLE WRONGPASS WRONGTYPE'
	).split(' '),
);

function* errors(node: NodeRecord): Iterable<MetricSample> {
	const stats = infoOf(node)?.once(errorStats) ?? [];
	let others: number | undefined;
	for (const [err, value] of stats) {
		if (knownErrors.has(err)) {
			yield {labels: {err}, value};
		} else {
			others = (others ?? 0) + value;
		}
	}

	if (others !== undefined) {
		yield {labels: {err: 'other'}, value: others};
	}
}

/**
Microseconds that all calls of a command took, its subcommands included. They are the sum of the command's histogram.
LATENCY HISTOGRAM has no subcommands: it counts CONFIG GET as `config`.
*/
function microsecondsOf(command: string, stats: ReadonlyMap<string, CommandCounters>): number {
	let sum = 0;
	for (const [name, {usec}] of stats) {
		sum += name === command || name.startsWith(`${command}|`) ? usec : 0;
	}

	return sum;
}

function* histogramSamples(
	cmd: string,
	{calls, buckets}: CommandHistogram,
	microseconds: number,
): Iterable<MetricSample> {
	for (const {boundMicroseconds, cumulativeCount} of buckets) {
		yield {suffix: '_bucket', labels: {cmd, le: String(boundMicroseconds)}, value: cumulativeCount};
	}

	yield {suffix: '_bucket', labels: {cmd, le: '+Inf'}, value: calls};
	yield {suffix: '_sum', labels: {cmd}, value: microseconds};
	yield {suffix: '_count', labels: {cmd}, value: calls};
}

function* histograms(node: NodeRecord): Iterable<MetricSample> {
	const stats = infoOf(node)?.once(commandStats);
	for (const [cmd, histogram] of stats === undefined ? [] : (node.latency?.value.histograms ?? [])) {
		if (isCommand(cmd)) {
			yield* histogramSamples(cmd, histogram, microsecondsOf(cmd, stats ?? new Map()));
		}
	}
}

/** The numeric fields of CLUSTER INFO, under their own names; `cluster_state` is 1 for ok. */
const clusterFields: readonly string[] = (
	'cluster_state cluster_slots_assigned cluster_slots_ok cluster_slots_pfail cluster_slots_fail cluster_known_nodes ' +
	'cluster_size cluster_current_epoch cluster_my_epoch'
).split(' ');

const clusterNames: ReadonlyMap<string, string> = new Map([
	['cluster_stats_messages_sent', 'cluster_messages_sent_total'],
	['cluster_stats_messages_received', 'cluster_messages_received_total'],
]);

const clusterFamilies: readonly MetricFamily[] = [...clusterFields, ...clusterNames.keys()].map(field => {
	const name = clusterNames.get(field) ?? field;
	return nodeFamily(`redis_${name}`, typeOf(name), `CLUSTER INFO: ${field}`, node => {
		const text = infoOf(node) === undefined ? undefined : node.clusterInfo?.value.get(field);
		return text === undefined || text === '' ? undefined : (wordValues.get(text) ?? Number(text));
	});
});

const configValue = (node: NodeRecord, name: string): number | undefined => {
	const text = infoOf(node) === undefined ? undefined : node.config?.value.get(name);
	return text === undefined || text === '' ? undefined : Number(text);
};

/** Sentinel's fields that redis_exporter serves under their own names. */
const sentinelFields: readonly string[] =
	'sentinel_masters sentinel_tilt sentinel_running_scripts sentinel_scripts_queue_length'.split(' ');

/** Every metric that redis_exporter also serves, under the same name. */
export const exporterFamilies: readonly MetricFamily[] = [
	nodeFamily('redis_up', 'gauge', 'Whether the last poll of the node was answered', node =>
		currentSample(node) === undefined ? 0 : 1,
	),
	labelledFamily('redis_instance_info', 'gauge', 'What INFO says of the server, as labels', instanceInfo),
	...fieldFamilies,
	nodeFamily('redis_latest_fork_seconds', 'gauge', 'INFO stats: latest_fork_usec', node => {
		const microseconds = infoOf(node)?.number('stats', 'latest_fork_usec');
		return microseconds === undefined ? undefined : microseconds / 1e6;
	}),
	nodeFamily('redis_start_time_seconds', 'gauge', 'When the server started, in seconds since the epoch', node => {
		const sample = currentSample(node);
		const uptimeSeconds = sample?.info.number('server', 'uptime_in_seconds');
		return sample === undefined || uptimeSeconds === undefined
			? undefined
			: Math.floor(sample.atMs / 1000) - uptimeSeconds;
	}),
	nodeFamily('redis_config_maxclients', 'gauge', 'CONFIG GET maxclients', node => configValue(node, 'maxclients')),
	nodeFamily('redis_config_maxmemory', 'gauge', 'CONFIG GET maxmemory', node => configValue(node, 'maxmemory')),
	labelledFamily('redis_db_keys', 'gauge', 'Keys of a database', node => databases(node, 'keys')),
	labelledFamily('redis_db_keys_expiring', 'gauge', 'Keys of a database with a time to live', node =>
		databases(node, 'expires'),
	),
	labelledFamily('redis_db_avg_ttl_seconds', 'gauge', "The server's estimate of the mean time to live", node =>
		databases(node, 'avgTtlMs', 0.001),
	),
	labelledFamily('redis_commands_total', 'counter', 'Calls of a command', node => commands(node, ({calls}) => calls)),
	labelledFamily('redis_commands_duration_seconds_total', 'counter', 'Time in which a command ran', node =>
		commands(node, ({usec}) => usec / 1e6),
	),
	labelledFamily('redis_commands_rejected_calls_total', 'counter', 'Calls refused before the command ran', node =>
		commands(node, ({rejectedCalls}) => rejectedCalls),
	),
	labelledFamily('redis_commands_failed_calls_total', 'counter', 'Calls that returned an error', node =>
		commands(node, ({failedCalls}) => failedCalls),
	),
	labelledFamily('redis_commands_latencies_usec', 'histogram', 'Run times of a command in microseconds', histograms),
	labelledFamily('redis_errors_total', 'counter', 'Error replies by their first word', errors),
	labelledFamily('redis_master_link_up', 'gauge', "Whether the replica's link to its primary is up", node =>
		replicaField(node, 'master_link_status', text => (text === 'up' ? 1 : 0)),
	),
	labelledFamily(
		'redis_master_last_io_seconds_ago',
		'gauge',
		"Seconds since the replica's primary sent something",
		node => replicaField(node, 'master_last_io_seconds_ago'),
	),
	labelledFamily('redis_master_sync_in_progress', 'gauge', 'Whether a full resync runs', node =>
		replicaField(node, 'master_sync_in_progress'),
	),
	labelledFamily('redis_slave_repl_offset', 'gauge', "The replica's replication offset in bytes", node =>
		replicaField(node, 'slave_repl_offset'),
	),
	labelledFamily('redis_slave_info', 'gauge', "A replica's primary, as labels", node => slaveInfo(node)),
	labelledFamily('redis_connected_slave_offset_bytes', 'gauge', 'The offset that a replica acknowledged', node =>
		linkedReplicas(node, 'offset'),
	),
	labelledFamily('redis_connected_slave_lag_seconds', 'gauge', "Seconds since a replica's last acknowledgement", node =>
		linkedReplicas(node, 'lagSeconds'),
	),
	nodeFamily('redis_cluster_enabled', 'gauge', 'INFO cluster: cluster_enabled', node =>
		infoOf(node)?.number('cluster', 'cluster_enabled'),
	),
	...clusterFamilies,
	nodeFamily('redis_slowlog_last_id', 'gauge', 'Id of the newest entry of the slow log; 0 without one', node =>
		infoOf(node) === undefined || node.slowlog === undefined ? undefined : (node.slowlog.value.entries[0]?.id ?? 0),
	),
	nodeFamily('redis_last_slow_execution_duration_seconds', 'gauge', 'Run time of that entry; 0 without one', node =>
		infoOf(node) === undefined || node.slowlog === undefined
			? undefined
			: (node.slowlog.value.entries[0]?.durationMicroseconds ?? 0) / 1e6,
	),
	...sentinelFields.map(field =>
		nodeFamily(`redis_${field}`, 'gauge', `INFO sentinel: ${field}`, node => infoOf(node)?.number('sentinel', field)),
	),
];

function* slaveInfo(node: NodeRecord): Iterable<MetricSample> {
	const info = infoOf(node);
	if (info?.text('replication', 'role') === 'slave') {
		yield {
			labels: {...primaryLabels(info), read_only: labelText(info, 'replication', 'slave_read_only')},
			value: 1,
		};
	}
}
