export const clusterThresholds = {
	'clu.slot_skew.share': {
		value: 0.25,
		unit: 'share',
		source: 'redis-cli --cluster rebalance moves slots from 2 % on, and every resharding exceeds that',
	},
	'clu.key_skew.ratio': {
		value: 2,
		unit: 'ratio',
		source: 'a shard with twice the load of others is full first',
	},
	'clu.ghost.handshake': {
		value: 30,
		unit: 'seconds',
		source: 'a handshake ends after the node timeout, 15 s by default',
	},
	'clu.ghost.fail': {
		value: 86_400,
		unit: 'seconds',
		source: 'a node that is not back after a day is not expected back',
	},
	'clu.links.unsent': {
		value: 10 * 1024 * 1024,
		unit: 'bytes',
		source: 'a link at rest has 48 bytes; cluster-link-sendbuf-limit is off by default',
	},
	'clu.asm.silent': {value: 60, unit: 'seconds', source: 'a running migration is updated every second'},
	'clu.asm.news': {
		value: 600,
		unit: 'seconds',
		source: 'how long a failure is reported; the servers keep it in their log',
	},
} as const;
