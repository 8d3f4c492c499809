import {said} from './evidence.js';
import {field} from './needs.js';
import {ask} from './next-steps.js';
import {clear, fires, nodeRule} from './rule.js';

/** Active defragmentation takes much of the processor for a minute: `active_defrag_running`, percent. Since 4.0. */
export const memDefrag = nodeRule({
	id: 'mem.defrag',
	raiseAfterMs: 60_000,
	needs: {percentOfCore: field('memory', 'active_defrag_running')},
	evaluate: ({percentOfCore}, facts) =>
		percentOfCore >= facts.threshold('mem.defrag.percent')
			? fires('info', `active defragmentation takes ${percentOfCore}% of a core`, {
					evidence: said(facts, ['memory', 'active_defrag_running'], ['memory', 'allocator_frag_ratio']),
					meaning: "It runs on the server's one thread, between commands.",
					next: [ask(facts, 'CONFIG GET active-defrag-*')],
					action: null,
				})
			: clear,
});
