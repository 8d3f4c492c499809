import {clientRows} from './needs.js';
import {ask, words} from './next-steps.js';
import {clear, fires, nodeRule} from './rule.js';

/**
A client runs MONITOR: flag `O` in CLIENT LIST. Since 2.4. It can halve the throughput of a busy server.
*/
export const cliMonitor = nodeRule({
	id: 'cli.monitor',
	raiseAfter: 1,
	needs: {clients: clientRows},
	evaluate({clients}, facts) {
		const monitors = clients.filter(({flags}) => flags.includes('O'));
		const [first] = monitors;
		return first === undefined
			? clear
			: fires('warning', `${first.address}${first.name === '' ? '' : ` (${first.name})`} runs MONITOR`, {
					evidence: monitors.map(({address, name, ageSeconds}) => ({
						name: `client ${address} ${name}`.trim(),
						value: ageSeconds,
						unit: 'seconds',
					})),
					meaning:
						'Every command of every client is copied to it; on a busy server that costs up to half of its throughput.',
					next: [words('end it where it runs'), ask(facts, `CLIENT KILL ID ${first.id}`)],
					action: 'client-kill',
				});
	},
});
