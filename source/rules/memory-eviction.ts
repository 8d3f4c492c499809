import type {TrackedReading} from '../derive/field-tracks.js';
import {keyCount} from '../domain/metric.js';
import {bytes, count, percent, perSecond, seconds} from '../text/units.js';
import {infoEvidence} from './evidence.js';
import {limitShare, loweredLimit} from './memory-limit.js';
import {keysUnlikeOthers, limitUnlikeOthers} from './memory-peers.js';
import {errors, infoNumber, pending, rate} from './needs.js';
import {hint, redisCli} from './next-steps.js';
import type {NodeFacts} from './node-facts.js';
import {clear, fires, rule} from './rule.js';
import {topWriter} from './writers.js';

/**
The texts for a replica that evicts keys: its data then differ from its primary's data. By default a replica ignores
maxmemory, and its primary tells it which keys to evict. Undefined for a primary.
*/
function evictsAsReplica(facts: NodeFacts) {
	const {record, primary} = facts;
	if (record.role !== 'replica') {
		return undefined;
	}

	const limit = facts.number('memory', 'maxmemory') ?? 0;
	const used = primary?.sample?.info.number('memory', 'used_memory');
	return {
		problem: 'evicts keys that its primary keeps',
		reason: 'replica-ignore-maxmemory no',
		meaning: `Reads here miss keys that exist, and after a failover these keys are lost. Its maxmemory is ${bytes(limit)}${used === undefined ? '' : `, its primary uses ${bytes(used)}`}.`,
		next: [
			redisCli(facts, 'CONFIG SET replica-ignore-maxmemory yes'),
			hint('then fetch the missing keys by a full resync: restart the replica, or REPLICAOF its primary again'),
			hint('give it at least the maxmemory of its primary'),
		],
	};
}

export const memEvict = rule({
	id: 'mem.evict',
	scope: 'node',
	docs: {
		looksAt: 'The rule checks whether `evicted_keys` keeps rising for a minute.',
		since: 'any',
		falsePositives: [
			'A cache is meant to evict keys. The rule does not apply to a target with `role = "cache"`; `mem.evict_storm` does.',
		],
	},
	raiseAfterMs: 60_000,
	countsAtOnce: true,
	clearAfter: 10,
	appliesTo: facts => !facts.settings.isCache,
	needs: {evicted: rate('stats', 'evicted_keys')},
	evaluate({evicted}, facts) {
		if (evicted === 0) {
			return clear;
		}

		const hits = facts.record.values.get('hits');
		const misses = facts.record.values.get('misses');
		const missed =
			hits === undefined || misses === undefined || hits + misses === 0 ? undefined : misses / (hits + misses);
		const onReplica = evictsAsReplica(facts);
		const lowered = onReplica === undefined ? loweredLimit(facts) : undefined;
		return fires('warning', {
			problem: onReplica?.problem ?? `evicts keys at ${perSecond(evicted)}`,
			detail:
				onReplica !== undefined
					? perSecond(evicted)
					: [
							...(missed === undefined ? [] : [`${percent(missed)} of reads miss`]),
							...(lowered === undefined ? [] : [lowered.detail]),
						].join(', ') || undefined,
			reason: onReplica?.reason ?? lowered?.reason,
			effect: 'keys-evicted',
			evidence: [
				{name: 'evictions', value: evicted, unit: 'perSecond'},
				...infoEvidence(
					facts,
					['stats', 'evicted_keys', 'count'],
					['memory', 'maxmemory', 'bytes'],
					['memory', 'maxmemory_policy'],
				),
				...(missed === undefined ? [] : [{name: 'miss share', value: missed, unit: 'share' as const}]),
			],
			meaning:
				onReplica?.meaning ??
				'Memory is full, and each evicted key is lost. A cache is meant to do that; any other store loses data.',
			next: onReplica?.next ?? [
				hint('if it is a cache: declare it in the config file, role = "cache"'),
				hint('if it is no cache: raise maxmemory, give keys a TTL, or find what grew'),
				redisCli(facts, '--bigkeys -i 0.01'),
			],
			action: 'set-maxmemory',
		});
	},
});

