export const replicationThresholds = {
	'rep.link_down.warning': {value: 10, unit: 'seconds', source: 'repl-ping-replica-period: a reconnection takes less'},
	'rep.link_down.critical': {value: 60, unit: 'seconds', source: 'repl-timeout'},
	'rep.io_stale.warning': {
		value: 11,
		unit: 'seconds',
		source: 'just above repl-ping-replica-period (10 s): an idle primary sends nothing else',
	},
	'rep.io_stale.critical': {value: 30, unit: 'seconds', source: 'half of repl-timeout'},
	'rep.sync.warning': {value: 600, unit: 'seconds', source: '10 GB at 20 MB/s'},
	'rep.lag_bytes.warning': {value: 5, unit: 'seconds', source: 'the level runbooks alert on'},
	'rep.lag_bytes.critical': {value: 30, unit: 'seconds', source: 'a failover now loses half a minute of writes'},
	'rep.lag_bytes.floor': {
		value: 65_536,
		unit: 'bytes',
		source: 'less is under way on any link; an idle primary sends 14 bytes a ping',
	},
	'rep.lag_ack.warning': {value: 5, unit: 'seconds', source: 'the level runbooks alert on'},
	'rep.lag_ack.critical': {value: 10, unit: 'seconds', source: 'min-replicas-max-lag'},
	'rep.lost.recent': {value: 600, unit: 'seconds', source: 'awesome-prometheus-alerts looks at changes of minutes'},
	'rep.fullsync_storm.count': {
		value: 2,
		unit: 'count',
		source: 'full resyncs in ten minutes, without those of new replicas',
	},
	'rep.flapping.count': {
		value: 4,
		unit: 'count',
		source:
			'partial resyncs in two minutes, beyond one for each replica: a failover or a restart costs each replica one',
	},
	'rep.backlog.seconds': {
		value: 60,
		unit: 'seconds',
		source: 'repl-timeout: a replica that returns sooner should need only a partial resync',
	},
	'rep.obuf.share': {
		value: 0.5,
		unit: 'share',
		source: 'of client-output-buffer-limit replica, at which the link is closed',
	},
	'rep.disc_total.attempts': {value: 3, unit: 'count', source: 'attempts of one resync; the first should succeed'},
	'rep.grace.seconds': {
		value: 30,
		unit: 'seconds',
		source: 'after a change of role offsets start over and links reconnect',
	},
} as const;
