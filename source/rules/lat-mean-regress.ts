import type {MeanChange} from '../derive/mean-tracks.js';
import {microseconds} from '../text/units.js';
import {pending} from './needs.js';
import {ask, words} from './next-steps.js';
import type {NodeFacts} from './node-facts.js';
import {clear, fires, nodeRule} from './rule.js';

/**
A command takes five times as long on average as it usually does: the last twenty seconds against the median of the ten
minutes before, by INFO commandstats. Since 2.6, for the nodes that commandstats are asked of.

- Fewer than a hundred calls in ten seconds make no mean; less than a tenth of a millisecond is nothing to wait for.
- Values that grow, and commands that are used for other things, do this without a fault of the server.
*/
export const latMeanRegress = nodeRule({
	id: 'lat.mean_regress',
	needs: {
		changes: {
			read: (facts: NodeFacts): readonly MeanChange[] | undefined => {
				const changes = facts.watch.means.changes(facts.threshold('lat.mean_regress.calls'));
				return changes.length === 0 ? undefined : changes;
			},
			missing: () => pending('no command was called often enough for a minute, to know how long it usually takes'),
		},
	},
	evaluate({changes}, facts) {
		const slower = changes
			.filter(
				({now, usual}) =>
					now > facts.threshold('lat.mean_regress.ratio') * usual &&
					now >= facts.threshold('lat.mean_regress.least') * 1000,
			)
			.sort((one, other) => other.now / other.usual - one.now / one.usual);
		const [worst] = slower;
		if (worst === undefined) {
			return clear;
		}

		const name = worst.command.toUpperCase();
		const times = Math.round(worst.now / worst.usual);
		return fires(
			'warning',
			`${name} takes ${times} times as long as usual: ${microseconds(worst.now)} instead of ${microseconds(worst.usual)} on average`,
			{
				evidence: slower
					.slice(0, 5)
					.map(({command, now}) => ({name: `mean of ${command}`, value: now / 1000, unit: 'milliseconds'})),
				meaning: 'Its values or collections have grown, or the machine has less time for the server.',
				next: [
					words('see which keys: panel 6'),
					ask(facts, 'SLOWLOG GET 10'),
					words('were others slowed down too? then look at the machine: cpu.steal, swap, huge pages'),
				],
				action: null,
			},
		);
	},
});
