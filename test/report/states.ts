import type {ClusterNode} from '../../source/domain/cluster.js';
import type {NodeAddress, NodeId} from '../../source/domain/node.js';
import type {MonitorState} from '../../source/state/monitor-state.js';
import {emptyRecord, recordFrom, sampledAtMs, stateOf} from '../harness/records.js';

/** A moment half a second after the samples were taken, in milliseconds since the epoch. */
export const nowMs = sampledAtMs + 500;

const replicaAddress = '10.0.1.12:6379' as NodeAddress;

const primary = recordFrom({
	address: '10.0.1.11:6379',
	role: 'primary',
	info: {
		server: {redis_version: '7.2.5', run_id: 'f'.repeat(40), uptime_in_seconds: 266_400, redis_mode: 'standalone'},
		clients: {connected_clients: 12, maxclients: 10_000, blocked_clients: 0},
		memory: {
			used_memory: 5_862_588_416,
			used_memory_rss: 6_000_000_000,
			used_memory_peak: 5_900_000_000,
			maxmemory: 6_442_450_944,
			maxmemory_policy: 'allkeys-lru',
			allocator_frag_ratio: '1.02',
		},
		persistence: {
			loading: 0,
			rdb_changes_since_last_save: 12,
			rdb_bgsave_in_progress: 0,
			rdb_last_save_time: sampledAtMs / 1000 - 60,
			rdb_last_bgsave_status: 'ok',
			rdb_last_bgsave_time_sec: -1,
			aof_enabled: 0,
		},
		stats: {latest_fork_usec: 850},
		replication: {
			role: 'master',
			connected_slaves: 1,
			master_replid: 'a'.repeat(40),
			master_repl_offset: 5000,
			repl_backlog_active: 1,
			repl_backlog_size: 1_048_576,
		},
		keyspace: {db0: 'keys=1234,expires=100,avg_ttl=0'},
	},
	values: {operations: 47_900, hits: 910, misses: 90, evicted: 12, expired: 0, cpuSeconds: 0.12},
	commands: [
		{command: 'get', calls: 90, callsPerSecond: 9, meanMicroseconds: 2.4, timeShare: 0.2, failuresPerSecond: 0},
		{
			command: 'client|list',
			calls: 5,
			callsPerSecond: undefined,
			meanMicroseconds: undefined,
			timeShare: 0.7,
			failuresPerSecond: undefined,
		},
	],
	replicas: [
		{address: replicaAddress, state: 'online', behindBytes: 1200, behindSeconds: 0.4, ackAgeSeconds: 1, offset: 3800},
	],
	slowlog: {
		atMs: sampledAtMs,
		value: {
			entries: [
				{
					id: 7,
					atMs: sampledAtMs - 5000,
					durationMicroseconds: 15_000,
					arguments: ['SET', 'user:Hunter2', 'Hunter2'],
					clientAddress: '10.0.4.20:50000',
					clientName: 'app',
				},
				{
					id: 6,
					atMs: sampledAtMs - 9000,
					durationMicroseconds: 12_000,
					arguments: ['CONFIG', 'SET', 'requirepass', 'Hunter2'],
					clientAddress: undefined,
					clientName: undefined,
				},
			],
			lost: 0,
			perMinute: 2,
		},
	},
	blind: [{command: 'CLIENT LIST', kind: 'denied', why: 'NOPERM no permissions', grant: '+client|list'}],
});

const replica = recordFrom({
	address: replicaAddress,
	origin: 'replication',
	role: 'replica',
	info: {
		server: {redis_version: '7.2.4', valkey_version: '8.1.0', server_name: 'valkey'},
		replication: {
			role: 'slave',
			master_host: '10.0.1.11',
			master_port: 6379,
			master_link_status: 'up',
			master_last_io_seconds_ago: 0,
			master_repl_offset: 3800,
		},
	},
});

const failure = {
	layer: 'tcp',
	code: 'ECONNREFUSED',
	problem: 'refuses connections',
	reason: 'nothing listens on the port',
	state: 'down',
} as const;

/** A node that answered once, 60 seconds ago. It still has that sample. */
const lost = {
	...recordFrom({
		address: '10.0.1.13:6379',
		role: 'replica',
		reach: 'down',
		failure,
		failingSinceMs: sampledAtMs - 59_000,
		info: {memory: {used_memory: 1024}},
		values: {operations: 5},
		commands: [{command: 'get', calls: 90, callsPerSecond: 9, meanMicroseconds: 2, timeShare: 1, failuresPerSecond: 0}],
	}),
	lastReplyAtMs: sampledAtMs - 60_000,
};

const clusterNode: ClusterNode = {
	id: 'c'.repeat(40) as NodeId,
	host: '10.0.1.11',
	port: 6379,
	busPort: 16_379,
	hostname: undefined,
	flags: new Set(['myself', 'master']),
	primaryId: undefined,
	pingSentMs: 0,
	pongReceivedMs: 0,
	configEpoch: 1,
	linkState: 'connected',
	slots: [
		{first: 0, last: 5460},
		{first: 9000, last: 9000},
	],
	openSlots: [],
};

/** A primary, its replica, a node that was lost, and a node that was never reached. */
export const replicated: MonitorState = stateOf(
	[primary, replica, lost, emptyRecord('10.0.1.14:6379')],
	[{atMs: sampledAtMs, severity: 'warning', node: replicaAddress, kind: 'link-lost', text: 'lost its primary'}],
);

export const cluster: MonitorState = stateOf([
	recordFrom({
		info: {cluster: {cluster_enabled: 1}},
		clusterInfo: {atMs: sampledAtMs, value: new Map([['cluster_state', 'ok']])},
		clusterNodes: {atMs: sampledAtMs - 1000, value: [clusterNode]},
	}),
]);
