import {milliseconds} from '../../text/units.js';
import {ask, words} from '../next-steps.js';
import type {NodeFacts} from '../node-facts.js';
import {clear, fires, nodeRule} from '../rule.js';
import {answerMissing} from '../rule-needs.js';

/**
A command's 99th percentile over the last interval, from the difference of two LATENCY HISTOGRAM replies. Since 7.0.

- The buckets are powers of two: the bound is printed, the true value is more than half of it; so a bound counts once it is
  over twice the threshold, where the true value is over it for certain.
- Fewer than a hundred calls have no percentile; waiting and the network are not in it.
*/
export const latP99 = nodeRule({
	id: 'lat.p99',
	needs: {
		bounds: {
			read: ({record}: NodeFacts) => {
				const {bounds} = record.latency?.value ?? {};
				return bounds === undefined || bounds.size === 0 ? undefined : bounds;
			},
			missing: answerMissing('LATENCY HISTOGRAM'),
		},
	},
	evaluate({bounds}, facts) {
		const slow = [...bounds]
			.flatMap(([command, {p99, calls}]) => (p99 === undefined ? [] : [{command, calls, ms: p99 / 1000}]))
			.filter(({ms}) => ms > 2 * facts.threshold('lat.p99.warning'))
			.sort((one, other) => other.ms - one.ms);
		const [worst] = slow;
		if (worst === undefined) {
			return clear;
		}

		const isBad = worst.ms > 2 * facts.threshold('lat.p99.critical');
		return fires(
			isBad ? 'critical' : 'warning',
			`${worst.command.toUpperCase()} takes up to ${milliseconds(worst.ms)} (99th percentile)`,
			{
				evidence: slow
					.slice(0, 5)
					.map(({command, ms}) => ({name: `p99 of ${command}, at most`, value: ms, unit: 'milliseconds'})),
				meaning: 'The server runs one command at a time: all clients wait while these run.',
				next: [
					ask(facts, 'SLOWLOG GET 10'),
					words('see which keys: panel 6; large collections and huge values are the usual cause'),
				],
				action: null,
			},
		);
	},
});
