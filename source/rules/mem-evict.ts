import {percent, perSecond} from '../text/units.js';
import {said} from './evidence.js';
import {rate} from './needs.js';
import {ask, words} from './next-steps.js';
import {clear, fires, nodeRule} from './rule.js';

/**
Keys are evicted for want of memory: `evicted_keys` rises for a minute. Any version.

- A declared cache (`role = "cache"`) is meant to: not evaluated there; a storm still is.
*/
export const memEvict = nodeRule({
	id: 'mem.evict',
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
		return fires(
			'warning',
			`evicts ${perSecond(evicted)} keys${missed === undefined ? '' : `, ${percent(missed)} of reads miss`}`,
			{
				evidence: [
					{name: 'evictions', value: evicted, unit: 'perSecond'},
					...said(
						facts,
						['stats', 'evicted_keys', 'count'],
						['memory', 'maxmemory', 'bytes'],
						['memory', 'maxmemory_policy'],
					),
					...(missed === undefined ? [] : [{name: 'miss share', value: missed, unit: 'share' as const}]),
				],
				meaning:
					'Memory is full and data goes. A cache is meant to do that; anything else loses what it was given to keep.',
				next: [
					words('a cache: declare it in the config file, role = "cache"'),
					words('no cache: raise maxmemory, give keys a TTL, or find what grew'),
					ask(facts, '--bigkeys -i 0.01'),
				],
				action: 'set-maxmemory',
			},
		);
	},
});
