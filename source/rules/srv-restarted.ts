import {seconds} from '../text/units.js';
import {said} from './evidence.js';
import {logSteps, onHost, statusSteps} from './next-steps.js';
import {clear, fires, nodeRule} from './rule.js';

/**
Another process answers than before (`run_id`). Since 2.8.

- Only what was seen: a server that is young when redis-top starts may have been started on purpose.
- A failover that moved a DNS name shows another process too; the role then changed with it.
*/
export const srvRestarted = nodeRule({
	id: 'srv.restarted',
	raiseAfter: 1,
	roles: ['primary', 'replica', 'sentinel', 'unknown'],
	needs: {},
	evaluate(_, facts) {
		const {restartedAtMs} = facts.watch;
		const agoSeconds = (facts.nowMs - (restartedAtMs ?? Number.NEGATIVE_INFINITY)) / 1000;
		if (agoSeconds > facts.threshold('srv.restarted.recent')) {
			return clear;
		}

		return fires('warning', `restarted ${seconds(agoSeconds)} ago`, {
			evidence: said(facts, ['server', 'uptime_in_seconds', 'seconds'], ['server', 'run_id']),
			meaning: 'Its caches are cold and its clients had to reconnect; what was not saved is lost.',
			next: [...logSteps(facts), ...statusSteps(facts), onHost('dmesg -T | grep -i "killed process"')],
			action: null,
		});
	},
});
