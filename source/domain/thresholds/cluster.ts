export const clusterThresholds = {
	'clu.slot_skew.share': {
		value: 0.25,
		unit: 'share',
		source: 'redis-cli --cluster rebalance moves from 2 % on, which every resharding exceeds',
	},
	'clu.key_skew.ratio': {
		value: 2,
		unit: 'ratio',
		source: 'one shard that takes the load of two is the first to be full',
	},
	'clu.ghost.handshake': {
		value: 30,
		unit: 'seconds',
		source: 'a handshake ends after the node timeout, 15 s by default',
	},
	'clu.ghost.fail': {value: 86_400, unit: 'seconds', source: 'whoever has not brought it back within a day will not'},
	'clu.links.unsent': {
		value: 10 * 1024 * 1024,
		unit: 'bytes',
		source: 'a link at rest has 48 bytes; cluster-link-sendbuf-limit is off by default',
	},
	'clu.asm.silent': {value: 60, unit: 'seconds', source: 'a running migration is heard of every second'},
	'clu.asm.news': {
		value: 600,
		unit: 'seconds',
		source: 'how long a failure stays news; the servers keep it in their log',
	},
} as const;
