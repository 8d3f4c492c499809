import assert from 'node:assert/strict';
import {test} from 'node:test';
import {ProcessorUse, type UsedTime} from '../../source/host/processor-use.js';

const used = (processId: number, name: string, ticks: number, parts: Partial<UsedTime> = {}): UsedTime => ({
	processId,
	name,
	startTicks: 500,
	ticks,
	isServer: false,
	...parts,
});

test('the programs that used most processor time since an earlier scan, the busiest first', () => {
	const use = new ProcessorUse();
	assert.deepEqual(use.since([used(1, 'init', 900), used(7, 'gzip', 50)], 1000), [], 'nothing to compare with');
	assert.deepEqual(
		use.since(
			[used(1, 'init', 901), used(7, 'gzip', 250), used(8, 'tar', 100, {startTicks: 501}), used(9, 'cron', 10)],
			3000,
		),
		[
			{processName: 'gzip', cores: 1, processIds: [7]},
			{processName: 'tar', cores: 0.5, processIds: [8]},
		],
	);
});

test('processes of one name are one program, and each server is one', () => {
	const use = new ProcessorUse();
	const servers = (ticks: number) => [5, 6].map(id => used(id, 'redis-server', ticks * id, {isServer: true}));
	use.since([used(2, 'cc1', 0), used(3, 'cc1', 0), ...servers(0)], 0);
	assert.deepEqual(use.since([used(2, 'cc1', 20), used(3, 'cc1', 80), ...servers(10)], 1000), [
		{processName: 'cc1', cores: 1, processIds: [3, 2]},
		{processName: 'redis-server', cores: 0.6, processIds: [6]},
		{processName: 'redis-server', cores: 0.5, processIds: [5]},
	]);
});

test('many processes of one program, each with a small part of the processors', () => {
	const use = new ProcessorUse();
	const hogs = (ticks: number) => Array.from({length: 20}, (_, index) => used(40 + index, 'pigz', ticks));
	use.since(hogs(0), 0);
	const [program, ...others] = use.since(hogs(6), 1000);
	assert.equal(others.length, 0);
	assert.equal(program?.processName, 'pigz');
	assert.equal(program?.cores.toFixed(2), '1.20');
	assert.deepEqual(program?.processIds, [40, 41, 42, 43]);
});

test('another process with the same id began since the earlier scan', () => {
	const use = new ProcessorUse();
	use.since([used(7, 'gzip', 500)], 0);
	assert.deepEqual(use.since([used(7, 'gzip', 90, {startTicks: 900})], 1000), [
		{processName: 'gzip', cores: 0.9, processIds: [7]},
	]);
});

test('a process that takes another name has used no more', () => {
	const use = new ProcessorUse();
	use.since([used(7, 'sh', 500), used(9, 'init', 0)], 0);
	assert.deepEqual(use.since([used(7, 'gzip', 501), used(9, 'init', 0)], 1000), []);
	assert.deepEqual(use.since([used(7, 'gzip', 591), used(9, 'init', 0)], 2000), [
		{processName: 'gzip', cores: 0.9, processIds: [7]},
	]);
});

test('a process that the earlier scan did not find, though it ran, has used an unknown time', () => {
	const use = new ProcessorUse();
	use.since([used(9, 'init', 0)], 0);
	assert.deepEqual(use.since([used(7, 'gzip', 500), used(9, 'init', 0)], 1000), []);
	assert.deepEqual(use.since([used(7, 'gzip', 500, {startTicks: undefined}), used(9, 'init', 0)], 2000), []);
});

test('scans that follow each other closely have the result of the first of them', () => {
	const use = new ProcessorUse();
	use.since([used(7, 'gzip', 0)], 0);
	const first = use.since([used(7, 'gzip', 100)], 1000);
	assert.equal(use.since([used(7, 'gzip', 101)], 1010), first);
	assert.deepEqual(use.since([used(7, 'gzip', 101)], 2000), [], 'compared with the scan a second before');
	assert.deepEqual(use.since([used(7, 'gzip', 300)], 1500), [], 'the clock was set back');
});
