import {bytes, percent, perSecond} from '../text/units.js';
import {said} from './evidence.js';
import {limitShare} from './memory-limit.js';
import {field} from './needs.js';
import {ask, words} from './next-steps.js';
import {clear, fires, nodeRule} from './rule.js';

/**
Memory near its limit: `(used_memory − mem_not_counted_for_evict) / maxmemory`. Since 3.2 (maxmemory in INFO).

- Replicas ignore maxmemory unless told otherwise (5.0): a warning at most.
- Where all keys may be evicted the limit is where it is meant to be: info as long as nothing is evicted or the target
  was declared a cache, else a warning, because data goes.
*/
export const memMax = nodeRule({
	id: 'mem.max',
	needs: {used: field('memory', 'used_memory'), limit: field('memory', 'maxmemory')},
	evaluate({limit}, facts) {
		const share = limitShare(facts) ?? 0;
		if (share < facts.threshold('mem.max.warning')) {
			return clear;
		}

		const policy = facts.text('memory', 'maxmemory_policy');
		const evicted = facts.perSecond('stats', 'evicted_keys') ?? 0;
		const evictsAll = policy?.startsWith('allkeys-') === true;
		const isMeantToBeFull = evictsAll && (facts.settings.isCache || evicted === 0);
		const isMild = evictsAll || facts.record.role === 'replica' || share < facts.threshold('mem.max.critical');
		const evicting = evicted > 0 ? `, evicting ${perSecond(evicted)}` : '';
		return fires(
			isMeantToBeFull ? 'info' : isMild ? 'warning' : 'critical',
			`memory at ${percent(share)} of maxmemory (${bytes(limit)})${policy === undefined ? '' : `, policy ${policy}`}${evicting}`,
			{
				evidence: [
					...said(
						facts,
						['memory', 'used_memory', 'bytes'],
						['memory', 'maxmemory', 'bytes'],
						['memory', 'mem_not_counted_for_evict', 'bytes'],
						['memory', 'maxmemory_policy'],
					),
					...(evicted > 0 ? [{name: 'evictions', value: evicted, unit: 'perSecond' as const}] : []),
				],
				meaning: evictsAll
					? 'At its limit it evicts keys to take new ones, as this policy is meant to.'
					: 'At its limit it refuses every write that needs memory (OOM), unless keys that expire can be evicted.',
				next: [
					ask(facts, 'MEMORY DOCTOR'),
					ask(facts, '--bigkeys -i 0.01'),
					words('raise maxmemory, or find what grew: keys without a TTL, client buffers, a replica that lags'),
				],
				action: 'set-maxmemory',
			},
		);
	},
});
