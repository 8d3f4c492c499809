import {type Message, message} from '../domain/message.js';
import {keyCount} from '../domain/metric.js';
import {keyTotals} from '../parse/info-fields.js';
import {milliseconds, percent, perSecond, seconds} from '../text/units.js';
import {rate} from './needs.js';
import {hint, redisCli} from './next-steps.js';
import type {NodeFacts} from './node-facts.js';
import {clear, fires, rule} from './rule.js';
import {topWriter, type Writer} from './writers.js';

/** Fewest keys that expire a second for which the lifetime of keys is computed. */
const fewestExpired = 50;
/** Least number of expired keys for each miss. With fewer, keys that expire do not explain the misses. */
const leastExpiredShare = 0.25;
/** Largest change of the number of keys for each expired key. A larger one is a mass expiry or an import. */
const steadyShare = 0.5;
/** Milliseconds that a hit rate must lie back to be compared with the present one. */
const backMs = 600_000;

/**
The mean lifetime of the keys with a TTL, in seconds: while as many keys are written as expire, it is their number divided
by those that expire in a second (Little's law). Undefined where keys do not expire steadily, or are evicted.
*/
function lifetimeSeconds(facts: NodeFacts, misses: number): number | undefined {
	const {sample, earlier} = facts;
	const expired = facts.perSecond('stats', 'expired_keys') ?? 0;
	if (
		sample === undefined ||
		earlier === undefined ||
		expired < fewestExpired ||
		expired < leastExpiredShare * misses
	) {
		return undefined;
	}

	const elapsedSeconds = (sample.elapsedMs - earlier.elapsedMs) / 1000;
	const change = Math.abs((keyCount(sample.info) ?? 0) - (keyCount(earlier.info) ?? 0)) / elapsedSeconds;
	const isSteady = change <= steadyShare * expired && (facts.perSecond('stats', 'evicted_keys') ?? 0) === 0;
	return isSteady ? keyTotals(sample.info).expiring / expired : undefined;
}

/**
The best share of hits in ten seconds of the last ten minutes. Times with fewer lookups than `fewest` a second do not
count. Where redis-top has just begun to look, the share since the start of the server; 0 if unknown.
*/
function bestHitShare(facts: NodeFacts, fewest: number): number {
	const hits = facts.past(['stats', 'keyspace_hits'], backMs);
	const misses = facts.past(['stats', 'keyspace_misses'], backMs);
	const shares = hits.slice(1).map(({atMs, value}, index) => {
		const found = value - (hits[index]?.value ?? value);
		const missed = (misses[index + 1]?.value ?? 0) - (misses[index]?.value ?? 0);
		const lookups = found + missed;
		return lookups < (fewest * (atMs - (hits[index]?.atMs ?? atMs))) / 1000 ? 0 : found / lookups;
	});
	return shares.length > 0 ? Math.max(...shares) : hitShareSinceStart(facts);
}

/** The share of hits since the start of the server; 0 where it did not look keys up. */
function hitShareSinceStart(facts: NodeFacts): number {
	const hits = facts.number('stats', 'keyspace_hits') ?? 0;
	const lookups = hits + (facts.number('stats', 'keyspace_misses') ?? 0);
	return lookups === 0 ? 0 : hits / lookups;
}

/** How long keys live, and who writes them, in words that fit on a narrow screen: `keys live 5.4s after SET from web`. */
function lifeText(lifetime: number, writer: Writer | undefined): Message {
	const {command, client} = writer?.culprit ?? {};
	const by =
		command === undefined ? '' : message` after ${command}${client === undefined ? '' : message` from ${client}`}`;
	return message`keys live ${lifetime < 1 ? milliseconds(lifetime * 1000) : seconds(lifetime)}${by}`;
}

export const keyMiss = rule({
	id: 'key.miss',
	scope: 'node',
	docs: {
		looksAt:
			'Most key lookups find nothing: the rates of `keyspace_hits` and `keyspace_misses`. The rule needs a minimum number of lookups a second. It computes how long keys live, where as many are written as expire. The finding is a warning where keys live for seconds, and most lookups found their key within the last ten minutes; where redis-top has just begun to look, since the start of the server.',
		since: '2.2',
		falsePositives: [
			'A client that asks whether a key exists counts a miss. The finding is only info, unless lookups found their keys a moment ago.',
			'A nightly expiry of many keys makes lookups miss too. The number of keys falls then, and the finding stays info.',
			'A replica counts the reads of its own clients. Its ratio says nothing about its primary.',
		],
	},
	thresholds: {
		lookups: {value: 100, unit: 'perSecond', source: 'the ratio of fewer lookups says little'},
		share: {value: 0.5, unit: 'share', source: 'of the lookups; at least this share should find a key'},
		lifetime: {
			value: 30,
			unit: 'seconds',
			source: 'a cache that is filled for a shorter time hardly spares its database',
		},
		before: {value: 0.8, unit: 'share', source: 'of the lookups found a key before; a cache that works'},
	},
	raiseAfter: 3,
	needs: {hits: rate('stats', 'keyspace_hits'), misses: rate('stats', 'keyspace_misses')},
	evaluate({hits, misses}, facts, limits) {
		const lookups = hits + misses;
		if (lookups < limits.lookups || hits / lookups >= limits.share) {
			return clear;
		}

		const lifetime = lifetimeSeconds(facts, misses);
		const isShort = lifetime !== undefined && lifetime <= limits.lifetime;
		const before = isShort ? bestHitShare(facts, limits.lookups) : 0;
		const hasFallen = before >= limits.before;
		const writer = isShort ? topWriter(facts) : undefined;
		return fires(hasFallen ? 'warning' : 'info', {
			problem: `misses ${percent(misses / lookups)} of its key lookups`,
			...(hasFallen ? {} : {detail: `${perSecond(lookups)} lookups`}),
			...(isShort ? {reason: lifeText(lifetime, writer)} : {}),
			...(hasFallen ? {effect: 'slow' as const} : {}),
			...(writer === undefined ? {} : {culprit: writer.culprit}),
			evidence: [
				{name: 'hits', value: hits, unit: 'perSecond'},
				{name: 'misses', value: misses, unit: 'perSecond'},
				...(isShort
					? [
							{name: 'expired keys', value: facts.perSecond('stats', 'expired_keys') ?? 0, unit: 'perSecond' as const},
							{name: 'lifetime of keys, estimated', value: lifetime, unit: 'seconds' as const},
						]
					: []),
				...(hasFallen ? [{name: 'best share of hits in ten minutes', value: before, unit: 'share' as const}] : []),
				...(writer?.evidence ?? []),
			],
			meaning: isShort
				? 'Each miss loads the database behind the cache. What is written to the cache is gone before it is read again.'
				: 'Each miss loads the database behind the cache. After a restart that is usual, else keys expire or are evicted too early.',
			next: isShort
				? [
						hint(
							'compare the TTL in the last release: PX counts milliseconds, EX seconds; PEXPIRE and EXPIRE likewise',
						),
						hint('take a key that is missed from the log of the client, write it, and ask PTTL KEY'),
						redisCli(facts, 'INFO keyspace'),
					]
				: [redisCli(facts, 'INFO keyspace'), hint('compare with evicted_keys and expired_keys: panel 2')],
		});
	},
});
