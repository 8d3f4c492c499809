import {isClusterEnabled} from '../derive/deployment.js';
import type {ClientRow} from '../domain/client.js';
import {message, type Name} from '../domain/message.js';
import {count, milliseconds, perSecond} from '../text/units.js';
import {clientName, otherClients, presentSendersOf, senderCulprit} from './client-names.js';
import {infoEvidence} from './evidence.js';
import {answerMissing, infoNumber} from './needs.js';
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

/** How far subscribers of an earlier time may lie back, in milliseconds. */
const backMs = 600_000;

/**
Whether channels or patterns had subscribers for ten seconds at least, within the last ten minutes. redis-top itself
listens for three seconds where it looks for Sentinels, so two readings in a row must show a subscriber.
*/
const hadSubscribers = (facts: NodeFacts): boolean =>
	(['pubsub_channels', 'pubsub_patterns'] as const).some(field => {
		const readings = facts.past(['stats', field], backMs);
		return readings.some(({value}, index) => value > 0 && (readings[index + 1]?.value ?? 0) > 0);
	});

export const cliNoSubscribers = rule({
	id: 'cli.no_subscribers',
	scope: 'node',
	docs: {
		looksAt:
			'The rule reads `pubsub_channels` and `pubsub_patterns`, and the calls of PUBLISH in INFO commandstats, for the node in focus. It fires where messages are published and nobody is subscribed. The finding is a warning where somebody was subscribed within the last ten minutes.',
		since: '2.8',
		falsePositives: [
			'An application may publish events that nobody needs now. The finding is only info, unless there were subscribers before.',
			'Nodes of a cluster and replicas pass messages on, and the subscribers may be there. The rule does not apply to a cluster, nor to a server with replicas.',
			'Subscribers restart with a release. The rule waits for five samples.',
		],
	},
	thresholds: {rate: {value: 1, unit: 'perSecond', source: 'messages; fewer may be a heartbeat'}},
	raiseAfter: 5,
	appliesTo: facts =>
		facts.sample !== undefined &&
		!isClusterEnabled(facts.sample.info) &&
		facts.number('replication', 'connected_slaves') === 0,
	needs: {
		channels: infoNumber('stats', 'pubsub_channels'),
		patterns: infoNumber('stats', 'pubsub_patterns'),
		stats: {
			read: ({record}: NodeFacts) => (record.commands.length > 0 ? record.commands : undefined),
			missing: answerMissing('INFO commandstats'),
		},
	},
	evaluate({channels, patterns, stats}, facts, limits) {
		const published = stats.find(({command}) => command === 'publish')?.callsPerSecond ?? 0;
		if (channels > 0 || patterns > 0 || published < limits.rate) {
			return clear;
		}

		const hadSome = hadSubscribers(facts);
		const senders = presentSendersOf(facts, 'publish', published);
		return fires(hadSome ? 'warning' : 'info', {
			problem: hadSome ? 'lost its last subscriber' : 'has no subscriber',
			detail: message`${perSecond(published)} PUBLISH${senders?.text ?? ''} reach nobody`,
			culprit: senderCulprit('PUBLISH', senders),
			evidence: [
				{name: 'PUBLISH', value: published, unit: 'perSecond'},
				...infoEvidence(facts, ['stats', 'pubsub_channels', 'count'], ['stats', 'pubsub_patterns', 'count']),
			],
			meaning:
				'A message that nobody is subscribed to is gone. Subscribers that come back get none of the messages in between.',
			next: [
				hint('restart the subscribers, or let them subscribe again: after a lost connection they have to'),
				redisCli(facts, 'PUBSUB CHANNELS'),
				hint('for messages that must not be lost, take a stream or a list'),
			],
		});
	},
});

export const pubsubRules = [cliPatterns, cliNoSubscribers] as const;
