/** The thresholds of COMMANDLOG (Valkey 8.1 and later). */
export const commandlogSettings = ['commandlog-request-larger-than', 'commandlog-reply-larger-than'];

/**
The server settings that panels show, rules read and actions change. Each is named in CONFIG GET. The pattern `*` would
also return passwords.
*/
export const polledSettings = [
	'maxmemory',
	'maxmemory-policy',
	'maxclients',
	'save',
	'appendonly',
	'appendfsync',
	'auto-aof-rewrite-percentage',
	'stop-writes-on-bgsave-error',
	'dir',
	'dbfilename',
	'logfile',
	'slowlog-log-slower-than',
	'slowlog-max-len',
	'latency-tracking',
	'latency-monitor-threshold',
	'repl-backlog-size',
	'repl-backlog-ttl',
	'repl-timeout',
	'repl-ping-replica-period',
	'repl-diskless-sync',
	'repl-diskless-sync-delay',
	'tls-replication',
	'min-replicas-to-write',
	'min-replicas-max-lag',
	'replica-ignore-maxmemory',
	'replica-serve-stale-data',
	'client-output-buffer-limit',
	'maxmemory-clients',
	'timeout',
	'tcp-keepalive',
	'tcp-backlog',
	'io-threads',
	'hz',
	'protected-mode',
	'bind',
	'enable-debug-command',
	'enable-module-command',
	'busy-reply-threshold',
	'shutdown-timeout',
	'tracking-table-max-keys',
	'cluster-node-timeout',
	'cluster-require-full-coverage',
	'cluster-allow-reads-when-down',
	'cluster-replica-validity-factor',
] as const;

export type PolledSetting = (typeof polledSettings)[number];
