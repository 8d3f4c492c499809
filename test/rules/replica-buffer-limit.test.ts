import assert from 'node:assert/strict';
import test from 'node:test';
import {hasNoReplicaBufferLimit, replicaBufferLimit} from '../../source/rules/replica-buffer-limit.js';

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
