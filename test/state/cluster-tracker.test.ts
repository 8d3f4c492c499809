import assert from 'node:assert/strict';
import test from 'node:test';
import type {NodeAddress} from '../../source/domain/node.js';
import {parseClusterInfo, parseClusterNodes} from '../../source/parse/cluster-nodes.js';
import {ClusterTracker} from '../../source/state/cluster-tracker.js';
import type {NodeRecord} from '../../source/state/monitor-state.js';
import {recordFrom} from '../harness/records.js';

const idOf = (index: number): string => index.toString(16).padStart(40, '0');

/** CLUSTER NODES of so many primaries as one of them prints it; `flags` of another that it says something of. */
const viewText = (
	size: number,
	self: number,
	said: {readonly index: number; readonly flags: string} | undefined,
): string =>
	Array.from({length: size}, (_, index) => {
		const flags = index === self ? 'myself,master' : index === said?.index ? said.flags : 'master';
		const first = Math.floor((16_384 * index) / size);
		const last = Math.floor((16_384 * (index + 1)) / size) - 1;
		return `${idOf(index)} 10.0.0.1:${7000 + index}@${17_000 + index} ${flags} - 0 1700000000000 ${index} connected ${first}-${last}`;
	}).join('\n');

const infoText = (epoch: number): string =>
	`cluster_state:ok\r\ncluster_current_epoch:${epoch}\r\ncluster_slots_pfail:0\r\n`;

/** A cluster whose views are compared; `receive` is a poll that brings this node's view. */
function tracked(size: number) {
	const tracker = new ClusterTracker();
	const nodes = new Map<NodeAddress, NodeRecord>(
		Array.from({length: size}, (_, index) => {
			const record = recordFrom({address: `10.0.0.1:${7000 + index}`, role: 'primary'});
			return [record.address, record];
		}),
	);
	const receive = (
		index: number,
		nowMs: number,
		{epoch = 9, said}: {epoch?: number; said?: {index: number; flags: string}} = {},
	) => {
		const before = nodes.get(`10.0.0.1:${7000 + index}` as NodeAddress);
		assert.ok(before);
		const after = {
			...before,
			clusterNodes: {atMs: nowMs, value: parseClusterNodes(viewText(size, index, said))},
			clusterInfo: {atMs: nowMs, value: parseClusterInfo(infoText(epoch))},
		};
		nodes.set(after.address, after);
		tracker.ingest(before, after, nodes, nowMs);
		return tracker.state?.atMs;
	};

	return {receive};
}

test('the views of a small cluster are compared at each new view, at most five times a second', () => {
	const {receive} = tracked(6);
	assert.deepEqual(
		[0, 100, 200, 400, 600].map(nowMs => receive(1, nowMs)),
		[0, 0, 200, 400, 600],
	);
});

test('the views of a large healthy cluster are compared now and then, and sooner after a change', () => {
	const size = 300;
	const {receive} = tracked(size);
	assert.equal(receive(0, 0), 0);
	receive(1, 300);
	assert.deepEqual(
		[600, 1200, 1799].map(nowMs => receive(1, nowMs)),
		[300, 300, 300],
		'views that say the same can wait',
	);
	assert.equal(receive(1, 1800), 1800);
	assert.equal(receive(2, 2100, {epoch: 10}), 2100, 'another epoch');
	assert.equal(receive(3, 2400, {said: {index: 7, flags: 'master,fail?'}}), 2400, 'a doubt');
	assert.equal(receive(1, 2700), 2700, 'while it is not well, with every view');
});
