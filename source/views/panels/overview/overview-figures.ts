import type {Figure} from '../../figure.js';

/** What each label of the panel Overview means: the reply and field that it comes from, and which values are bad. */
export const overviewFigures: readonly Figure[] = [
	['line 2', 'The worst of what holds now: what users feel, on which node, by whom. Panel 9 lists all of it.'],
	[
		'used',
		'used_memory of INFO memory, against maxmemory, else the limit of the cgroup, else the RAM; the line says which. Bad from 80 %.',
	],
	[
		'rss',
		'used_memory_rss: what the operating system gave. It includes freed pages that the allocator keeps; panel 2 has its parts.',
	],
	[
		'frag',
		'allocator_frag_ratio: the fragmentation within the allocator, without freed pages. Bad from 1.4 with much memory.',
	],
	[
		'policy, evicted',
		'maxmemory_policy, and evicted_keys of INFO stats per second. Any is bad unless the server is a cache.',
	],
	['keys', 'Keys of INFO keyspace, the share with a time to live, and expired_keys per second.'],
	['ops, hits', 'total_commands_processed per second; keyspace_hits of all lookups.'],
	[
		'in, out, cpu',
		'total_net_input_bytes and total_net_output_bytes per second; used_cpu_user and used_cpu_sys as a share of one core. Bad near 100 %.',
	],
	['clients', 'connected_clients of INFO clients, of maxclients. Bad from 80 %.'],
	[
		'conn rej',
		'rejected_connections per second: maxclients is reached. Any is bad. It does not count refused commands.',
	],
	['repl delay', 'The oldest data of a replica, in seconds, as in BEHIND; not lag= of INFO. Bad from 5 s.'],
	[
		'p99',
		'The highest p99 of a command in LATENCY HISTOGRAM: ≤ is a bucket. Of fewer than 100 calls it is the slowest, if they take 1 % of the time. ≥ is the mean of few calls that no histogram shows yet. Bad from 10 ms.',
	],
	['errors', 'total_error_replies per second; panel 5 names the kinds.'],
	['rdb, unsaved', 'Age and result of the last save, and rdb_changes_since_last_save: what a crash would lose.'],
	['aof, fork', 'State of the append-only file; latest_fork_usec, a pause for every client. Bad from 100 ms.'],
	[
		'ping',
		'Round trip of a PING on an idle connection. host busy: the machine of redis-top was, so that the time says nothing of the server.',
	],
	[
		'slow log',
		'New entries of the last minute, or of the shorter time that is known, and the slowest of all; panel 6 lists them.',
	],
	['thread', 'What the main thread does with its time, the largest parts; panel 5 has all of them and their fields.'],
	[
		'slowest',
		'The command with the highest p99 on this node: the figure p99 of the line above, in the units of panel 5.',
	],
	['redis-top', 'What redis-top itself costs this server: its commands and bytes per second.'],
	[
		'NODE, ROLE',
		'Address and role as the node itself reports them; * is the node in focus, whose figures the boxes show.',
	],
	['STATE', 'up, no reply, loading, busy, down; with ! or !! the worst finding of the node.'],
	['OPS/S, OPS', 'total_commands_processed per second; with a baseline, all since then.'],
	['USED, OF MAX, %MAX', 'used_memory, and its share of maxmemory. Bad from 80 %.'],
	['CLIENTS', 'connected_clients.'],
	[
		'BEHIND',
		'Bytes and seconds behind the primary: its master_repl_offset less the offset of the replica. Bad from 5 s.',
	],
	['TRIP', 'Round trip of the last INFO.'],
	['VERSION, UPTIME', 'Of INFO server. A short uptime is a restart.'],
	['KEYS', 'Keys of all databases.'],
	['SLOTS, EPOCH', 'Slots and configuration epoch by CLUSTER NODES.'],
	['LINK', 'Link of a replica to its source, as the replica reports it.'],
	['SHARD, REPORTER, ZONE', 'The shard of the node; which node reported its role; its availability zone or host.'],
	['AGE', 'Age of the figures in the row. Bad above two intervals.'],
];
