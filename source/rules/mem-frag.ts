import {bytes} from '../text/units.js';
import {said} from './evidence.js';
import {field} from './needs.js';
import {ask, words} from './next-steps.js';
import {clear, fires, nodeRule} from './rule.js';

/** Below, a ratio says nothing. */
const fewestUsedBytes = 5 * 1024 * 1024;

/**
Memory is fragmented: the allocator's own ratio, and the bytes behind it. Since 5.0, jemalloc only.

- `mem_fragmentation_ratio` is not looked at: an idle server of one megabyte shows 2 to 10.
*/
export const memFrag = nodeRule({
	id: 'mem.frag',
	raiseAfter: 5,
	needs: {
		ratio: field('memory', 'allocator_frag_ratio'),
		wasted: field('memory', 'allocator_frag_bytes'),
		used: field('memory', 'used_memory'),
	},
	evaluate({ratio, wasted, used}, facts) {
		const isFragmented =
			used >= fewestUsedBytes &&
			ratio > facts.threshold('mem.frag.ratio') &&
			wasted > facts.threshold('mem.frag.bytes');
		if (!isFragmented) {
			return clear;
		}

		return fires(
			wasted > facts.threshold('mem.frag.warning') ? 'warning' : 'info',
			`memory is fragmented: ${bytes(wasted)} lost, ratio ${ratio.toFixed(2)}`,
			{
				evidence: said(
					facts,
					['memory', 'allocator_frag_ratio'],
					['memory', 'allocator_frag_bytes', 'bytes'],
					['memory', 'used_memory', 'bytes'],
					['memory', 'used_memory_rss', 'bytes'],
				),
				meaning: 'The process takes more of the machine than its data needs.',
				next: [
					ask(facts, 'CONFIG GET activedefrag'),
					words('activedefrag yes moves keys together at some processor time; a restart does it at once'),
				],
				action: 'memory-purge',
			},
		);
	},
});
