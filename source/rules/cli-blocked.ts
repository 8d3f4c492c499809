import {count} from '../text/units.js';
import {said} from './evidence.js';
import {field} from './needs.js';
import {words} from './next-steps.js';
import {clear, fires, nodeRule} from './rule.js';

/**
More than half of the clients wait in a blocking command, for a minute. Since 2.4.

- Consumers of queues and streams always wait: only info. Fewer than ten clients are no crowd.
*/
export const cliBlocked = nodeRule({
	id: 'cli.blocked',
	raiseAfterMs: 60_000,
	needs: {blocked: field('clients', 'blocked_clients'), clients: field('clients', 'connected_clients')},
	evaluate({blocked, clients}, facts) {
		const share = blocked / Math.max(1, clients);
		return clients < facts.threshold('cli.blocked.clients') || share <= facts.threshold('cli.blocked.share')
			? clear
			: fires('info', `${count(blocked)} of ${count(clients)} clients wait in blocking commands`, {
					evidence: said(facts, ['clients', 'blocked_clients', 'count'], ['clients', 'connected_clients', 'count']),
					meaning:
						'Usual for consumers of queues; new where it is new: their producers are gone, or clients are paused.',
					next: [words('see what they wait for: panel 4, flag b and the last command')],
					action: 'client-unblock',
				});
	},
});
