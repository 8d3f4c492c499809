/**
Numbers of this size or above are not plausible as a count, size or age. Servers print a negative 64-bit result as 2^64
− n, which is above this limit.
*/
const mostPlausible = 2 ** 60;

/** Matches fields that may be negative: -1 stands for "never" or "none", and a difference of sizes may be below 0. */
const mayBeNegative = /_bytes$|_offset\d*$|sec|ttl|perc|ratio|_good_|epoch/;

/**
Seconds since a replica lost its link. On a replica that never had a link, Redis 5.0 to 6.2.1 count from 1970, and other
versions print -1. A value above the uptime is therefore read as -1.
*/
const linkDownAge = 'master_link_down_since_seconds';

/** Fields with the age of something that began after the process started. Such an age can't exceed the uptime. */
const agesWithinProcess: ReadonlySet<string> = new Set([
	linkDownAge,
	'master_last_io_seconds_ago',
	'master_sync_last_io_seconds_ago',
	'rdb_current_bgsave_time_sec',
	'aof_current_rewrite_time_sec',
]);

/** Tolerance in seconds between an age and the uptime. The server computes the two from different clocks. */
const clockTolerance = 60;

/** Fields whose 0 means "could not be read": a process that serves clients has resident memory. */
const neverZero: ReadonlySet<string> = new Set(['used_memory_rss', 'mem_fragmentation_ratio']);

/**
The number if it is plausible for its field, else undefined.

@param server Its uptime is read only for an age that can't exceed the uptime.
*/
export function plausibleNumber(
	field: string,
	value: number,
	server: {readonly uptimeSeconds?: number | undefined} = {},
): number | undefined {
	if (value < 0 && (value <= -mostPlausible || !mayBeNegative.test(field))) {
		return undefined;
	}

	if (value === 0) {
		return neverZero.has(field) ? undefined : value;
	}

	const most = agesWithinProcess.has(field) ? (server.uptimeSeconds ?? mostPlausible) + clockTolerance : mostPlausible;
	const isTooLarge = value >= mostPlausible || value > most;
	return isTooLarge ? (field === linkDownAge ? -1 : undefined) : value;
}
