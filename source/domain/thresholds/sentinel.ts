export const sentinelThresholds = {
	'sen.count.fewest': {
		value: 3,
		unit: 'count',
		source: 'Sentinel documentation: a robust deployment needs at least three',
	},
	'sen.disagree.seconds': {value: 10, unit: 'seconds', source: 'longer than a failover takes to get around'},
	'sen.failing.seconds': {
		value: 180,
		unit: 'seconds',
		source: 'failover-timeout, where a sentinel does not tell its own',
	},
} as const;
