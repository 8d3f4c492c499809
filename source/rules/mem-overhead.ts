import {percent} from '../text/units.js';
import {said} from './evidence.js';
import {field} from './needs.js';
import {ask, words} from './next-steps.js';
import {clear, fires, nodeRule} from './rule.js';

/** More memory keeps the data than is data: `used_memory_overhead`. Since 4.0. Many tiny keys are legitimate: info. */
export const memOverhead = nodeRule({
	id: 'mem.overhead',
	needs: {overhead: field('memory', 'used_memory_overhead'), used: field('memory', 'used_memory')},
	evaluate: ({overhead, used}, facts) =>
		used > facts.threshold('mem.overhead.bytes') && overhead > facts.threshold('mem.overhead.share') * used
			? fires('info', `${percent(overhead / used)} of used memory is overhead, not data`, {
					evidence: said(
						facts,
						['memory', 'used_memory_overhead', 'bytes'],
						['memory', 'used_memory_dataset', 'bytes'],
						['memory', 'mem_clients_normal', 'bytes'],
						['replication', 'repl_backlog_size', 'bytes'],
					),
					meaning: "Key tables, clients' buffers and the backlog take more than the values do.",
					next: [ask(facts, 'MEMORY STATS'), words('put small values into hashes; fewer connections; shorter keys')],
					action: null,
				})
			: clear,
});
