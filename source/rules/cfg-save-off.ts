import {setting} from './needs.js';
import {ask, words} from './next-steps.js';
import {advises, clear, nodeRule} from './rule.js';

/**
Saves are configured, and one that fails stops nothing (`stop-writes-on-bgsave-error no`). Any version. A way out of MISCONF
that is easily left on; some mean it so.

- Without save points nothing can fail: that is per.none.
*/
export const cfgSaveOff = nodeRule({
	id: 'cfg.save_off',
	needs: {stops: setting('stop-writes-on-bgsave-error'), saves: setting('save')},
	evaluate({stops, saves}, facts) {
		return stops !== 'no' || saves === ''
			? clear
			: advises(facts, 'goes on taking writes when saves fail (stop-writes-on-bgsave-error no)', {
					evidence: [
						{name: 'stop-writes-on-bgsave-error', value: stops},
						{name: 'save', value: saves},
					],
					meaning: 'Nobody notices a save that fails but who looks: what is written since is lost in a crash.',
					next: [
						words('was it set to get out of MISCONF? once a save has succeeded, undo it'),
						ask(facts, 'CONFIG SET stop-writes-on-bgsave-error yes'),
					],
					action: null,
					adviceCost: 'writes, whenever a save fails',
				});
	},
});
