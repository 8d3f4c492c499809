import assert from 'node:assert/strict';
import test from 'node:test';
import type {ProcessEvidence} from '../../source/domain/host-evidence.js';
import {messageText} from '../../source/domain/message.js';
import {
	cliChurn,
	cliFdlimit,
	cliIdleHog,
	cliMax,
	cliRejected,
	cliTimeoutsOff,
} from '../../source/rules/client-limits.js';
import {firingOf} from '../harness/firing-of.js';
import {clientOf, type Sections} from '../harness/records.js';
import {type FactsParts, factsOf, testRule} from '../harness/rule-cases.js';

const clients = (fields: Sections[string]): FactsParts => ({info: {clients: fields}});

/** A counter that was 10 a second ago. */
const counted = (name: string, now: number): FactsParts => ({
	info: {stats: {[name]: now}},
	earlier: {stats: {[name]: 10}},
});

const fullWith = (openFilesLimit: number, maxclients: number): FactsParts => ({
	...clients({connected_clients: maxclients, maxclients}),
	host: {process: {processId: 77, openFilesLimit} as ProcessEvidence},
});

/** Clients that wait while LREM runs, on a server that is full with four clients, or nearly so. */
const waitingFor = (calls: number, meanMs: number, maxclients: number): FactsParts => ({
	info: {clients: {connected_clients: 4, maxclients}},
	earlier: {},
	record: {
		clients: {
			atMs: 0,
			value: [
				...[1, 2, 3].map(id => clientOf({id, name: 'web', command: 'get'})),
				clientOf({id: 4, name: 'worker', command: 'lrem'}),
			],
		},
		commands: [
			{
				command: 'lrem',
				calls: 50,
				callsPerSecond: calls,
				callsOfInterval: calls,
				meanMicroseconds: meanMs * 1000,
				timeShare: 0.99,
				failuresPerSecond: 0,
			},
		],
	},
});

testRule(cliMax, [
	[
		'all taken, and a limit of open files lowers maxclients',
		fullWith(160, 128),
		'critical',
		/^turns new clients away: its limit of 160 files allows 128$/,
	],
	[
		'all taken, most of them by one name, and a limit of open files lowers maxclients',
		{
			...fullWith(36, 4),
			record: {
				clients: {atMs: 0, value: [1, 2, 3].map(id => clientOf({id, name: 'api'}))},
			},
		},
		'critical',
		/^turns new clients away, api has 3 of 4 connections: its limit of 36 files allows 4$/,
	],
	['all taken, and somebody set maxclients', fullWith(160, 100), 'critical', /: all 100 connections are taken$/],
	['all taken, and files enough', fullWith(10_032, 10_000), 'critical', /: all 10\.0k connections are taken$/],
	...(
		[
			[
				'somebody set a lower one than the default',
				20,
				[],
				/^turns new clients away: all 20 connections are taken, not the 10000 of its config$/,
			],
			[
				'somebody set a lower one than its config has',
				20,
				['500'],
				/: all 20 connections are taken, not the 500 of its config$/,
			],
			['its config asks for no more', 500, ['500'], /: all 500 connections are taken$/],
		] as const
	).map(
		([name, maxclients, lines, words]) =>
			[
				`all taken, and ${name}`,
				{
					...clients({connected_clients: maxclients, maxclients}),
					host: {
						configFile: {
							path: '/etc/redis.conf',
							settings: new Map(lines.map(value => ['maxclients', value] as const)),
						},
					},
				},
				'critical',
				words,
			] as const,
	),
	['far from it', clients({connected_clients: 79, maxclients: 100}), 'clear'],
	[
		'at 80%',
		clients({connected_clients: 80, maxclients: 100}),
		'warning',
		/^has few connections left, 80 of 100 taken \(80%\)$/,
	],
	[
		'at 90% of a limit below that of its config',
		{
			...clients({connected_clients: 18, maxclients: 20}),
			host: {configFile: {path: '/etc/redis.conf', settings: new Map()}},
		},
		'critical',
		/^has few connections left, 18 of 20 taken \(90%\): maxclients is not the 10000 of its config$/,
	],
	['at 90%', clients({connected_clients: 90, maxclients: 100}), 'critical'],
	[
		'all taken, most of them by clients of one name',
		{
			...clients({connected_clients: 4, maxclients: 4}),
			record: {
				clients: {
					atMs: 0,
					value: [
						clientOf({id: 1, name: 'checkout-api'}),
						clientOf({id: 2, name: 'checkout-api'}),
						clientOf({id: 3, name: 'checkout-api'}),
						clientOf({id: 4, name: 'redis-top'}),
					],
				},
			},
		},
		'critical',
		/^turns new clients away: checkout-api has 3 of 4 connections$/,
	],
	...(
		[
			[
				'all taken, by clients that wait for a command',
				{calls: 9, meanMs: 100},
				4,
				'critical',
				/^turns new clients away, web has 3 of 4 connections: 90% busy with LREM from worker$/,
			],
			[
				'few left, and clients wait for a command',
				{calls: 9, meanMs: 100},
				5,
				'warning',
				/^has few connections left, 4 of 5 taken \(80%\), 3 by web: 90% busy with LREM from worker$/,
			],
			['all taken, and the command is short', {calls: 900, meanMs: 1}, 4, 'critical', /: web has 3 of 4 connections$/],
			['all taken, and the command is rare', {calls: 2, meanMs: 100}, 4, 'critical', /: web has 3 of 4 connections$/],
		] as const
	).map(
		([name, lrem, limit, severity, words]) =>
			[name, waitingFor(lrem.calls, lrem.meanMs, limit), severity, words] as const,
	),
	['all taken by many', clients({connected_clients: 4, maxclients: 4}), 'critical', /: all 4 connections are taken$/],
	[
		'cluster links and replicas count',
		{
			info: {
				clients: {connected_clients: 60, cluster_connections: 20, maxclients: 100},
				replication: {connected_slaves: 10},
			},
		},
		'critical',
	],
	['before 6.2, from the settings', {...clients({connected_clients: 85}), config: {maxclients: '100'}}, 'warning'],
	['the limit is not known', clients({connected_clients: 85}), 'pending'],
	['a server that never says it', {...clients({connected_clients: 85}), config: {save: ''}}, 'absent', /maxclients/],
	[
		'denied',
		{
			...clients({connected_clients: 85}),
			record: {blind: [{command: 'CONFIG GET', kind: 'denied', why: 'NOPERM', grant: '+config|get'}]},
		},
		'denied',
	],
]);

