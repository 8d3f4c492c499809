import {cliTimeout} from '../../source/rules/idle-timeout.js';
import {clientOf} from '../harness/records.js';
import {type FactsParts, testRule} from '../harness/rule-cases.js';

/** A setting of `timeout`, and the connections of the last second. */
const closing = (timeout: number, connections: number): FactsParts => ({
	info: {stats: {total_connections_received: 1000 + connections}},
	earlier: {stats: {total_connections_received: 1000}},
	config: {timeout: String(timeout)},
	record: {
		clients: {
			atMs: 0,
			value: [
				clientOf({id: 1030, name: 'checkout', ageSeconds: 0}),
				clientOf({id: 1031, name: 'checkout', ageSeconds: 1}),
				clientOf({id: 7, name: 'shop', ageSeconds: 900}),
			],
		},
	},
});

/** Three connections of a pool, which are a second old; nobody connects now. */
const young = (timeout: number): FactsParts => ({
	...closing(timeout, 0),
	record: {
		clients: {
			atMs: 0,
			value: [1, 2, 3].map(id => clientOf({id, name: 'checkout', ageSeconds: 1})),
		},
	},
});

testRule(cliTimeout, [
	['off', closing(0, 40), 'clear'],
	['five minutes', closing(300, 40), 'clear'],
	['a second, and nobody connects', closing(1, 0), 'clear'],
	['two seconds, and a small pool connects again and again', closing(2, 3), 'warning', /most from checkout/],
	[
		'two seconds, and a pool that connected a moment ago',
		young(2),
		'warning',
		/^closes connections that are idle for 2s, most from checkout: timeout is 2$/,
	],
	['five minutes, and a pool that connected a moment ago', young(300), 'clear'],
	['half a minute, and few connections', closing(30, 3), 'clear'],
	[
		'a second, and a pool connects again and again',
		closing(1, 40),
		'warning',
		/^closes connections that are idle for 1s, 40\.?0?\/s new ones, most from checkout: timeout is 1$/,
	],
	['half a minute', closing(30, 40), 'info'],
	['CONFIG GET was not answered', {info: {stats: {total_connections_received: 1}}}, 'pending'],
]);
