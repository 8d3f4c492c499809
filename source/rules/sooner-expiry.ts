import {addingCommands} from '../derive/seen-writers.js';
import {keyCount} from '../domain/metric.js';
import type {NodeFacts} from './node-facts.js';

/** Fewest seconds since the server's start from which its counters tell what is usual. */
const fewestUptimeSeconds = 300;
/** Fewest keys that expire in a second for a sooner expiry. */
const fewestExpired = 10;
/** Least expired keys for each miss. A server deletes most expired keys only seconds later, so few are counted at first. */
const leastExpired = 0.05;
/** How many times as many keys expire in a second as since the start, at least. */
const timesAsMany = 4;
/** Least number of writes for each miss, so that clients write again what they missed. */
const leastWrites = 0.5;
/** Largest part of the hits in a second since the start that still counts as a fall. Others find their keys else. */
const mostHits = 0.5;

/** Keys that expire in a second, now and on average since the server's start. */
export type SoonerExpiry = {readonly expired: number; readonly usual: number};

/**
Whether far more keys expire than since the server's start, while clients write again what they miss and hardly any key
is found. Shortly after a release with a shorter TTL, the server has not deleted most of the expired keys yet, so their
lifetime cannot be computed. A job that reads or writes new keys brings none of them to expire; a mass expiry lets the
number of keys fall. Undefined if that is not so, or cannot be known.
*/
export function soonerExpiry(facts: NodeFacts, hits: number, misses: number): SoonerExpiry | undefined {
	const {sample, earlier, record} = facts;
	const uptime = facts.number('server', 'uptime_in_seconds') ?? 0;
	const expired = facts.perSecond('stats', 'expired_keys') ?? 0;
	if (sample === undefined || earlier === undefined || uptime < fewestUptimeSeconds || expired < fewestExpired) {
		return undefined;
	}

	const elapsedSeconds = (sample.elapsedMs - earlier.elapsedMs) / 1000;
	const usualOf = (field: string) => (earlier.info.number('stats', field) ?? 0) / Math.max(1, uptime - elapsedSeconds);
	const usual = usualOf('expired_keys');
	const change = ((keyCount(sample.info) ?? 0) - (keyCount(earlier.info) ?? 0)) / elapsedSeconds;
	const writes = record.commands
		.filter(({command}) => addingCommands.has(command))
		.reduce((sum, {callsPerSecond = 0}) => sum + callsPerSecond, 0);
	const isRefill = writes >= leastWrites * misses && change >= -expired / 2;
	const isFall = hits <= mostHits * usualOf('keyspace_hits');
	return isRefill && isFall && expired >= leastExpired * misses && expired >= timesAsMany * usual
		? {expired, usual}
		: undefined;
}
