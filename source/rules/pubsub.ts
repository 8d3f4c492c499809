import type {ClientRow} from '../domain/client.js';
import {message, type Name} from '../domain/message.js';
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

/** The connections of one client name that have more than half of all patterns (PSUBSCRIBE). */
type Subscriber = {
	readonly name: Name;
	/** Number of patterns of all connections of the subscriber. A pattern of two connections counts twice. */
	readonly patterns: number;
	readonly connections: readonly ClientRow[];
};

/**
The subscriber with more than half of the patterns, if CLIENT LIST shows one. An application may hold its patterns on
many connections of the same name. A connection without a name counts by its address.
*/
function mainSubscriber(facts: NodeFacts, patterns: number): Subscriber | undefined {
	const subscribed = otherClients(facts).filter(client => (client.patterns ?? 0) > 0);
	const groups = [...Map.groupBy(subscribed, client => clientName(client).name).values()].map(connections => ({
		connections,
		patterns: connections.reduce((sum, client) => sum + (client.patterns ?? 0), 0),
	}));
	const [largest] = groups.toSorted((one, other) => other.patterns - one.patterns);
	const [first] = largest?.connections ?? [];
	return largest === undefined || first === undefined || largest.patterns <= patterns / 2
		? undefined
		: {...largest, name: clientName(first)};
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
		const by = subscriber === undefined ? '' : message` of ${subscriber.name}`;
		const [only, ...more] = subscriber?.connections ?? [];
		return fires(isSlow ? 'warning' : 'info', {
			problem: message`compares each PUBLISH with ${count(patterns)} patterns${by}`,
			detail: isSlow ? `${milliseconds(tookMs)} each time` : undefined,
			effect: isSlow ? 'slow' : undefined,
			culprit: {command: 'PSUBSCRIBE', client: subscriber?.name},
			evidence: [
				{name: 'pubsub_patterns', value: patterns, unit: 'count'},
				...(subscriber === undefined
					? []
					: [
							{name: 'its patterns', value: subscriber.patterns, unit: 'count' as const},
							{name: 'its connections', value: subscriber.connections.length, unit: 'count' as const},
						]),
				...(tookMs > 0 ? [{name: 'mean of publish', value: tookMs, unit: 'milliseconds' as const}] : []),
			],
			meaning:
				'All clients wait while a message is compared with the patterns. A client that never unsubscribes adds more.',
			next: [
				redisCli(facts, 'PUBSUB NUMPAT'),
				hint('let the client unsubscribe, or subscribe to channels by name (SUBSCRIBE), which costs nothing'),
				...(only === undefined || more.length > 0 ? [] : [redisCli(facts, `CLIENT KILL ID ${only.id}`)]),
			],
			action: subscriber === undefined ? undefined : 'client-kill',
		});
	},
});

export const pubsubRules = [cliPatterns] as const;
