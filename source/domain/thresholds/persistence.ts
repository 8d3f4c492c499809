const mebibyte = 1024 * 1024;

export const persistenceThresholds = {
	'per.aof_rewrite.failures': {
		value: 3,
		unit: 'count',
		source: 'failures in a row; the server then waits up to an hour between attempts',
	},
	'per.aof_pending.bytes': {value: 1024, unit: 'bytes', source: 'an append-only file of this size holds no data yet'},
	'per.stale.windows': {
		value: 2,
		unit: 'ratio',
		source: 'times the longest window of save; after one window a save is only due',
	},
	'per.stale.critical': {value: 172_800, unit: 'seconds', source: 'awesome-prometheus-alerts: no save for 48 hours'},
	'per.dirty.changes': {value: 1_000_000, unit: 'count', source: 'changes that a crash would lose'},
	'per.slow_save.seconds': {value: 300, unit: 'seconds', source: 'a save of 10 GB takes about a minute'},
	'per.slow_save.times': {value: 3, unit: 'ratio', source: 'times the last save'},
	'per.fork_slow.warning': {
		value: 100,
		unit: 'milliseconds',
		source: 'every client waits; a good host forks 10 GB in 100 ms',
	},
	'per.fork_slow.critical': {value: 1000, unit: 'milliseconds', source: 'clients time out'},
	'per.cow.share': {value: 0.5, unit: 'share', source: 'of resident memory, needed in addition to it'},
	'per.cow.bytes': {value: 100 * mebibyte, unit: 'bytes', source: 'less fits on any machine'},
	'per.aof_bloat.ratio': {value: 3, unit: 'ratio', source: 'a rewrite is due at 2 (auto-aof-rewrite-percentage 100)'},
	'per.aof_bloat.bytes': {value: 64 * mebibyte, unit: 'bytes', source: 'auto-aof-rewrite-min-size'},
	'per.disk.times': {
		value: 1.2,
		unit: 'ratio',
		source: 'times used memory: a new RDB file needs room beside the old one until it is complete',
	},
	'per.disk.share': {value: 0.1, unit: 'share', source: 'of the disk; other programs write to it, too'},
} as const;
