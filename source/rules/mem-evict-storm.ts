import {keyCount} from '../domain/metric.js';
import {percent, perSecond} from '../text/units.js';
import {said} from './evidence.js';
import {rate} from './needs.js';
import {ask, words} from './next-steps.js';
import type {NodeFacts} from './node-facts.js';
import {clear, fires, nodeRule} from './rule.js';

/** Readings, ten seconds apart, that a median wants. */
const fewestReadings = 7;
/** What is steady is no spike, however large a share it is. */
const steadyTimes = 3;

/** The median eviction rate of the last ten minutes; undefined while too little was seen. */
function medianRate(facts: NodeFacts): number | undefined {
	const readings = facts.past(['stats', 'evicted_keys'], 600_000);
	const rates = readings.slice(1).flatMap(({atMs, value}, index) => {
		const before = readings[index];
		return before === undefined || atMs <= before.atMs ? [] : [((value - before.value) * 1000) / (atMs - before.atMs)];
	});
	return rates.length < fewestReadings - 1 ? undefined : rates.toSorted((a, b) => a - b)[Math.floor(rates.length / 2)];
}

/**
Far more keys are evicted than usual: over ten times the median of the last ten minutes, or so many that all are gone in
two minutes. Any version.

- A rate that has long been so high is a small cache, not a spike.
- A bulk load looks the same while it lasts: three samples in a row.
*/
export const memEvictStorm = nodeRule({
	id: 'mem.evict_storm',
	raiseAfter: 3,
	needs: {evicted: rate('stats', 'evicted_keys')},
	evaluate({evicted}, facts) {
		if (evicted <= facts.threshold('mem.evict_storm.rate')) {
			return clear;
		}

		const keys = facts.sample === undefined ? undefined : keyCount(facts.sample.info);
		const usual = medianRate(facts);
		const isSpike = usual !== undefined && evicted > usual * facts.threshold('mem.evict_storm.times');
		const share = keys === undefined || keys === 0 ? undefined : evicted / keys;
		const isSweep =
			share !== undefined &&
			share > facts.threshold('mem.evict_storm.share') &&
			(usual === undefined || evicted > usual * steadyTimes);
		if (!isSpike && !isSweep) {
			return clear;
		}

		return fires(
			'critical',
			`evicts ${perSecond(evicted)} keys${share === undefined ? '' : `, ${percent(share)} of all a second`}`,
			{
				evidence: [
					{name: 'evictions', value: evicted, unit: 'perSecond'},
					...(usual === undefined ? [] : [{name: 'median of ten minutes', value: usual, unit: 'perSecond' as const}]),
					...(keys === undefined ? [] : [{name: 'keys', value: keys, unit: 'count' as const}]),
					...said(facts, ['memory', 'maxmemory', 'bytes'], ['memory', 'maxmemory_policy']),
				],
				meaning: 'One writer fills the cache, or maxmemory was lowered; hits fall and the store behind takes the load.',
				next: [
					words('find the writer: panel 5 by calls, panel 4 by address'),
					ask(facts, 'CONFIG GET maxmemory'),
					words('raise maxmemory, if the machine has room'),
				],
				action: 'set-maxmemory',
			},
		);
	},
});
