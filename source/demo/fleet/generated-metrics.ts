/** Number of servers in a generated shard: a primary and two replicas. */
const shardSize = 3;

const environments = ['prod', 'prod', 'prod', 'staging', 'test'] as const;
const teams = ['cart', 'search', 'billing', 'login', 'feed', 'mail', 'maps'] as const;

/**
How rare each fault is: with the number N, one of N shards has the fault. The numbers are primes, so that few shards
have two faults.
*/
const faults = {
	full: 997,
	down: 2003,
	evicting: 1009,
	rejecting: 4001,
	unlinked: 1511,
	behind: 1201,
	saveFailed: 3001,
} as const;

const gibibyte = 1024 ** 3;

/**
Address of a generated server. It is in 198.18.0.0/15, a network that is reserved for benchmarks and not routed: RFC
2544, section C.2.2.
*/
export const generatedAddress = (index: number): string =>
	`198.18.${Math.floor(index / 250)}.${(index % 250) + 1}:6379`;

/**
A series of a generated server. `head`: its name and labels. `value`: returns its value at a time, which is in seconds
since the start of the counters.
*/
type Line = {readonly head: string; readonly value: (seconds: number) => number};

function linesOf(index: number): readonly Line[] {
	const address = generatedAddress(index);
	const primary = index - (index % shardSize);
	const isPrimary = index === primary;
	const environment = environments[Math.floor(primary / shardSize) % environments.length];
	const team = teams[Math.floor(primary / (shardSize * 11)) % teams.length];
	const labels = `instance="${address}",env="${environment}",team="${team}"`;
	const has = (fault: keyof typeof faults) => (primary + 1) % faults[fault] === faults[fault] - 1;
	const line = (name: string, value: (seconds: number) => number, more = ''): Line => ({
		head: `redis_${name}{${labels}${more}} `,
		value,
	});
	if (has('down') && isPrimary) {
		return [line('up', () => 0)];
	}

	const operations = 50 + ((index * 7919) % 20_000);
	const limit = (1 + (primary % 4)) * gibibyte;
	const share = has('full') ? 0.96 : 0.2 + ((primary * 31) % 500) / 1000;
	const written = (seconds: number) => Math.floor(seconds * operations * 120);
	const runId = (index + 1).toString(16).padStart(40, '0');
	const [primaryHost = '', primaryPort = ''] = generatedAddress(primary).split(':');
	return [
		line('up', () => 1),
		line(
			'instance_info',
			() => 1,
			`,role="${isPrimary ? 'master' : 'slave'}",redis_version="${index % 9 === 0 ? '7.0.15' : '7.2.5'}",redis_mode="standalone",maxmemory_policy="noeviction",tcp_port="6379",run_id="${runId}",os="Linux 6.1.0 x86_64",process_id="1"`,
		),
		line('uptime_in_seconds', seconds => 86_400 + seconds),
		line('memory_used_bytes', seconds => Math.floor(limit * share * (1 + 0.01 * Math.sin(seconds / 600 + index)))),
		line('memory_used_rss_bytes', () => Math.floor(limit * share * 1.1)),
		line('memory_max_bytes', () => limit),
		line('connected_clients', () => 20 + (index % 300)),
		line('config_maxclients', () => 10_000),
		line('blocked_clients', () => 0),
		line('commands_processed_total', seconds => Math.floor(seconds * operations)),
		line('connections_received_total', seconds => Math.floor(seconds)),
		line('rejected_connections_total', seconds => (has('rejecting') && isPrimary ? Math.floor(seconds * 3) : 0)),
		line('evicted_keys_total', seconds => (has('evicting') && isPrimary ? Math.floor(seconds * 250) : 0)),
		line('expired_keys_total', seconds => Math.floor(seconds * 5)),
		line('keyspace_hits_total', seconds => Math.floor(seconds * operations * 0.9)),
		line('keyspace_misses_total', seconds => Math.floor(seconds * operations * 0.1)),
		line('net_input_bytes_total', seconds => Math.floor(seconds * operations * 80)),
		line('net_output_bytes_total', seconds => Math.floor(seconds * operations * 200)),
		line('rdb_last_bgsave_status', () => (has('saveFailed') && isPrimary ? 0 : 1)),
		line('aof_last_write_status', () => 1),
		line('loading_dump_file', () => 0),
		line('connected_slaves', () => (isPrimary ? shardSize - 1 : 0)),
		line('master_repl_offset', written),
		...(isPrimary
			? [1, 2].map(replica => {
					const [host = '', port = ''] = generatedAddress(primary + replica).split(':');
					const behindSeconds = has('behind') && replica === 1 ? 12 : 0;
					return line(
						'connected_slave_offset_bytes',
						seconds => written(Math.max(0, seconds - behindSeconds)),
						`,slave_ip="${host}",slave_port="${port}",slave_state="online"`,
					);
				})
			: [
					line(
						'master_link_up',
						() => (has('unlinked') && index === primary + 1 ? 0 : 1),
						`,master_host="${primaryHost}",master_port="${primaryPort}"`,
					),
				]),
	];
}

/**
The metrics page of a generated fleet, in redis_exporter's names. A few servers have one fault each: full memory, down,
evictions, rejected connections, no link to the primary, behind the primary, a failed save.
*/
export class GeneratedMetrics {
	readonly #lines: readonly Line[];
	readonly #beganMs: number;

	/**
	@param count Number of servers.
	@param nowMs The present, in milliseconds since the epoch.
	*/
	constructor(count: number, nowMs: number) {
		this.#lines = Array.from({length: count}, (_, index) => linesOf(index)).flat();
		// The counters start a day ago, so that they have the values of one day at the first scrape.
		this.#beganMs = nowMs - 86_400_000;
	}

	/** The metrics page at a moment, in milliseconds since the epoch. It has 2.5 KB per server. */
	page(atMs: number): string {
		const seconds = (atMs - this.#beganMs) / 1000;
		const parts: string[] = [];
		for (const {head, value} of this.#lines) {
			parts.push(head, String(value(seconds)), '\n');
		}

		return parts.join('');
	}
}
