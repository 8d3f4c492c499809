import {bytes} from '../text/units.js';
import {said} from './evidence.js';
import {field} from './needs.js';
import {onHost, words} from './next-steps.js';
import {clear, fires, nodeRule} from './rule.js';

/** Data waits to be written to the append-only file: `mem_aof_buffer`. Since 5.0. Before 7.0 a rewrite fills it, too. */
export const memAofBuf = nodeRule({
	id: 'mem.aof_buf',
	raiseAfter: 3,
	needs: {buffer: field('memory', 'mem_aof_buffer')},
	evaluate: ({buffer}, facts) =>
		buffer > facts.threshold('mem.aof_buf.bytes')
			? fires('warning', `${bytes(buffer)} wait to be written to the append-only file`, {
					evidence: said(facts, ['memory', 'mem_aof_buffer', 'bytes'], ['persistence', 'aof_rewrite_in_progress']),
					meaning: 'The disk takes less than is written; a crash loses as much.',
					next: [onHost('iostat -x 1 3'), words('a rewrite before Redis 7.0 fills it by itself: wait for its end')],
					action: null,
				})
			: clear,
});
