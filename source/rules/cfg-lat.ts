import {setting} from './needs.js';
import {ask} from './next-steps.js';
import {advises, clear, nodeRule} from './rule.js';

/**
Latency tracking is off: there are no histograms and no percentiles. Since 7.0.
*/
export const cfgLat = nodeRule({
	id: 'cfg.lat',
	needs: {tracking: setting('latency-tracking')},
	evaluate({tracking}, facts) {
		return tracking !== 'no'
			? clear
			: advises(facts, 'latency tracking is off: no percentiles', {
					evidence: [{name: 'latency-tracking', value: tracking}],
					meaning: 'Only averages are known, and those hide what a few clients suffer.',
					next: [ask(facts, 'CONFIG SET latency-tracking yes')],
					action: null,
					adviceCost: 'about forty kilobytes for each command in use, and some nanoseconds a call',
				});
	},
});
