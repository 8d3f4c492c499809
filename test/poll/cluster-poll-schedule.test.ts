import assert from 'node:assert/strict';
import test from 'node:test';
import type {NodeAddress} from '../../source/domain/node.js';
import {ClusterPollSchedule} from '../../source/poll/cluster-poll-schedule.js';

const one = '10.0.0.1:6379' as NodeAddress;
const other = '10.0.0.2:6379' as NodeAddress;
const info = (fields: Readonly<Record<string, string>> = {}) =>
	new Map(Object.entries({cluster_state: 'ok', cluster_current_epoch: '6', cluster_my_epoch: '1', ...fields}));

test('a stable cluster is polled at the normal rate, whatever a node reports of itself alone', () => {
	const schedule = new ClusterPollSchedule();
	assert.equal(schedule.note(one, info(), 0), false);
	assert.equal(schedule.note(other, info({cluster_my_epoch: '2'}), 0), false);
	assert.equal(schedule.isHot(0), false);
});

test('a changed digest makes the cluster polled often for half a minute', () => {
	const schedule = new ClusterPollSchedule();
	schedule.note(one, info(), 0);
	assert.equal(schedule.note(one, info({cluster_current_epoch: '7'}), 1000), true);
	assert.equal(schedule.note(one, info({cluster_current_epoch: '7'}), 2000), false);
	assert.equal(schedule.isHot(30_999), true);
	assert.equal(schedule.isHot(31_000), false);
});

test('the cluster stays polled often while nodes differ, slots fail or the state is fail', () => {
	for (const fields of [{cluster_state: 'fail'}, {cluster_slots_pfail: '1'}, {cluster_slots_fail: '5461'}]) {
		const schedule = new ClusterPollSchedule();
		assert.equal(schedule.note(one, info(fields), 0), false);
		assert.equal(schedule.isHot(0), true);
	}

	const schedule = new ClusterPollSchedule();
	schedule.note(one, info(), 0);
	schedule.note(other, info({cluster_known_nodes: '5'}), 0);
	assert.equal(schedule.isHot(29_000), true);
	schedule.note(one, info(), 29_000);
	assert.equal(schedule.isHot(58_000), true);
	schedule.lose(other, 60_000);
	schedule.note(one, info(), 60_000);
	assert.equal(schedule.isHot(89_000), true, 'a node that is lost is news');
	schedule.note(one, info(), 90_000);
	schedule.lose(other, 90_000);
	assert.equal(schedule.isHot(90_000), false, 'once');
});

test('a node that returns makes the cluster polled often, even if every digest is unchanged', () => {
	const schedule = new ClusterPollSchedule();
	for (const [node, atMs] of [
		[one, 0],
		[other, 0],
		[one, 100_000],
	] as const) {
		schedule.note(node, info(), atMs);
	}

	schedule.lose(other, 100_000);
	assert.equal(schedule.isHot(140_000), false);
	assert.equal(schedule.note(other, info(), 140_000), true);
	assert.equal(schedule.isHot(140_000), true);
	assert.equal(schedule.note(other, info(), 141_000), false);
});

test('every node of a small cluster is asked on its schedule, and at once while the cluster is polled often', () => {
	const schedule = new ClusterPollSchedule();
	schedule.note(one, info(), 0);
	assert.equal(schedule.viewDemand(one, 50, 0), 'scheduled');
	schedule.note(one, info({cluster_current_epoch: '7'}), 0);
	assert.equal(schedule.viewDemand(one, 50, 0), 'now');
	assert.equal(schedule.viewDemand(other, 50, 0), 'now');
});

test('of a large cluster only the sample is asked, each node once', () => {
	const schedule = new ClusterPollSchedule();
	assert.equal(schedule.viewDemand(one, 51, 0), 'not-now', 'nothing is known of it yet');
	schedule.note(one, info(), 0);
	assert.equal(schedule.viewDemand(one, 51, 500), 'not-now', 'the sample is chosen once a second');
	assert.equal(schedule.viewDemand(one, 51, 1000), 'now');
	assert.equal(schedule.viewDemand(other, 51, 1000), 'not-now');
	schedule.noteView(one, 1200);
	assert.equal(schedule.viewDemand(one, 51, 1300), 'not-now');
	assert.equal(schedule.viewDemand(one, 51, 2000), 'now', 'the only one of its kind');
});

test('a node whose turn has come is named once, so that it is polled at once', () => {
	const schedule = new ClusterPollSchedule();
	schedule.note(one, info(), 0);
	schedule.viewDemand(other, 51, 1000);
	assert.deepEqual(schedule.takeChosen(), [one]);
	assert.deepEqual(schedule.takeChosen(), []);
	schedule.linksDemand(other, 51, 5000);
	assert.deepEqual(schedule.takeChosen(), [one], 'for its links too');
});

test('CLUSTER LINKS is asked of a small cluster on its schedule, and of a large one from one node at a time', () => {
	const schedule = new ClusterPollSchedule();
	schedule.note(one, info(), 0);
	schedule.note(other, info(), 0);
	assert.equal(schedule.linksDemand(one, 50, 0), 'scheduled');
	const turns = [0, 1000, 2000, 3000, 4000, 5000, 6000].map(nowMs =>
		[one, other].map(address => (schedule.linksDemand(address, 51, nowMs) === 'now' ? address : '')).join(''),
	);
	assert.deepEqual(turns, [one, '', other, '', one, '', other]);
	const large = new ClusterPollSchedule();
	large.note(one, info(), 0);
	assert.equal(large.linksDemand(one, 1000, 0), 'now');
	assert.equal(large.linksDemand(one, 1000, 4999), 'not-now');
	assert.equal(large.linksDemand(one, 1000, 5000), 'now');
});
