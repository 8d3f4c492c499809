import {seconds} from '../text/units.js';
import {said} from './evidence.js';
import {field, setting} from './needs.js';
import {ask, logSteps} from './next-steps.js';
import {clear, fires, nodeRule} from './rule.js';
import {longestWindow, savePoints} from './save-points.js';

/**
A save is long overdue: changes wait for more than twice the longest save window. Since 2.4.

- `rdb_last_save_time` is the start at first: a server that never saved is as old as its process.
- Nothing to save is no failure to save; and while a save runs, or an append-only file is kept, nothing is overdue.
*/
export const perStale = nodeRule({
	id: 'per.stale',
	needs: {
		saves: setting('save'),
		savedSeconds: field('persistence', 'rdb_last_save_time'),
		changes: field('persistence', 'rdb_changes_since_last_save'),
	},
	evaluate({saves, savedSeconds, changes}, facts) {
		const points = savePoints(saves);
		const dueSeconds = longestWindow(points) * facts.threshold('per.stale.windows');
		const fewest = Math.min(...points.map(point => point.changes));
		const serverMs = (facts.number('server', 'server_time_usec') ?? facts.nowMs * 1000) / 1000;
		const ageSeconds = serverMs / 1000 - savedSeconds;
		const isOverdue =
			points.length > 0 &&
			changes >= fewest &&
			ageSeconds > dueSeconds &&
			facts.number('persistence', 'aof_enabled') !== 1 &&
			facts.number('persistence', 'rdb_bgsave_in_progress') !== 1;
		if (!isOverdue) {
			return clear;
		}

		const neverSaved =
			facts.number('persistence', 'rdb_saves') === 0 || facts.number('persistence', 'rdb_last_bgsave_time_sec') === -1;
		return fires(
			ageSeconds > Math.max(dueSeconds, facts.threshold('per.stale.critical')) ? 'critical' : 'warning',
			`${neverSaved ? 'not saved since its start' : 'last save'} ${seconds(ageSeconds)} ago, save "${saves}"`,
			{
				evidence: said(
					facts,
					['persistence', 'rdb_last_save_time'],
					['persistence', 'rdb_changes_since_last_save', 'count'],
					['persistence', 'rdb_last_bgsave_status'],
				),
				meaning: 'A crash now loses everything written since then.',
				next: [ask(facts, 'BGSAVE'), ...logSteps(facts)],
				action: 'bgsave',
			},
		);
	},
});
