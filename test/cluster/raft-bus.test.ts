import assert from 'node:assert/strict';
import test from 'node:test';
import {updateClusterState} from '../../source/cluster/cluster-state.js';
import {raftStateOf} from '../../source/cluster/raft-bus.js';
import type {NodeRecord} from '../../source/state/monitor-state.js';
import {sampledAtMs} from '../harness/records.js';
import {clusterRecord, fleetOf, sixPorts} from '../topology/fleets.js';

// The fields are those of merged changes for Valkey 9.2: no such server was there.
const raft = new Map([
	['cluster_state', 'ok'],
	['cluster_raft_role', 'follower'],
	['cluster_raft_leader', '17050'.padEnd(40, '0')],
	['cluster_raft_current_term', '7'],
	['cluster_raft_commit_index', '120'],
	['cluster_raft_last_applied', '118'],
]);

test('the Raft fields of CLUSTER INFO, and a cluster without a leader', () => {
	assert.deepEqual(raftStateOf(raft), {
		role: 'follower',
		leader: '17050'.padEnd(40, '0'),
		term: 7,
		committed: 120,
		applied: 118,
	});
	assert.equal(raftStateOf(new Map([...raft, ['cluster_raft_leader', '']]))?.leader, undefined);
	assert.equal(raftStateOf(new Map([['cluster_state', 'ok']])), undefined);
	assert.equal(raftStateOf(undefined), undefined);
});

/** Six nodes, of which one follows the owners late: its view gives a slot range to another node. */
const lateView = (info: NodeRecord['clusterInfo']) =>
	fleetOf(
		...sixPorts.map(port =>
			clusterRecord(
				port,
				port === 17_051 ? {changed: ['17050 master 1 0-5000', '17052 master 1 5001-5460 10923-16383']} : {},
				{clusterInfo: info},
			),
		),
	);

test('what gossip would mean is not concluded where the nodes agree by a Raft log', () => {
	const kinds = (info: NodeRecord['clusterInfo']) =>
		updateClusterState(undefined, lateView(info), sampledAtMs)?.state.verdicts.map(({kind}) => kind);
	assert.notDeepEqual(kinds({atMs: sampledAtMs, value: new Map([['cluster_state', 'ok']])}), ['healthy']);
	assert.deepEqual(kinds({atMs: sampledAtMs, value: raft}), ['healthy']);
});

test('an owner that is marked FAIL is reported there too', () => {
	const view = {changed: ['17050 master,fail 1 0-5460'], state: 'fail'};
	const nodes = fleetOf(
		...sixPorts.slice(1).map(port => clusterRecord(port, view, {clusterInfo: {atMs: sampledAtMs, value: raft}})),
	);
	const verdicts = updateClusterState(undefined, nodes, sampledAtMs)?.state.verdicts;
	assert.deepEqual(
		verdicts?.map(({kind}) => kind),
		['owner-failed'],
	);
});
