import {seconds} from '../text/units.js';
import {field} from './needs.js';
import {onHost} from './next-steps.js';
import {clear, fires, nodeRule} from './rule.js';

/** The server's clock differs from this machine's: `server_time_usec`. Since 6.2. */
export const srvClock = nodeRule({
	id: 'srv.clock',
	roles: ['primary', 'replica', 'sentinel', 'unknown'],
	needs: {serverMicroseconds: field('server', 'server_time_usec')},
	evaluate({serverMicroseconds}, facts) {
		const {atMs = facts.nowMs, roundTripMs = 0} = facts.sample ?? {};
		const skewSeconds = (serverMicroseconds / 1000 - atMs) / 1000;
		if (Math.abs(skewSeconds) <= facts.threshold('srv.clock.skew') + roundTripMs / 2000) {
			return clear;
		}

		const way = skewSeconds > 0 ? 'ahead of' : 'behind';
		return fires('info', `its clock is ${seconds(Math.abs(skewSeconds))} ${way} this machine's`, {
			evidence: [{name: 'skew', value: skewSeconds, unit: 'seconds'}],
			meaning: 'Times of its log and slow log are off by as much, and so are TTLs set to a moment (EXPIREAT).',
			next: [onHost('timedatectl')],
			action: null,
		});
	},
});
