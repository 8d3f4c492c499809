import {said} from './evidence.js';
import {field} from './needs.js';
import {ask, logSteps, words} from './next-steps.js';
import {isSettling, settling} from './replication-grace.js';
import {clear, fires, nodeRule} from './rule.js';

/**
A primary has fewer replicas than within the last ten minutes: `connected_slaves`. Since 2.4.

- One that copies everything counts as connected. After ten minutes it is no news any more: planned, then.
*/
export const repLost = nodeRule({
	id: 'rep.lost',
	raiseAfter: 3,
	roles: ['primary'],
	needs: {connected: field('replication', 'connected_slaves')},
	evaluate({connected}, facts) {
		const most = Math.max(
			connected,
			...facts
				.past(['replication', 'connected_slaves'], facts.threshold('rep.lost.recent') * 1000)
				.map(({value}) => value),
		);
		if (connected >= most) {
			return clear;
		}

		return isSettling(facts)
			? settling
			: fires('critical', `lost ${most - connected} of ${most} replicas`, {
					evidence: [
						...said(facts, ['replication', 'connected_slaves', 'count']),
						{name: 'most in ten minutes', value: most, unit: 'count'},
					],
					meaning:
						connected === 0
							? 'Nothing can take over now.'
							: 'One less can take over, and the others have its reads to serve.',
					next: [
						words('look at the replica that is gone: panel 3, panel 0'),
						ask(facts, 'INFO replication'),
						...logSteps(facts),
					],
					action: null,
				});
	},
});
