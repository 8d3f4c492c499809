import {cliPatterns} from '../../source/rules/pubsub.js';
import {clientOf} from '../harness/records.js';
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
