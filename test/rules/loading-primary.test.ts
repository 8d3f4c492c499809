import assert from 'node:assert/strict';
import test from 'node:test';
import {messageText} from '../../source/domain/message.js';
import type {NodeAddress} from '../../source/domain/node.js';
import {findingText} from '../../source/rules/finding.js';
import {srvLoading} from '../../source/rules/server.js';
import type {NodeRecord} from '../../source/state/monitor-state.js';
import {assertPrintedCommands} from '../harness/printed-commands.js';
import {type RecordParts, recordFrom, sampledAtMs} from '../harness/records.js';
import {factsOf} from '../harness/rule-cases.js';

const longLoad = {persistence: {loading: 1, loading_loaded_perc: '7.00', loading_eta_seconds: 145}};
const loadingAddress = '127.0.0.1:7001' as NodeAddress;
const replicaOf = (port: number, offset: number, parts: RecordParts = {}) =>
	recordFrom({
		address: `127.0.0.1:${port}`,
		role: 'replica',
		info: {replication: {role: 'slave', master_host: '127.0.0.1', master_port: 7001, slave_repl_offset: offset}},
		...parts,
	});
const sentinelOf = (linkDownMs: number) =>
	recordFrom({
		address: '127.0.0.1:26379',
		role: 'sentinel',
		info: {server: {redis_mode: 'sentinel'}},
		sentinel: {
			atMs: sampledAtMs,
			value: {
				primaries: [
					{
						name: 'main',
						address: loadingAddress,
						host: '127.0.0.1',
						port: 7001,
						flags: new Set(['master']),
						configEpoch: 1,
						quorum: 2,
						replicaCount: 1,
						otherSentinels: 2,
						downAfterMs: 5000,
						failoverTimeoutMs: 10_000,
						sentinels: [],
						quorumCheck: undefined,
						replicas: [
							{
								address: '127.0.0.1:7002' as NodeAddress,
								host: '127.0.0.1',
								port: 7002,
								flags: new Set(['slave']),
								runId: undefined,
								linkStatus: 'err',
								linkDownMs,
								priority: 100,
							},
						],
					},
				],
			},
		},
	});

function whileLoading(...nodes: readonly NodeRecord[]) {
	const found = srvLoading.evaluate(
		factsOf({info: longLoad, record: {address: loadingAddress, role: 'primary'}, nodes}),
		0,
	);
	assert.ok(found.kind === 'fires');
	assertPrintedCommands(found);
	return {
		text: findingText(found),
		next: found.next.map(({text}) => messageText(text)).join('\n'),
		action: found.action,
		remedy: found.remedy,
	};
}

test('srv.loading: sentinels do not fail over a primary that loads, so a failover to its replica is offered', () => {
	const {text, next, action, remedy} = whileLoading(replicaOf(7002, 9), sentinelOf(12_000));
	assert.match(text, /: sentinels take a node that loads for alive$/);
	assert.match(next, /let 127\.0\.0\.1:7002, which has the data.*\n.*-p 26379 SENTINEL FAILOVER main/);
	assert.deepEqual([action, remedy], ['sentinel-failover', {node: '127.0.0.1:26379', value: 'main'}]);
});

test('srv.loading: where the link is down for too long for sentinels, the time that they allow is raised first', () => {
	const {next, action} = whileLoading(replicaOf(7002, 9), sentinelOf(60_000));
	assert.match(
		next,
		/SENTINEL SET main down-after-milliseconds 60000\n.*SENTINEL FAILOVER main\n.*set .* back to 5000/,
	);
	assert.equal(action, undefined);
});

test('srv.loading: without sentinels the replica with the newest data is the one to promote', () => {
	const {next, action} = whileLoading(replicaOf(7002, 5), replicaOf(7003, 9), replicaOf(7004, 99, {reach: 'loading'}));
	assert.match(next, /promote 127\.0\.0\.1:7003.*\n.*-p 7003 REPLICAOF NO ONE/);
	assert.equal(action, undefined);
});

test('srv.loading: no replica is promoted that has no data, or that a cluster elects', () => {
	assert.doesNotMatch(whileLoading(replicaOf(7002, 0), sentinelOf(1000)).next, /FAILOVER|REPLICAOF/);
	const ofCluster = replicaOf(7002, 9, {
		info: {
			cluster: {cluster_enabled: 1},
			replication: {role: 'slave', master_host: '127.0.0.1', master_port: 7001, slave_repl_offset: 9},
		},
	});
	assert.doesNotMatch(whileLoading(ofCluster).next, /FAILOVER|REPLICAOF/);
});
