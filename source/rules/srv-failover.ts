import {seconds} from '../text/units.js';
import {said} from './evidence.js';
import {word} from './needs.js';
import {ask} from './next-steps.js';
import {clear, fires, nodeRule} from './rule.js';

/** FAILOVER runs: `master_failover_state`. Since 6.2. It takes less than a second when the replica keeps up. */
export const srvFailover = nodeRule({
	id: 'srv.failover',
	raiseAfter: 1,
	needs: {phase: word('replication', 'master_failover_state')},
	evaluate({phase}, facts, heldMs) {
		if (phase === 'no-failover') {
			return clear;
		}

		const isLong = heldMs >= facts.threshold('srv.failover.critical') * 1000;
		return fires(isLong ? 'critical' : 'warning', `FAILOVER for ${seconds(heldMs / 1000)}: ${phase}`, {
			evidence: said(facts, ['replication', 'master_failover_state'], ['replication', 'connected_slaves']),
			meaning: 'Writes wait until the replica has caught up and taken over.',
			next: [ask(facts, 'INFO replication'), ask(facts, 'FAILOVER ABORT')],
			action: 'failover-abort',
		});
	},
});
