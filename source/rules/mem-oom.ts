import {count} from '../text/units.js';
import {said} from './evidence.js';
import {limitShare} from './memory-limit.js';
import {errors} from './needs.js';
import {ask, words} from './next-steps.js';
import {clear, fires, nodeRule} from './rule.js';

/**
Writes are refused with OOM: `errorstat_OOM` rises. Since 6.2.

- One script that ran over the limit makes one such reply; it ends ten quiet samples later.
- After a flood of different errors a server may stop counting them by kind; then this can't be known.
*/
export const memOom = nodeRule({
	id: 'mem.oom',
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
		const why = isOverhead
			? 'overhead alone (clients, buffers, replicas) is over the limit: evicting every key would not help'
			: policy === 'noeviction'
				? 'the policy is noeviction'
				: 'nothing that may be evicted is left';
		return fires('critical', `refuses writes (OOM): ${why}`, {
			evidence: [
				{name: 'OOM replies since the sample before', value: refused, unit: 'count'},
				...said(
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
			meaning: `Commands that need memory are refused, ${count(refused)} since the last sample; reads and deletions go on.`,
			next: [
				...(isOverhead
					? [ask(facts, 'CLIENT LIST'), words('find the clients with large tot-mem and omem: panel 4')]
					: []),
				words('raise maxmemory, if the machine has room'),
				...(isOverhead
					? [words('do not set an allkeys policy now: it would evict every key and still refuse writes')]
					: [words('or let keys go: delete what is not needed, or set an eviction policy, which loses data')]),
				ask(facts, 'MEMORY STATS'),
			],
			action: isOverhead ? 'client-kill' : 'set-maxmemory',
		});
	},
});
