import type {ClientRow} from '../domain/client.js';
import {message} from '../domain/message.js';
import {count, milliseconds} from '../text/units.js';
import {clientName, otherClients} from './client-names.js';
import {infoNumber} from './needs.js';
import {hint, redisCli} from './next-steps.js';
import type {NodeFacts} from './node-facts.js';
import {clear, fires, rule} from './rule.js';

/**
The mean duration of PUBLISH in the last interval, milliseconds; 0 if PUBLISH did not run or its duration is unknown.
*/
const publishMs = ({record}: NodeFacts): number =>
	(record.commands.find(({command}) => command === 'publish')?.meanMicroseconds ?? 0) / 1000;

/** The client that has more than half of the patterns, if CLIENT LIST shows such a client. */
function mainSubscriber(facts: NodeFacts, patterns: number): ClientRow | undefined {
	const [first] = otherClients(facts).toSorted((one, other) => (other.patterns ?? 0) - (one.patterns ?? 0));
	return (first?.patterns ?? 0) > patterns / 2 ? first : undefined;
}

export const cliPatterns = rule({
	id: 'cli.patterns',
	scope: 'node',
	docs: {
		looksAt:
			'The rule reads the number of patterns that clients subscribed to: `pubsub_patterns`. Each PUBLISH is compared with every pattern. The finding is a warning while PUBLISH takes longer than a millisecond on average.',
		since: '2.4',
		falsePositives: ['Patterns cost nothing while nobody publishes. The finding is only info then.'],
	},
	thresholds: {
		count: {value: 1000, unit: 'count', source: 'PUBLISH then takes about a tenth of a millisecond'},
		mean: {value: 1, unit: 'milliseconds', source: 'PUBLISH without patterns takes microseconds'},
	},
	needs: {patterns: infoNumber('stats', 'pubsub_patterns')},
	evaluate({patterns}, facts, limits) {
		if (patterns < limits.count) {
			return clear;
		}

		const tookMs = publishMs(facts);
		const isSlow = tookMs >= limits.mean;
		const subscriber = mainSubscriber(facts, patterns);
		const by = subscriber === undefined ? '' : message` of ${clientName(subscriber)}`;
		return fires(isSlow ? 'warning' : 'info', {
			problem: message`compares each PUBLISH with ${count(patterns)} patterns${by}`,
			detail: isSlow ? `${milliseconds(tookMs)} each time` : undefined,
			effect: isSlow ? 'slow' : undefined,
			culprit:
				subscriber === undefined ? {command: 'PSUBSCRIBE'} : {client: clientName(subscriber), command: 'PSUBSCRIBE'},
			evidence: [
				{name: 'pubsub_patterns', value: patterns, unit: 'count'},
				...(subscriber?.patterns === undefined
					? []
					: [{name: 'patterns of one client', value: subscriber.patterns, unit: 'count' as const}]),
				...(tookMs > 0 ? [{name: 'mean of publish', value: tookMs, unit: 'milliseconds' as const}] : []),
			],
			meaning:
				'All clients wait while a message is compared with the patterns. A client that never unsubscribes adds more.',
			next: [
				redisCli(facts, 'PUBSUB NUMPAT'),
				hint('let the client unsubscribe, or subscribe to channels by name (SUBSCRIBE), which costs nothing'),
				...(subscriber === undefined ? [] : [redisCli(facts, `CLIENT KILL ID ${subscriber.id}`)]),
			],
			action: subscriber === undefined ? undefined : 'client-kill',
		});
	},
});

export const pubsubRules = [cliPatterns] as const;
