export const hostThresholds = {
	'sec.authfail.rate': {value: 10, unit: 'perMinute', source: 'more than one client with an old password retries'},
	'sec.scan.age': {value: 3600, unit: 'seconds', source: 'how long a probe stays news'},
	'os.somaxconn.full': {value: 0.9, unit: 'share', source: 'of the queue of new connections'},
	'os.cgroup.critical': {value: 0.9, unit: 'share', source: 'the page cache below has given way'},
	'os.oomscore.age': {value: 86_400, unit: 'seconds', source: 'how long a kill stays news'},
} as const;
