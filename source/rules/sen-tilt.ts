import {field} from './needs.js';
import {ask, words} from './next-steps.js';
import {clear, fires, nodeRule} from './rule.js';

/** TILT: the sentinel's clock jumped or its process stood still, and it acts on nothing until that has passed. Since 2.8. */
export const senTilt = nodeRule({
	id: 'sen.tilt',
	roles: ['sentinel'],
	raiseAfter: 1,
	needs: {tilt: field('sentinel', 'sentinel_tilt')},
	evaluate: ({tilt}, facts) =>
		tilt === 0
			? clear
			: fires('critical', 'is in TILT: it watches and acts on nothing', {
					evidence: [{name: 'sentinel_tilt', value: tilt}],
					meaning: 'It neither votes nor fails over until 30 s have passed without another jump of time.',
					next: [
						ask(facts, 'INFO sentinel'),
						words('look for a paused virtual machine, a jump of the clock, a starved host'),
					],
					action: null,
				}),
});
