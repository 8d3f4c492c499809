import {replicaBufferBytes} from '../../derive/replica-buffers.js';
import type {InfoReply} from '../../domain/info-reply.js';
import {keyCount} from '../../domain/metric.js';
import {keyspace} from '../../parse/info-fields.js';
import {isoTime, sectionReader} from './snapshot-values.js';

export function memoryPart(info: InfoReply) {
	const {number, text} = sectionReader(info, 'memory');
	return {
		usedBytes: number('used_memory'),
		residentBytes: number('used_memory_rss'),
		peakBytes: number('used_memory_peak'),
		datasetBytes: number('used_memory_dataset'),
		overheadBytes: number('used_memory_overhead'),
		/** The limit of memory; 0 means that no limit is set. */
		maxmemoryBytes: number('maxmemory'),
		maxmemoryPolicy: text('maxmemory_policy'),
		allocatorFragmentationRatio: number('allocator_frag_ratio'),
		residentRatio: number('mem_fragmentation_ratio'),
		notCountedForEvictionBytes: number('mem_not_counted_for_evict'),
		clientsBytes: number('mem_clients_normal'),
		replicasBytes: replicaBufferBytes(info) ?? null,
		backlogBytes: number('mem_replication_backlog'),
		systemBytes: number('total_system_memory'),
	};
}

export function clientsPart(info: InfoReply) {
	const {number} = sectionReader(info, 'clients');
	return {
		connected: number('connected_clients'),
		limit: number('maxclients'),
		blocked: number('blocked_clients'),
		tracking: number('tracking_clients'),
		pubsub: number('pubsub_clients'),
		watching: number('watching_clients'),
		largestQueryBufferBytes: number('client_recent_max_input_buffer'),
		largestOutputBufferBytes: number('client_recent_max_output_buffer'),
	};
}

export function persistencePart(info: InfoReply) {
	const {number, text, flag, unlessNegative} = sectionReader(info, 'persistence');
	const lastSaveSeconds = number('rdb_last_save_time');
	return {
		isLoading: flag('loading'),
		rdb: {
			changesSinceLastSave: number('rdb_changes_since_last_save'),
			/** When the data set was last saved. If the server has not saved since its start, the time of the start. */
			lastSaveAt: lastSaveSeconds === null ? null : isoTime(lastSaveSeconds * 1000),
			lastStatus: text('rdb_last_bgsave_status'),
			lastDurationSeconds: unlessNegative('rdb_last_bgsave_time_sec'),
			isSaving: flag('rdb_bgsave_in_progress'),
			currentDurationSeconds: unlessNegative('rdb_current_bgsave_time_sec'),
			lastCopyOnWriteBytes: number('rdb_last_cow_size'),
		},
		aof: {
			isEnabled: flag('aof_enabled'),
			lastWriteStatus: text('aof_last_write_status'),
			isRewriting: flag('aof_rewrite_in_progress'),
			lastRewriteStatus: text('aof_last_bgrewrite_status'),
			lastRewriteSeconds: unlessNegative('aof_last_rewrite_time_sec'),
			currentBytes: number('aof_current_size'),
			baseBytes: number('aof_base_size'),
			delayedFsyncs: number('aof_delayed_fsync'),
		},
		lastForkMicroseconds: sectionReader(info, 'stats').number('latest_fork_usec'),
	};
}

export function keyspacePart(info: InfoReply) {
	return {
		keys: keyCount(info) ?? null,
		databases: keyspace(info).map(({database, keys, expires, avgTtlMs}) => ({
			database,
			keys,
			expires: expires ?? null,
			/**
			The server's estimate of the mean time to live. Null while the server has no estimate, for which it prints 0.
			*/
			averageTtlMs: avgTtlMs === undefined || avgTtlMs === 0 ? null : avgTtlMs,
		})),
	};
}
