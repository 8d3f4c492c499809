import {keyCount} from '../domain/metric.js';
import {keyspace} from '../parse/info-fields.js';
import {count, percent, perSecond, seconds} from '../text/units.js';
import {infoEvidence} from './evidence.js';
import {infoNumber, pending, rate} from './needs.js';
import {hint, logSteps, redisCli} from './next-steps.js';
import type {NodeFacts} from './node-facts.js';
import {advises, clear, fires, rule} from './rule.js';

export const keyDropped = rule({
	id: 'key.drop',
	scope: 'node',
	docs: {
		looksAt: 'More than half of the keys were gone from one sample to the next, and still are.',
		since: '2.6',
		falsePositives: [
			'Keys that expired or were evicted explain it; so does a restart that still loads.',
			'It stays for ten minutes, or until the keys are back.',
		],
	},
	raiseAfter: 1,
	needs: {},
	evaluate(_, facts) {
		const drop = facts.memory.keyDrop;
		const keys = facts.sample === undefined ? undefined : keyCount(facts.sample.info);
		const agoSeconds = (facts.nowMs - (drop?.atMs ?? Number.NEGATIVE_INFINITY)) / 1000;
		const isOver =
			drop === undefined ||
			keys === undefined ||
			agoSeconds > facts.threshold('key.drop.recent') ||
			keys > drop.from * facts.threshold('key.drop.share');
		if (isOver) {
			return clear;
		}

		const how = drop.byRestart ? ' by a restart' : drop.byFlush === true ? ' by a flush' : '';
		return fires('critical', {
			problem: `keys fell from ${count(drop.from)} to ${count(drop.to)}${how}`,

			evidence: [
				{name: 'keys before', value: drop.from, unit: 'count'},
				{name: 'keys after', value: drop.to, unit: 'count'},
				{name: 'since then', value: seconds(agoSeconds)},
			],
			meaning: drop.byRestart
				? 'The process started without its data. Its replicas copy the emptiness.'
				: 'FLUSHALL, FLUSHDB, a synchronisation with an empty primary, or a mass deletion. Replicas follow.',
			next: [
				hint('keep the dump file and the append-only files: copy them away before anything saves over them'),
				redisCli(facts, 'INFO commandstats'),
				...logSteps(facts),
			],
		});
	},
});

export const keyExpireLag = rule({
	id: 'key.expire_lag',
	scope: 'node',
	docs: {
		looksAt: 'Expired keys linger: `expired_stale_perc` over 25. It is an estimate.',
		since: '4.0',
		falsePositives: [
			'Active expiry stops where a tenth is left, so that this is where a server stays that expires many keys.',
		],
	},
	raiseAfterMs: 30_000,
	countsAtOnce: true,
	needs: {stale: infoNumber('stats', 'expired_stale_perc')},
	evaluate({stale}, facts) {
		return stale / 100 <= facts.threshold('key.expire_lag.share')
			? clear
			: fires('warning', {
					problem: `${percent(stale / 100)} of the keys with a TTL have expired and still take memory`,

					evidence: infoEvidence(
						facts,
						['stats', 'expired_stale_perc'],
						['stats', 'expired_time_cap_reached_count', 'count'],
					),
					meaning: 'Expiry can not keep up: dead keys hold memory until somebody asks for them.',
					next: [
						hint('spread the times to live (jitter), so that not all end at once'),
						redisCli(facts, 'CONFIG GET active-expire-effort'),
					],
				});
	},
});

export const keyMiss = rule({
	id: 'key.miss',
	scope: 'node',
	docs: {
		looksAt: 'Most lookups find nothing: hits below half of at least a hundred lookups a second.',
		since: 'any',
		falsePositives: ['Replicas count what is read from them; asking whether a key is there is a miss too: info only.'],
	},
	needs: {hits: rate('stats', 'keyspace_hits'), misses: rate('stats', 'keyspace_misses')},
	evaluate({hits, misses}, facts) {
		const lookups = hits + misses;
		return lookups < facts.threshold('key.miss.lookups') || hits / lookups >= facts.threshold('key.miss.share')
			? clear
			: fires('info', {
					problem: `${percent(hits / lookups)} of ${perSecond(lookups)} lookups find their key`,

					evidence: [
						{name: 'hits', value: hits, unit: 'perSecond'},
						{name: 'misses', value: misses, unit: 'perSecond'},
					],
					meaning:
						'Each miss goes to what stands behind the cache; usual after a restart, else keys expire or are evicted too early.',
					next: [redisCli(facts, 'INFO keyspace'), hint('compare with evicted_keys and expired_keys: panel 2')],
				});
	},
});

type Keys = {readonly all: number; readonly expiring: number};

function keysOf({sample}: NodeFacts): Keys | undefined {
	const rows = sample === undefined ? undefined : keyspace(sample.info);
	return rows?.reduce(({all, expiring}, {keys, expires = 0}) => ({all: all + keys, expiring: expiring + expires}), {
		all: 0,
		expiring: 0,
	});
}

export const keyNoexpire = rule({
	id: 'key.noexpire',
	scope: 'node',
	docs: {
		looksAt:
			'A cache whose keys never expire. Only where the target was declared one (`role = "cache"`): of data it is right.',
		since: 'any',
		falsePositives: ['A handful of keys is no cache yet.'],
	},
	appliesTo: ({settings}) => settings.isCache,
	needs: {keys: {read: keysOf, missing: () => pending('the node gives no data now')}},
	evaluate({keys: {all, expiring}}, facts) {
		return all < facts.threshold('key.noexpire.keys') || expiring / all >= facts.threshold('key.noexpire.share')
			? clear
			: advises(facts, {
					problem: `${percent(expiring / all)} of the cache's ${count(all)} keys have a time to live`,

					evidence: [
						{name: 'keys', value: all, unit: 'count'},
						{name: 'with a time to live', value: expiring, unit: 'count'},
					],
					meaning: 'What is never asked for again stays until memory is full, and then eviction has to find it.',
					next: [
						hint('write with EX, a little different for each key'),
						redisCli(facts, 'CONFIG GET maxmemory-policy'),
						hint('with a volatile-* policy keys without a time to live are never evicted'),
					],
					adviceCost: 'a miss when a key has expired',
				});
	},
});

export const keyspaceRules = [keyDropped, keyExpireLag, keyMiss, keyNoexpire] as const;
