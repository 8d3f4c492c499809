import assert from 'node:assert/strict';
import test from 'node:test';
import {span} from '../../source/text/line.js';
import {seenNodes} from '../../source/views/seen-nodes.js';
import {recordFrom, stateOf} from '../harness/records.js';

test('the nodes on a screen are those whose addresses stand there, in frames, marked or in sentences', () => {
	const state = stateOf(
		['10.0.1.11:6379', '10.0.1.12:6379', '[fe80::1]:6379', '10.0.1.14:6379', '/run/redis.sock'].map(address =>
			recordFrom({address}),
		),
	);
	const lines = [
		[span('│>10.0.1.11:6379 *    primary │')],
		[span('│   [fe80::1]:6379     replica │/run/redis.sock up')],
		[span('! 10.0.1.1'), span('2:6379, and 10.0.1.99:6379 too')],
		[span('14:02:31  10.0.1.14:63')],
	];
	assert.deepEqual(
		[...seenNodes(lines, state)].map(String).sort(),
		['/run/redis.sock', '10.0.1.11:6379', '10.0.1.12:6379', '[fe80::1]:6379'].sort(),
	);
});
