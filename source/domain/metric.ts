import type {InfoReply} from './info-reply.js';

/** The kind of a metric. A `counter` is shown as its rate per second, a `gauge` as it is read. */
export type MetricKind = 'counter' | 'gauge';

export type MetricId =
	| 'operations'
	| 'hits'
	| 'misses'
	| 'evicted'
	| 'expired'
	| 'networkInput'
	| 'networkOutput'
	| 'connectionsReceived'
	| 'connectionsRejected'
	| 'errorReplies'
	| 'cpuSeconds'
	| 'replicationBytes'
	| 'usedMemory'
	| 'residentMemory'
	| 'connectedClients'
	| 'blockedClients'
	| 'keys'
	| 'unsavedChanges';

export type Metric = {
	readonly id: MetricId;
	readonly kind: MetricKind;
	/** The unit of the value. The unit of a counter's rate is this unit per second. */
	readonly unit: 'bytes' | 'count' | 'seconds';
	readonly read: (info: InfoReply) => number | undefined;
};

const field =
	(section: string, name: string) =>
	(info: InfoReply): number | undefined =>
		info.number(section, name);

/**
The number of keys in all databases, from `db0:keys=…` in `# Keyspace`. A server without keys sends an empty section,
which counts as 0.
*/
export const keyCount = (info: InfoReply): number | undefined => info.once(readKeyCount);

function readKeyCount(info: InfoReply): number | undefined {
	if (!info.sections.has('keyspace')) {
		return undefined;
	}

	let keys = 0;
	for (const [, text] of info.numbered('keyspace', 'db')) {
		keys += Number(/keys=(\d+)/.exec(text)?.[1] ?? 0);
	}

	return keys;
}

/**
CPU time in seconds, user and system time together. It is the time of the main thread (Redis 6.2 and later), else of the
process.
*/
function cpuSeconds(info: InfoReply): number | undefined {
	const sum = (user: string, system: string) => {
		const userSeconds = info.number('cpu', user);
		const systemSeconds = info.number('cpu', system);
		return userSeconds === undefined || systemSeconds === undefined ? undefined : userSeconds + systemSeconds;
	};

	return sum('used_cpu_user_main_thread', 'used_cpu_sys_main_thread') ?? sum('used_cpu_user', 'used_cpu_sys');
}

/**
All metrics: the values from INFO whose history redis-top keeps. Each row says how a value is read, its unit, and
whether its rate is shown.
*/
export const metrics: readonly Metric[] = [
	{id: 'operations', kind: 'counter', unit: 'count', read: field('stats', 'total_commands_processed')},
	{id: 'hits', kind: 'counter', unit: 'count', read: field('stats', 'keyspace_hits')},
	{id: 'misses', kind: 'counter', unit: 'count', read: field('stats', 'keyspace_misses')},
	{id: 'evicted', kind: 'counter', unit: 'count', read: field('stats', 'evicted_keys')},
	{id: 'expired', kind: 'counter', unit: 'count', read: field('stats', 'expired_keys')},
	{id: 'networkInput', kind: 'counter', unit: 'bytes', read: field('stats', 'total_net_input_bytes')},
	{id: 'networkOutput', kind: 'counter', unit: 'bytes', read: field('stats', 'total_net_output_bytes')},
	{id: 'connectionsReceived', kind: 'counter', unit: 'count', read: field('stats', 'total_connections_received')},
	{id: 'connectionsRejected', kind: 'counter', unit: 'count', read: field('stats', 'rejected_connections')},
	{id: 'errorReplies', kind: 'counter', unit: 'count', read: field('stats', 'total_error_replies')},
	{id: 'cpuSeconds', kind: 'counter', unit: 'seconds', read: cpuSeconds},
	{id: 'replicationBytes', kind: 'counter', unit: 'bytes', read: field('replication', 'master_repl_offset')},
	{id: 'usedMemory', kind: 'gauge', unit: 'bytes', read: field('memory', 'used_memory')},
	{id: 'residentMemory', kind: 'gauge', unit: 'bytes', read: field('memory', 'used_memory_rss')},
	{id: 'connectedClients', kind: 'gauge', unit: 'count', read: field('clients', 'connected_clients')},
	{id: 'blockedClients', kind: 'gauge', unit: 'count', read: field('clients', 'blocked_clients')},
	{id: 'keys', kind: 'gauge', unit: 'count', read: keyCount},
	{id: 'unsavedChanges', kind: 'gauge', unit: 'count', read: field('persistence', 'rdb_changes_since_last_save')},
];
