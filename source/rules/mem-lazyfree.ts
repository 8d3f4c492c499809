import {count} from '../text/units.js';
import {said} from './evidence.js';
import {field, pending} from './needs.js';
import {words} from './next-steps.js';
import {clear, fires, nodeRule} from './rule.js';

/**
Deleted values wait to be freed, more and more of them: `lazyfree_pending_objects`. Since 4.0.

- After UNLINK or FLUSHALL ASYNC many wait, and fewer with each second: only while they grow.
*/
export const memLazyfree = nodeRule({
	id: 'mem.lazyfree',
	raiseAfterMs: 30_000,
	needs: {waiting: field('memory', 'lazyfree_pending_objects')},
	evaluate({waiting}, facts) {
		const before = facts.earlier?.info.number('memory', 'lazyfree_pending_objects');
		if (before === undefined) {
			return pending('needs two samples of the same process, one after the other');
		}

		if (waiting <= facts.threshold('mem.lazyfree.objects') || waiting <= before) {
			return clear;
		}

		return fires('warning', `${count(waiting)} deleted values wait to be freed, and more come`, {
			evidence: said(facts, ['memory', 'lazyfree_pending_objects', 'count'], ['memory', 'used_memory', 'bytes']),
			meaning: 'Used memory falls later than keys are deleted; near maxmemory that evicts or refuses what need not be.',
			next: [words('slow the deletions down; look for who deletes: panel 5')],
			action: null,
		});
	},
});
