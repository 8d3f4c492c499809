import assert from 'node:assert/strict';
import test from 'node:test';
import type {NodeRecord} from '../../source/derive/node-record.js';
import {messageText} from '../../source/domain/message.js';
import {socketFailure} from '../../source/parse/socket-error.js';
import {connUnreachable} from '../../source/rules/connectivity.js';
import {promotionByHand} from '../../source/rules/promotion-by-hand.js';
import {unreplacedPrimary} from '../../source/topology/orphaned-replicas.js';
import {firingOf} from '../harness/firing-of.js';
import {clientOf, recordFrom, type Sections, sampledAtMs} from '../harness/records.js';

const lost = {
	address: '10.0.1.1:6379',
	role: 'primary',
	reach: 'down',
	failure: socketFailure('ETIMEDOUT', ''),
	failingSinceMs: sampledAtMs - 5000,
} as const;
const gone: NodeRecord = recordFrom(lost);

/** A replica of the primary that received data so many seconds ago. */
const replica = (address: string, offset: number, agoSeconds: number, more: Sections = {}): NodeRecord =>
	recordFrom({
		address,
		role: 'replica',
		info: {
			replication: {
				role: 'slave',
				master_host: '10.0.1.1',
				master_port: 6379,
				master_link_status: 'up',
				master_last_io_seconds_ago: agoSeconds,
				slave_repl_offset: offset,
				master_replid: 'a'.repeat(40),
			},
			...more,
		},
	});

const two = [replica('10.0.1.2:6379', 900, 6), replica('10.0.1.3:6379', 950, 6)];
const nodesOf = (...records: readonly NodeRecord[]) =>
	new Map([gone, ...records].map(record => [record.address, record] as const));
const stepsBeside = (...records: readonly NodeRecord[]) =>
	promotionByHand({record: gone, nodes: nodesOf(...records)}, 'if its host is gone')?.next.map(({text}) =>
		messageText(text),
	);

test('where nobody promotes a replica of a lost primary, the steps name the one with most data, then the others', () => {
	assert.deepEqual(stepsBeside(...two), [
		'if its host is gone: REPLICAOF NO ONE on 10.0.1.3:6379, which has most of its data',
		'then REPLICAOF 10.0.1.3 6379 on 10.0.1.2:6379, and the writers to 10.0.1.3:6379; what it did not receive is lost',
		'before 10.0.1.1:6379 returns: replicaof in its config, else two primaries take writes',
	]);
	const finding = firingOf(connUnreachable, {record: lost, nodes: two});
	assert.match(messageText(finding.next[0]?.text ?? ''), /^if its host is gone: REPLICAOF NO ONE/);
	assert.equal(messageText(finding.detail ?? ''), 'the primary of 10.0.1.3:6379 and 1 more, no Sentinel seen');
});

test('no replica is to be promoted by hand where it would be wrong', () => {
	const promoted = recordFrom({
		address: '10.0.1.4:6379',
		role: 'primary',
		info: {replication: {role: 'master', master_replid2: 'a'.repeat(40)}},
	});
	const sentinel = recordFrom({address: '10.0.1.5:26379', role: 'sentinel'});
	const clustered = replica('10.0.1.2:6379', 900, 6, {cluster: {cluster_enabled: 1}});
	const watched: NodeRecord = {
		...replica('10.0.1.2:6379', 900, 6),
		clients: {atMs: 0, value: [clientOf({id: 1, name: 'sentinel-2f9b4c11-cmd'})]},
	};
	for (const [why, others] of [
		['it was replaced', [...two, promoted]],
		['Sentinels do it', [...two, sentinel]],
		['a Sentinel that is not polled does it', [watched]],
		['a cluster does it', [clustered]],
		['the primary still sends data: only the way from here is cut', [replica('10.0.1.2:6379', 900, 0)]],
		['no replica has data', [replica('10.0.1.2:6379', 0, 6)]],
		['it has no replica', []],
	] as const) {
		assert.equal(stepsBeside(...others), undefined, why);
	}
	assert.equal(unreplacedPrimary({...gone, failure: undefined}, nodesOf(...two)), undefined, 'it answers');
});
