import {count} from '../text/units.js';
import {field} from './needs.js';
import {words} from './next-steps.js';
import {clear, fires, nodeRule} from './rule.js';

/**
Many keys under WATCH: every write of one of them has to look up who watches it. Since Redis 7.4 and Valkey 8.0.
*/
export const cliWatch = nodeRule({
	id: 'cli.watch',
	needs: {watching: field('clients', 'watching_clients'), keys: field('clients', 'total_watched_keys')},
	evaluate({watching, keys}, facts) {
		return keys <= facts.threshold('cli.watch.keys')
			? clear
			: fires('info', `${count(watching)} clients watch ${count(keys)} keys`, {
					evidence: [
						{name: 'watching_clients', value: watching, unit: 'count'},
						{name: 'total_watched_keys', value: keys, unit: 'count'},
					],
					meaning:
						'Writes to watched keys cost more, and a client that forgets UNWATCH keeps its keys until it leaves.',
					next: [words('find who: panel 4, clients with the flag x are in MULTI, old ones come first by age')],
					action: null,
				});
	},
});
