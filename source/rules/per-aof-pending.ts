import {said} from './evidence.js';
import {field} from './needs.js';
import {ask, words} from './next-steps.js';
import {clear, fires, nodeRule} from './rule.js';

/**
AOF was switched on and its first file is still being written. Since 2.8.

- `aof_enabled:1` appears at once, before anything is durable.
*/
export const perAofPending = nodeRule({
	id: 'per.aof_pending',
	raiseAfter: 1,
	needs: {isEnabled: field('persistence', 'aof_enabled'), isRewriting: field('persistence', 'aof_rewrite_in_progress')},
	evaluate({isEnabled, isRewriting}, facts) {
		const size = facts.number('persistence', 'aof_current_size') ?? 0;
		if (isEnabled !== 1 || isRewriting !== 1 || size > facts.threshold('per.aof_pending.bytes')) {
			return clear;
		}

		return fires('warning', 'writes its first append-only file', {
			evidence: said(
				facts,
				['persistence', 'aof_enabled'],
				['persistence', 'aof_rewrite_in_progress'],
				['persistence', 'aof_current_size', 'bytes'],
			),
			meaning: 'Nothing is durable by it yet, and SHUTDOWN is refused until it is written.',
			next: [words('wait'), ask(facts, 'INFO persistence')],
			action: null,
		});
	},
});
