import {seconds} from '../text/units.js';
import {said} from './evidence.js';
import {field} from './needs.js';
import {ask, words} from './next-steps.js';
import {primaryName} from './replication-grace.js';
import {clear, fires, nodeRule} from './rule.js';

/**
A replica hears nothing from its primary though the link is up: `master_last_io_seconds_ago`. Since 2.4.

- An idle primary sends a ping each ten seconds (repl-ping-replica-period): only above that.
- −1 is a link that is down, which is rep.link_down.
*/
export const repIoStale = nodeRule({
	id: 'rep.io_stale',
	roles: ['replica'],
	appliesTo: facts => facts.text('replication', 'master_link_status') === 'up',
	needs: {silent: field('replication', 'master_last_io_seconds_ago')},
	evaluate({silent}, facts) {
		if (silent < facts.threshold('rep.io_stale.warning')) {
			return clear;
		}

		const primary = primaryName(facts);
		return fires(
			silent >= facts.threshold('rep.io_stale.critical') ? 'critical' : 'warning',
			`hears nothing from its primary ${primary} for ${seconds(silent)}`,
			{
				evidence: said(
					facts,
					['replication', 'master_last_io_seconds_ago', 'seconds'],
					['replication', 'master_link_status'],
				),
				meaning: 'The primary is frozen or the network drops its packets; the data here is as old.',
				next: [words(`look at ${primary}: does it answer PING?`), ask(facts, 'INFO replication')],
				action: null,
			},
		);
	},
});
