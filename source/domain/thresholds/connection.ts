export const connectionThresholds = {
	'conn.refused.restart': {
		value: 60,
		unit: 'seconds',
		source:
			'a process that replied so recently may be restarting; awesome-prometheus-alerts waits a minute for redis_up',
	},
	'conn.unresponsive.warning': {value: 1, unit: 'seconds', source: 'one default interval without a reply'},
	'conn.unresponsive.critical': {
		value: 5,
		unit: 'seconds',
		source: 'busy-reply-threshold: after 5 s even a running script makes the server answer BUSY',
	},
	'conn.rtt.warning': {value: 10, unit: 'milliseconds', source: 'the p99 that runbooks for caches alert on'},
	'conn.rtt.critical': {value: 100, unit: 'milliseconds', source: 'a cache that is slower than the database behind it'},
	'conn.flapping.count': {value: 3, unit: 'count', source: 'lost connections in a minute; a restart loses one'},
	'conn.stale.intervals': {
		value: 3,
		unit: 'count',
		source: 'intervals without data; a single late reply does not count',
	},
	'conn.stale.critical': {value: 15, unit: 'seconds', source: 'decisions should not rest on older data'},
	'srv.restarted.recent': {value: 600, unit: 'seconds', source: 'how long a restart is listed'},
	'srv.crash_loop.count': {value: 3, unit: 'count', source: 'restarts within two minutes; a planned restart is one'},
	'srv.clock.skew': {value: 5, unit: 'seconds', source: 'NTP keeps clocks far closer; log times and TTLs are misread'},
	'srv.loading.replica': {
		value: 60,
		unit: 'seconds',
		source: 'a planned restart of a replica; its primary serves meanwhile',
	},
	'srv.loading_stuck.seconds': {value: 30, unit: 'seconds', source: 'longer than one huge key takes to load'},
	'srv.failover.critical': {value: 30, unit: 'seconds', source: 'a coordinated FAILOVER takes less than a second'},
} as const;