/** Fewest readings for a median. Readings are ten seconds apart. */
const fewestReadingsForMedian = 7;
/** Multiple of the median rate below which an eviction rate counts as steady, however high it is. */
const steadyRatio = 3;

/** The median eviction rate of the last ten minutes, keys per second; undefined with too few readings. */
function medianRate(facts: NodeFacts): number | undefined {
	const readings = facts.past(['stats', 'evicted_keys'], 600_000);
	const rates = readings.slice(1).flatMap(({atMs, value}, index) => {
		const before = readings[index];
		return before === undefined || atMs <= before.atMs ? [] : [((value - before.value) * 1000) / (atMs - before.atMs)];
	});
	return rates.length < fewestReadingsForMedian - 1
		? undefined
		: rates.toSorted((a, b) => a - b)[Math.floor(rates.length / 2)];
}

export const memEvictStorm = rule({
	id: 'mem.evict_storm',
	scope: 'node',
	docs: {
		looksAt:
			'The rule checks how fast `evicted_keys` rises. It fires at more than ten times the median of ten minutes, or at more than 1 % of all keys a second.',
		since: 'any',
		falsePositives: [
			"A small cache always evicts a large share of its keys. The rule is clear below three times the server's own median.",
			'A short bulk load evicts as many keys. The rule waits for three samples in a row.',
		],
	},
	thresholds: {
		rate: {value: 100, unit: 'perSecond', source: 'fewer evictions are usual on any data set'},
		times: {value: 10, unit: 'ratio', source: 'to the median of the last ten minutes'},
		share: {
			value: 0.01,
			unit: 'share',
			source: 'of all keys, in each second: all keys within two minutes',
		},
	},
	raiseAfter: 3,
	needs: {evicted: rate('stats', 'evicted_keys')},
	evaluate({evicted}, facts, limits) {
		if (evicted <= limits.rate) {
			return clear;
		}

		const keys = facts.sample === undefined ? undefined : keyCount(facts.sample.info);
		const usual = medianRate(facts);
		const isSpike = usual !== undefined && evicted > usual * limits.times;
		const share = keys === undefined || keys === 0 ? undefined : evicted / keys;
		const isSweep =
			share !== undefined && share > limits.share && (usual === undefined || evicted > usual * steadyRatio);
		if (!isSpike && !isSweep) {
			return clear;
		}

		const onReplica = evictsAsReplica(facts);
		const writer = onReplica === undefined ? topWriter(facts) : undefined;
		const lowered = onReplica === undefined ? loweredLimit(facts) : undefined;
		return fires('critical', {
			problem: onReplica?.problem ?? `evicts keys at ${perSecond(evicted)}`,
			detail:
				onReplica !== undefined
					? perSecond(evicted)
					: share === undefined
						? undefined
						: `${percent(share)} of all keys a second`,
			reason: onReplica?.reason ?? lowered?.reason ?? writer?.text,
			culprit: lowered === undefined ? writer?.culprit : undefined,
			effect: 'keys-evicted',
			evidence: [
				{name: 'evictions', value: evicted, unit: 'perSecond'},
				...(writer?.evidence ?? []),
				...(usual === undefined ? [] : [{name: 'median of ten minutes', value: usual, unit: 'perSecond' as const}]),
				...(keys === undefined ? [] : [{name: 'keys', value: keys, unit: 'count' as const}]),
				...infoEvidence(facts, ['memory', 'maxmemory', 'bytes'], ['memory', 'maxmemory_policy']),
			],
			meaning:
				onReplica?.meaning ??
				'One writer fills the cache, or maxmemory was lowered. Reads miss, and the store behind the cache takes the load.',
			next: onReplica?.next ?? [
				hint('find the writer: panel 5 by calls, panel 4 by address'),
				redisCli(facts, 'CONFIG GET maxmemory'),
				hint('raise maxmemory, if the machine has room'),
			],
			action: 'set-maxmemory',
		});
	},
});

