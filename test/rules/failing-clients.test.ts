import assert from 'node:assert/strict';
import {test} from 'node:test';
import type {ClientRow} from '../../source/domain/client.js';
import {messageText} from '../../source/domain/message.js';
import {errFailed} from '../../source/rules/errors-modules.js';
import {firingOf} from '../harness/firing-of.js';
import {clientOf} from '../harness/records.js';
import {type FactsParts, factsOf, testRule} from '../harness/rule-cases.js';

const {nowMs} = factsOf({});

const client = (id: number, name: string, command: string, sent?: number, parts: Partial<ClientRow> = {}) =>
	clientOf({
		id,
		name,
		command,
		...(sent === undefined ? {} : {perSecond: {inBytes: 40 * sent, outBytes: 40 * sent, commands: sent}}),
		...parts,
	});

/** A node that answers a third of all SET and GET with an error, 20 a second each. */
const answering = (code: string, clients: readonly ClientRow[], listedAtMs = nowMs, calls = 30): FactsParts => ({
	info: {errorstats: {[`errorstat_${code}`]: 'count=41'}},
	earlier: {errorstats: {[`errorstat_${code}`]: 'count=1'}},
	record: {
		commands: ['set', 'get'].map(command => ({
			command,
			calls: 99,
			callsPerSecond: calls,
			meanMicroseconds: 1,
			timeShare: 0,
			failuresPerSecond: 20,
		})),
		clients: {atMs: listedAtMs, value: clients},
	},
});

const [shop, billing] = [client(7, 'shop', 'set', 7), client(8, 'billing', 'get', 60)];
const uncounted = [client(7, 'shop', 'cluster|slots'), client(8, 'billing', 'get')];
const nobody = /^answers SET with MOVED errors, 20\.?0?\/s: its client/;

