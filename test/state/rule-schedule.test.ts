import assert from 'node:assert/strict';
import test from 'node:test';
import type {NodeRecord} from '../../source/derive/node-record.js';
import {publishPeriodMs} from '../../source/state/publish-timer.js';
import {fleetRulesAtOnce, hasChanged, isFleetDue, isNodeDue} from '../../source/state/rule-schedule.js';
import {emptyRecord} from '../harness/records.js';
import {sampleOf} from '../harness/samples.js';

const never = Number.POSITIVE_INFINITY;

for (const [nodes, isPressing, sinceMs, node, fleet] of [
	[1, false, 0, true, false],
	[50, false, 1000, true, true],
	[51, false, 1000, false, false],
	[51, true, 1000, true, false],
	[1000, true, 2000, true, true],
	[1000, false, 4900, false, false],
	[1000, false, 5000, false, false],
	[1000, false, 10_000, true, true],
	[1000, false, never, true, true],
] as const) {
	test(`evaluations that are due with ${nodes} nodes, ${isPressing ? 'pressing' : 'unchanged'}, after ${sinceMs} ms`, () => {
		assert.equal(isNodeDue({nodes, isPressing, sinceMs}), node);
		assert.equal(isFleetDue({nodes, isPressing, sinceMs}), fleet);
	});
}

test('of many nodes one whose condition held once is evaluated first, then those with raised findings', () => {
	const due = (['now', 'soon', 'none'] as const).map(urgency =>
		[1000, 3000, 5000, 10_000].filter(sinceMs => isNodeDue({nodes: 1000, isPressing: false, urgency, sinceMs})),
	);
	assert.deepEqual(due, [[3000, 5000, 10_000], [5000, 10_000], [10_000]]);
	const fleetDue = (['now', 'soon', 'none'] as const).map(urgency =>
		[1000, 3000, 5000, 10_000].filter(sinceMs => isFleetDue({nodes: 1000, isPressing: false, urgency, sinceMs})),
	);
	assert.deepEqual(fleetDue, due);
});

test('with many nodes each poll evaluates a few of the rules that compare nodes, and a twentieth of the polls all of them', () => {
	assert.deepEqual(
		[50, 100, 1000, 5000].map(nodes => fleetRulesAtOnce(nodes, 45)),
		[45, 9, 1, 1],
	);
});

test('hasChanged notices a change of reach, role, process, link and cluster state', () => {
	const following = (link: string): NodeRecord => ({
		...emptyRecord('10.0.1.11:6379'),
		reach: 'up',
		sample: sampleOf({server: {run_id: 'a'}, replication: {role: 'slave', master_link_status: link}}, 0),
	});
	const before = following('up');
	const cases = {
		nothing: before,
		reach: {...before, reach: 'down' as const},
		role: {...before, role: 'primary' as const},
		link: following('down'),
		process: {...before, sample: before.sample && {...before.sample, runId: 'another'}},
		cluster: {...before, clusterInfo: {atMs: 0, value: new Map([['cluster_state', 'fail']])}},
	};
	const turned = Object.entries(cases).flatMap(([name, after]) => (hasChanged(before, after) ? [name] : []));
	assert.deepEqual(turned, ['reach', 'role', 'link', 'process', 'cluster']);
});

test('states of many nodes are published once a second', () => {
	assert.deepEqual([1, 200, 201].map(publishPeriodMs), [250, 250, 1000]);
});
