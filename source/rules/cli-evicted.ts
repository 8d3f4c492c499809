import {count} from '../text/units.js';
import {said} from './evidence.js';
import {increase} from './needs.js';
import {ask, words} from './next-steps.js';
import {clear, fires, nodeRule} from './rule.js';

/**
Clients are evicted because all of them together take more than `maxmemory-clients`. Since 7.0.
*/
export const cliEvicted = nodeRule({
	id: 'cli.evicted',
	raiseAfter: 1,
	clearAfter: 10,
	needs: {evicted: increase('stats', 'evicted_clients')},
	evaluate({evicted}, facts) {
		return evicted === 0
			? clear
			: fires('warning', `evicted ${count(evicted)} clients since the last sample`, {
					evidence: said(facts, ['stats', 'evicted_clients', 'count'], ['memory', 'mem_clients_normal', 'bytes']),
					meaning: 'The buffers of all clients are over maxmemory-clients; the largest clients lose their connections.',
					next: [words('find the largest: panel 4, sorted by memory'), ask(facts, 'CONFIG GET maxmemory-clients')],
					action: null,
				});
	},
});
