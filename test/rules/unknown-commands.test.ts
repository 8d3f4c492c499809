import assert from 'node:assert/strict';
import test from 'node:test';
import {messageText} from '../../source/domain/message.js';
import {errUnknown} from '../../source/rules/unknown-commands.js';
import {firingOf} from '../harness/firing-of.js';
import {clientOf, type Sections} from '../harness/records.js';
import {type FactsParts, testRule} from '../harness/rule-cases.js';

const stat = (calls: number, rejected: number, failed = 0) =>
	`calls=${calls},usec=${calls},usec_per_call=1.00,rejected_calls=${rejected},failed_calls=${failed}`;

/** Errors with the code ERR within a second, and the refused calls of GET among them. */
const errors = (unknown: number, ofGet: number, codes: Sections[string] = {}): FactsParts => ({
	info: {
		stats: {total_error_replies: unknown + ofGet},
		errorstats: {errorstat_ERR: `count=${unknown + ofGet}`, ...codes},
		commandstats: {cmdstat_get: stat(100, ofGet)},
	},
	earlier: {
		stats: {total_error_replies: 0},
		errorstats: {errorstat_ERR: 'count=0'},
		commandstats: {cmdstat_get: stat(1, 0)},
	},
});

const asked = (...clients: ReadonlyArray<Parameters<typeof clientOf>[0]>): FactsParts => ({
	...errors(100, 0),
	record: {
		clients: {atMs: 0, value: clients.map(clientOf)},
		modules: {atMs: 0, value: []},
	},
});

/** 100 errors of unknown commands within a second, while clients connect. `waiting` connections sent nothing else since. */
const connecting = (version: string, connections: number, waiting: number): FactsParts => {
	const base = errors(100, 0);
	return {
		info: {
			...base.info,
			server: {redis_version: version},
			stats: {total_error_replies: 100, total_connections_received: 1000 + connections},
		},
		earlier: {...base.earlier, stats: {total_error_replies: 0, total_connections_received: 1000}},
		record: {
			clients: {
				atMs: 0,
				value: Array.from({length: waiting}, (_, id) => clientOf({id, name: 'catalog', command: 'NULL'})),
			},
		},
	};
};

testRule(errUnknown, [
	[
		'one for each new connection of clients that go on',
		connecting('8.0.2', 100, 0),
		'warning',
		/one per new connection: a load balancer with the PROXY protocol\?$/,
	],
	['none', errors(0, 0), 'clear'],
	['errors of a command that the server has', errors(0, 100), 'clear'],
	['a monitor that starts', errors(9, 0), 'clear'],
	['many', errors(100, 5), 'warning', /^gets commands that it does not have, 100\.?0?\/s$/],
	[
		'of one client, on a server without modules',
		asked(
			{id: 1, name: 'catalog', command: 'NULL'},
			{id: 2, name: 'catalog', command: 'NULL'},
			{id: 3, name: 'pool', command: 'NULL', ageSeconds: 60, idleSeconds: 60},
			{id: 4, name: 'shop'},
		),
		'warning',
		/^gets commands that it does not have from catalog, 100\.?0?\/s: it has no modules$/,
	],
	[
		'of two clients',
		asked({id: 1, name: 'catalog', command: 'NULL'}, {id: 2, name: 'search', command: 'NULL'}),
		'warning',
		/ from catalog and 1 more, /,
	],
	[
		'a server whose config takes a command away',
		{
			...errors(100, 5),
			host: {configFile: {path: '/etc/redis.conf', settings: new Map(), renamedCommands: ['KEYS']}},
		},
		'warning',
		/^gets commands that it does not have, 100\.?0?\/s: its config renames KEYS$/,
	],
	[
		'a server without modules whose config takes several commands away',
		{
			...asked({id: 1, name: 'report', command: 'NULL'}),
			host: {
				configFile: {
					path: '/etc/redis.conf',
					settings: new Map(),
					renamedCommands: ['KEYS', 'CONFIG', 'DEBUG', 'SAVE'],
				},
			},
		},
		'warning',
		/ from report, 100\.?0?\/s: its config renames KEYS, CONFIG and 2 more; it has no modules$/,
	],
	[
		'a server whose config renames none',
		{
			...errors(100, 5),
			host: {configFile: {path: '/etc/redis.conf', settings: new Map(), renamedCommands: []}},
		},
		'warning',
		/, 100\.?0?\/s$/,
	],
	...(
		[
			['two for each connection of Redis 7.0', '7.0.15', 50, 0, 'info'],
			['three for each connection of Redis 7.0', '7.0.15', 34, 0, 'info'],
			['more than libraries try on Redis 7.0', '7.0.15', 33, 0, 'warning'],
			['one for each connection, of a client that connects for each request', '7.0.15', 100, 0, 'warning'],
			['two for each connection of Redis 8.0', '8.0.1', 50, 0, 'warning'],
			['two for each connection of Valkey 8.1', '7.2.4', 50, 0, 'warning'],
			['for each connection, of clients that wait for their next command', '7.0.15', 50, 24, 'info'],
			['for each connection, of clients that send them for their work', '7.0.15', 50, 25, 'warning'],
			['without new connections', '7.0.15', 0, 0, 'warning'],
		] as const
	).map(
		([name, version, connections, waiting, expected]) =>
			[
				`unknown commands, ${name}`,
				connecting(version, connections, waiting),
				expected,
				expected === 'info' ? /^gets commands that it does not have as clients connect, 100\.?0?\/s$/ : /, 100\.?0?\/s/,
			] as const,
	),
	['the first sample', {info: errors(100, 0).info ?? {}}, 'pending'],
	['commandstats not read', {info: {errorstats: {errorstat_ERR: 'count=9'}}, earlier: {}}, 'pending'],
	['before 6.2', {info: {stats: {total_error_replies: 1}}}, 'absent'],
]);

test('the modules are listed only where the server may have some', () => {
	const steps = (parts: FactsParts) => firingOf(errUnknown, parts).next.map(({text}) => messageText(text));
	const [first = '', second = '', ...rest] = steps(asked({id: 1, name: 'catalog', command: 'NULL'}));
	assert.match(first, /^find the command in the log of its client: /);
	assert.match(second, /^if it is of a module: loadmodule/);
	assert.doesNotMatch(rest.join(' '), /MODULE LIST/);
	assert.match(steps(errors(100, 0)).join(' '), /MODULE LIST/);
});
