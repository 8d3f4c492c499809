import {perSecond} from '../text/units.js';
import {rate} from './needs.js';
import {words} from './next-steps.js';
import {clear, fires, nodeRule} from './rule.js';

/**
Connections come and go faster than they are used: more than a hundred a second, and one for every ten commands. Since 2.4.

- Health checks that connect anew each time are few; with TLS each costs a handshake.
*/
export const cliChurn = nodeRule({
	id: 'cli.churn',
	needs: {
		connections: rate('stats', 'total_connections_received'),
		commands: rate('stats', 'total_commands_processed'),
	},
	evaluate({connections, commands}, facts) {
		const isChurning =
			connections > facts.threshold('cli.churn.rate') && connections > facts.threshold('cli.churn.share') * commands;
		return isChurning
			? fires('warning', `${perSecond(connections)} new connections for ${perSecond(commands)} commands`, {
					evidence: [
						{name: 'connections', value: connections, unit: 'perSecond'},
						{name: 'commands', value: commands, unit: 'perSecond'},
					],
					meaning: 'Some client connects for each request instead of keeping a pool; most of the work is connecting.',
					next: [words('find it: panel 4, sorted by age, youngest first'), words('let it keep its connections')],
					action: null,
				})
			: clear;
	},
});
