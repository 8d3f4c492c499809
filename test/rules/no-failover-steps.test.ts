import assert from 'node:assert/strict';
import test from 'node:test';
import type {NodeRecord} from '../../source/derive/node-record.js';
import type {LocalEvidence} from '../../source/domain/host-evidence.js';
import {messageText} from '../../source/domain/message.js';
import {parseClusterNodes} from '../../source/parse/cluster-nodes.js';
import {socketFailure} from '../../source/parse/socket-error.js';
import {connRefused} from '../../source/rules/connectivity.js';
import {noFailoverSteps, waitingDetail} from '../../source/rules/no-failover-steps.js';
import {firingOf} from '../harness/firing-of.js';
import {recordFrom, refusedConnection, sampledAtMs} from '../harness/records.js';
import {factsOf} from '../harness/rule-cases.js';

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
				slave_repl_offset: 4711,
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

test('a killed primary that no replica can replace is said once to be started', () => {
	const {nowMs} = factsOf({});
	const killed: Partial<LocalEvidence> = {
		earlierProcess: {processId: 7, seenAtMs: nowMs - 20_000},
		log: {
			source: '/var/log/redis.log',
			lines: ['7:M 24 Nov 2026 11:22:33.123 * Ready to accept connections tcp'],
			starts: [{processId: 7, atMs: nowMs - 60_000}],
			remarks: [],
		},
	};
	const startsOf = (other: NodeRecord) =>
		firingOf(connRefused, {
			record: {
				address: '10.0.1.9:6379',
				failure: refusedConnection,
				clusterNodes: {atMs: 0, value: []},
				lastReplyAtMs: nowMs - 20_000,
				failingSinceMs: nowMs - 20_000,
			},
			host: killed,
			nodes: [other],
		})
			.next.map(({text}) => messageText(text))
			.filter(text => /^start .* again/.test(text) || text.startsWith('start it again'));
	assert.deepEqual(startsOf(replica(11, -1)), [
		'start 10.0.1.9:6379 again: no replica takes over, 10.0.1.11:6379 never synchronised with it and has no data',
	]);
	assert.deepEqual(startsOf(replica(11, 5)), ['start it again']);
});

test('a dead primary of a cluster has no such step if a replica may take over, or none is known', () => {
	assert.deepEqual(stepsBeside(replica(11, 60), replica(12, 5)), []);
	assert.deepEqual(stepsBeside(), []);
	assert.deepEqual(stepsBeside(replica(11, 60, {failure: refusedConnection})), []);
});

test('a replica that waits for a long node timeout is to be promoted at once', () => {
	const lines = (self: number, pingSentMs = 0) =>
		parseClusterNodes(
			[9, 11, 12, 13]
				.map(number => {
					const flags = `${number === self ? 'myself,' : ''}${number === 11 ? 'slave' : 'master'}`;
					const slots = {9: '0-5460', 12: '5461-10921', 13: '10922-16383'}[number] ?? '';
					return `${'a'.repeat(38)}${number.toString().padStart(2, '0')} 10.0.1.${number}:6379@16379 ${flags} ${number === 11 ? `${'a'.repeat(38)}09` : '-'} ${number === 9 ? pingSentMs : 0} 0 1 connected ${slots}`.trim();
				})
				.join('\n'),
		);
	const waiting = (timeoutMs: number, downSeconds = 5) => {
		const nodes = [
			replica(11, downSeconds, {
				clusterNodes: {atMs: 0, value: lines(11)},
				clusterInfo: {atMs: 0, value: new Map([['cluster_size', '3']])},
				config: {atMs: 0, value: new Map([['cluster-node-timeout', String(timeoutMs)]])},
			}),
			...[12, 13].map(number =>
				recordFrom({
					address: `10.0.1.${number}:6379`,
					role: 'primary',
					clusterNodes: {atMs: 0, value: lines(number)},
				}),
			),
		];
		return {steps: stepsBeside(...nodes), nodes};
	};
	assert.deepEqual(waiting(60_000).steps, [
		'promote 10.0.1.11:6379: CLUSTER FAILOVER FORCE there, else it waits 1m00s',
	]);
	// A planned restart takes a few seconds.
	assert.deepEqual(waiting(60_000, 2).steps, [
		'if it does not come back: promote 10.0.1.11:6379: CLUSTER FAILOVER FORCE there, else it waits 1m00s',
	]);
	assert.deepEqual(waiting(15_000).steps, []);
	// A host that is silent does not restart a server. Its replica still takes its link for up.
	const silent = {...dead, failure: socketFailure('ETIMEDOUT', ''), failingSinceMs: sampledAtMs - 5000};
	const cutOff = (silentSeconds: number, pingSentMs = 1) => {
		const {nodes} = waiting(15_000);
		const info = {master_link_status: 'up', master_last_io_seconds_ago: silentSeconds, role: 'slave'};
		const replication = {...info, master_host: '10.0.1.9', master_port: 6379, slave_repl_offset: 4711};
		const {sample} = recordFrom({address: '10.0.1.11:6379', role: 'replica', info: {replication}});
		const all = [
			silent,
			...nodes.map((each, index) =>
				index === 0 ? {...each, sample, clusterNodes: {atMs: 0, value: lines(11, pingSentMs)}} : each,
			),
		];
		return [silent, new Map(all.map(each => [each.address, each]))] as const;
	};
	assert.deepEqual(
		noFailoverSteps(...cutOff(12)).map(({text}) => messageText(text)),
		['if its host is gone: promote 10.0.1.11:6379: CLUSTER FAILOVER FORCE there, else it waits 15s'],
	);
	assert.equal(
		messageText(waitingDetail(...cutOff(12)) ?? ''),
		'primary of slots 0-5460 (5,461 slots), which fail until 10.0.1.11:6379 takes over, 15s or more after its last answer',
	);
	assert.deepEqual(noFailoverSteps(...cutOff(0)), [], 'the primary still sends data');
	assert.deepEqual(noFailoverSteps(...cutOff(12, 0)), [], 'the primary has answered the last ping of its replica');
	// Without a majority nobody is elected, at once or later.
	const [waitingReplica, ...voters] = waiting(60_000).nodes;
	assert.deepEqual(stepsBeside(...(waitingReplica === undefined ? [] : [waitingReplica]), ...voters.slice(1)), []);
});
