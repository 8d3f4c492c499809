import {bytes} from '../text/units.js';
import {said} from './evidence.js';
import {field} from './needs.js';
import {ask, words} from './next-steps.js';
import {clear, fires, nodeRule} from './rule.js';

/**
A client has a large output buffer: `client_recent_max_output_buffer`, in bytes since 5.0; older fields count list entries
and are not looked at.
*/
export const cliObuf = nodeRule({
	id: 'cli.obuf',
	needs: {largest: field('clients', 'client_recent_max_output_buffer')},
	evaluate({largest}, facts) {
		return largest <= facts.threshold('cli.obuf.bytes')
			? clear
			: fires('warning', `a client has ${bytes(largest)} waiting in its output buffer`, {
					evidence: said(facts, ['clients', 'client_recent_max_output_buffer', 'bytes']),
					meaning:
						'It reads more slowly than it asks, or asked for a very large reply; the buffer is memory of the server.',
					next: [
						words('find it: panel 4, sorted by output buffer'),
						ask(facts, 'CONFIG GET client-output-buffer-limit'),
					],
					action: 'client-kill',
				});
	},
});
