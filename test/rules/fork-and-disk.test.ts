import assert from 'node:assert/strict';
import test from 'node:test';
import type {FolderEvidence} from '../../source/domain/host-evidence.js';
import {messageText} from '../../source/domain/message.js';
import {perCow, perDisk, perForkSlow} from '../../source/rules/fork-and-disk.js';
import {evidenceOf, firingOf} from '../harness/firing-of.js';
import type {Sections} from '../harness/records.js';
import {type FactsParts, testRule} from '../harness/rule-cases.js';

const mega = 1024 * 1024;

const forked = (forks: number, ms: number, rest: Sections = {}): Sections => ({
	...rest,
	stats: {total_forks: forks, latest_fork_usec: ms * 1000},
});
testRule(perForkSlow, [
	['a quick fork', {info: forked(2, 5), earlier: forked(1, 5)}, 'clear'],
	['a slow fork', {info: forked(2, 200), earlier: forked(1, 5)}, 'warning', /^was blocked for 200 ms by a fork$/],
	['a very slow fork', {info: forked(2, 1500), earlier: forked(1, 5)}, 'critical'],
	['an earlier fork', {info: forked(2, 1500), earlier: forked(2, 1500)}, 'clear'],
	['the first sample', {info: forked(2, 1500)}, 'pending'],
	['before Redis 6.2', {info: {stats: {latest_fork_usec: 5}}, earlier: {}}, 'absent'],
]);

for (const [name, resident, expected] of [
	['2 GB', 2048 * mega, '100'],
	['a small process', 64 * mega, undefined],
] as const) {
	test(`per.fork_slow: the finding has the time per gigabyte where the process is large enough: ${name}`, () => {
		const memory = {memory: {used_memory_rss: resident}};
		const firing = firingOf(perForkSlow, {info: forked(2, 200, memory), earlier: forked(1, 5)});
		assert.equal(evidenceOf(firing)['fork time per gigabyte'], expected);
	});
}

const copied = (last: number, now: number): Sections => ({
	persistence: {rdb_last_cow_size: last * mega, current_cow_peak: now * mega},
	memory: {used_memory_rss: 500 * mega},
});
testRule(perCow, [
	['little', {info: copied(10, 0)}, 'clear'],
	['the last save', {info: copied(300, 0)}, 'info', /^last save copied 300M of memory, 60% of its resident memory$/],
	['the running save', {info: copied(10, 300)}, 'warning', /^running save has copied 300M/],
	['a large share of little', {info: {...copied(60, 0), memory: {used_memory_rss: 100 * mega}}}, 'clear'],
	['not in INFO', {info: {memory: {used_memory_rss: 5}, persistence: {}}}, 'absent'],
]);

const disk = (parts: Partial<FolderEvidence>): FactsParts => ({
	info: {memory: {used_memory: 100 * mega}},
	host: {
		folder: {
			path: '/my data',
			freeBytes: undefined,
			totalBytes: undefined,
			freeInodes: undefined,
			isWritable: undefined,
			rights: undefined,
			isReadOnlyMount: undefined,
			...parts,
		},
	},
});
const tooSmall = disk({freeBytes: 110 * mega, totalBytes: 500 * mega});
testRule(perDisk, [
	['room', disk({freeBytes: 5000 * mega, totalBytes: 10_000 * mega}), 'clear'],
	['not enough for another RDB file', tooSmall, 'warning', /^has 110M free where it saves, 100M in memory$/],
	['nearly full', disk({freeBytes: 50 * mega, totalBytes: 10_000 * mega}), 'critical'],
	['nearly full, with room for some RDB files', disk({freeBytes: 900 * mega, totalBytes: 10_000 * mega}), 'warning'],
	['nearly full, with room for many RDB files', disk({freeBytes: 5000 * mega, totalBytes: 100_000 * mega}), 'clear'],
	['a disk of unknown size', disk({freeBytes: 110 * mega}), 'warning'],
	['on another machine', {info: {memory: {used_memory: 5}}}, 'unseen'],
]);

test('per.disk: the folder is a path that can be masked, and one quoted word for a shell', () => {
	const firing = firingOf(perDisk, tooSmall);
	assert.equal(evidenceOf(firing).dir, '<path /my data>');
	const steps = firing.next.filter(({kind}) => kind === 'shell').map(({text}) => text);
	assert.deepEqual(
		steps.map(text => messageText(text)),
		["df -h '/my data'", "du -sh '/my data'/*"],
	);
	assert.doesNotMatch(steps.map(text => messageText(text, () => '…')).join(' '), /data/);
});
