import assert from 'node:assert/strict';
import {test} from 'node:test';
import {KnownProcesses} from '../../source/host/known-processes.js';

type Found = readonly [processId: number, identity: string, isServer: boolean];

function scan(known: KnownProcesses, ...processes: readonly Found[]): void {
	const {note, end} = known.scan();
	for (const found of processes) {
		note(...found);
	}

	end();
}

function scanned(...processes: readonly Found[]) {
	const known = new KnownProcesses();
	scan(known, ...processes);
	return known;
}

test('a process is known as no server by its start and its name', () => {
	const known = scanned([10, '500 bash', false], [11, '500 redis-server', true]);
	assert.equal(known.isOther(10, '500 bash'), true);
	assert.equal(known.isOther(10, '500 redis-server'), false, 'the process runs another program now');
	assert.equal(known.isOther(10, '900 bash'), false, 'another process has the id now');
	assert.equal(known.isOther(11, '500 redis-server'), false, 'servers are always read');
	assert.equal(known.isOther(12, '500 bash'), false, 'a new process');
});

test('a process that a scan does not find is forgotten', () => {
	const known = scanned([10, '500 bash', false]);
	scan(known);
	assert.equal(known.isOther(10, '500 bash'), false);
});

test('open sockets are kept while the process and all listening sockets of the machine stay the same', () => {
	const known = scanned([11, '500 redis-server', true]);
	assert.equal(known.inodesOf(11, '1 2'), undefined, 'never read');
	known.keepInodes(11, '1 2', new Set(['2']));
	known.keepInodes(12, '1 2', new Set(['1']));
	assert.deepEqual(known.inodesOf(11, '1 2'), new Set(['2']));
	assert.equal(known.inodesOf(12, '1 2'), undefined, 'a process that no scan has found');
	assert.equal(known.inodesOf(11, '1 2 3'), undefined, 'another socket listens');

	scan(known, [11, '500 redis-server', true]);
	assert.deepEqual(known.inodesOf(11, '1 2'), new Set(['2']));
	scan(known, [11, '900 redis-server', true]);
	assert.equal(known.inodesOf(11, '1 2'), undefined, 'another process has the id now');
});

test('two scans at the same time each leave all processes known', () => {
	const known = new KnownProcesses();
	const [one, other] = [known.scan(), known.scan()];
	for (const processId of [10, 11]) {
		one.note(processId, '500 bash', false);
	}

	other.note(10, '500 bash', false);
	one.end();
	assert.equal(known.isOther(11, '500 bash'), true);
	other.note(11, '500 bash', false);
	other.end();
	assert.equal(known.isOther(10, '500 bash'), true);
});
