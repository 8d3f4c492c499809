import assert from 'node:assert/strict';
import test from 'node:test';
import type {NodeRecord} from '../../source/derive/node-record.js';
import {messageText} from '../../source/domain/message.js';
import {noFailoverSteps} from '../../source/rules/no-failover-steps.js';
import {recordFrom, refusedConnection} from '../harness/records.js';

const dead = recordFrom({
	address: '10.0.1.9:6379',
	failure: refusedConnection,
	reach: 'down',
	clusterNodes: {atMs: 0, value: []},
});

/** A replica of the dead node, in a cluster, whose link has been down for so many seconds. */
const replica = (number: number, downSeconds: number, parts: Partial<NodeRecord> = {}, keys = 0): NodeRecord => ({
	...recordFrom({
		address: `10.0.1.${number}:6379`,
		role: 'replica',
		info: {
			replication: {
				role: 'slave',
				master_host: '10.0.1.9',
				master_port: 6379,
				master_link_status: 'down',
				master_link_down_since_seconds: downSeconds,
			},
			...(keys === 0 ? {} : {keyspace: {db0: `keys=${keys},expires=0,avg_ttl=0`}}),
		},
		config: {atMs: 0, value: new Map([['cluster-node-timeout', '2000']])},
	}),
	clusterNodes: {atMs: 0, value: []},
	...parts,
});

const stepsBeside = (...replicas: readonly NodeRecord[]): string[] =>
	noFailoverSteps(dead, new Map([dead, ...replicas].map(record => [record.address, record]))).map(({text}) =>
		messageText(text),
	);

test('a dead primary of a cluster is to be started first if the data of every replica is too old', () => {
	assert.deepEqual(stepsBeside(replica(11, 60), replica(12, 90)), [
		'start 10.0.1.9:6379 again: no replica takes over, the data of 10.0.1.11:6379 is old',
	]);
});

test('a replica that never synchronised with the dead primary has no old data, but none', () => {
	assert.deepEqual(stepsBeside(replica(11, -1)), [
		'start 10.0.1.9:6379 again: no replica takes over, 10.0.1.11:6379 never synchronised with it and has no data',
	]);
	assert.deepEqual(stepsBeside(replica(11, -1, {}, 40)), [
		'start 10.0.1.9:6379 again: no replica takes over, 10.0.1.11:6379 has not synchronised with it since its start',
	]);
});

test('a dead primary of a cluster has no such step if a replica may take over, or none is known', () => {
	assert.deepEqual(stepsBeside(replica(11, 60), replica(12, 5)), []);
	assert.deepEqual(stepsBeside(), []);
	assert.deepEqual(stepsBeside(replica(11, 60, {failure: refusedConnection})), []);
});
