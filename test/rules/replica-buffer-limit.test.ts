import assert from 'node:assert/strict';
import test from 'node:test';
import {messageText} from '../../source/domain/message.js';
import {
	hasNoReplicaBufferLimit,
	replicaBufferLimit,
	stepsForKeptWrites,
} from '../../source/rules/replica-buffer-limit.js';
import {recordFrom, sampledAtMs} from '../harness/records.js';
import {factsOf} from '../harness/rule-cases.js';

const defaultBytes = 256 * 1024 * 1024;

for (const [setting, expected] of [
	['normal 0 0 0 slave 1000 10 60 pubsub 5 5 5', 1000],
	['replica 0 0 0', 0],
	[undefined, defaultBytes],
	['nonsense', defaultBytes],
] as const) {
	test(`the replicas' limit is read from client-output-buffer-limit ${setting}`, () => {
		assert.equal(replicaBufferLimit(setting), expected);
	});
}

for (const [setting, expected] of [
	['normal 0 0 0 slave 268435456 67108864 60 pubsub 0 0 0', false],
	['normal 0 0 0 slave 0 0 0 pubsub 33554432 8388608 60', true],
	['replica 0 0 0', true],
	['replica 0 0 60', true],
	['slave 0 67108864 60', false],
	[undefined, false],
] as const) {
	test(`the output buffer of replicas is ${expected ? '' : 'not '}endless with ${setting}`, () => {
		assert.equal(hasNoReplicaBufferLimit(setting), expected);
	});
}

const keeps = (limit: string, bytes: number) => {
	const primary = recordFrom({
		address: '10.0.1.12:6379',
		role: 'primary',
		info: {
			memory: {mem_total_replication_buffers: bytes + 1_048_576},
			replication: {
				repl_backlog_size: 1_048_576,
				slave0: 'ip=10.0.1.11,port=6379,state=online,offset=1,lag=30',
				connected_slaves: 1,
			},
		},
		config: {
			atMs: sampledAtMs,
			value: new Map([['client-output-buffer-limit', `normal 0 0 0 slave ${limit} pubsub 0 0 0`]]),
		},
	});
	return stepsForKeptWrites(factsOf({nodes: [primary]})).map(({text}) => messageText(text));
};

test('the primary of a silent replica is told to limit what it keeps for it, if that is much and without limit', () => {
	assert.deepEqual(keeps('0 0 0', 200 * 1024 * 1024), [
		'limit what its primary 10.0.1.12:6379 keeps for it: 200M in memory',
		'redis-cli -h 10.0.1.12 -p 6379 CONFIG SET client-output-buffer-limit "replica 256mb 64mb 60"',
	]);
	assert.deepEqual(keeps('0 0 0', 20 * 1024 * 1024), []);
	assert.deepEqual(keeps('268435456 67108864 60', 200 * 1024 * 1024), []);
});
