export const sentinelThresholds = {
	'sen.count.fewest': {
		value: 3,
		unit: 'count',
		source: 'Sentinel documentation: a robust deployment needs at least three',
	},
	'sen.disagree.seconds': {value: 10, unit: 'seconds', source: 'a failover reaches all sentinels in less'},
	'sen.failing.seconds': {
		value: 180,
		unit: 'seconds',
		source: 'the default of failover-timeout, for sentinels that do not tell theirs',
	},
} as const;
