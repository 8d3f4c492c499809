import {microseconds} from '../../text/units.js';
import type {StepMean} from '../mean-tracks.js';
import {ask, words} from '../next-steps.js';
import type {NodeFacts} from '../node-facts.js';
import {clear, fires, nodeRule} from '../rule.js';
import {pending} from '../rule-needs.js';

/** Steps of ten seconds that make a usual time: a minute. */
const fewestSteps = 6;
/** The latest steps that must all be slow: one alone is an accident. */
const slowSteps = 2;

type Change = {readonly command: string; readonly now: number; readonly usual: number};

function changeOf(command: string, steps: readonly StepMean[], fewestCalls: number): Change | undefined {
	const busy = steps.filter(({calls}) => calls >= fewestCalls).map(({meanMicroseconds}) => meanMicroseconds);
	const [now, before] = [busy.slice(-slowSteps), busy.slice(0, -slowSteps).toSorted((one, other) => one - other)];
	const usual = before[Math.floor(before.length / 2)];
	return usual === undefined || before.length < fewestSteps ? undefined : {command, now: Math.min(...now), usual};
}

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
			read: (facts: NodeFacts): readonly Change[] | undefined => {
				const fewestCalls = facts.threshold('lat.mean_regress.calls');
				const changes = [...facts.watch.means.means].flatMap(
					([command, steps]) => changeOf(command, steps, fewestCalls) ?? [],
				);
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
