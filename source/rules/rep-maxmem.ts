import {bytes} from '../text/units.js';
import {said} from './evidence.js';
import {field} from './needs.js';
import {ask} from './next-steps.js';
import {clear, fires, nodeRule} from './rule.js';

/**
A replica whose limit is below what its primary uses: it ignores that as a replica and refuses writes or evicts as soon as
it takes over. Since 3.2.
*/
export const repMaxmem = nodeRule({
	id: 'rep.maxmem',
	roles: ['replica'],
	needs: {limit: field('memory', 'maxmemory')},
	evaluate({limit}, facts) {
		const used = facts.primary?.sample?.info.number('memory', 'used_memory');
		if (limit === 0 || used === undefined || limit >= used) {
			return clear;
		}

		return fires('warning', `maxmemory ${bytes(limit)} is below what its primary uses (${bytes(used)})`, {
			evidence: [
				...said(facts, ['memory', 'maxmemory', 'bytes']),
				{name: 'used_memory of its primary', value: used, unit: 'bytes'},
			],
			meaning: 'As soon as it takes over it evicts keys or refuses writes.',
			next: [ask(facts, `CONFIG SET maxmemory ${Math.ceil((used * 1.25) / 1024 ** 2)}mb`)],
			action: null,
		});
	},
});
