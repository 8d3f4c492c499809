import {message, nodeName} from '../domain/message.js';
import {logSteps, redisCli} from './next-steps.js';
import {clear, fires, rule} from './rule.js';

export const repState = rule({
	id: 'rep.state',
	scope: 'node',
	docs: {
		looksAt:
			'A replica has not been online for two minutes: `state=` of its line in INFO is `wait_bgsave` or `send_bulk`. Valkey adds `bg_transfer` and `rdb_transmitted`.',
		since: '2.8',
		falsePositives: ['Every full resync passes through these states. The rule fires after two minutes in them.'],
	},
	raiseAfterMs: 120_000,
	needs: {},
	evaluate(_, facts) {
		const {replicas} = facts.record;
		const stuck = replicas.find(({state}) => state !== 'online');
		if (stuck === undefined) {
			return clear;
		}

		return fires('warning', {
			problem: message`replica ${nodeName(stuck.address)} is not online yet`,
			reason: stuck.state,
			effect: replicas.some(({state}) => state === 'online') ? undefined : 'failover-impossible',
			nodes: [facts.address, stuck.address],
			evidence: [
				{name: 'replica', value: message`${nodeName(stuck.address)}`},
				{name: 'state', value: stuck.state},
			],
			meaning: 'It has no data yet to replace its primary with. The primary buffers the writes of that time in memory.',
			next: [redisCli(facts, 'INFO replication'), ...logSteps(facts)],
		});
	},
});
