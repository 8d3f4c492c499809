import assert from 'node:assert/strict';
import test from 'node:test';
import type {NodeRecord} from '../../source/state/monitor-state.js';
import {replicationEdges} from '../../source/topology/replication-edges.js';
import {nameOf} from '../cluster/views.js';
import {emptyRecord} from '../harness/records.js';
import {clusterRecord, fleetOf, gone, plainRecord} from './fleets.js';

const listing = (port: number, replica: number, parts: Partial<NodeRecord> = {}): NodeRecord => ({
	...plainRecord(port),
	replicas: [
		{address: nameOf(replica), state: 'online', behindBytes: 0, behindSeconds: 0, ackAgeSeconds: 0, offset: 1},
	],
	...parts,
});

const old = listing(7001, 7003, {failure: gone});
const promoted = listing(7002, 7003);
const replica = plainRecord(7003, 7002);
const silent: NodeRecord = {...replica, sample: undefined, failure: gone};

for (const [name, records] of [
	['the dead primary comes last', [promoted, replica, old]],
	['the dead primary comes first', [old, promoted, replica]],
	['the replica does not answer: the list of the node that does', [promoted, silent, old]],
	['the same, the dead primary first', [old, silent, promoted]],
	['both answer', [promoted, replica, listing(7001, 7003)]],
] as const) {
	test(`after a failover by hand two nodes list the replica: ${name}`, () => {
		const edge = replicationEdges(fleetOf(...records)).get(nameOf(7003));
		assert.equal(edge?.source, nameOf(7002));
		assert.equal(edge?.link?.state, 'online');
	});
}

test('a replica of an announced address belongs to the node that announces it, until something answers there', () => {
	const lines = ['7001 master 1 0-16383', '7009 master 1'];
	const announcing = clusterRecord(7001, {lines});
	const view = announcing.clusterNodes?.value.map(line => ({...line, port: line.port === 7001 ? 7009 : 7010})) ?? [];
	const announcer = {...announcing, clusterNodes: {atMs: 1, value: view}};
	const follower = plainRecord(7003, 7009);
	const announced: NodeRecord = {...emptyRecord(nameOf(7009)), origin: 'cluster', failure: gone};
	const sourceWith = (other: NodeRecord) =>
		replicationEdges(fleetOf(announcer, follower, other)).get(nameOf(7003))?.source;
	assert.equal(sourceWith(announced), nameOf(7001));
	assert.equal(sourceWith({...announced, lastReplyAtMs: 1}), nameOf(7009));
	assert.equal(sourceWith({...announced, origin: 'target'}), nameOf(7009));
});
