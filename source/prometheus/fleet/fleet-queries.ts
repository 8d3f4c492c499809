import {limitsOf} from '../../domain/threshold.js';
import type {SeriesLabels} from '../../parse/prometheus-reply.js';
import {cliMax} from '../../rules/client-limits.js';
import {latP99} from '../../rules/latency.js';
import {repLagBytes} from '../../rules/replication-lag.js';
import {promString} from '../prometheus.js';

/** Labels that together identify a server, as far as series have them. */
export const identityLabels = ['job', 'instance', 'addr', 'target', 'alias', 'namespace', 'pod'] as const;

export type FleetQueryOptions = {
	/** The matchers of `--match`, as text between braces; empty for all servers. */
	readonly matchers: string;
	/** A further label that identifies a server, from the flag `--prometheus-label`. */
	readonly mappedLabel: string | undefined;
	/** Length of the ranges over which rates are computed, in milliseconds. */
	readonly windowMs: number;
};

/** The queries of a refresh. Most return at most one value for each server; some return a few. */
export type FleetQuery =
	| 'up'
	| 'down'
	| 'lost'
	| 'info'
	| 'used'
	| 'limit'
	| 'operations'
	| 'evicted'
	| 'rejected'
	| 'links'
	| 'unlinked'
	| 'behind'
	| 'latency'
	| 'clients'
	| 'failures'
	| 'findings'
	| 'alerts';

/**
The PromQL expression for the growth of the replication offset of the matched servers, in bytes per second. With it, the
bytes that a replica is behind are converted into seconds.
*/
export const writeRates = (matchers: string, windowMs: number): string =>
	`rate(redis_master_repl_offset{${matchers}}[${Math.round(windowMs / 1000)}s])>0`;

/** The labels of `redis_instance_info` that are shown, and `run_id`, which tells that two jobs scrape one server. */
const infoLabels = [
	'role',
	'redis_version',
	'valkey_version',
	'redis_mode',
	'maxmemory_policy',
	'tcp_port',
	'run_id',
] as const;

/** Gauges whose value is 0 or 1. `bad0`: the value 0 means a failure. `bad1`: the value 1 means a failure. */
const failureGauges = {
	bad0: ['redis_rdb_last_bgsave_status', 'redis_aof_last_write_status', 'redis_aof_last_bgrewrite_status'],
	bad1: ['redis_loading_dump_file'],
} as const;

/**
The PromQL expression of each query of a refresh. The expressions contain the thresholds. For healthy servers,
Prometheus therefore sends only the figures that the list shows.
*/
export function fleetQueries({
	matchers,
	mappedLabel,
	windowMs,
}: FleetQueryOptions): Readonly<Record<FleetQuery, string>> {
	const identity = [...identityLabels, ...(mappedLabel === undefined ? [] : [mappedLabel])].join(',');
	const named = (name: string, more = '') => `${name}{${[matchers, more].filter(part => part !== '').join(',')}}`;
	const of = (name: string, more?: string) => `max by(${identity})(${named(name, more)})`;
	const window = `[${Math.round(windowMs / 1000)}s]`;
	const rate = (name: string) => `rate(${named(name)}${window})`;
	const anyName = (names: readonly string[]) => named('', `__name__=~"${names.join('|')}"`);
	const lag = limitsOf(repLagBytes);
	const clients = limitsOf(cliMax);
	const offset = named('redis_connected_slave_offset_bytes', 'slave_state="online"');
	return {
		up: named('redis_up'),
		down: `${named('redis_up')}==0`,
		lost: `last_over_time(${named('redis_up')}[1h])unless ${named('redis_up')}`,
		info: `max by(${identity},${infoLabels.join(',')})(${named('redis_instance_info')})`,
		used: named('redis_memory_used_bytes'),
		limit: `${named('redis_memory_max_bytes')}>0`,
		operations: rate('redis_commands_processed_total'),
		evicted: `${rate('redis_evicted_keys_total')}>0`,
		rejected: `${rate('redis_rejected_connections_total')}>0`,
		links: `min by(${identity},master_host,master_port)(${named('redis_master_link_up')})`,
		unlinked: `${named('redis_master_link_up')}==0`,
		behind: `(${named('redis_master_repl_offset')}-ignoring(slave_ip,slave_port,slave_state)group_right ${offset})>${lag.floor}`,
		latency: `(${of('redis_top_interval_latency_seconds', 'percentile="p99",bound="upper"')}*1000)>${limitsOf(latP99).warning}`,
		clients: ['redis_config_maxclients', 'redis_max_clients']
			.map(limit => `((${named('redis_connected_clients')}/${named(limit)})>=${clients.warning})`)
			.join('or'),
		failures: `(${anyName(failureGauges.bad0)}==0)or(${anyName(failureGauges.bad1)}==1)`,
		findings: named('redis_top_finding', 'severity!="info"'),
		alerts: 'ALERTS{alertstate="firing",instance!=""}',
	};
}

/** The PromQL matcher that selects servers by their label `instance`. */
export function instancesMatcher(servers: ReadonlyArray<{readonly labels: SeriesLabels}>): string {
	const names = [...new Set(servers.map(({labels}) => labels.instance ?? ''))];
	return `instance=~${promString(names.map(name => name.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&')).join('|'))}`;
}
