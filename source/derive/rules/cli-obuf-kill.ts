import {count} from '../../text/units.js';
import {said} from '../evidence.js';
import {ask, words} from '../next-steps.js';
import {clear, fires, nodeRule} from '../rule.js';
import {increase} from '../rule-needs.js';

/**
The server closes clients because their buffers are over the limit. Since Redis 7.4 and Valkey 8.0 it counts them.
*/
export const cliObufKill = nodeRule({
	id: 'cli.obuf_kill',
	raiseAfter: 1,
	clearAfter: 10,
	needs: {output: increase('stats', 'client_output_buffer_limit_disconnections')},
	evaluate({output}, facts) {
		const query = facts.increase('stats', 'client_query_buffer_limit_disconnections') ?? 0;
		return output + query === 0
			? clear
			: fires('warning', `closed ${count(output + query)} clients over their buffer limits since the last sample`, {
					evidence: said(
						facts,
						['stats', 'client_output_buffer_limit_disconnections', 'count'],
						['stats', 'client_query_buffer_limit_disconnections', 'count'],
					),
					meaning: 'A consumer is too slow, or a reply or request too large: those clients lost their connection.',
					next: [
						words('find them in the server log: omem and cmd stand there'),
						ask(facts, 'CONFIG GET client-output-buffer-limit'),
					],
					action: null,
				});
	},
});
