import {seconds} from '../text/units.js';
import {isAnnouncedUnreachable} from '../topology/announced.js';
import {onHost, statusSteps, words} from './next-steps.js';
import {clear, fires, nodeRule} from './rule.js';

/**
Nothing listens on the port (ECONNREFUSED). Any version.

- A process that answered a minute ago may just be restarting: a warning until then.
- Of an address that is only announced, and good where the others stand, nothing is known: conn.unreachable says so.
*/
export const connRefused = nodeRule({
	id: 'conn.refused',
	roles: ['primary', 'replica', 'sentinel', 'unknown'],
	appliesTo: ({record, nodes}) => record.failure === undefined || !isAnnouncedUnreachable(record, nodes),
	needs: {},
	evaluate(_, facts) {
		const {failure, lastReplyAtMs, failingSinceMs} = facts.record;
		if (failure?.code !== 'ECONNREFUSED' && failure?.code !== 'ENOENT') {
			return clear;
		}

		const lostSeconds = (facts.nowMs - (lastReplyAtMs ?? Number.NEGATIVE_INFINITY)) / 1000;
		const mayRestart = lostSeconds < facts.threshold('conn.refused.restart');
		return fires(mayRestart ? 'warning' : 'critical', failure.text, {
			evidence: [
				{name: 'error', value: failure.code},
				...(failingSinceMs === undefined
					? []
					: [{name: 'failing for', value: seconds((facts.nowMs - failingSinceMs) / 1000)}]),
			],
			meaning: mayRestart
				? 'The process is gone or restarting; nobody can use this node meanwhile.'
				: 'The process is dead, listens on another port, or is bound to another address.',
			next: [...statusSteps(facts), onHost('ss -ltnp'), words('look for why it ended in its log and in dmesg')],
			action: null,
		});
	},
});
