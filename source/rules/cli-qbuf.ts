import {bytes} from '../text/units.js';
import {said} from './evidence.js';
import {field} from './needs.js';
import {words} from './next-steps.js';
import {clear, fires, nodeRule} from './rule.js';

/**
A client has sent a very large request: `client_recent_max_input_buffer`. Since 5.0; the limit is 1 GB by default.
*/
export const cliQbuf = nodeRule({
	id: 'cli.qbuf',
	needs: {largest: field('clients', 'client_recent_max_input_buffer')},
	evaluate({largest}, facts) {
		return largest <= facts.threshold('cli.qbuf.bytes')
			? clear
			: fires('warning', `a client has ${bytes(largest)} in its query buffer`, {
					evidence: said(facts, ['clients', 'client_recent_max_input_buffer', 'bytes']),
					meaning: 'A huge value or pipeline: it takes memory, and the server stops for as long as it works on it.',
					next: [words('find it: panel 4, sorted by memory'), words('split what it sends')],
					action: null,
				});
	},
});
