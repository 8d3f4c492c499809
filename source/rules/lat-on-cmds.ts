import {microseconds, perSecond} from '../text/units.js';
import {answerMissing} from './needs.js';
import {words} from './next-steps.js';
import type {NodeFacts} from './node-facts.js';
import {clear, fires, nodeRule} from './rule.js';

/** Source: the commands' own complexity, O(N) over a whole collection or data set. */
const whole = new Set([
	'smembers',
	'hgetall',
	'hkeys',
	'hvals',
	'lrange',
	'sort',
	'zrange',
	'sunion',
	'sdiff',
	'flushall',
	'flushdb',
]);

const commandRates = {
	read: ({record}: NodeFacts) => (record.commands.length > 0 ? record.commands : undefined),
	missing: answerMissing('INFO commandstats'),
};

/**
Commands that look at everything are run: KEYS at all, or one over a whole collection that takes more than a millisecond on
average. Since 2.6, for the nodes that commandstats are asked of.
*/
export const latOnCmds = nodeRule({
	id: 'lat.on_cmds',
	needs: {stats: commandRates},
	evaluate({stats}, facts) {
		const bad = stats.filter(
			({command, callsPerSecond = 0, meanMicroseconds = 0}) =>
				callsPerSecond > 0 &&
				(command === 'keys' || (whole.has(command) && meanMicroseconds > facts.threshold('lat.on_cmds.mean') * 1000)),
		);
		const [worst] = bad.sort((one, other) => (other.timeShare ?? 0) - (one.timeShare ?? 0));
		return worst === undefined
			? clear
			: fires(
					'warning',
					`${worst.command.toUpperCase()} runs ${perSecond(worst.callsPerSecond)}, ${microseconds(worst.meanMicroseconds ?? 0)} each`,
					{
						evidence: bad.map(({command, callsPerSecond = 0}) => ({
							name: command,
							value: callsPerSecond,
							unit: 'perSecond',
						})),
						meaning:
							'It goes over every key or every element, and all clients wait for it; it gets slower as data grows.',
						next: [
							words('SCAN, HSCAN, SSCAN or ZSCAN in its place, or smaller collections'),
							words('find who: panel 4, by last command'),
						],
						action: null,
					},
				);
	},
});
