import assert from 'node:assert/strict';
import {test} from 'node:test';
import {handoverOf} from '../../../source/actions/restart/handover.js';
import type {NodeAddress} from '../../../source/domain/node.js';
import type {MonitoredPrimary} from '../../../source/domain/sentinel.js';
import {parseClusterNodes} from '../../../source/parse/cluster-nodes.js';
import type {NodeRecord} from '../../../source/state/monitor-state.js';
import {type RecordParts, recordFrom, type Sections, sampledAtMs} from '../../harness/records.js';

const own = '10.0.1.11:6379' as NodeAddress;
const server = {run_id: 'a'.repeat(40), redis_version: '7.0.15'};
const idOf = (port: number) => String(port).padEnd(40, '0');

const clusterLine = (port: number, self: number, rest: string) =>
	`${idOf(port)} 10.0.1.${port}:6379@16379 ${port === self ? 'myself,' : ''}${rest}`;

/** A node of a cluster in which 11 is the primary of 12 and 13, and 14 the primary of 15. */
function clusterNode(port: number, parts: RecordParts & {readonly offset?: number} = {}): NodeRecord {
	const {offset = 0, ...rest} = parts;
	const lines = [
		clusterLine(11, port, 'master - 0 0 1 connected 0-8000'),
		clusterLine(12, port, `slave ${idOf(11)} 0 0 1 connected`),
		clusterLine(13, port, `slave ${idOf(11)} 0 0 1 connected`),
		clusterLine(14, port, 'master - 0 0 2 connected 8001-16383'),
		clusterLine(15, port, `slave ${idOf(14)} 0 0 2 connected`),
	];
	const isPrimary = port === 11 || port === 14;
	return recordFrom({
		address: `10.0.1.${port}:6379`,
		role: isPrimary ? 'primary' : 'replica',
		info: {
			server,
			cluster: {cluster_enabled: 1},
			replication: {role: isPrimary ? 'master' : 'slave', slave_repl_offset: offset},
		},
		clusterNodes: {atMs: sampledAtMs, value: parseClusterNodes(lines.join('\n'))},
		...rest,
	});
}

const withReplicas = (...replicas: readonly string[]): Sections => ({
	server,
	replication: {
		role: 'master',
		connected_slaves: replicas.length,
		master_repl_offset: 500,
		...Object.fromEntries(replicas.map((line, index) => [`slave${index}`, line])),
	},
});
const replicaLine = (port: number, state: string, offset: number) =>
	`ip=10.0.1.${port},port=6379,state=${state},offset=${offset},lag=0`;
const plain = (...replicas: readonly string[]) => recordFrom({address: own, info: withReplicas(...replicas)});

const sentinel = (address: NodeAddress, parts: RecordParts = {}) =>
	recordFrom({
		address: '10.0.1.20:26379',
		role: 'sentinel',
		info: {server: {...server, redis_mode: 'sentinel'}},
		sentinel: {atMs: sampledAtMs, value: {primaries: [{name: 'main', address} as MonitoredPrimary]}},
		...parts,
	});
const away = {
	reach: 'down',
	failure: {layer: 'tcp', code: 'ECONNREFUSED', problem: 'refuses', state: 'down'},
} as const;

const cases: ReadonlyArray<readonly [name: string, records: readonly NodeRecord[], expected: RegExp]> = [
	[
		'a cluster: by the replica that has the most, not by another primary’s',
		[clusterNode(11), clusterNode(12, {offset: 10}), clusterNode(13, {offset: 90}), clusterNode(15, {offset: 99})],
		/^CLUSTER FAILOVER on 10\.0\.1\.13:6379$/,
	],
	[
		'a cluster: one that is away takes nothing over',
		[clusterNode(11), clusterNode(12, {offset: 10}), clusterNode(13, {offset: 90, ...away})],
		/^CLUSTER FAILOVER on 10\.0\.1\.12:6379$/,
	],
	[
		'a cluster without a replica that answers',
		[clusterNode(11), clusterNode(15)],
		/^none: none of its replicas answers/,
	],
	[
		'Sentinel: by one that watches it, and never behind its back',
		[plain(replicaLine(12, 'online', 500)), sentinel(own)],
		/^SENTINEL FAILOVER main on 10\.0\.1\.20:26379$/,
	],
	[
		'Sentinels that watch another one',
		[plain(replicaLine(12, 'online', 500)), sentinel('10.0.1.99:6379' as NodeAddress)],
		/^none: no Sentinel that answers redis-top monitors it/,
	],
	[
		'Sentinels that are away',
		[plain(replicaLine(12, 'online', 500)), sentinel(own, away)],
		/^none: no Sentinel that answers/,
	],
	[
		'a primary by itself: to the replica that has the most',
		[plain(replicaLine(12, 'online', 100), replicaLine(13, 'online', 500))],
		/^FAILOVER TO 10\.0\.1\.13 6379 TIMEOUT \d+ on 10\.0\.1\.11:6379$/,
	],
	['its replica still copies', [plain(replicaLine(12, 'wait_bgsave', 0))], /^none: none of its replicas is online/],
	[
		'a version without FAILOVER',
		[
			recordFrom({
				address: own,
				info: {
					...withReplicas(replicaLine(12, 'online', 500)),
					server: {...server, redis_version: '6.0.16'},
				},
			}),
		],
		/^none: FAILOVER .*needs Redis 6\.2/,
	],
	['a node that is not polled', [], /^none: 10\.0\.1\.11:6379 is not polled/],
];

for (const [name, records, expected] of cases) {
	test(`handing over: ${name}`, () => {
		const handover = handoverOf(own, new Map(records.map(record => [record.address, record])));
		assert.match(handover.kind === 'none' ? `none: ${handover.why}` : handover.text, expected);
	});
}
