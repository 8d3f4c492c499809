import assert from 'node:assert/strict';
import test from 'node:test';
import {heldConnections} from '../../source/derive/connection-holder.js';
import type {ConnectionHolder} from '../../source/domain/host-evidence.js';
import {messageText} from '../../source/domain/message.js';
import {clientOf, recordFrom, sampledAtMs} from '../harness/records.js';
import {emptyHost} from '../harness/rule-cases.js';

const full = {
	layer: 'greet',
	code: 'ERR',
	kind: 'MAXCLIENTS',
	problem: 'turns new clients away',
	reason: 'maxclients is reached',
	state: 'refusing',
} as const;

const listed = (names: readonly string[], agoMs = 2000) => ({
	clients: {atMs: sampledAtMs - agoMs, value: names.map((name, id) => clientOf({id, name}))},
});
const seen = (...connectionHolders: readonly ConnectionHolder[]) => ({
	host: {atMs: sampledAtMs, value: {...emptyHost, connectionHolders}},
});
const holder = (connections: number, processId?: number): ConnectionHolder => ({
	host: '10.0.0.9',
	processId,
	processName: processId === undefined ? undefined : 'java',
	connections,
});

const cases: ReadonlyArray<readonly [string, Parameters<typeof recordFrom>[0], readonly string[] | undefined]> = [
	['nobody knows', {}, undefined],
	[
		'the last list names a client',
		listed(['checkout', 'checkout', 'shop', 'redis-top']),
		['checkout had 2 of 3 connections', 'checkout had 2 of 3'],
	],
	['the last list is of an hour ago', listed(['checkout'], 3_600_000), undefined],
	['no name has most of them', listed(['a', 'b', 'c', 'd']), undefined],
	[
		'the kernel names a process',
		seen(holder(60, 7), holder(4)),
		['java (process 7) has 60 of 64 connections', 'java has 60 of 64 connections', 'java has 60 of 64'],
	],
	[
		'the kernel names a host',
		seen(holder(60)),
		['10.0.0.9 has 60 of 60 connections', '10.0.0.9 has 60 of 60 connections', '10.0.0.9 has 60 of 60'],
	],
	['no holder has most of them', seen(holder(5, 7), holder(5, 8)), undefined],
];

for (const [name, parts, expected] of cases) {
	test(`connections of a full server: ${name}`, () => {
		const held = heldConnections(recordFrom({...parts, failure: full, reach: 'refusing', failingSinceMs: sampledAtMs}));
		assert.deepEqual(held && [held.text, ...held.brief].map(text => messageText(text)), expected);
	});
}

test('connections of a server that refuses for another reason are not looked at', () => {
	assert.equal(heldConnections(recordFrom({...listed(['a', 'a']), failure: {...full, kind: undefined}})), undefined);
});
