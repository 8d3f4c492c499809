import {count} from '../text/units.js';
import {said} from './evidence.js';
import {increase} from './needs.js';
import {ask, onHost} from './next-steps.js';
import {clear, fires, nodeRule} from './rule.js';

/**
Writing waited for an fsync of the append-only file: `aof_delayed_fsync` rises. Since 2.4.

- Twice in a row: one comes with the first seconds of many a rewrite.
*/
export const perFsync = nodeRule({
	id: 'per.fsync',
	clearAfter: 30,
	appliesTo: facts => facts.number('persistence', 'aof_enabled') === 1,
	needs: {delayed: increase('persistence', 'aof_delayed_fsync')},
	evaluate({delayed}, facts) {
		if (delayed === 0) {
			return clear;
		}

		return fires('warning', `writing waits for the disk: ${count(delayed)} delayed fsyncs since the sample before`, {
			evidence: said(
				facts,
				['persistence', 'aof_delayed_fsync', 'count'],
				['persistence', 'aof_pending_bio_fsync', 'count'],
				['persistence', 'aof_rewrite_in_progress'],
			),
			meaning: 'The disk takes more than a second for an fsync; meanwhile every client waits.',
			next: [
				onHost('iostat -x 1 3'),
				ask(facts, 'LATENCY HISTORY aof-fsync-always'),
				ask(facts, 'CONFIG GET no-appendfsync-on-rewrite'),
			],
			action: null,
		});
	},
});
