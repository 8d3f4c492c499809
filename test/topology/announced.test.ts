import assert from 'node:assert/strict';
import test from 'node:test';
import type {NodeAddress} from '../../source/domain/node.js';
import type {SentinelPeer} from '../../source/domain/sentinel.js';
import type {NodeRecord} from '../../source/state/monitor-state.js';
import {isAnnouncedUnreachable} from '../../source/topology/announced.js';
import {nameOf} from '../cluster/views.js';
import {emptyRecord, sampledAtMs} from '../harness/records.js';
import {clusterRecord, fleetOf, gone, plainRecord} from './fleets.js';

const address = '172.18.0.3:6379' as NodeAddress;
const unreached: NodeRecord = {...emptyRecord(address), origin: 'replication', reach: 'down', failure: gone};
const link = (state: string, ackAgeSeconds = 0) => ({
	address,
	state,
	behindBytes: 0,
	behindSeconds: 0,
	ackAgeSeconds,
	offset: 1,
});

const cases: ReadonlyArray<readonly [name: string, record: NodeRecord, state: string, expected: boolean]> = [
	['its primary has it online', unreached, 'online', true],
	['its primary waits for it', unreached, 'wait_bgsave', false],
	['it answered once', {...unreached, lastReplyAtMs: 1}, 'online', false],
	['it was asked for', {...unreached, origin: 'target'}, 'online', false],
	['a sentinel that said itself where it is', {...unreached, origin: 'hello'}, 'wait_bgsave', true],
	['it turns us away', {...unreached, failure: {...gone, layer: 'auth'}}, 'online', false],
	['it answers', {...unreached, failure: undefined}, 'online', false],
];

for (const [name, record, state, expected] of cases) {
	test(`announced addresses that redis-top cannot reach: ${name}`, () => {
		const primary = {...plainRecord(7001), replicas: [link(state)]};
		assert.equal(isAnnouncedUnreachable(record, fleetOf(primary, record)), expected);
	});
}

const online = (ackAgeSeconds: number) => ({...plainRecord(7001), replicas: [link('online', ackAgeSeconds)]});
const monitoring = (peer: Partial<SentinelPeer>) =>
	plainRecord(26_379, undefined, {
		role: 'sentinel',
		sentinel: {
			atMs: 1,
			value: {
				primaries: [
					{
						name: 'main',
						address: '127.0.0.1:7001' as NodeAddress,
						host: '127.0.0.1',
						port: 7001,
						flags: new Set(['master']),
						runId: 'a',
						configEpoch: 1,
						quorum: 2,
						replicaCount: 1,
						otherSentinels: 2,
						downAfterMs: 2000,
						failoverTimeoutMs: 10_000,
						replicas: [
							{
								address,
								host: '172.18.0.3',
								port: 6379,
								flags: new Set(['slave']),
								runId: undefined,
								linkStatus: 'ok',
								priority: 100,
								...peer,
							},
						],
						sentinels: [],
						quorumCheck: undefined,
					},
				],
			},
		},
	});
const flagging = monitoring({flags: new Set(['slave', 's_down'])});
const cutOff = nameOf(17_051);
const unreachedMember: NodeRecord = {...emptyRecord(cutOff), origin: 'cluster', reach: 'down', failure: gone};
const dependent = (silentSeconds: number) =>
	plainRecord(7002, undefined, {
		role: 'replica',
		info: {
			replication: {
				role: 'slave',
				master_host: '172.18.0.3',
				master_port: 6379,
				master_link_status: 'up',
				master_last_io_seconds_ago: silentSeconds,
			},
		},
	});

/** A member of another host, reached where it announces itself, that got a pong of the unreached member so long ago. */
function pongAgo(ageMs: number): readonly NodeRecord[] {
	const record = clusterRecord(17_052, {}, {origin: 'cluster'});
	const value = (record.clusterNodes?.value ?? []).map(line => ({
		...line,
		pongReceivedMs: sampledAtMs - (line.port === 17_051 ? ageMs : 0),
	}));
	const endpoint = {kind: 'tcp', host: '10.0.1.12', port: 6379} as const;
	return [{...record, endpoint, clusterNodes: {atMs: sampledAtMs, value}}];
}

const partitioned: ReadonlyArray<
	readonly [name: string, record: NodeRecord, others: readonly NodeRecord[], expected: boolean]
> = [
	['its primary lists it online, and gets no acknowledgement', unreached, [online(23)], false],
	['its primary gets its acknowledgements', unreached, [online(1)], true],
	['its primary gets its acknowledgements, and a Sentinel flags it', unreached, [online(1), flagging], true],
	['its primary gets none, and a Sentinel flags it', unreached, [online(23), flagging], false],
	['a Sentinel hears from it', unreached, [monitoring({})], true],
	[
		'a Sentinel has not heard from it for seconds, and does not flag it yet',
		unreached,
		[monitoring({isSilent: true})],
		false,
	],
	['its replica receives from it', unreached, [dependent(1)], true],
	['its replica has received nothing for long', unreached, [dependent(23)], false],
	['a member reaches it', unreachedMember, [clusterRecord(17_050)], true],
	[
		'it refuses connections, others are reached where they announce themselves, and no pong of it came since',
		{...unreachedMember, failingSinceMs: sampledAtMs},
		[clusterRecord(17_050), clusterRecord(17_052, {}, {origin: 'cluster'})],
		false,
	],
	[
		'it refuses connections, others are reached where they announce themselves, and a pong of it came since',
		{...unreachedMember, failingSinceMs: sampledAtMs - 9000},
		[clusterRecord(17_050), clusterRecord(17_052, {}, {origin: 'cluster'})],
		true,
	],
	[
		'it does not answer at all, others are reached where they announce themselves',
		{...unreachedMember, failure: {...gone, code: 'ETIMEDOUT'}, failingSinceMs: sampledAtMs},
		[clusterRecord(17_050), clusterRecord(17_052, {}, {origin: 'cluster'})],
		true,
	],
	[
		'it does not answer at all, other hosts are reached, and its last pong is older than that',
		{...unreachedMember, failure: {...gone, code: 'ETIMEDOUT'}, failingSinceMs: sampledAtMs - 1000},
		pongAgo(6000),
		false,
	],
	[
		'it does not answer at all, other hosts are reached, and a pong of it came since',
		{...unreachedMember, failure: {...gone, code: 'ETIMEDOUT'}, failingSinceMs: sampledAtMs - 1000},
		pongAgo(500),
		true,
	],
	[
		'it does not answer at all, other hosts are reached, and no list was read since',
		{...unreachedMember, failure: {...gone, code: 'ETIMEDOUT'}, failingSinceMs: sampledAtMs + 1000},
		pongAgo(6000),
		true,
	],
	[
		'a member flags it FAIL, whatever an old list of another says',
		unreachedMember,
		[
			clusterRecord(17_050, {changed: ['17051 master,fail 3 5461-10922']}),
			clusterRecord(17_054, {}, {replicas: [{...link('online'), address: cutOff}]}),
		],
		false,
	],
	[
		'a member flags it PFAIL',
		unreachedMember,
		[clusterRecord(17_050, {changed: ['17051 master,fail? 3 5461-10922']}), clusterRecord(17_054)],
		false,
	],
];

for (const [name, record, others, expected] of partitioned) {
	test(`announced addresses that redis-top cannot reach, in a partition: ${name}`, () => {
		assert.equal(isAnnouncedUnreachable(record, fleetOf(...others, record)), expected);
	});
}
