import {setting} from './needs.js';
import {ask} from './next-steps.js';
import {advises, clear, nodeRule} from './rule.js';

/**
The latency monitor is off, as by default. Since 2.8.13.
*/
export const latMonOff = nodeRule({
	id: 'lat.mon_off',
	needs: {threshold: setting('latency-monitor-threshold')},
	evaluate({threshold}, facts) {
		return threshold !== '0'
			? clear
			: advises(facts, 'the latency monitor is off', {
					evidence: [{name: 'latency-monitor-threshold', value: 0}],
					meaning: 'Stalls by forks, disks, expiry and eviction leave no trace: only slow commands do.',
					next: [ask(facts, 'CONFIG SET latency-monitor-threshold 100')],
					action: 'set-latency-threshold',
					adviceCost: 'a few bytes for each event of 100 ms or more',
				});
	},
});
