export const hostThresholds = {
	'sec.authfail.rate': {value: 10, unit: 'perMinute', source: 'one client with an old password retries less often'},
	'sec.scan.age': {value: 3600, unit: 'seconds', source: 'how long an HTTP request is reported'},
	'os.somaxconn.full': {value: 0.9, unit: 'share', source: 'of the queue of new connections'},
	'os.cgroup.critical': {
		value: 0.9,
		unit: 'share',
		source: 'of memory.max; by then the kernel has taken the page cache back',
	},
	'os.psi.share': {value: 0.6, unit: 'share', source: 'of ten seconds in which some process waited for a processor'},
	'os.oomscore.age': {value: 86_400, unit: 'seconds', source: 'how long a kill is reported'},
} as const;
