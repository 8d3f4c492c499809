import {count} from '../text/units.js';
import {said} from './evidence.js';
import {field, setting} from './needs.js';
import {ask, words} from './next-steps.js';
import {clear, fires, nodeRule} from './rule.js';

/**
Very many changes are in memory only. Since 2.4.

- Not where an append-only file is kept, where nothing is saved on purpose, or on a declared cache.
- A save that runs will take them in.
*/
export const perDirty = nodeRule({
	id: 'per.dirty',
	appliesTo: facts => !facts.settings.isCache,
	needs: {
		saves: setting('save'),
		changes: field('persistence', 'rdb_changes_since_last_save'),
		hasAof: field('persistence', 'aof_enabled'),
		isSaving: field('persistence', 'rdb_bgsave_in_progress'),
	},
	evaluate({saves, changes, hasAof, isSaving}, facts) {
		const isMuch = changes > facts.threshold('per.dirty.changes') && saves !== '' && hasAof !== 1 && isSaving !== 1;
		if (!isMuch) {
			return clear;
		}

		return fires('warning', `${count(changes)} changes are not saved`, {
			evidence: said(
				facts,
				['persistence', 'rdb_changes_since_last_save', 'count'],
				['persistence', 'rdb_last_save_time'],
				['persistence', 'rdb_last_bgsave_status'],
			),
			meaning: 'A crash loses as many.',
			next: [ask(facts, 'BGSAVE'), words('save more often, or keep an append-only file')],
			action: 'bgsave',
		});
	},
});
