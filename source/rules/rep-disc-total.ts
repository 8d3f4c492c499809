import {said} from './evidence.js';
import {field} from './needs.js';
import {logSteps, words} from './next-steps.js';
import {clear, fires, nodeRule} from './rule.js';

/** A replica needs many tries for one synchronisation: `master_current_sync_attempts`. Since Redis 8.2. */
export const repDiscTotal = nodeRule({
	id: 'rep.disc_total',
	roles: ['replica'],
	needs: {attempts: field('replication', 'master_current_sync_attempts')},
	evaluate: ({attempts}, facts) =>
		attempts > facts.threshold('rep.disc_total.attempts')
			? fires('info', `needs ${attempts} tries to synchronise`, {
					evidence: said(
						facts,
						['replication', 'master_current_sync_attempts', 'count'],
						['replication', 'master_total_sync_attempts', 'count'],
						['replication', 'total_disconnect_time_sec', 'seconds'],
					),
					meaning: 'Its link is unstable, or the primary cuts it off while it copies.',
					next: [...logSteps(facts), words('see rep.fullsync_storm on its primary')],
					action: null,
				})
			: clear,
});
