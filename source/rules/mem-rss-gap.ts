import {bytes} from '../text/units.js';
import {said} from './evidence.js';
import {field} from './needs.js';
import {ask, words} from './next-steps.js';
import {clear, fires, nodeRule} from './rule.js';

/** A peak so far above what is used now has just been freed. */
const freedTimes = 1.5;

/**
The process holds far more memory than is used: freed and not given back. Since 2.8 (bytes: 5.0).

- After a large deletion the allocator keeps pages for a while: not while the peak was half as much again.
- During a fork copies are counted, too.
*/
export const memRssGap = nodeRule({
	id: 'mem.rss_gap',
	raiseAfter: 5,
	needs: {
		ratio: field('memory', 'mem_fragmentation_ratio'),
		gap: field('memory', 'mem_fragmentation_bytes'),
		used: field('memory', 'used_memory'),
	},
	evaluate({ratio, gap, used}, facts) {
		const peak = facts.number('memory', 'used_memory_peak') ?? used;
		const isForked =
			facts.number('persistence', 'rdb_bgsave_in_progress') === 1 ||
			facts.number('persistence', 'aof_rewrite_in_progress') === 1;
		const isGap =
			ratio > facts.threshold('mem.rss_gap.ratio') &&
			gap > facts.threshold('mem.rss_gap.bytes') &&
			peak <= freedTimes * used &&
			!isForked;
		if (!isGap) {
			return clear;
		}

		return fires(
			gap > facts.threshold('mem.frag.warning') ? 'warning' : 'info',
			`holds ${bytes(gap)} more than it uses, ratio ${ratio.toFixed(2)}`,
			{
				evidence: said(
					facts,
					['memory', 'mem_fragmentation_ratio'],
					['memory', 'mem_fragmentation_bytes', 'bytes'],
					['memory', 'used_memory_rss', 'bytes'],
					['memory', 'allocator_rss_ratio'],
					['memory', 'allocator_rss_bytes', 'bytes'],
				),
				meaning: 'Memory that was freed has not gone back to the machine, or huge pages and copies of a fork hold it.',
				next: [
					ask(facts, 'MEMORY PURGE'),
					words('helps when allocator_rss_bytes is most of it; else look at huge pages and at mem.frag'),
				],
				action: 'memory-purge',
			},
		);
	},
});
