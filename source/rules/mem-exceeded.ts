import {seconds} from '../text/units.js';
import {said} from './evidence.js';
import {field} from './needs.js';
import {ask, words} from './next-steps.js';
import {clear, fires, nodeRule} from './rule.js';

/** Memory is over maxmemory and eviction doesn't bring it back: `current_eviction_exceeded_time`, milliseconds. Since 7.0. */
export const memExceeded = nodeRule({
	id: 'mem.exceeded',
	needs: {exceededMs: field('stats', 'current_eviction_exceeded_time')},
	evaluate({exceededMs}, facts) {
		const exceeded = exceededMs / 1000;
		if (exceeded <= facts.threshold('mem.exceeded.warning')) {
			return clear;
		}

		const isLong = exceeded > facts.threshold('mem.exceeded.critical');
		return fires(isLong ? 'critical' : 'warning', `over maxmemory for ${seconds(exceeded)}`, {
			evidence: said(
				facts,
				['stats', 'current_eviction_exceeded_time', 'milliseconds'],
				['memory', 'used_memory', 'bytes'],
				['memory', 'maxmemory', 'bytes'],
				['memory', 'maxmemory_policy'],
			),
			meaning: "Eviction can't keep up, or there is nothing it may evict; writes that need memory are refused.",
			next: [ask(facts, 'MEMORY STATS'), words('raise maxmemory, or find the writer: panel 5, panel 4')],
			action: null,
		});
	},
});
