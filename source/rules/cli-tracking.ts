import {count, percent} from '../text/units.js';
import {field} from './needs.js';
import {words} from './next-steps.js';
import {clear, fires, nodeRule} from './rule.js';

/** `tracking-table-max-keys` as servers have it unless told otherwise. Source: redis.conf. */
const defaultTableKeys = 1_000_000;

/**
The table of client-side caching near its limit: beyond it, keys are invalidated that nobody changed. Since 6.0. Clients in
broadcast mode are counted by prefixes, which this table doesn't hold.
*/
export const cliTracking = nodeRule({
	id: 'cli.tracking',
	needs: {keys: field('stats', 'tracking_total_keys')},
	evaluate({keys}, facts) {
		const limit = Number(facts.setting('tracking-table-max-keys') ?? defaultTableKeys);
		// 0 is no limit.
		return !(limit > 0) || keys / limit < facts.threshold('cli.tracking.share')
			? clear
			: fires('warning', `the tracking table holds ${count(keys)} of ${count(limit)} keys (${percent(keys / limit)})`, {
					evidence: [
						{name: 'tracking_total_keys', value: keys, unit: 'count'},
						{name: 'tracking-table-max-keys', value: limit, unit: 'count'},
					],
					meaning: 'When it is full, keys are dropped from clients’ caches although nobody changed them.',
					next: [
						words('raise tracking-table-max-keys: a key takes about a hundred bytes'),
						words('let clients track less: OPTIN, or prefixes in broadcast mode'),
					],
					action: null,
				});
	},
});
