import {setting} from './needs.js';
import {ask} from './next-steps.js';
import {advises, clear, nodeRule} from './rule.js';

/**
Clients that vanished are never noticed: `timeout` and `tcp-keepalive` are both 0. Any version. By default keepalive is 300.
*/
export const cliTimeoutsOff = nodeRule({
	id: 'cli.timeouts_off',
	needs: {timeout: setting('timeout'), keepalive: setting('tcp-keepalive')},
	evaluate({timeout, keepalive}, facts) {
		return timeout !== '0' || keepalive !== '0'
			? clear
			: advises(facts, 'never closes connections of clients that vanished', {
					evidence: [
						{name: 'timeout', value: timeout},
						{name: 'tcp-keepalive', value: keepalive},
					],
					meaning: 'A client whose machine or network died keeps its connection until maxclients is reached.',
					next: [ask(facts, 'CONFIG SET tcp-keepalive 300')],
					action: null,
					adviceCost: 'one empty packet a connection every five minutes',
				});
	},
});
