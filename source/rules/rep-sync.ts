import {bytes, percent, seconds} from '../text/units.js';
import {said} from './evidence.js';
import {field} from './needs.js';
import {ask, words} from './next-steps.js';
import type {NodeFacts} from './node-facts.js';
import {primaryName} from './replication-grace.js';
import {clear, fires, nodeRule} from './rule.js';

/** Without disk the whole isn't known beforehand: total 0, and what is left is negative. */
function progress(facts: NodeFacts): string {
	const read = facts.number('replication', 'master_sync_read_bytes');
	const total = facts.number('replication', 'master_sync_total_bytes');
	if (read === undefined) {
		return '';
	}

	return total === undefined || total <= 0
		? `, ${bytes(read)} so far`
		: `, ${percent(read / total)} of ${bytes(total)}`;
}

/** A full copy from the primary runs: `master_sync_in_progress:1`. Since 2.4 (progress: 6.2). */
export const repSync = nodeRule({
	id: 'rep.sync',
	raiseAfter: 1,
	roles: ['replica'],
	needs: {isSyncing: field('replication', 'master_sync_in_progress')},
	evaluate({isSyncing}, facts, heldMs) {
		if (isSyncing !== 1) {
			return clear;
		}

		const held = heldMs / 1000;
		return fires(
			held > facts.threshold('rep.sync.warning') ? 'warning' : 'info',
			`copies everything from ${primaryName(facts)} for ${seconds(held)}${progress(facts)}`,
			{
				evidence: said(
					facts,
					['replication', 'master_sync_in_progress'],
					['replication', 'master_sync_read_bytes', 'bytes'],
					['replication', 'master_sync_total_bytes', 'bytes'],
					['replication', 'master_sync_last_io_seconds_ago', 'seconds'],
				),
				meaning: "It can't take over until it is done, and its primary holds what is written meanwhile in memory.",
				next: [words('wait; if it begins anew again and again see rep.fullsync_storm'), ask(facts, 'INFO replication')],
				action: null,
			},
		);
	},
});
