import type {TrackedReading} from '../derive/field-tracks.js';
import {bytes, inAbout, percent, shortAge} from '../text/units.js';
import {infoNumber, pending} from './needs.js';
import {hint, redisCli} from './next-steps.js';
import type {NodeFacts} from './node-facts.js';
import {clear, fires, rule} from './rule.js';

/**
Length of the time whose growth counts as the latest growth, in milliseconds. It contains at least six readings, because
readings are ten seconds apart.
*/
const latelyMs = 70_000;

/** Fewest readings for a trend. Readings are ten seconds apart, so 30 readings take five minutes. */
const fewestReadingsForTrend = 30;

/**
The least-squares line through the readings. `perSecond` is its slope in bytes per second. `fit` is R² (0 to 1), which
shows how well the line fits.
*/
export function trend(readings: readonly TrackedReading[]): {readonly perSecond: number; readonly fit: number} {
	const n = readings.length;
	const firstMs = readings[0]?.atMs ?? 0;
	const points = readings.map(({atMs, value}) => ({x: (atMs - firstMs) / 1000, y: value}));
	const meanX = points.reduce((sum, {x}) => sum + x, 0) / Math.max(1, n);
	const meanY = points.reduce((sum, {y}) => sum + y, 0) / Math.max(1, n);
	let xx = 0;
	let xy = 0;
	let yy = 0;
	for (const {x, y} of points) {
		xx += (x - meanX) ** 2;
		xy += (x - meanX) * (y - meanY);
		yy += (y - meanY) ** 2;
	}

	return xx === 0 || yy === 0 ? {perSecond: 0, fit: 0} : {perSecond: xy / xx, fit: xy ** 2 / (xx * yy)};
}

/** Fewest and most readings for the growth of the last seconds, one for each poll. */
const fewestForGrowth = 4;
const mostForGrowth = 30;
/** R² of the line through these readings from which memory counts as growing. */
const steadyFit = 0.9;
/** Least growth over these readings, as a share of maxmemory. Buffers of clients change used memory by less. */
const leastGrowth = 0.001;

/** Seconds within which memory that gets full is worth a warning. */
export const hourSeconds = 3600;

/** How memory grows: the seconds until it is full at this rate, and what it grew by where only the first samples tell. */
export type Growth =
	| {readonly kind: 'steady'; readonly leftSeconds: number}
	| {readonly kind: 'first'; readonly leftSeconds: number; readonly text: string};

/**
The growth of used memory in the last seconds. Undefined if it does not grow steadily, or if it reaches maxmemory in more
than an hour. With too few readings for a trend, it is the growth between the last two samples.
*/
export function growthToLimit(facts: NodeFacts, limit: number): Growth | undefined {
	const {record, earlier, sample} = facts;
	const latest = record.series.get('usedMemory')?.latest(mostForGrowth) ?? [];
	const known = latest.slice(latest.lastIndexOf(undefined) + 1).filter(value => value !== undefined);
	const [first = 0, last = 0] = [known[0], known.at(-1)];
	const {perSecond, fit} = trend(known.map((value, index) => ({atMs: index * record.intervalMs, value})));
	const left = (limit - last) / perSecond;
	const isEnough = last - first >= leastGrowth * limit;
	if (known.length >= fewestForGrowth) {
		const isSteady = isEnough && fit >= steadyFit && left > 0 && left < hourSeconds;
		return isSteady ? {kind: 'steady', leftSeconds: left} : undefined;
	}

	const between = earlier === undefined || sample === undefined ? 0 : (sample.elapsedMs - earlier.elapsedMs) / 1000;
	const grown = facts.increase('memory', 'used_memory') ?? 0;
	return between > 0 && grown >= leastGrowth * limit
		? {
				kind: 'first',
				leftSeconds: (Math.max(0, limit - (facts.number('memory', 'used_memory') ?? limit)) * between) / grown,
				text: `grew by ${bytes(grown)} in ${shortAge(between * 1000)}`,
			}
		: undefined;
}

export const memGrowth = rule({
	id: 'mem.growth',
	scope: 'node',
	docs: {
		looksAt:
			'The rule predicts when `used_memory` reaches `maxmemory`, by a least-squares line through the samples of the last ten minutes.',
		since: '3.2',
		falsePositives: [
			'Keys that expire together, and rehashing, make memory rise and fall, which fits no line. The R² of the line must exceed 0.8.',
			'A server with an `allkeys-…` policy evicts keys at its limit. The rule does not apply to it.',
			'An import that has ended leaves a steep line for minutes. The rule needs growth in the last 70 seconds as well.',
			'A replica ignores `maxmemory` by default (`replica-ignore-maxmemory`, since Redis 5.0). The finding is at most a warning for a replica.',
		],
	},
	thresholds: {
		warning: {value: 3600, unit: 'seconds', source: 'an hour is left to act'},
		critical: {value: 600, unit: 'seconds', source: 'ten minutes are left to act'},
		fit: {
			value: 0.8,
			unit: 'ratio',
			source: 'R² of the line; a sawtooth, as of keys that expire together, fits no line',
		},
		lately: {
			value: 0.25,
			unit: 'ratio',
			source: 'growth of the last 70 seconds to that of ten minutes; an import that has ended leaves a steep line',
		},
	},
	raiseAfter: 3,
	appliesTo: facts =>
		(facts.number('memory', 'maxmemory') ?? 0) > 0 &&
		facts.text('memory', 'maxmemory_policy')?.startsWith('allkeys-') !== true,
	needs: {
		used: infoNumber('memory', 'used_memory'),
		limit: infoNumber('memory', 'maxmemory'),
		readings: {
			read(facts) {
				const readings = facts.past(['memory', 'used_memory'], 600_000);
				return readings.length >= fewestReadingsForTrend ? readings : undefined;
			},
			missing: () => pending('needs five minutes of readings'),
		},
	},
	evaluate({used, limit, readings}, facts, limits) {
		const {perSecond, fit} = trend(readings);
		const leftSeconds = (limit - used) / perSecond;
		const isGrowing = perSecond > 0 && fit > limits.fit && leftSeconds >= 0 && leftSeconds < limits.warning;
		const lately = trend(readings.filter(({atMs}) => atMs >= facts.nowMs - latelyMs));
		if (!isGrowing || lately.perSecond < perSecond * limits.lately) {
			return clear;
		}

		const isReplica = facts.record.role === 'replica';
		const effect = isReplica
			? 'A replica takes in the writes of its primary beyond the limit, until it is promoted.'
			: 'At the limit writes are refused, or keys with a TTL are evicted.';
		return fires(leftSeconds < limits.critical && !isReplica ? 'critical' : 'warning', {
			problem: `memory reaches maxmemory ${inAbout(leftSeconds)}`,
			detail: `${percent(used / limit)} of it used now`,
			tells: 'forecast',
			evidence: [
				{name: 'growth', value: perSecond, unit: 'bytesPerSecond'},
				{name: 'used_memory', value: used, unit: 'bytes'},
				{name: 'maxmemory', value: limit, unit: 'bytes'},
				{name: 'fit (R2)', value: Number(fit.toFixed(2))},
			],
			meaning: `Used memory grew by ${bytes(perSecond * 60)} a minute over the last ten minutes. ${effect}`,
			next: [hint('find what grows: panel 2 keyspace, panel 5 by calls'), redisCli(facts, '--bigkeys -i 0.01')],
		});
	},
});

export const memoryGrowthRules = [memGrowth] as const;