export const memOom = rule({
	id: 'mem.oom',
	scope: 'node',
	docs: {
		looksAt:
			'The rule checks whether `errorstat_OOM` rises: the server refuses commands that need memory. `used_memory_overhead` and `maxmemory_policy` tell the reason.',
		since: '6.2',
		falsePositives: [
			'One script that exceeded the limit causes one OOM reply. The finding ends ten samples after the last one.',
		],
	},
	raiseAfter: 1,
	clearAfter: 10,
	needs: {refused: errors('OOM')},
	evaluate({refused}, facts) {
		if (refused === 0) {
			return clear;
		}

		const policy = facts.text('memory', 'maxmemory_policy');
		const overhead = facts.number('memory', 'used_memory_overhead') ?? 0;
		const limit = facts.number('memory', 'maxmemory') ?? 0;
		const isOverhead = limit > 0 && overhead >= limit;
		const lowered = loweredLimit(facts);
		const reason = isOverhead
			? 'overhead alone (clients, buffers, replicas) is over the limit, so that evicting every key would not help'
			: policy === 'noeviction'
				? (lowered?.reason ?? 'the policy is noeviction')
				: 'no key that may be evicted is left';
		const isLowered = policy === 'noeviction' && !isOverhead && lowered !== undefined;
		const unlike = isLowered ? undefined : (limitUnlikeOthers(facts, limit) ?? keysUnlikeOthers(facts));
		const writer = isOverhead || isLowered ? undefined : topWriter(facts);
		return fires('critical', {
			problem: 'refuses writes (OOM)',
			detail: isLowered ? lowered.detail : writer?.culprit.client === undefined ? undefined : writer.text,
			reason: unlike?.reason ?? reason,
			culprit: writer?.culprit,
			effect: 'writes-refused',
			evidence: [
				{name: 'OOM replies since the sample before', value: refused, unit: 'count'},
				...(writer?.evidence ?? []),
				...infoEvidence(
					facts,
					['memory', 'used_memory', 'bytes'],
					['memory', 'maxmemory', 'bytes'],
					['memory', 'maxmemory_policy'],
					['memory', 'used_memory_overhead', 'bytes'],
				),
				...(limitShare(facts) === undefined
					? []
					: [{name: 'of maxmemory', value: limitShare(facts) ?? 0, unit: 'share' as const}]),
			],
			meaning: `Commands that need memory are refused, ${count(refused)} since the sample before. Reads and deletions still work.`,
			next: [
				...(isOverhead
					? [redisCli(facts, 'CLIENT LIST'), hint('find the clients with large tot-mem and omem: panel 4')]
					: []),
				unlike === undefined ? hint('raise maxmemory, if the machine has room') : unlike.next,
				...(isOverhead
					? [hint('do not set an allkeys policy now: it would evict every key and still refuse writes')]
					: [hint('or delete keys that are not needed, or set an eviction policy, which loses data')]),
				redisCli(facts, 'MEMORY STATS'),
			],
			action: isOverhead ? 'client-kill' : 'set-maxmemory',
		});
	},
});

/** Fewest readings for a trend: five minutes, ten seconds apart. */
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
		if (!isGrowing) {
			return clear;
		}

		const isReplica = facts.record.role === 'replica';
		const effect = isReplica
			? 'A replica takes in the writes of its primary beyond the limit, until it is promoted.'
			: 'At the limit writes are refused, or keys with a TTL are evicted.';
		return fires(leftSeconds < limits.critical && !isReplica ? 'critical' : 'warning', {
			problem: `memory reaches maxmemory in about ${seconds(leftSeconds)}`,
			detail: `${percent(used / limit)} of it used now`,
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

export const memoryEvictionRules = [memEvict, memEvictStorm, memOom, memGrowth] as const;
