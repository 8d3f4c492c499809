import type {NodeRecord} from '../derive/node-record.js';
import {message, nodeName} from '../domain/message.js';
import {sooner} from './awaited-resync.js';
import {hint, logSteps, redisCli} from './next-steps.js';
import {clear, fires, rule} from './rule.js';

/** The child processes of a server that a full resync waits for. Source: replication.c, `syncCommand`. */
const forks = ['rdb_bgsave_in_progress', 'aof_rewrite_in_progress'] as const;

const longMs = 120_000;

const answers = (replica: NodeRecord | undefined): boolean =>
	replica?.sample !== undefined && replica.failure === undefined;

export const repState = rule({
	id: 'rep.state',
	scope: 'node',
	docs: {
		looksAt:
			'A replica has not been online for two minutes: `state=` of its line in INFO is `wait_bgsave` or `send_bulk`. Valkey adds `bg_transfer` and `rdb_transmitted`.',
		since: '2.8',
		falsePositives: ['Every full resync passes through these states. The rule fires after two minutes in them.'],
	},
	raiseAfterMs: longMs,
	needs: {},
	evaluate(_, facts, _limits, heldMs) {
		const {replicas} = facts.record;
		const stuck = replicas.find(({state}) => state !== 'online');
		if (stuck === undefined) {
			return clear;
		}

		const isWaiting = stuck.state === 'wait_bgsave';
		const isDelayed = isWaiting && forks.every(field => facts.number('persistence', field) === 0);
		const isRewriting = isWaiting && facts.number('persistence', 'aof_rewrite_in_progress') === 1;
		// The replica itself tells the same, with its reason, as long as it takes no unusual time.
		const isTold = answers(facts.nodes.get(stuck.address)) && heldMs < longMs;
		return fires(isTold ? 'info' : 'warning', {
			problem: message`replica ${nodeName(stuck.address)} is not online yet`,
			reason: isDelayed
				? 'the primary delays its save (repl-diskless-sync-delay)'
				: isRewriting
					? 'the primary rewrites its AOF first'
					: stuck.state,
			effect: replicas.some(({state}) => state === 'online') ? undefined : 'failover-impossible',
			nodes: [facts.address, stuck.address],
			evidence: [
				{name: 'replica', value: message`${nodeName(stuck.address)}`},
				{name: 'state', value: stuck.state},
			],
			meaning: 'It has no data yet to replace its primary with. The primary buffers the writes of that time in memory.',
			next: [
				...(isDelayed
					? [...sooner(facts.record, facts), redisCli(facts, 'CONFIG GET repl-diskless-sync-delay')]
					: isRewriting
						? [hint('wait for the end of the AOF rewrite: a full resync begins after it')]
						: []),
				redisCli(facts, 'INFO replication'),
				...logSteps(facts),
			],
		});
	},
});
