// In a file of its own: what other tests leave to be collected would be counted. A block of zlib is 16 KB.
import assert from 'node:assert/strict';
import process from 'node:process';
import {test} from 'node:test';
import v8 from 'node:v8';
import vm from 'node:vm';
import {History} from '../../source/state/history.js';
import {recordFrom, sampledAtMs} from '../harness/records.js';

test('a poll that is kept holds on to little more than its packed text', () => {
	v8.setFlagsFromString('--expose-gc');
	const collect = vm.runInNewContext('gc') as () => void;
	const bufferBytes = () => {
		collect();
		return process.memoryUsage().arrayBuffers;
	};
	const polls = 600;
	const before = bufferBytes();
	const history = new History();
	const record = recordFrom({});
	for (let second = 0; second < polls; second++) {
		const atMs = sampledAtMs + second * 1000;
		const {sample} = recordFrom({atMs, info: {server: {run_id: 'a'}, memory: {used_memory: 1000 + second}}});
		history.add({...record, sample}, atMs);
	}

	const bytesEach = (bufferBytes() - before) / polls;
	assert.ok(bytesEach < 8000, `${bytesEach} bytes each`);
	assert.equal(history.momentFrom(record.address, sampledAtMs, 1, 'sample'), sampledAtMs + 1000);
});
