import {seconds} from '../text/units.js';
import {said} from './evidence.js';
import {word} from './needs.js';
import {ask, logSteps, words} from './next-steps.js';
import {primaryName} from './replication-grace.js';
import {clear, fires, nodeRule} from './rule.js';

/**
A replica lost its primary: `master_link_status:down`. Since 2.4 (how long: 7.0 for a link that never was).

- The link is down during the whole first copy, too: not while one runs (`master_sync_in_progress`). Before it begins
  (5 s of diskless delay) the replica waits in the same state, hence the patience.
- It stays up for a minute (repl-timeout) after a primary froze: that is rep.io_stale.
*/
export const repLinkDown = nodeRule({
	id: 'rep.link_down',
	roles: ['replica'],
	needs: {status: word('replication', 'master_link_status')},
	evaluate({status}, facts, heldMs) {
		if (status === 'up' || facts.number('replication', 'master_sync_in_progress') === 1) {
			return clear;
		}

		const since = facts.number('replication', 'master_link_down_since_seconds') ?? -1;
		const isNew = since < 0;
		const down = isNew ? heldMs / 1000 : since;
		const isLong = down > facts.threshold('rep.link_down.critical');
		const isShort = down <= facts.threshold('rep.link_down.warning');
		const primary = primaryName(facts);
		return fires(
			isLong ? 'critical' : isShort ? 'info' : 'warning',
			isNew ? `has no link to its primary ${primary} yet` : `lost its primary ${primary} ${seconds(down)} ago`,
			{
				evidence: said(
					facts,
					['replication', 'master_link_status'],
					['replication', 'master_link_down_since_seconds', 'seconds'],
					['replication', 'master_host'],
					['replication', 'master_port'],
					['replication', 'master_sync_in_progress'],
				),
				meaning:
					facts.setting('replica-serve-stale-data') === 'no'
						? "It answers MASTERDOWN to reads, and can't take over with what is newest."
						: "It serves data as of then, and can't take over with what is newest.",
				next: [
					words(`see whether ${primary} answers, from this replica's machine, too`),
					...logSteps(facts),
					words('"Unable to AUTH to MASTER": masterauth; "Connection refused": the primary is gone or moved'),
					ask(facts, 'ROLE'),
				],
				action: 'replicaof',
			},
		);
	},
});
