import {perSecond} from '../text/units.js';
import {answerMissing} from './needs.js';
import {ask, words} from './next-steps.js';
import type {NodeFacts} from './node-facts.js';
import {clear, fires, nodeRule} from './rule.js';

/**
One command fails in more than one call of ten. Since 6.2, for the nodes that commandstats are asked of.
*/
export const errFailed = nodeRule({
	id: 'err.failed',
	needs: {
		stats: {
			read: ({record}: NodeFacts) => (record.commands.length > 0 ? record.commands : undefined),
			missing: answerMissing('INFO commandstats'),
		},
	},
	evaluate({stats}, facts) {
		const failing = stats
			.map(({command, callsPerSecond = 0, failuresPerSecond = 0}) => ({
				command,
				failures: failuresPerSecond,
				calls: callsPerSecond,
			}))
			.filter(
				({failures, calls}) =>
					failures >= facts.threshold('err.failed.rate') &&
					failures / Math.max(failures, calls) > facts.threshold('err.failed.share'),
			)
			.sort((one, other) => other.failures - one.failures);
		const [worst] = failing;
		return worst === undefined
			? clear
			: fires('warning', `${worst.command.toUpperCase()} fails ${perSecond(worst.failures)}`, {
					evidence: failing
						.slice(0, 5)
						.map(({command, failures}) => ({name: `failures of ${command}`, value: failures, unit: 'perSecond'})),
					meaning: 'Whoever sends it gets errors, not answers.',
					next: [ask(facts, 'INFO errorstats'), words('see who sends it: panel 4, by last command')],
					action: null,
				});
	},
});
