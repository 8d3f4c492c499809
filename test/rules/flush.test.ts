import assert from 'node:assert/strict';
import test from 'node:test';
import {messageText} from '../../source/domain/message.js';
import {keyFlush} from '../../source/rules/flush.js';
import {keyDropped} from '../../source/rules/keyspace.js';
import {firingOf} from '../harness/firing-of.js';
import {clientOf} from '../harness/records.js';
import {type FactsParts, factsOf, testRule} from '../harness/rule-cases.js';

/** Clients with their last command and the seconds since then; FLUSHALL ran twice. */
const listed = (
	...clients: ReadonlyArray<readonly [name: string, command: string, idleSeconds: number]>
): FactsParts => ({
	info: {keyspace: {db0: 'keys=5,expires=0'}},
	record: {
		role: 'primary',
		commands: [
			{
				command: 'flushall',
				calls: 2,
				callsPerSecond: 0,
				meanMicroseconds: undefined,
				timeShare: 0,
				failuresPerSecond: 0,
			},
		],
		clients: {
			atMs: 0,
			value: clients.map(([name, command, idleSeconds], id) => clientOf({id, name, command, idleSeconds})),
		},
	},
});

const twice = listed(['shop', 'get', 0], ['ci-old', 'flushdb', 300], ['ci-tests', 'flushall', 2]);

testRule(keyFlush, [
	['nobody', listed(['shop', 'get', 0]), 'clear'],
	['the last of two', twice, 'warning', /^ran FLUSHALL from ci-tests, 2s ago, 2 times since its start$/],
	['a quarter of an hour ago', listed(['ci-tests', 'flushall', 900]), 'clear'],
	['a declared cache', {...twice, settings: {isCache: true}}, 'info'],
	['CLIENT LIST was not read', {record: {role: 'primary'}}, 'pending'],
]);

test('key.drop: names the client that emptied it', () => {
	const {nowMs} = factsOf({});
	const {reason, culprit} = firingOf(keyDropped, {
		...twice,
		watch: {keyDrop: {from: 10_000, to: 5, byRestart: false, byFlush: true, atMs: nowMs - 2000}},
	});
	assert.equal(reason === undefined ? undefined : messageText(reason), 'FLUSHALL from ci-tests');
	assert.equal(culprit?.client?.name, 'ci-tests');
});
