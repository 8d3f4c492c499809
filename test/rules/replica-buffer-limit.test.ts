import assert from 'node:assert/strict';
import test from 'node:test';
import {replicaBufferLimit} from '../../source/rules/replica-buffer-limit.js';

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
