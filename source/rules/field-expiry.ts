import type {TrackedField} from '../derive/field-tracks.js';
import {percent, perSecond} from '../text/units.js';
import {absent, pending} from './needs.js';
import {hint, redisCli} from './next-steps.js';
import type {NodeFacts} from './node-facts.js';
import {clear, fires, rule} from './rule.js';

/** The INFO fields that count expired hash fields: first that of Valkey 9.0, then that of Redis 7.4. */
const counters: readonly TrackedField[] = [
	['stats', 'expired_fields'],
	['stats', 'expired_subkeys'],
];

/** Length of the time whose rates give the usual rate, in milliseconds. The usual rate is their median. */
const usualMs = 600_000;
/** Fewest rates from which a median is computed. */
const fewestRates = 5;

const counterOf = (facts: NodeFacts): TrackedField | undefined =>
	counters.find(([section, field]) => facts.number(section, field) !== undefined);

/** The rate of the last ten seconds, and the median of the ten minutes before. */
function ratesOf(facts: NodeFacts): {readonly now: number; readonly usual: number} | undefined {
	const counter = counterOf(facts);
	const readings = counter === undefined ? [] : facts.past(counter, usualMs);
	const rates = readings.slice(1).map(({atMs, value}, index) => {
		const before = readings[index];
		return before === undefined ? 0 : Math.max(0, ((value - before.value) * 1000) / (atMs - before.atMs));
	});
	const earlier = rates.slice(0, -1).toSorted((one, other) => one - other);
	const now = rates.at(-1);
	return now === undefined || earlier.length < fewestRates
		? undefined
		: {now, usual: earlier[Math.floor(earlier.length / 2)] ?? 0};
}

const notCounted = absent('this server does not count expired hash fields (Redis 7.4 and Valkey 9.0 do)');
const notKnown = pending('needs a minute of readings to know what is usual');

export const keySubexpire = rule({
	id: 'key.subexpire',
	scope: 'node',
	docs: {
		looksAt:
			'Many hash fields expire at the same time: the rate of `expired_subkeys` (Redis) or `expired_fields` (Valkey), against its median of ten minutes. Valkey also tells which share of the hashes with such fields is overdue: `expired_keys_with_volatile_items_stale_perc`.',
		since: '7.4',
		falsePositives: [
			'A session store expires fields all the time. The rate must be ten times the usual one.',
			'Fields that were written together expire together, and that may be intended. The finding is only info.',
		],
	},
	thresholds: {
		rate: {value: 1000, unit: 'perSecond', source: 'as for key.mass_expiry; fewer are everyday expiry'},
		times: {value: 10, unit: 'ratio', source: 'to the median; the traffic of a day varies less'},
		stale: {value: 0.1, unit: 'share', source: 'of the hashes; the server itself works to stay below 10 % (expire.c)'},
	},
	needs: {
		counter: {read: counterOf, missing: () => notCounted},
	},
	evaluate({counter: [, field]}, facts, limits) {
		const stale = (facts.number('stats', 'expired_keys_with_volatile_items_stale_perc') ?? 0) / 100;
		const rates = ratesOf(facts);
		const isBurst = rates !== undefined && rates.now >= limits.rate && rates.now > limits.times * rates.usual;
		if (!isBurst && stale <= limits.stale) {
			return rates === undefined ? notKnown : clear;
		}

		return fires('info', {
			problem: isBurst ? 'expires many hash fields at once' : 'is behind with the expiry of hash fields',
			detail: isBurst
				? `${perSecond(rates.now)}, usually ${perSecond(rates.usual)}`
				: `${percent(stale)} of the hashes with such fields are overdue`,
			effect: isBurst ? 'slow' : undefined,
			evidence: [
				...(rates === undefined ? [] : [{name: field, value: rates.now, unit: 'perSecond' as const}]),
				...(stale === 0
					? []
					: [{name: 'expired_keys_with_volatile_items_stale_perc', value: stale, unit: 'share' as const}]),
			],
			meaning: isBurst
				? 'Fields that were written together reach the end of their time to live together. Commands wait for the expiry.'
				: 'Fields that nobody can read any more still take memory.',
			next: [
				hint('spread the times to live of fields (jitter), so that they do not expire all at once'),
				redisCli(facts, 'INFO stats'),
			],
		});
	},
});

export const fieldExpiryRules = [keySubexpire] as const;
