import type {TrackedReading} from '../derive/field-tracks.js';
import {type Message, message} from '../domain/message.js';
import {keyCount} from '../domain/metric.js';
import {keyTotals} from '../parse/info-fields.js';
import {milliseconds, percent, perSecond, seconds} from '../text/units.js';
import {rate} from './needs.js';
import {hint, redisCli} from './next-steps.js';
import type {NodeFacts} from './node-facts.js';
import {asksForOthers, hasAskedForOthers, othersText} from './other-keys.js';
import {clear, fires, rule} from './rule.js';
import {type SoonerExpiry, soonerExpiry} from './sooner-expiry.js';
import {topWriter, type Writer} from './writers.js';

/** Fewest keys that expire a second for which the lifetime of keys is computed. */
const fewestExpired = 10;
/** Least number of expired keys for each miss. With fewer, keys that expire do not explain the misses. */
const leastExpiredShare = 0.25;
/** Largest change of the number of keys for each expired key. A larger one is a mass expiry or an import. */
const steadyShare = 0.5;
/** Milliseconds that a hit rate must lie back to be compared with the present one. */
const backMs = 600_000;

/** How long keys live, in seconds. `isOfAll`: the mean of all keys with a TTL. Else the most that new keys live. */
type Lifetime = {readonly seconds: number; readonly isOfAll: boolean};

/** Least number of expired keys for each miss from which nearly every key that is missed was written and has expired. */
const nearlyAll = 0.6;

/**
How long keys live where it is `longest` or less: while as many keys are written as expire, it is their number divided by
those that expire in a second (Little's law). Many keys of before may be left that live longer. What was there while
lookups found their keys, at `best`, does not count then. Undefined where keys do not expire steadily, or are evicted.
*/
function shortLifetime(
	facts: NodeFacts,
	misses: number,
	best: Best | undefined,
	longest: number,
): Lifetime | undefined {
	const expiry = expiryOf(facts, best?.atMs ?? Number.NEGATIVE_INFINITY);
	if (
		expiry === undefined ||
		expiry.expired < fewestExpired ||
		expiry.expired < leastExpiredShare * misses ||
		expiry.change > steadyShare * expiry.expired ||
		(facts.perSecond('stats', 'evicted_keys') ?? 0) > 0
	) {
		return undefined;
	}

	const {expiring, expired} = expiry;
	if (expiring / expired <= longest) {
		return {seconds: expiring / expired, isOfAll: true};
	}

	const written = best === undefined ? expiring : expiring - keptKeys(best, facts.nowMs);
	const ofNew = written / (expired - (best?.expired ?? 0));
	// Without a past the keys of before count too, so the lifetime is shorter than computed.
	const isShort = best === undefined ? ofNew <= 2 * longest && expired >= nearlyAll * misses : ofNew <= longest;
	return ofNew > 0 && isShort ? {seconds: ofNew, isOfAll: false} : undefined;
}

/** Least milliseconds over which the server's steps of active expiry no longer show. */
const evenMs = 3000;

/** The keys with a TTL, those that expire in a second, and the change of the number of keys in a second. */
type Expiry = {readonly expiring: number; readonly expired: number; readonly change: number};

/**
How keys expire: over a time after `sinceMs` of which readings are kept, else between the last two samples. A server
expires keys in steps, so that their number in one second varies.
*/
function expiryOf(facts: NodeFacts, sinceMs: number): Expiry | undefined {
	const {sample, earlier, nowMs} = facts;
	if (sample === undefined || earlier === undefined) {
		return undefined;
	}

	const {expiring} = keyTotals(sample.info);
	const isKept = ({atMs}: TrackedReading): boolean => atMs > sinceMs && atMs <= nowMs - evenMs;
	const then = facts.past(['stats', 'expired_keys'], backMs).findLast(isKept);
	const before = facts.past(['keyspace', 'expires'], backMs).findLast(isKept);
	if (then === undefined || before === undefined) {
		const elapsedSeconds = (sample.elapsedMs - earlier.elapsedMs) / 1000;
		const change = Math.abs((keyCount(sample.info) ?? 0) - (keyCount(earlier.info) ?? 0)) / elapsedSeconds;
		return {expiring, expired: facts.perSecond('stats', 'expired_keys') ?? 0, change};
	}

	const elapsedSeconds = (nowMs - then.atMs) / 1000;
	const expired = ((facts.number('stats', 'expired_keys') ?? 0) - then.value) / elapsedSeconds;
	return {expiring, expired, change: Math.abs(expiring - before.value) / elapsedSeconds};
}

/** The keys with a TTL of that time which are left, where they have gone on to expire as before. */
const keptKeys = ({atMs, expiring, expired}: Best, nowMs: number): number =>
	expiring - (expired * (nowMs - atMs)) / 1000;

/** Ten seconds in which lookups found their keys: their share, hits and expired keys a second, keys with a TTL at its end. */
type Best = {
	readonly atMs: number;
	readonly share: number;
	readonly hits: number;
	readonly expired: number;
	readonly expiring: number;
};

