import {addingCommands} from '../derive/seen-writers.js';
import {type Message, message} from '../domain/message.js';
import {keyCount} from '../domain/metric.js';
import {keyTotals} from '../parse/info-fields.js';
import {otherClients} from './client-names.js';
import {stepsWithoutKeys} from './commands-without-keys.js';
import type {NodeFacts} from './node-facts.js';
import type {Writer} from './writers.js';

/** Least number of new keys, and of writes, for each miss from which clients write what they missed. */
const leastRefill = 0.5;
/** Largest number of expired keys for each miss. With more, keys that expire may explain the misses. */
const mostExpired = 0.25;

/**
How many keys are added in a second, where clients write what they miss, and no keys are lost meanwhile. Undefined where
that is not so.
*/
function refill(facts: NodeFacts, misses: number): number | undefined {
	const {sample, earlier, record} = facts;
	if (sample === undefined || earlier === undefined) {
		return undefined;
	}

	const elapsedSeconds = (sample.elapsedMs - earlier.elapsedMs) / 1000;
	const added = ((keyCount(sample.info) ?? 0) - (keyCount(earlier.info) ?? 0)) / elapsedSeconds;
	const writes = record.commands
		.filter(({command}) => addingCommands.has(command))
		.reduce((sum, {callsPerSecond = 0}) => sum + callsPerSecond, 0);
	return Math.min(added, writes) >= leastRefill * misses &&
		(facts.perSecond('stats', 'evicted_keys') ?? 0) === 0 &&
		(facts.perSecond('stats', 'expired_keys') ?? 0) < mostExpired * misses
		? added
		: undefined;
}

/** A time in which lookups found their keys: their share, hits a second, and the keys with a TTL at its end. */
type Before = {readonly share: number; readonly hits: number; readonly expiring: number};

/**
Whether clients ask for other keys than before, as after a release that renames them: they look up as many keys, write
what they miss, and thereby add keys to those of before, which are all there still. A job that reads new keys leaves the
hits of the others. A cache that was emptied has fewer keys than before.
*/
export const asksForOthers = (facts: NodeFacts, hits: number, misses: number, before: Before): boolean =>
	before.expiring > 0 &&
	facts.sample !== undefined &&
	hits + misses >= before.hits / before.share / 2 &&
	keyTotals(facts.sample.info).expiring >= before.expiring &&
	refill(facts, misses) !== undefined;

/** Longest time since a release, in seconds. Later, the keys that it asks for are written. */
const releaseSeconds = 600;
/** How many times as many keys the server has as the clients can have added since they connected. */
const timesAdded = 2;
/** Largest part of the hits in a second since the start that still counts as a fall. */
const mostHits = 0.5;

/**
The same where redis-top has just begun to look: hardly any key is found where most were, and all clients that look up
or write keys connected within the last ten minutes, so that a release has replaced the earlier ones. A nightly job runs
beside the connections of the day. After a deletion of all keys, the server has no more than was added since.
*/
export function hasAskedForOthers(facts: NodeFacts, hits: number, misses: number): boolean {
	const uptime = facts.number('server', 'uptime_in_seconds') ?? 0;
	const ages = otherClients(facts)
		.filter(({command}) => stepsWithoutKeys([command], undefined) === undefined)
		.map(({ageSeconds}) => ageSeconds);
	const oldest = Math.max(0, ...ages);
	const added = refill(facts, misses);
	return (
		added !== undefined &&
		facts.sample !== undefined &&
		ages.length > 0 &&
		oldest < Math.min(releaseSeconds, uptime) &&
		keyTotals(facts.sample.info).expiring >= timesAdded * added * oldest &&
		hits <= (mostHits * (facts.number('stats', 'keyspace_hits') ?? 0)) / Math.max(1, uptime)
	);
}

/** Who asks for other keys, short enough for line 2 of a narrow screen: `web asks for other keys`. */
export const othersText = ({culprit: {client}}: Writer): Message =>
	client === undefined ? 'clients ask for other keys' : message`${client} asks for other keys`;
