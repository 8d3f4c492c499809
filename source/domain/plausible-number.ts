/** No count, size or age of a server reaches this; the server prints a negative 64-bit result as 2^64 − n. */
const mostPlausible = 2 ** 60;

/** A negative value means something here: -1 for "never" or "none", and differences of sizes. */
const mayBeNegative = /_bytes$|_offset\d*$|sec|ttl|perc|ratio|_good_|epoch/;

/**
On a replica that never had a link Redis 5.0 to 6.2.1 counts this age from 1970, and other versions print -1. A value above
the uptime is read as -1 too.
*/
const linkDownAge = 'master_link_down_since_seconds';

/** Ages of something that began within the life of the process. */
const agesWithinProcess: ReadonlySet<string> = new Set([
	linkDownAge,
	'master_last_io_seconds_ago',
	'master_sync_last_io_seconds_ago',
	'rdb_current_bgsave_time_sec',
	'aof_current_rewrite_time_sec',
]);

/** A server computes an age and its uptime by two clocks, seconds. */
const clockTolerance = 60;

/** A process that serves clients has resident memory: 0 is the server's word for "could not be read", also in a ratio. */
const neverZero: ReadonlySet<string> = new Set(['used_memory_rss', 'mem_fragmentation_ratio']);

/**
The number if it can be what its field claims, else undefined.

@param uptimeSeconds Asked only for an age within the life of the process.
*/
export function plausibleNumber(
	field: string,
	value: number,
	uptimeSeconds: () => number | undefined,
): number | undefined {
	if (value < 0 && (value <= -mostPlausible || !mayBeNegative.test(field))) {
		return undefined;
	}

	if (value === 0) {
		return neverZero.has(field) ? undefined : value;
	}

	const most = agesWithinProcess.has(field) ? (uptimeSeconds() ?? mostPlausible) + clockTolerance : mostPlausible;
	const isTooLarge = value >= mostPlausible || value > most;
	return isTooLarge ? (field === linkDownAge ? -1 : undefined) : value;
}
