import type {Figure} from '../../figure.js';

/** What each label of the panel Keys means: the reply and field that it comes from. */
export const keysFigures: readonly Figure[] = [
	['keys, with ttl', 'keys and expires of INFO keyspace, all databases together.'],
	['grow', 'Growth of the number of keys a minute, of the samples kept.'],
	['DB, AVG TTL', 'INFO keyspace by database, where the server does not count its keys by size.'],
	['WATCHED, LENGTH', 'Keys of --watch-key: XLEN, LLEN or ZCARD every ten seconds, on the primary that holds the key.'],
	['GROW, DRAIN', 'Growth of the length over two minutes, and the time until it is 0 at that rate.'],
	['LAG, PEND, READERS', 'XINFO GROUPS: entries not delivered yet (Redis 7.0), not acknowledged, and consumers.'],
	['STILL', 'For how long nothing was delivered to the group while entries wait. A warning from a minute on.'],
	['TYPE, KEYS', 'INFO keysizes (Redis 8.0), all databases together.'],
	['HALF UNDER', 'Half of the keys of the type are smaller: bytes of strings, items of others.'],
	['LARGEST', 'The largest bin with a key, and how many keys are in it. A bin ends at twice its size.'],
	['GREW', 'The largest bin that got keys since the panel first read it in this process, and how many.'],
	['BINS', 'Keys by size, from 1 on; each mark is one power of 2. Heights are logarithms.'],
	[
		'SLOT, TIME, IN/S, OUT/S',
		'CLUSTER SLOT-STATS (Valkey 8.0, Redis 8.2), growth between two readings. Time is of the main thread. Needs cluster-slot-stats-enabled.',
	],
	[
		'KEYS OF THE SLOT',
		'Up to 20 keys of the three hottest slots, by CLUSTER GETKEYSINSLOT: the hot key is among them, if there are few.',
	],
	['scan', 'A bounded scan that you start with S: keys seen, of all keys of the database by INFO keyspace.'],
	[
		'price',
		'Time of the scan’s commands on the server: their number, times usec_per_call of commandstats since it began.',
	],
	[
		'MEMORY, TTL',
		'MEMORY USAGE with SAMPLES 5, an estimate for collections; PTTL. The largest keys seen, not the largest of all.',
	],
	['OF KEYS, OF MEM, NO TTL', 'Shares among the keys seen. ± is 1/√n, the error with 95 % confidence.'],
	['most used (LFU)', 'OBJECT FREQ, 0 to 255, with an LFU policy: a logarithm of how often the key is used.'],
	['PREFIX', 'The key up to its first : / | . or -, with # for numbers.'],
	[
		'HOT KEY',
		'HOTKEYS GET: of a session that somebody started (Redis 8.6), or of the server’s own counting (Valkey 9.2).',
	],
	[
		'keys with fields that expire',
		'subexpiry and expired_subkeys (Redis 7.4), keys_with_volatile_items and expired_fields (Valkey 9.0).',
	],
];
