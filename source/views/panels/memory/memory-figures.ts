import type {Figure} from '../../figure.js';

/** What each label of the panel Memory means: the reply and field that it comes from, and which values are bad. */
export const memoryFigures: readonly Figure[] = [
	[
		'used',
		'used_memory of INFO memory against maxmemory, else the limit of the cgroup, else the RAM. Bad from 80 %; at 100 % the policy decides.',
	],
	[
		'rss, peak',
		'used_memory_rss: what the operating system gave. used_memory_peak: the most ever used since the start.',
	],
	['policy', 'maxmemory_policy: which keys are evicted when memory is full; noeviction refuses writes.'],
	[
		'evicted, expired',
		'evicted_keys and expired_keys of INFO stats per second, and since the start. Eviction is bad unless the server is a cache.',
	],
	[
		'over limit',
		'current_eviction_exceeded_time: how long eviction has not brought memory below maxmemory. Bad from 1 s.',
	],
	['keys', 'Keys of INFO keyspace, and used_memory_dataset by their number.'],
	['dataset', 'used_memory_dataset, and used_memory_overhead: what is no data.'],
	[
		'allocator',
		'allocator_frag_ratio and allocator_frag_bytes: memory lost between values. Bad from 1.4; active defragmentation gives it back.',
	],
	['alloc. rss', 'allocator_rss_ratio: pages that the allocator keeps; MEMORY PURGE gives them back.'],
	['process rss', 'rss_overhead_ratio: what the process uses beside the allocator.'],
	[
		'mem_frag',
		'mem_fragmentation_ratio: resident by used memory. Pages freed since a peak count too, so it is not always fragmentation.',
	],
	['clients, replicas', 'mem_clients_normal, and the output buffers of the replicas with the backlog.'],
	['aof buffer', 'mem_aof_buffer: what waits to be written to the append-only file.'],
	['cluster', 'mem_cluster_links: buffers of the cluster bus.'],
	['scripts, functions', 'used_memory_scripts, used_memory_functions, and their number.'],
	['lazy free', 'lazyfree_pending_objects: deleted, and not freed yet.'],
	['rehashing', 'mem_overhead_db_hashtable_rehashing: a second hash table while the first one grows.'],
	['DB, KEYS', 'Keys of each database by INFO keyspace.'],
	['TTL, AVG TTL', 'The share of keys with a time to live, and their mean time left.'],
];
