import {cliKilled} from '../../source/rules/client-kills.js';
import {clientOf} from '../harness/records.js';
import {type FactsParts, testRule} from '../harness/rule-cases.js';

/** CLIENT KILL was called `calls` times since the start, of which `now` are of the last second. */
const kills = (
	calls: number,
	now: number,
	connections: number,
	names = ['watchdog'],
	roles: Readonly<Record<string, readonly [calls: number, now: number]>> = {},
): FactsParts => ({
	info: {stats: {total_connections_received: 100 + connections}},
	earlier: {stats: {total_connections_received: 100}},
	record: {
		commands: Object.entries({'client|kill': [calls, now] as const, ...roles}).map(([command, [all, ofInterval]]) => ({
			command,
			calls: all,
			callsPerSecond: ofInterval,
			callsOfInterval: ofInterval,
			meanMicroseconds: 3,
			timeShare: 0,
			failuresPerSecond: 0,
		})),
		clients: {atMs: 0, value: names.map((name, id) => clientOf({id, name, command: 'client|kill'}))},
	},
});

testRule(cliKilled, [
	[
		'again and again, and all connect again',
		kills(30, 1, 20),
		'warning',
		/^has its clients disconnected by CLIENT KILL from watchdog, 30 times since its start, 20\.?0?\/s new connections$/,
	],
	['the killer is gone again', kills(30, 1, 20, []), 'warning', /^has its clients disconnected by CLIENT KILL, 30/],
	['once, by an operator', kills(1, 1, 20), 'clear'],
	['a Sentinel changed its role, for the third time', kills(6, 2, 20, [], {slaveof: [3, 1]}), 'clear'],
	['a Sentinel changed its role, under the other name', kills(6, 2, 20, [], {replicaof: [3, 1]}), 'clear'],
	['a Sentinel did, and an operator once', kills(7, 1, 20, [], {slaveof: [3, 0]}), 'clear'],
	['a Sentinel did, and a watchdog', kills(30, 1, 20, ['watchdog'], {slaveof: [3, 0]}), 'warning', / 24 times /],
	['long ago', kills(30, 0, 20), 'clear'],
	['nobody connects again', kills(30, 1, 0), 'clear'],
	['commands are not counted yet', {info: {stats: {total_connections_received: 5}}}, 'pending'],
]);