/**
The ten seconds with the best share of hits within the last ten minutes. Times with fewer lookups than `fewest` a second
do not count.
*/
function bestTime(facts: NodeFacts, fewest: number): Best | undefined {
	const [hits, misses, expired, expiring] = [
		facts.past(['stats', 'keyspace_hits'], backMs),
		facts.past(['stats', 'keyspace_misses'], backMs),
		facts.past(['stats', 'expired_keys'], backMs),
		facts.past(['keyspace', 'expires'], backMs),
	];
	return hits
		.slice(1)
		.flatMap(({atMs}, index): readonly Best[] => {
			const seconds = (atMs - (hits[index]?.atMs ?? atMs)) / 1000;
			const grown = (readings: readonly TrackedReading[]): number =>
				(readings[index + 1]?.value ?? 0) - (readings[index]?.value ?? 0);
			const lookups = grown(hits) + grown(misses);
			return seconds <= 0 || lookups < fewest * seconds
				? []
				: [
						{
							atMs,
							share: grown(hits) / lookups,
							hits: grown(hits) / seconds,
							expired: Math.max(0, grown(expired)) / seconds,
							expiring: expiring[index + 1]?.value ?? 0,
						},
					];
		})
		.toSorted((one, other) => other.share - one.share)[0];
}

/** The share of hits since the start of the server; 0 where it did not look keys up. */
function hitShareSinceStart(facts: NodeFacts): number {
	const hits = facts.number('stats', 'keyspace_hits') ?? 0;
	const lookups = hits + (facts.number('stats', 'keyspace_misses') ?? 0);
	return lookups === 0 ? 0 : hits / lookups;
}

/** Share of hits at or below which nearly all lookups miss. */
const fewHits = 0.2;
/** Share of hits since the start that nearly no lookup of now could have: it counts those of now too. */
const halfOfAll = 0.5;

/** Whether redis-top does not yet know the last ten minutes. */
const hasJustBegun = (facts: NodeFacts): boolean =>
	(facts.past(['stats', 'keyspace_hits'], backMs)[0]?.atMs ?? facts.nowMs) > facts.nowMs - 0.9 * backMs;

/** Whether most lookups since the start found their key. All of them count, so the share before was higher still. */
function hasFallenSinceStart(facts: NodeFacts, share: number, limits: {readonly before: number}): boolean {
	return hitShareSinceStart(facts) >= (share <= fewHits ? Math.min(halfOfAll, limits.before) : limits.before);
}

/** How long keys live, and who writes them, in words that fit on a narrow screen: `keys live 5.4s after SET from web`. */
function lifeText({seconds: lifetime, isOfAll}: Lifetime, writer: Writer | undefined): Message {
	const {command, client} = writer?.culprit ?? {};
	const from = client === undefined ? '' : message` from ${client}`;
	if (isOfAll) {
		const time = lifetime < 1 ? milliseconds(lifetime * 1000) : seconds(lifetime);
		return message`keys live ${time}${command === undefined ? '' : message` after ${command}${from}`}`;
	}

	return message`new keys expire within ${seconds(Math.ceil(lifetime))}${command === undefined ? '' : message` of ${command}${from}`}`;
}

/** That far more keys expire than before, and who writes: `keys expire sooner after SET from web, 45/s`. */
function soonerText({expired}: SoonerExpiry, writer: Writer | undefined): Message {
	const {command, client} = writer?.culprit ?? {};
	const from = client === undefined ? '' : message` from ${client}`;
	return message`keys expire sooner${command === undefined ? '' : message` after ${command}${from}`}, ${perSecond(expired)}`;
}

