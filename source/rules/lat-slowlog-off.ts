import {setting} from './needs.js';
import {ask} from './next-steps.js';
import {advises, clear, nodeRule} from './rule.js';

/**
The slow log is off (−1), logs everything (0) or only what takes longer than a second. Any version.
*/
export const latSlowlogOff = nodeRule({
	id: 'lat.slowlog_off',
	needs: {threshold: setting('slowlog-log-slower-than')},
	evaluate({threshold}, facts) {
		const us = Number(threshold);
		const why =
			us < 0
				? 'the slow log is off'
				: us === 0
					? 'the slow log takes in every command'
					: 'the slow log misses what takes less than a second';
		return us > 0 && us <= 1_000_000
			? clear
			: advises(facts, why, {
					evidence: [{name: 'slowlog-log-slower-than', value: us}],
					meaning: 'After an incident nobody can say which commands were slow.',
					next: [ask(facts, 'CONFIG SET slowlog-log-slower-than 10000')],
					action: 'set-slowlog-threshold',
					adviceCost: 'nothing that can be measured: a log of 128 entries in memory',
				});
	},
});
