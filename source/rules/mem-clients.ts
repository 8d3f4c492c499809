import {bytes, percent} from '../text/units.js';
import {said} from './evidence.js';
import {field} from './needs.js';
import {ask, words} from './next-steps.js';
import {clear, fires, nodeRule} from './rule.js';

/**
Buffers of clients take much of the memory: `mem_clients_normal`. Since 5.0.

- A small server is mostly clients: not less than 32 MB.
*/
export const memClients = nodeRule({
	id: 'mem.clients',
	raiseAfter: 3,
	needs: {
		buffers: field('memory', 'mem_clients_normal'),
		used: field('memory', 'used_memory'),
		clients: field('clients', 'connected_clients'),
	},
	evaluate({buffers, used, clients}, facts) {
		const each = buffers / Math.max(1, clients);
		const isMuch =
			buffers > facts.threshold('mem.clients.bytes') &&
			(buffers > facts.threshold('mem.clients.share') * used || each > facts.threshold('mem.clients.each'));
		if (!isMuch) {
			return clear;
		}

		return fires('warning', `clients' buffers take ${bytes(buffers)}, ${percent(buffers / used)} of used memory`, {
			evidence: [
				...said(
					facts,
					['memory', 'mem_clients_normal', 'bytes'],
					['clients', 'connected_clients', 'count'],
					['clients', 'client_recent_max_output_buffer', 'bytes'],
					['clients', 'client_recent_max_input_buffer', 'bytes'],
				),
				{name: 'bytes a client', value: each, unit: 'bytes'},
			],
			meaning: 'They count against maxmemory: keys are evicted or writes refused for replies that nobody reads.',
			next: [
				words('panel 4, sorted by memory: who reads too slowly, asks too much at once, or runs MONITOR'),
				ask(facts, 'CLIENT LIST TYPE normal'),
				ask(facts, 'CONFIG GET client-output-buffer-limit'),
			],
			action: 'client-kill',
		});
	},
});
