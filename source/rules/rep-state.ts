import {ask, logSteps} from './next-steps.js';
import {clear, fires, nodeRule} from './rule.js';

/**
A replica is stuck before it is online (`wait_bgsave`, `send_bulk`; Valkey adds `bg_transfer`, `rdb_transmitted`) for two
minutes. Since 2.8.
*/
export const repState = nodeRule({
	id: 'rep.state',
	raiseAfterMs: 120_000,
	needs: {},
	evaluate(_, facts) {
		const stuck = facts.record.replicas.find(({state}) => state !== 'online');
		return stuck === undefined
			? clear
			: fires('warning', `replica ${stuck.address} is not online yet: ${stuck.state}`, {
					evidence: [{name: `state of ${stuck.address}`, value: stuck.state}],
					meaning: 'It has no data to take over with; what is written meanwhile waits for it in memory.',
					next: [ask(facts, 'INFO replication'), ...logSteps(facts)],
					action: null,
				});
	},
});
