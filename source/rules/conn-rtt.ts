import {milliseconds} from '../text/units.js';
import {pending} from './needs.js';
import {ask, words} from './next-steps.js';
import {clear, fires, nodeRule} from './rule.js';

const readings = 60;
const fewestReadings = 30;

/**
PING takes long on a connection of its own, which carries nothing else. Any version.

- Of the last 60 round trips six must be as slow: a few are hiccups of a busy machine, ours perhaps.
- Only what comes on top of the shortest one counts: that is the network's, and a far server is not a slow one.
*/
export const connRtt = nodeRule({
	id: 'conn.rtt',
	roles: ['primary', 'replica', 'sentinel', 'unknown'],
	raiseAfter: 5,
	needs: {
		roundTrips: {
			read({record}) {
				const known = record.ping.series.latest(readings).filter(value => value !== undefined);
				return known.length >= fewestReadings ? known.toSorted((a, b) => a - b) : undefined;
			},
			missing: () => pending('needs thirty PINGs, which the node in focus gets'),
		},
	},
	evaluate({roundTrips}, facts) {
		const shortest = roundTrips[0] ?? 0;
		const slow = roundTrips.at(-6) ?? 0;
		const excess = slow - shortest;
		if (facts.record.failure !== undefined || excess < facts.threshold('conn.rtt.warning')) {
			return clear;
		}

		return fires(
			excess >= facts.threshold('conn.rtt.critical') ? 'critical' : 'warning',
			`PING takes ${milliseconds(slow)}, ${milliseconds(shortest)} at best`,
			{
				evidence: [
					{name: 'PING p90', value: slow, unit: 'milliseconds'},
					{name: 'PING minimum', value: shortest, unit: 'milliseconds'},
				],
				meaning:
					'Every command waits as long before it runs: behind slow commands, a fork or a busy processor of the server, on the network, or on this machine.',
				next: [
					ask(facts, 'SLOWLOG GET 10'),
					ask(facts, '--latency-history -i 5'),
					words('slow here and quick in the Commands panel: the network, or this machine; slow in both: the server'),
				],
				action: null,
			},
		);
	},
});
