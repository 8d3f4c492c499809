import {ask, logSteps, words} from './next-steps.js';
import {clear, fires, nodeRule} from './rule.js';

const windowMs = 60_000;

/**
The connection was lost again and again within a minute. Any version.

- A server's own `timeout` closes idle connections; ours never is that long.
*/
export const connFlapping = nodeRule({
	id: 'conn.flapping',
	roles: ['primary', 'replica', 'sentinel', 'unknown'],
	raiseAfter: 1,
	needs: {},
	evaluate(_, facts) {
		const losses = facts.watch.lossesAtMs.filter(atMs => atMs > facts.nowMs - windowMs).length;
		if (losses < facts.threshold('conn.flapping.count')) {
			return clear;
		}

		return fires('warning', `connection lost ${losses} times within a minute`, {
			evidence: [{name: 'losses in 60 s', value: losses, unit: 'count'}],
			meaning:
				'A load balancer, maxclients, an output buffer limit or CLIENT KILL ends connections, or the process restarts over and over.',
			next: [ask(facts, 'INFO server'), ...logSteps(facts), words('compare uptime_in_seconds before and after a loss')],
			action: null,
		});
	},
});
