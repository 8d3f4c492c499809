import {cliNoSubscribers, cliPatterns} from '../../source/rules/pubsub.js';
import {clientOf, type Sections} from '../harness/records.js';
import {type FactsParts, testRule} from '../harness/rule-cases.js';

const publish = {command: 'publish', calls: 9, callsPerSecond: 9, timeShare: 1, failuresPerSecond: 0};

/** A server with patterns, and the mean duration of PUBLISH in milliseconds. */
const subscribed = (patterns: number, publishMs: number, ...held: readonly number[]): FactsParts => ({
	info: {stats: {pubsub_patterns: patterns}},
	record: {
		commands: [{...publish, meanMicroseconds: publishMs * 1000}],
		clients: {
			atMs: 0,
			value: held.map((count, id) => clientOf({id, name: `notifier-${id}`, flags: 'P', patterns: count})),
		},
	},
});

testRule(cliPatterns, [
	['few', subscribed(12, 5), 'clear'],
	['many, and PUBLISH is quick', subscribed(40_000, 0.2), 'info', /^compares each PUBLISH with 40\.0k patterns$/],
	[
		'many, most of one client',
		subscribed(40_000, 4.2, 10, 39_990),
		'warning',
		/^compares each PUBLISH with 40\.0k patterns of notifier-1, 4\.2 ms each time$/,
	],
	[
		'many, each connection of one name with a few',
		{
			...subscribed(40_000, 4.2),
			record: {
				...subscribed(40_000, 4.2).record,
				clients: {
					atMs: 0,
					value: Array.from({length: 400}, (_, id) => clientOf({id, name: 'gateway', flags: 'P', patterns: 99})),
				},
			},
		},
		'warning',
		/^compares each PUBLISH with 40\.0k patterns of gateway, 4\.2 ms each time$/,
	],
	['many of many clients', subscribed(40_000, 4.2, 20_000, 20_000), 'warning', /40\.0k patterns, 4\.2 ms each time$/],
	['not printed', {}, 'absent'],
]);

/** A server that gets messages of orders-api, with its subscribers now and at earlier times, ten seconds apart. */
function published(
	perSecond: number,
	subscribers: number,
	earlier: readonly number[] = [],
	info: Sections = {},
): FactsParts {
	const fields = (channels: number): Sections => ({stats: {pubsub_channels: channels, pubsub_patterns: 0}});
	return {
		info: {...fields(subscribers), replication: {role: 'master', connected_slaves: 0}, ...info},
		past: [...earlier, subscribers].map(fields),
		record: {
			commands: [{...publish, callsPerSecond: perSecond, meanMicroseconds: 9}],
			clients: {atMs: 0, value: [clientOf({id: 7, name: 'orders-api', command: 'publish'})]},
		},
	};
}

testRule(cliNoSubscribers, [
	['somebody is subscribed', published(20, 1), 'clear'],
	['nobody publishes', published(0, 0, [3, 3, 3]), 'clear'],
	[
		'nobody was subscribed before',
		published(20, 0),
		'info',
		/^has no subscriber, 20\.?0?\/s PUBLISH from orders-api reach nobody$/,
	],
	[
		'the last subscriber left',
		published(20, 0, [3, 3, 0]),
		'warning',
		/^lost its last subscriber, 20\.?0?\/s PUBLISH from orders-api reach nobody$/,
	],
	['redis-top itself listened for a moment', published(20, 0, [0, 1, 0]), 'info'],
	[
		'a pattern had a subscriber',
		{...published(20, 0), past: [1, 1, 0].map(count => ({stats: {pubsub_channels: 0, pubsub_patterns: count}}))},
		'warning',
	],
	['a pattern has a subscriber', published(20, 0, [3, 3], {stats: {pubsub_channels: 0, pubsub_patterns: 2}}), 'clear'],
	['a node of a cluster', published(20, 0, [3, 3], {cluster: {cluster_enabled: 1}}), 'clear'],
	[
		'a server with a replica, which may have subscribers',
		published(20, 0, [3, 3], {replication: {role: 'master', connected_slaves: 1}}),
		'clear',
	],
	['commandstats was not read', {...published(20, 0), record: {}}, 'pending'],
]);
