import {percent} from '../text/units.js';
import {said} from './evidence.js';
import {field} from './needs.js';
import {ask, words} from './next-steps.js';
import {clear, fires, nodeRule} from './rule.js';

/**
Expired keys linger: `expired_stale_perc` over 25. Since 4.0. It is an estimate.

- Active expiry stops where a tenth is left, so that this is where a server stays that expires many keys.
*/
export const keyExpireLag = nodeRule({
	id: 'key.expire_lag',
	raiseAfterMs: 30_000,
	countsAtOnce: true,
	needs: {stale: field('stats', 'expired_stale_perc')},
	evaluate({stale}, facts) {
		return stale / 100 <= facts.threshold('key.expire_lag.share')
			? clear
			: fires('warning', `${percent(stale / 100)} of the keys with a TTL have expired and still take memory`, {
					evidence: said(facts, ['stats', 'expired_stale_perc'], ['stats', 'expired_time_cap_reached_count', 'count']),
					meaning: 'Expiry can not keep up: dead keys hold memory until somebody asks for them.',
					next: [
						words('spread the times to live (jitter), so that not all end at once'),
						ask(facts, 'CONFIG GET active-expire-effort'),
					],
					action: null,
				});
	},
});
