import assert from 'node:assert/strict';
import test from 'node:test';
import {messageText} from '../../source/domain/message.js';
import type {NodeAddress} from '../../source/domain/node.js';
import type {MonitoredPrimary, SentinelPeer} from '../../source/domain/sentinel.js';
import {connRefused, connUnreachable} from '../../source/rules/connectivity.js';
import type {NodeRecord} from '../../source/state/monitor-state.js';
import {announcedPrimary} from '../../source/topology/announced-primary.js';
import {firingOf} from '../harness/firing-of.js';
import {type RecordParts, recordFrom, refusedConnection, sampledAtMs} from '../harness/records.js';

const peer = (address: string, flags: readonly string[], runId?: string): SentinelPeer => ({
	address: address as NodeAddress,
	host: address.split(':')[0] ?? '',
	port: Number(address.split(':')[1]),
	flags: new Set(flags),
	runId,
	linkStatus: 'err',
	priority: 100,
});

/** Three Sentinels after a failover to a replica that announces an address of another network. */
const sentinels = (parts: Partial<MonitoredPrimary> = {}) =>
	[1, 2, 3].map(number =>
		recordFrom({
			address: `10.0.2.${number}:26379`,
			role: 'sentinel',
			sentinel: {
				atMs: sampledAtMs,
				value: {
					id: `id-${number}`,
					primaries: [
						{
							...peer('172.30.5.2:6379', ['master']),
							name: 'main',
							configEpoch: 1,
							quorum: 2,
							replicaCount: 1,
							otherSentinels: 2,
							downAfterMs: 5000,
							failoverTimeoutMs: 60_000,
							replicas: [peer('10.0.1.9:6379', ['slave', 's_down'], '')],
							sentinels: [peer('172.30.5.2:26379', ['sentinel', 's_down'], 'id-2')],
							quorumCheck: undefined,
							...parts,
						},
					],
				},
			},
		}),
	);

const unreached = (address: string): RecordParts => ({
	address,
	origin: 'sentinel',
	role: 'unknown',
	reach: 'down',
	lastReplyAtMs: undefined,
	failure: {...refusedConnection, code: 'ETIMEDOUT', layer: 'tcp'},
});
const primaryParts = unreached('172.30.5.2:6379');
const primary = recordFrom(primaryParts);
const oldParts: RecordParts = {
	address: '10.0.1.9:6379',
	role: 'unknown',
	reach: 'down',
	failure: refusedConnection,
	failingSinceMs: 0,
};
const old = recordFrom(oldParts);

test('the primary that sentinels announce and nobody here reaches is the outage, not the one that it replaced', () => {
	const nodes = [primary, old, ...sentinels()];
	const firing = firingOf(connUnreachable, {record: primaryParts, nodes});
	assert.equal(firing.severity, 'critical');
	assert.match(messageText(firing.problem), /^can't be reached, and sentinels send all clients there$/);
	assert.match(messageText(firing.reason ?? ''), /^a failover promoted it/);
	assert.match(
		messageText(firing.next[0]?.text ?? ''),
		/^start 10\.0\.1\.9:6379, it returns as a replica; once its link is up, SENTINEL FAILOVER main on 10\.0\.2\.1:26379$/,
	);
	assert.equal(firingOf(connRefused, {record: oldParts, nodes}).severity, 'warning');
});

const silent: NodeRecord = {...old, failure: {...refusedConnection, code: 'ETIMEDOUT', layer: 'tcp'}};
for (const [why, nodes] of [
	['no data node is reached, so redis-top stands elsewhere', [primary, silent, ...sentinels()]],
	['a sentinel holds it down', [primary, old, ...sentinels({flags: new Set(['master', 's_down'])})]],
	['a failover is under way', [primary, old, ...sentinels({flags: new Set(['master', 'failover_in_progress'])})]],
] as const) {
	test(`an announced address that is not reached is no outage by itself: ${why}`, () => {
		assert.equal(announcedPrimary(primary, new Map(nodes.map(node => [node.address, node]))), undefined);
	});
}

test('a sentinel that is listed at a second address is not called down', () => {
	const second = unreached('172.30.5.2:26379');
	const firing = firingOf(connUnreachable, {record: second, nodes: sentinels()});
	assert.equal(firing.severity, 'warning');
	assert.match(messageText(firing.problem), /^is a second address of the sentinel 10\.0\.2\.2:26379/);
});
