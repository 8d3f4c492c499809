// In a file of its own: what other tests leave to be collected would be counted. A block of zlib is 16 KB.
import assert from 'node:assert/strict';
import process from 'node:process';
import {test} from 'node:test';
import {wholeCollection} from '../../source/app/heap.js';
import {parseClientList} from '../../source/parse/client-list.js';
import {History} from '../../source/state/history.js';
import {recordFrom, sampledAtMs} from '../harness/records.js';

const collect = wholeCollection();

/** What is held, after a collection of everything. */
function bytesOf(kind: 'arrayBuffers' | 'heapUsed'): number {
	collect();
	return process.memoryUsage()[kind];
}

test('a history entry keeps little more memory than its packed text', () => {
	const polls = 600;
	const before = bytesOf('arrayBuffers');
	const history = new History();
	const record = recordFrom({});
	for (let second = 0; second < polls; second++) {
		const atMs = sampledAtMs + second * 1000;
		const {sample} = recordFrom({atMs, info: {server: {run_id: 'a'}, memory: {used_memory: 1000 + second}}});
		history.add({...record, sample}, atMs);
	}

	const bytesEach = (bytesOf('arrayBuffers') - before) / polls;
	assert.ok(bytesEach < 8000, `${bytesEach} bytes each`);
	assert.equal(history.momentFrom(record.address, sampledAtMs, 1, 'sample'), sampledAtMs + 1000);
});

test('of a repeated client list only changed clients are kept again, and not the text of the reply', () => {
	const [readings, clients] = [200, 100];
	const textOf = (reading: number) =>
		Array.from({length: clients}, (_, id) => {
			const address = `addr=10.0.4.200:${50_000 + id} laddr=10.0.1.11:6379`;
			return `id=${id} ${address} fd=8 name=worker age=${reading} idle=0 flags=N db=0 cmd=get user=default ${'x'.repeat(150)}=1`;
		}).join('\n');
	const history = new History();
	const record = recordFrom({});
	const addReading = (reading: number) => {
		const atMs = sampledAtMs + reading * 1000;
		history.add({...record, clients: {atMs, value: parseClientList(textOf(reading))}}, atMs);
	};
	addReading(0);
	const before = bytesOf('heapUsed');
	for (let reading = 1; reading <= readings; reading++) {
		addReading(reading);
	}

	const bytesEach = (bytesOf('heapUsed') - before) / readings / clients;
	assert.ok(bytesEach < 250, `${bytesEach} bytes for each client of each reading`);
	assert.equal(history.momentFrom(record.address, sampledAtMs, 1, 'sample'), sampledAtMs + 1000);
});
