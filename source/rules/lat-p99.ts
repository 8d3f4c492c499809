import {boundBelow} from '../derive/latency-percentiles.js';
import {milliseconds} from '../text/units.js';
import {answerMissing} from './needs.js';
import {ask, words} from './next-steps.js';
import type {NodeFacts} from './node-facts.js';
import {clear, fires, nodeRule} from './rule.js';

/**
A command's 99th percentile over the last interval, from the difference of two LATENCY HISTOGRAM replies. Since 7.0.

- A percentile is a bucket: it lies between two bounds, the upper one twice the lower. It is a warning when the lower bound
  is past the threshold, where the true value is for certain; a threshold between the two is said to be undecided, as info.
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
		const limitMs = facts.threshold('lat.p99.warning');
		const slow = [...bounds]
			.flatMap(([command, {p99}]) =>
				p99 === undefined ? [] : [{command, most: p99 / 1000, least: boundBelow(p99) / 1000}],
			)
			.filter(({most}) => most > limitMs)
			.sort((one, other) => other.most - one.most);
		const [worst] = slow;
		if (worst === undefined) {
			return clear;
		}

		const name = worst.command.toUpperCase();
		const between = `${milliseconds(worst.least)} to ${milliseconds(worst.most)}`;
		const isCertain = worst.least >= limitMs;
		const isBad = worst.least >= facts.threshold('lat.p99.critical');
		return fires(
			isBad ? 'critical' : isCertain ? 'warning' : 'info',
			isCertain
				? `${name} takes ${between} (99th percentile)`
				: `${name} takes ${between} (99th percentile): the server's buckets don't tell which side of ${milliseconds(limitMs)}`,
			{
				evidence: slow
					.slice(0, 5)
					.map(({command, most}) => ({name: `p99 of ${command}, at most`, value: most, unit: 'milliseconds'})),
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
