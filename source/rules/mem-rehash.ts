import {bytes} from '../text/units.js';
import {said} from './evidence.js';
import {field} from './needs.js';
import {words} from './next-steps.js';
import {clear, fires, nodeRule} from './rule.js';

/** Less is no memory to speak of. */
const fewestBytes = 10 * 1024 * 1024;

/** A growing hash table is held twice: `mem_overhead_db_hashtable_rehashing`. Since Redis 7.4, Valkey 8.0. It passes. */
export const memRehash = nodeRule({
	id: 'mem.rehash',
	needs: {rehashing: field('memory', 'mem_overhead_db_hashtable_rehashing'), used: field('memory', 'used_memory')},
	evaluate: ({rehashing, used}, facts) =>
		rehashing > fewestBytes && rehashing > facts.threshold('mem.rehash.share') * used
			? fires('info', `a growing key table takes ${bytes(rehashing)} more until it is moved`, {
					evidence: said(
						facts,
						['memory', 'mem_overhead_db_hashtable_rehashing', 'bytes'],
						['memory', 'used_memory', 'bytes'],
					),
					meaning: 'At each doubling of the number of keys the old and the new table stand side by side for a while.',
					next: [words('wait; near maxmemory it can evict keys or refuse writes')],
					action: null,
				})
			: clear,
});
