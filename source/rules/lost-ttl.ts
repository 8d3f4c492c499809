import {message} from '../domain/message.js';
import {keyTotals} from '../parse/info-fields.js';
import {count, inAbout, percent, perSecond} from '../text/units.js';
import {growthToLimit, hourSeconds} from './memory-growth.js';
import {pending} from './needs.js';
import {hint, redisCli} from './next-steps.js';
import type {NodeFacts} from './node-facts.js';
import {clear, fires, rule} from './rule.js';
import {topWriter} from './writers.js';

/** The keys without a TTL before, their growth a second, and all keys. */
type Fixed = {
	readonly before: number;
	readonly grownPerSecond: number;
	readonly keys: number;
	/** Growth of the keys with a TTL, a second. */
	readonly expiringPerSecond: number;
};

/** Keys that expire and keys that get a TTL change both numbers alike, so the difference counts the others alone. */
function fixedKeys({sample, earlier}: NodeFacts): Fixed | undefined {
	if (sample === undefined || earlier === undefined || sample.elapsedMs <= earlier.elapsedMs) {
		return undefined;
	}

	const [then, now] = [keyTotals(earlier.info), keyTotals(sample.info)];
	const before = then.keys - then.expiring;
	const grown = now.keys - now.expiring - before;
	const seconds = (sample.elapsedMs - earlier.elapsedMs) / 1000;
	return {
		before,
		grownPerSecond: grown / seconds,
		keys: now.keys,
		expiringPerSecond: (now.expiring - then.expiring) / seconds,
	};
}

/** Keys without a TTL grow this many times as fast, for their number, as keys with one. Else all data grows alike. */
const timesFaster = 3;

/** Seconds in which the keys without a TTL would double at the present rate, from which the growth is new. */
const doublingSeconds = 600;

export const keyTtlLost = rule({
	id: 'key.ttl_lost',
	scope: 'node',
	docs: {
		looksAt:
			'Most keys have a TTL, and many new keys have none: `keys` minus `expires` of INFO keyspace grows so fast that it would double within ten minutes. The finding is a warning where memory reaches `maxmemory` within an hour by it, else info.',
		since: '2.2',
		falsePositives: [
			'Data that lasts may be imported beside a cache. The finding is only info while memory does not get full.',
			'All data may grow alike. Keys without a TTL must grow three times as fast, for their number, as keys with one.',
			'A server that is filled for the first time has no TTL to compare with. Most of its keys must have one.',
		],
	},
	thresholds: {
		share: {value: 0.5, unit: 'share', source: 'of the keys have a TTL: keys with a TTL are the rule here'},
		rate: {value: 20, unit: 'perSecond', source: 'keys without a TTL; 72,000 an hour'},
		keys: {value: 1000, unit: 'count', source: 'fewer keys show no habit'},
	},
	roles: ['primary'],
	raiseAfter: 3,
	needs: {
		fixed: {read: fixedKeys, missing: () => pending('needs two samples')},
	},
	evaluate({fixed: {before, grownPerSecond, keys, expiringPerSecond}}, facts, limits) {
		const isHabit = keys >= limits.keys && 1 - before / keys >= limits.share;
		const isNew = grownPerSecond * doublingSeconds >= before;
		const isAlone = grownPerSecond * (keys - before) >= timesFaster * expiringPerSecond * before;
		if (!isHabit || grownPerSecond < limits.rate || !isNew || !isAlone) {
			return clear;
		}

		const limit = facts.number('memory', 'maxmemory') ?? 0;
		const growth = limit > 0 ? growthToLimit(facts, limit) : undefined;
		// `check` begins with two samples. It takes those that show a steady growth only to confirm a warning.
		const left = growth !== undefined && growth.leftSeconds < hourSeconds ? growth.leftSeconds : undefined;
		const writer = topWriter(facts);
		const client = writer?.culprit.client;
		return fires(left === undefined ? 'info' : 'warning', {
			problem:
				left === undefined
					? `gets ${perSecond(grownPerSecond)} keys without a TTL`
					: `gets ${perSecond(grownPerSecond)} keys without a TTL, full ${inAbout(left)}`,
			detail: `${percent(1 - before / keys)} of its ${count(keys)} keys have one`,
			...(writer === undefined ? {} : {reason: writer.text, culprit: writer.culprit}),
			evidence: [
				{name: 'keys - expires, growth', value: grownPerSecond, unit: 'perSecond'},
				{name: 'keys', value: keys, unit: 'count'},
				{name: 'keys - expires', value: before, unit: 'count'},
				...(writer?.evidence ?? []),
			],
			meaning: 'These keys never expire. They fill the memory until keys are evicted or writes are refused.',
			next: [
				hint(
					message`compare the last release${client === undefined ? '' : message` of ${client}`}: SET without EX drops the TTL of a key, SET with KEEPTTL keeps it`,
				),
				...(left === undefined
					? []
					: [
							hint(
								message`until then ${client === undefined ? 'stop the writer' : message`stop ${client}`}, or raise maxmemory where the machine has room`,
							),
						]),
				hint('take a key that was just written from the log of the client, and ask TTL KEY: -1 means no TTL'),
				redisCli(facts, 'INFO keyspace'),
			],
		});
	},
});

export const lostTtlRules = [keyTtlLost] as const;
