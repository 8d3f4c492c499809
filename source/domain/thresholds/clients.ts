const mebibyte = 1024 * 1024;

export const clientThresholds = {
	'cli.max.warning': {value: 0.8, unit: 'share', source: 'leaves time to find a leak'},
	'cli.max.critical': {value: 0.9, unit: 'share', source: 'awesome-prometheus-alerts'},
	'cli.blocked.share': {value: 0.5, unit: 'share', source: 'of the connected clients'},
	'cli.blocked.clients': {value: 10, unit: 'count', source: 'a share of fewer clients says little'},
	'cli.churn.rate': {value: 100, unit: 'perSecond', source: 'health checks make fewer connections'},
	'cli.churn.share': {value: 0.1, unit: 'share', source: 'of the commands: one connection for ten commands'},
	'cli.obuf.bytes': {
		value: 32 * mebibyte,
		unit: 'bytes',
		source: "the hard limit of a subscriber's buffer, redis.conf",
	},
	'cli.qbuf.bytes': {value: 64 * mebibyte, unit: 'bytes', source: 'the hard limit is 1 GB, redis.conf'},
	'cli.idle_hog.clients': {value: 1000, unit: 'count', source: 'a connection pool may have as many'},
	'cli.idle_hog.share': {value: 0.5, unit: 'share', source: 'of all connections'},
	'cli.tracking.share': {value: 0.8, unit: 'share', source: 'of tracking-table-max-keys; leaves time to raise it'},
	'cli.watch.keys': {value: 1000, unit: 'count', source: 'short transactions watch fewer keys at once'},
	'cli.top_talker.share': {value: 0.5, unit: 'share', source: 'of all bytes, or of all commands: more than all others'},
	'cli.top_talker.bytes': {
		value: 62_500_000,
		unit: 'bytes',
		source: 'a second in both directions; half of what a line of 1 Gbit/s carries one way',
	},
	'cli.pubsub.bytes': {
		value: 8 * mebibyte,
		unit: 'bytes',
		source: "the soft limit of a subscriber's buffer, redis.conf",
	},
} as const;
