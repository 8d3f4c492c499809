import {bytes} from '../text/units.js';
import {said} from './evidence.js';
import {field} from './needs.js';
import {ask} from './next-steps.js';
import {clear, fires, nodeRule} from './rule.js';

/**
The append-only file is far larger than after its last rewrite, and none is due or runs. Since 2.4.

- Its base is 0 until it was read or rewritten once.
*/
export const perAofBloat = nodeRule({
	id: 'per.aof_bloat',
	appliesTo: facts => facts.number('persistence', 'aof_enabled') === 1,
	needs: {size: field('persistence', 'aof_current_size'), base: field('persistence', 'aof_base_size')},
	evaluate({size, base}, facts) {
		const isRewriting =
			facts.number('persistence', 'aof_rewrite_in_progress') === 1 ||
			facts.number('persistence', 'aof_rewrite_scheduled') === 1;
		const isBloated =
			base > 0 &&
			size > facts.threshold('per.aof_bloat.bytes') &&
			size > facts.threshold('per.aof_bloat.ratio') * base &&
			!isRewriting;
		if (!isBloated) {
			return clear;
		}

		return fires('info', `its append-only file is ${bytes(size)}, after the last rewrite it was ${bytes(base)}`, {
			evidence: said(
				facts,
				['persistence', 'aof_current_size', 'bytes'],
				['persistence', 'aof_base_size', 'bytes'],
				['persistence', 'aof_last_bgrewrite_status'],
			),
			meaning: 'A restart reads all of it. Rewriting is off, or fails.',
			next: [ask(facts, 'CONFIG GET auto-aof-rewrite-percentage'), ask(facts, 'BGREWRITEAOF')],
			action: 'bgrewriteaof',
		});
	},
});
