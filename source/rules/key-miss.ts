import {percent, perSecond} from '../text/units.js';
import {rate} from './needs.js';
import {ask, words} from './next-steps.js';
import {clear, fires, nodeRule} from './rule.js';

/**
Most lookups find nothing: hits below half of at least a hundred lookups a second. Any version.

- Replicas count what is read from them; asking whether a key is there is a miss too: info only.
*/
export const keyMiss = nodeRule({
	id: 'key.miss',
	needs: {hits: rate('stats', 'keyspace_hits'), misses: rate('stats', 'keyspace_misses')},
	evaluate({hits, misses}, facts) {
		const lookups = hits + misses;
		return lookups < facts.threshold('key.miss.lookups') || hits / lookups >= facts.threshold('key.miss.share')
			? clear
			: fires('info', `${percent(hits / lookups)} of ${perSecond(lookups)} lookups find their key`, {
					evidence: [
						{name: 'hits', value: hits, unit: 'perSecond'},
						{name: 'misses', value: misses, unit: 'perSecond'},
					],
					meaning:
						'Each miss goes to what stands behind the cache; usual after a restart, else keys expire or are evicted too early.',
					next: [ask(facts, 'INFO keyspace'), words('compare with evicted_keys and expired_keys: panel 2')],
					action: null,
				});
	},
});