export const keyMiss = rule({
	id: 'key.miss',
	scope: 'node',
	docs: {
		looksAt:
			'Most key lookups find nothing: the rates of `keyspace_hits` and `keyspace_misses`. The rule needs a minimum number of lookups a second. It computes how long keys live, where as many are written as expire; keys with a longer TTL may be left from before. The finding is a warning where keys live for seconds, and most lookups found their key within the last ten minutes; where redis-top has just begun to look, since the start of the server. It is a warning as well where redis-top has just begun to look and far more keys expire than since the start, while clients write again what they miss. And it is a warning where lookups found their key within the last ten minutes, and clients now write what they miss beside keys that are all there still: they ask for other keys. Where redis-top has just begun to look, it is one if all clients have connected since, too.',
		since: '2.2',
		falsePositives: [
			'A client that asks whether a key exists counts a miss. The finding is only info, unless lookups found their keys a moment ago.',
			'A nightly expiry of many keys makes lookups miss too. The number of keys falls then, and the finding stays info.',
			'A job that reads and writes new keys leaves the hits of the other clients, and a cache that was emptied has fewer keys than before. The finding stays info.',
			'A replica counts the reads of its own clients. Its ratio says nothing about its primary.',
		],
	},
	thresholds: {
		lookups: {value: 100, unit: 'perSecond', source: 'the ratio of fewer lookups says little'},
		share: {value: 0.5, unit: 'share', source: 'of the lookups; at least this share should find a key'},
		fewest: {
			value: 20,
			unit: 'perSecond',
			source: 'lookups, where most found their key before: 200 lookups in ten seconds show a fall',
		},
		lifetime: {
			value: 30,
			unit: 'seconds',
			source: 'a cache that is filled for a shorter time hardly spares its database',
		},
		before: {value: 0.8, unit: 'share', source: 'of the lookups found a key before; a cache that works'},
	},
	raiseAfter: 3,
	// The share varies from second to second, and a finding that goes and comes back hides the cause.
	clearAfter: 5,
	needs: {hits: rate('stats', 'keyspace_hits'), misses: rate('stats', 'keyspace_misses')},
	evaluate({hits, misses}, facts, limits) {
		const lookups = hits + misses;
		if (lookups < limits.fewest || hits / lookups >= limits.share) {
			return clear;
		}

		const best = bestTime(facts, limits.fewest);
		// A client that looks up keys that never existed lowers the share, and the keys of the others are still found.
		const wasBetter = best !== undefined && best.share >= limits.before && hits <= best.hits / 2;
		const life = shortLifetime(facts, misses, wasBetter ? best : undefined, limits.lifetime);
		const isShort = life !== undefined;
		const isUnseen = (best?.share ?? 0) < limits.before && hasJustBegun(facts);
		const isBelowStart = isUnseen && hasFallenSinceStart(facts, hits / lookups, limits);
		const sooner = !isShort && isBelowStart ? soonerExpiry(facts, hits, misses) : undefined;
		const isOfOthers =
			!isShort &&
			sooner === undefined &&
			(wasBetter
				? asksForOthers(facts, hits, misses, best)
				: isBelowStart && hits / lookups <= fewHits && hasAskedForOthers(facts, hits, misses));
		const others = isOfOthers ? topWriter(facts) : undefined;
		const hasFallen = (isShort && (wasBetter || isBelowStart)) || sooner !== undefined || others !== undefined;
		if (!hasFallen && lookups < limits.lookups) {
			return clear;
		}

		const isExpiring = isShort || sooner !== undefined;
		const writer = isExpiring ? topWriter(facts) : others;
		return fires(hasFallen ? 'warning' : 'info', {
			problem:
				hasFallen && wasBetter
					? `hit rate fell from ${percent(best.share)} to ${percent(hits / lookups)}`
					: `misses ${percent(misses / lookups)} of its key lookups`,
			...(hasFallen ? {} : {detail: `${perSecond(lookups)} lookups`}),
			...(isShort
				? {reason: lifeText(life, writer)}
				: sooner !== undefined
					? {reason: soonerText(sooner, writer)}
					: others !== undefined
						? {reason: othersText(others)}
						: {}),
			...(hasFallen ? {effect: 'slow' as const} : {}),
			...(writer === undefined ? {} : {culprit: writer.culprit}),
			evidence: [
				{name: 'hits', value: hits, unit: 'perSecond'},
				{name: 'misses', value: misses, unit: 'perSecond'},
				...(sooner === undefined
					? []
					: [
							{name: 'expired keys', value: sooner.expired, unit: 'perSecond' as const},
							{name: 'expired keys since the start', value: sooner.usual, unit: 'perSecond' as const},
						]),
				...(isShort
					? [
							{name: 'expired keys', value: facts.perSecond('stats', 'expired_keys') ?? 0, unit: 'perSecond' as const},
							{name: 'lifetime of keys, estimated', value: life.seconds, unit: 'seconds' as const},
						]
					: []),
				...(hasFallen
					? [
							wasBetter
								? {name: 'best share of hits in ten minutes', value: best.share, unit: 'share' as const}
								: {name: 'share of hits since the start', value: hitShareSinceStart(facts), unit: 'share' as const},
						]
					: []),
				...(writer?.evidence ?? []),
			],
			meaning: isExpiring
				? 'Each miss loads the database behind the cache. What is written to the cache is gone before it is read again.'
				: others !== undefined
					? 'Each miss loads the database behind the cache. The keys of before are all there still, and hardly any is asked for. What is missed is written.'
					: 'Each miss loads the database behind the cache. After a restart that is usual, else keys expire or are evicted too early.',
			next: isExpiring
				? [
						hint(
							'compare the TTL in the last release: PX counts milliseconds, EX seconds; PEXPIRE and EXPIRE likewise',
						),
						hint('take a key that is missed from the log of the client, write it, and ask PTTL KEY'),
						redisCli(facts, 'INFO keyspace'),
					]
				: others !== undefined
					? [
							hint(
								message`compare the last release${others.culprit.client === undefined ? '' : message` of ${others.culprit.client}`}: the prefix or version in the names of its keys, and its database`,
							),
							hint(
								'roll it back, and the keys of before are found again; or let the cache fill, and spare the database behind it meanwhile',
							),
							redisCli(facts, 'INFO keyspace'),
						]
					: [redisCli(facts, 'INFO keyspace'), hint('compare with evicted_keys and expired_keys: panel 2')],
		});
	},
});
