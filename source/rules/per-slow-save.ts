import {percent, seconds} from '../text/units.js';
import {said} from './evidence.js';
import {field} from './needs.js';
import {onHost, words} from './next-steps.js';
import {clear, fires, nodeRule} from './rule.js';

/**
A background save takes far longer than the last one. Since 2.6 (progress: 6.2).

- A full copy for a replica without disk counts as a save, too: it lasts as long as the network needs.
*/
export const perSlowSave = nodeRule({
	id: 'per.slow_save',
	needs: {running: field('persistence', 'rdb_current_bgsave_time_sec')},
	evaluate({running}, facts) {
		const last = facts.number('persistence', 'rdb_last_bgsave_time_sec') ?? 0;
		const limit = Math.max(facts.threshold('per.slow_save.seconds'), last * facts.threshold('per.slow_save.times'));
		if (running <= limit) {
			return clear;
		}

		const processed = facts.number('persistence', 'current_save_keys_processed');
		const total = facts.number('persistence', 'current_save_keys_total');
		const progress = processed === undefined || !total ? '' : `, ${percent(processed / total)} of the keys`;
		const stands = facts.increase('persistence', 'current_save_keys_processed') === 0;
		return fires(stands ? 'critical' : 'warning', `a save runs for ${seconds(running)}${progress}`, {
			evidence: said(
				facts,
				['persistence', 'rdb_current_bgsave_time_sec', 'seconds'],
				['persistence', 'rdb_last_bgsave_time_sec', 'seconds'],
				['persistence', 'current_save_keys_processed', 'count'],
				['persistence', 'current_save_keys_total', 'count'],
				['persistence', 'current_cow_size', 'bytes'],
			),
			meaning: 'Every page written meanwhile is copied: memory grows, and nothing newer can be saved.',
			next: [onHost('iostat -x 1 3'), words('a slow disk, a huge key, or a replica on a slow line')],
			action: null,
		});
	},
});