test('maxclients is set back no higher than the open files allow', () => {
	const configFile = {path: '/etc/redis.conf', settings: new Map<string, string>()};
	const first = (host: FactsParts['host']) =>
		messageText(
			firingOf(cliMax, {...clients({connected_clients: 20, maxclients: 20}), host: {configFile, ...host}}).next[0]
				?.text ?? '',
		);
	assert.match(first({}), /CONFIG SET maxclients 10000$/);
	assert.match(first({process: {processId: 77, openFilesLimit: 160} as ProcessEvidence}), /CONFIG SET maxclients 128$/);
});

testRule(cliRejected, [
	['none', counted('rejected_connections', 10), 'clear'],
	['one', counted('rejected_connections', 11), 'critical', /^turns new clients away, 1 since the last sample$/],
	...([5, 50] as const).map(
		maxclients =>
			[
				`some, beside a long command, of ${maxclients} places`,
				{
					...waitingFor(9, 100, maxclients),
					info: {clients: {connected_clients: 4, maxclients}, stats: {rejected_connections: 41}},
					earlier: {stats: {rejected_connections: 10}},
				},
				'critical',
				maxclients === 5
					? /, 31 since the last sample: 90% busy with LREM from worker$/
					: /, 31 since the last sample$/,
			] as const,
	),
	['the first sample', {info: {stats: {rejected_connections: 10}}}, 'pending'],
	['not counted', {}, 'absent'],
]);

const withFiles = (openFilesLimit: number | undefined): FactsParts => ({
	config: {maxclients: '10000'},
	host: {process: {openFilesLimit} as ProcessEvidence},
});

testRule(cliFdlimit, [
	['enough', withFiles(10_032), 'clear'],
	['too few', withFiles(1024), 'warning', /^may open too few files, 1024 where maxclients 10000 needs 10032$/],
	['another machine', {config: {maxclients: '10000'}}, 'unseen'],
	['without the right to look', withFiles(undefined), 'unseen'],
]);

const churned = (connections: number, commands: number): FactsParts => ({
	info: {stats: {total_connections_received: connections, total_commands_processed: commands}},
	earlier: {stats: {total_connections_received: 0, total_commands_processed: 0}},
});

