import {count} from '../text/units.js';
import {said} from './evidence.js';
import {increase} from './needs.js';
import {words} from './next-steps.js';
import {clear, fires, nodeRule} from './rule.js';

/**
New connections are turned away: `rejected_connections` rises. Since 2.4. The server logs nothing of it at its usual level.
*/
export const cliRejected = nodeRule({
	id: 'cli.rejected',
	raiseAfter: 1,
	clearAfter: 10,
	needs: {rejected: increase('stats', 'rejected_connections')},
	evaluate({rejected}, facts) {
		return rejected === 0
			? clear
			: fires('critical', `turned ${count(rejected)} new connections away since the last sample`, {
					evidence: [
						{name: 'rejected_connections, since the sample before', value: rejected, unit: 'count'},
						...said(facts, ['clients', 'connected_clients', 'count'], ['clients', 'maxclients', 'count']),
					],
					meaning: 'Clients that connect now get an error and a closed connection: maxclients is reached.',
					next: [
						words('find who holds the connections: panel 4 counts them by address, name or user'),
						words('close what leaks, or raise maxclients'),
					],
					action: 'set-maxclients',
				});
	},
});