testRule(errFailed, [
	[
		'of two clients with the command, the one that sends most is named first',
		answering(
			'OOM',
			[
				client(7, 'shop', 'set', 7),
				client(8, 'import', 'set', undefined, {perSecond: {inBytes: 3_000_000, outBytes: 4000, commands: 0}}),
			],
			nowMs,
			20,
		),
		'warning',
		/20\.?0?\/s from import and 1 more$/,
	],
	[
		'the one client that sends as many commands as get MOVED',
		answering('MOVED', [shop, billing]),
		'warning',
		/20\.?0?\/s from billing:/,
	],
	[
		'connections with one name together send enough',
		answering('MOVED', [shop, client(8, 'billing', 'get', 15), client(9, 'billing', 'get', 15)]),
		'warning',
		/from billing:/,
	],
	[
		'the server counts only the commands that it did not refuse',
		answering('MOVED', [
			client(7, 'shop', 'set', undefined, {perSecond: {inBytes: 4400, outBytes: 1300, commands: 8}}),
			client(8, 'billing', 'set', undefined, {perSecond: {inBytes: 1400, outBytes: 70, commands: 13}}),
			client(9, 'feed', 'subscribe', undefined, {perSecond: {inBytes: 0, outBytes: 90_000, commands: 0}}),
		]),
		'warning',
		/from shop:/,
	],
	['no client sends as much: the culprit is not in the list yet', answering('MOVED', [shop]), 'warning', nobody],
	[
		'two clients send as much',
		answering('MOVED', [client(7, 'shop', 'set', 80), billing]),
		'warning',
		/from (?:shop or billing|billing or shop):/,
	],
	[
		'three clients send as much',
		answering('MOVED', [client(7, 'shop', 'set', 80), billing, client(9, 'web', 'get', 40)]),
		'warning',
		nobody,
	],
	[
		'commands are not counted, and one client sends a failing command',
		answering('MOVED', uncounted),
		'warning',
		/from billing:/,
	],
	[
		'commands are not counted, and two clients send a failing command',
		answering('MOVED', [client(7, 'shop', 'set'), client(8, 'billing', 'get')]),
		'warning',
		/from (?:shop or billing|billing or shop):/,
	],
	[
		'commands are not counted, and one of two clients connected as the errors began',
		{
			...answering('MOVED', [client(7, 'shop', 'set'), client(8, 'billing', 'get', undefined, {ageSeconds: 4})]),
			watch: {foundAtMs: nowMs - 1000},
		},
		'warning',
		/from billing:/,
	],
	[
		'redis-top saw the errors begin, and one of two clients came with them',
		{
			...answering('MOVED', [client(7, 'shop', 'set'), client(8, 'billing', 'get', undefined, {ageSeconds: 14})]),
			heldSeconds: 12,
		},
		'warning',
		/from billing:/,
	],
	[
		'redis-top saw the errors begin a while ago, and one of two clients came with them',
		{
			...answering('MOVED', [client(7, 'shop', 'set'), client(8, 'billing', 'get', undefined, {ageSeconds: 53})]),
			heldSeconds: 52,
			watch: {foundAtMs: nowMs - 300_000},
		},
		'warning',
		/from billing:/,
	],
	[
		'both were connected before the errors began',
		{
			...answering('MOVED', [client(7, 'shop', 'set'), client(8, 'billing', 'get', undefined, {ageSeconds: 20})]),
			watch: {foundAtMs: nowMs - 1000},
		},
		'warning',
		/from (?:shop or billing|billing or shop):/,
	],
	[
		'both connected after the errors began: they may be older than either',
		{
			...answering('MOVED', [client(7, 'shop', 'set'), client(8, 'billing', 'get', undefined, {ageSeconds: 4})]),
			heldSeconds: 100,
		},
		'warning',
		/from (?:shop or billing|billing or shop):/,
	],
	[
		'slots left the node: a client from before may have an old slot map',
		{
			...answering('MOVED', [client(7, 'shop', 'set'), client(8, 'billing', 'get', undefined, {ageSeconds: 4})]),
			watch: {slotsLeftAtMs: nowMs - 100_000},
		},
		'warning',
		/from (?:shop or billing|billing or shop):/,
	],
	['the list is from before the errors', answering('MOVED', uncounted, nowMs - 9000), 'warning', nobody],
	[
		'the list is as old as the errors',
		{...answering('MOVED', uncounted, nowMs - 9000), heldSeconds: 9},
		'warning',
		/from billing:/,
	],
	[
		'the list of refused writers is from before the errors',
		answering('READONLY', [client(7, 'shop', 'set')], nowMs - 9000, 20),
		'warning',
		/READONLY errors, 20\.?0?\/s$/,
	],
	[
		'not a client that sent the command once and is idle: it is sent often',
		answering('READONLY', [client(7, '', 'set', undefined, {idleSeconds: 9}), client(8, 'shop', 'get')], nowMs, 20),
		'warning',
		/from shop$/,
	],
	[
		'nobody, where the senders are not among several active clients',
		answering(
			'READONLY',
			[client(7, '', 'set', undefined, {idleSeconds: 9}), client(8, 'shop', 'get'), client(9, 'web', 'get')],
			nowMs,
			20,
		),
		'warning',
		/READONLY errors, 20\.?0?\/s$/,
	],
	[
		'beside the connections of Sentinels, the only application',
		answering(
			'READONLY',
			[
				client(7, 'orders', 'exists'),
				client(8, 'sentinel-1a2b3c4d-cmd', 'ping'),
				client(9, 'sentinel-1a2b3c4d-pubsub', 'subscribe'),
			],
			nowMs,
			20,
		),
		'warning',
		/from orders$/,
	],
	...(['replconf', 'psync', 'ping'] as const).map(
		command =>
			[
				`${command} comes from replicas, not from the only application`,
				{
					info: {errorstats: {errorstat_NOAUTH: 'count=7'}},
					earlier: {errorstats: {errorstat_NOAUTH: 'count=1'}},
					record: {
						commands: [{command, calls: 9, callsPerSecond: 0, meanMicroseconds: 1, timeShare: 0, failuresPerSecond: 6}],
						clients: {atMs: nowMs, value: [client(7, 'shop', 'set')]},
					},
				},
				'warning',
				/ errors, 6\.?0?\/s(?!.* from shop)/,
			] as const,
	),
]);

test('the steps tell where the client with the errors connects from', () => {
	const place = (clients: readonly ClientRow[]) => {
		const steps = firingOf(errFailed, answering('MOVED', clients)).next.map(({text}) => messageText(text));
		return steps.filter(text => text.includes('connects from'));
	};
	const shopAt = (id: number, address: string) => client(id, 'shop', 'set', 90, {address});
	assert.deepEqual(place([shopAt(7, '10.0.4.20:50007')]), ['shop connects from 10.0.4.20:50007']);
	assert.deepEqual(place([shopAt(7, '10.0.4.20:50007'), shopAt(8, '10.0.4.20:50008')]), [
		'shop connects from 10.0.4.20',
	]);
	assert.deepEqual(place([shopAt(7, '10.0.4.20:1'), shopAt(8, '10.0.4.20:2'), shopAt(9, '10.0.4.21:1')]), [
		'shop connects from 10.0.4.20 and 1 more',
	]);
	assert.deepEqual(place([client(7, '', 'set', 90)]), [], 'the address is its name');
	assert.deepEqual(place([shop]), [], 'no client is named');
});
