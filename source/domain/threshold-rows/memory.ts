export const memoryThresholds = {
	'mem.max.warning': {value: 0.8, unit: 'share', source: 'the level runbooks and Google Memorystore alert on'},
	'mem.max.critical': {value: 0.9, unit: 'share', source: 'awesome-prometheus-alerts, Datadog redisdb monitors'},
} as const;