/** The same with a command in the slow log that ended so long ago. */
const blocked = (agoMs: number, durationMicroseconds: number): FactsParts => {
	const {nowMs} = factsOf({});
	const entry = {id: 1, atMs: nowMs - agoMs, durationMicroseconds, arguments: ['eval_ro'], clientName: 'analytics'};
	return {
		...churned(200, 400),
		record: {slowlog: {atMs: nowMs, value: {entries: [entry as never], lost: 0, perMinute: 1}}},
	};
};

testRule(cliChurn, [
	['a pool', churned(1, 10_000), 'clear'],
	[
		'a connection for each command',
		churned(200, 400),
		'warning',
		/^gets too many new connections, 200\/s for 400\/s commands$/,
	],
	['the accept queue, just after a long command', blocked(2000, 3_000_000), 'clear'],
	['the same, after a poll that waited', {...churned(200, 400), earlierRoundTripMs: 2000}, 'clear'],
	['a connection for each command while all polls wait', {...churned(200, 400), roundTripMs: 2000}, 'warning'],
	['a connection for each command, and a long command ten seconds ago', blocked(10_000, 3_000_000), 'warning'],
	['a connection for each command, and a command of a tenth of a second', blocked(500, 100_000), 'warning'],
	[
		'whose the newest connections are',
		{
			info: {stats: {total_connections_received: 10_200, total_commands_processed: 400}},
			earlier: {stats: {total_connections_received: 10_000, total_commands_processed: 0}},
			record: {
				clients: {
					atMs: 0,
					value: [
						clientOf({id: 3, name: 'api-1', ageSeconds: 1}),
						clientOf({id: 100_000, name: 'php-fpm', ageSeconds: 0}),
					],
				},
			},
		},
		'warning',
		/^gets too many new connections from php-fpm, /,
	],
	[
		'whose most of the short connections of the last readings were: a host',
		{
			...churned(200, 400),
			watch: {
				newcomers: [
					{atMs: 0, clients: [{id: 1, key: '10.0.0.5'}]},
					{
						atMs: 0,
						clients: [
							{id: 2, key: '10.0.0.5'},
							{id: 3, key: 'api'},
						],
					},
				],
			},
		},
		'warning',
		/^gets too many new connections from 10\.0\.0\.5, 200\/s for 400\/s commands$/,
	],
	['many, and far more commands', churned(200, 10_000), 'clear'],
	['few, and few commands', churned(50, 60), 'clear'],
	['the first sample', {info: {stats: {total_connections_received: 1, total_commands_processed: 1}}}, 'pending'],
]);

testRule(cliTimeoutsOff, [
	['the defaults', {config: {timeout: '0', 'tcp-keepalive': '300'}}, 'clear'],
	['both off', {config: {timeout: '0', 'tcp-keepalive': '0'}}, 'info'],
	['strict', {config: {timeout: '0', 'tcp-keepalive': '0'}, settings: {isStrict: true}}, 'warning'],
	['settings not read', {}, 'pending'],
]);

/** The reply to CLIENT LIST. */
const listed = (...clientRows: ReadonlyArray<Parameters<typeof clientOf>[0]>): FactsParts => ({
	info: {server: {redis_version: '7.0.15'}},
	record: {clients: {atMs: 0, value: clientRows.map(clientOf)}},
});

const crowd = (from: string, size: number, offset = 0) =>
	Array.from({length: size}, (_, index) => ({id: offset + index, address: `${from}:${1000 + index}`}));

testRule(cliIdleHog, [
	['spread', listed(...crowd('10.0.0.1', 1100), ...crowd('10.0.0.2', 1100, 2000)), 'clear'],
	[
		'one holds most',
		listed(...crowd('10.0.0.1', 1100), ...crowd('10.0.0.2', 900, 2000)),
		'warning',
		/^has most connections from one address, 10\.0\.0\.1 holds 1\.10k of 2\.00k$/,
	],
	['one holds all of a few', listed(...crowd('10.0.0.1', 900)), 'clear'],
	['CLIENT LIST was not read', {}, 'pending'],
]);

const rowsOf = (count: number, row: Omit<Parameters<typeof clientOf>[0], 'id'>, host: string, from = 0) =>
	Array.from({length: count}, (_, index) =>
		clientOf({...row, id: from + index, address: `${host}:${40_000 + from + index}`}),
	);

