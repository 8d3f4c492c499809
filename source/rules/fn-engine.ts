import type {RunningFunction} from '../domain/sample.js';
import {seconds} from '../text/units.js';
import {answerMissing} from './needs.js';
import {ask, words} from './next-steps.js';
import type {NodeFacts} from './node-facts.js';
import {clear, fires, nodeRule} from './rule.js';

const isHeldByFunction = ({record: {failure}}: NodeFacts): boolean =>
	failure?.state === 'busy' && /FUNCTION KILL/.test(failure.text);

/**
A function runs for more than five seconds: FUNCTION STATS, which a busy server still answers. Since 7.0. Of a script
(EVAL) nothing is told: that is srv.busy alone.
*/
export const fnEngine = nodeRule({
	id: 'fn.engine',
	raiseAfter: 1,
	clearAfter: 1,
	roles: ['primary', 'replica', 'unknown'],
	appliesTo: isHeldByFunction,
	needs: {
		running: {
			read: ({record}: NodeFacts): RunningFunction | undefined => record.failure?.running,
			missing: answerMissing('FUNCTION STATS'),
		},
	},
	evaluate({running: {name, durationMs}}, facts) {
		return durationMs < facts.threshold('fn.engine.seconds') * 1000
			? clear
			: fires('critical', `the function ${name} has been running for ${seconds(durationMs / 1000)}`, {
					evidence: [
						{name: 'function', value: name},
						{name: 'duration_ms', value: durationMs, unit: 'milliseconds'},
					],
					meaning: 'Nothing else runs until it ends: every other command is answered BUSY.',
					next: [
						ask(facts, 'FUNCTION KILL'),
						words(
							'UNKILLABLE: it has written; wait, or SHUTDOWN NOSAVE, which loses what was written since the last save',
						),
						words('have whoever wrote it take smaller steps'),
					],
					action: 'function-kill',
				});
	},
});
