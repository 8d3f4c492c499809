import {bytes, percent, perSecond} from '../../text/units.js';
import {ask, words} from '../next-steps.js';
import {clear, fires, nodeRule} from '../rule.js';
import {field} from '../rule-needs.js';

/**
Memory near its limit: `(used_memory − mem_not_counted_for_evict) / maxmemory`. Since 3.2 (maxmemory in INFO).

- Replicas ignore maxmemory unless told otherwise (5.0): a warning at most.
- A cache that evicts from all keys is meant to sit at its limit: info; evictions have rules of their own.
*/
export const memMax = nodeRule({
	id: 'mem.max',
	needs: {used: field('memory', 'used_memory'), limit: field('memory', 'maxmemory')},
	evaluate({used, limit}, facts) {
		const counted = Math.max(0, used - (facts.number('memory', 'mem_not_counted_for_evict') ?? 0));
		const share = counted / limit;
		if (limit === 0 || share < facts.threshold('mem.max.warning')) {
			return clear;
		}

		const policy = facts.text('memory', 'maxmemory_policy');
		const evicted = facts.perSecond('stats', 'evicted_keys') ?? 0;
		const isFull = share >= facts.threshold('mem.max.critical');
		const isMeantToBeFull = policy?.startsWith('allkeys-') === true;
		const isReplica = facts.record.role === 'replica';
		const evicting = evicted > 0 ? `, evicting ${perSecond(evicted)}` : '';
		return fires(
			isMeantToBeFull ? 'info' : isFull && !isReplica ? 'critical' : 'warning',
			`memory at ${percent(share)} of maxmemory (${bytes(limit)})${policy === undefined ? '' : `, policy ${policy}`}${evicting}`,
			{
				evidence: [
					{name: 'used_memory', value: used, unit: 'bytes'},
					{name: 'maxmemory', value: limit, unit: 'bytes'},
					...(policy === undefined ? [] : [{name: 'maxmemory_policy', value: policy}]),
				],
				meaning: isMeantToBeFull
					? 'At its limit it evicts keys to take new ones, as this policy is meant to.'
					: 'At its limit it refuses every write that needs memory (OOM), unless keys that expire can be evicted.',
				next: [
					ask(facts, 'MEMORY DOCTOR'),
					ask(facts, '--bigkeys -i 0.01'),
					words('raise maxmemory, or find what grew: keys without a TTL, client buffers, a replica that lags'),
				],
				action: null,
			},
		);
	},
});