const held = (value: ReturnType<typeof rowsOf>, server: Sections[string] = {}, used = 100): FactsParts => ({
	info: {server, clients: {connected_clients: used, maxclients: 100}},
	config: {timeout: '0', 'tcp-keepalive': '300'},
	record: {clients: {atMs: 0, value}},
});

const active = rowsOf(37, {name: 'shop-api', idleSeconds: 0}, '10.99.20.3');
const abandoned = rowsOf(61, {name: 'shop-api', idleSeconds: 15}, '10.99.20.2', 100);

testRule(cliMax, [
	[
		'all taken, most by a host that uses none of them',
		held([...active, ...abandoned]),
		'critical',
		/^turns new clients away: 61 of 100 are idle, from 10\.99\.20\.2$/,
	],
	[
		'few left, many taken by a host that uses none of them',
		held([...active, ...abandoned], {}, 85),
		'warning',
		/^has few connections left, 85 of 100 taken \(85%\), 98 by shop-api: 61 are idle, from 10\.99\.20\.2$/,
	],
	[
		'all taken, many by a name that no longer uses them',
		held([...rowsOf(60, {name: 'old-worker', idleSeconds: 300}, '10.99.20.3'), ...rowsOf(38, {}, '10.99.20.3', 100)]),
		'critical',
		/: 60 of 100 are idle, from old-worker$/,
	],
	[
		'all taken, and the pool that was opened since has filled the rest',
		held([...rowsOf(37, {name: 'shop-api', idleSeconds: 12}, '10.99.20.3'), ...abandoned]),
		'critical',
		/: 61 of 100 are idle, from 10\.99\.20\.2$/,
	],
	[
		'all taken, and one connection of the host is used',
		held([...active, ...abandoned, ...rowsOf(1, {name: 'shop-api'}, '10.99.20.2', 300)]),
		'critical',
		/: shop-api has 99 of 100 connections$/,
	],
	[
		'all taken, many by subscribers',
		held([...active, ...rowsOf(61, {name: 'shop-api', idleSeconds: 90, flags: 'P'}, '10.99.20.2', 100)]),
		'critical',
		/: shop-api has 98 of 100 connections$/,
	],
	[
		'all taken, and nobody uses the server',
		held(rowsOf(98, {name: 'shop-api', idleSeconds: 90}, '10.99.20.2')),
		'critical',
		/: shop-api has 98 of 100 connections$/,
	],
	['far from the limit, half of the connections idle', held([...active, ...abandoned], {}, 60), 'clear'],
]);

test('cli.max: the steps for idle connections close those of the host where the server can', () => {
	const steps = (server: Sections[string]) =>
		firingOf(cliMax, held([...active, ...abandoned], server)).next.map(({text}) => messageText(text));
	const [valkey] = steps({redis_version: '7.2.4', server_name: 'valkey', valkey_version: '9.1.0'});
	assert.match(valkey ?? '', /^if 10\.99\.20\.2 is gone, .*: CLIENT KILL IP 10\.99\.20\.2 IDLE 15$/);
	const [redis, keepalive] = steps({redis_version: '8.0.2'});
	assert.match(redis ?? '', /: CONFIG SET timeout 120, .*; then set it back to 0$/);
	assert.match(keepalive ?? '', /^tcp-keepalive is 300: connections of a host that is gone stay 10m/);
});

test('cli.max: of several senders of a long command none is the culprit, and the reason stays on a narrow line', () => {
	const parts = waitingFor(9, 100, 4);
	const [first, ...others] = parts.record?.clients?.value ?? [];
	const value = [...(first === undefined ? [] : [{...first, command: 'lrem'}]), ...others];
	const {reason, culprit} = firingOf(cliMax, {...parts, record: {...parts.record, clients: {atMs: 0, value}}});
	assert.equal(messageText(reason ?? ''), '90% busy with LREM');
	assert.equal(culprit, undefined);
});

test('cli.max: where clients wait for a command, the first step is about its client, and no larger limit is offered', () => {
	const held = firingOf(cliMax, waitingFor(9, 100, 4));
	assert.match(messageText(held.next[0]?.text ?? ''), /^stop what sends LREM from worker, /);
	assert.equal(held.action, undefined);
	assert.equal(firingOf(cliMax, waitingFor(900, 1, 4)).action, 'set-maxclients');
});
