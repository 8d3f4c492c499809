import assert from 'node:assert/strict';
import test from 'node:test';
import {replicaLinks} from '../../source/derive/replica-links.js';
import {messageText} from '../../source/domain/message.js';
import type {NodeAddress} from '../../source/domain/node.js';
import type {MonitoredPrimary, SentinelPeer} from '../../source/domain/sentinel.js';
import {connRefused, connUnreachable} from '../../source/rules/connectivity.js';
import {connUnresponsive} from '../../source/rules/unresponsive.js';
import {firingOf} from '../harness/firing-of.js';
import {recordFrom, refusedConnection, sampledAtMs} from '../harness/records.js';
import {factsOf} from '../harness/rule-cases.js';
import {sampleOf} from '../harness/samples.js';

const fit: SentinelPeer = {
	address: '10.0.1.11:6379' as NodeAddress,
	host: '10.0.1.11',
	port: 6379,
	flags: new Set(['slave']),
	runId: undefined,
	linkStatus: 'ok',
	priority: 100,
};

const sentinel = (number: number, parts: Partial<MonitoredPrimary>, announced = false) =>
	recordFrom({
		address: `10.0.2.${number}:26379`,
		role: 'sentinel',
		sentinel: {
			atMs: sampledAtMs,
			value: {
				primaries: [
					{
						name: 'main',
						address: '10.0.1.9:6379' as NodeAddress,
						host: '10.0.1.9',
						port: 6379,
						flags: new Set(['master']),
						configEpoch: 1,
						quorum: 2,
						replicaCount: 1,
						otherSentinels: 2,
						downAfterMs: 600_000,
						failoverTimeoutMs: 180_000,
						replicas: [announced ? {...fit, flags: new Set(['slave', 's_down'])} : fit],
						sentinels: [],
						quorumCheck: {isReached: true, text: 'OK', failures: 0},
						...parts,
					},
				],
			},
		},
	});

test('a dead primary whose sentinels wait for minutes is failed over by hand', () => {
	const stepsOf = (...parts: ReadonlyArray<Partial<MonitoredPrimary>>): string =>
		firingOf(connRefused, {
			record: {address: '10.0.1.9:6379', failure: refusedConnection, reach: 'down', failingSinceMs: 0},
			nodes: parts.map((each, index) => sentinel(index + 1, each)),
		})
			.next.map(({text}) => messageText(text))
			.join('\n');
	const byHand =
		/^SENTINEL FAILOVER main on 10\.0\.2\.1:26379; its sentinels wait 10m00s \(down-after-milliseconds\)\n/;
	assert.match(stepsOf({}, {}, {}), byHand);
	for (const [why, ...parts] of [
		['they act by themselves within the default', {}, {downAfterMs: 30_000}],
		['one holds it down', {}, {flags: new Set(['master', 's_down'])}],
		['a failover is under way', {}, {flags: new Set(['master', 'failover_in_progress'])}],
		['no replica is fit', {replicas: [{...fit, priority: 0}]}, {}],
		['it is about another primary', {address: '10.0.1.8:6379' as NodeAddress}, {}],
	] as const) {
		assert.doesNotMatch(stepsOf(...parts), /SENTINEL FAILOVER/, why);
	}
});

test('a primary that hangs is failed over by hand while its sentinels wait, and not one that they get answers from', () => {
	const stepsOf = (pendingMs: number, ...parts: ReadonlyArray<Partial<MonitoredPrimary>>): string =>
		firingOf(connUnresponsive, {
			record: {
				address: '10.0.1.9:6379',
				failure: {...refusedConnection, code: 'TIMEOUT', state: 'stale'},
				reach: 'stale',
				pendingSinceMs: factsOf({}).nowMs - pendingMs,
			},
			nodes: parts.map((each, index) => sentinel(index + 1, {downAfterMs: 30_000, isSilent: true, ...each})),
		})
			.next.map(({text}) => messageText(text))
			.join('\n');
	const byHand =
		/^SENTINEL FAILOVER main on 10\.0\.2\.1:26379; what is not replicated is lost, and its sentinels wait 30\.?0?s\n/;
	assert.match(stepsOf(8000, {}, {}), byHand);
	for (const [why, pendingMs, ...parts] of [
		['it may be a long command', 3000, {}, {}],
		['a sentinel gets answers', 8000, {isSilent: undefined}, {}],
		['they act by themselves', 8000, {downAfterMs: 5000}, {}],
		['one holds it down', 8000, {flags: new Set(['master', 's_down'])}, {}],
		['no replica is fit', 8000, {replicas: [{...fit, priority: 0}]}, {}],
	] as const) {
		assert.doesNotMatch(stepsOf(pendingMs, ...parts), /SENTINEL FAILOVER/, why);
	}
});

test('a replica that announces an address that nobody reaches has its announcement corrected', () => {
	const primary = recordFrom({
		address: '10.0.1.9:6379',
		role: 'primary',
		replicas: replicaLinks(
			undefined,
			sampleOf({
				replication: {
					role: 'master',
					connected_slaves: 1,
					slave0: 'ip=10.0.1.11,port=6379,state=online,offset=1,lag=0',
				},
			}),
		),
	});
	const firing = firingOf(connUnreachable, {
		record: {
			address: '10.0.1.11:6379',
			role: 'replica',
			failure: refusedConnection,
			reach: 'down',
			failingSinceMs: 0,
			lastReplyAtMs: undefined,
			origin: 'sentinel',
		},
		nodes: [primary, sentinel(1, {}, true)],
	});
	assert.match(messageText(firing.next[0]?.text ?? ''), /^correct replica-announce-ip on the replica: CONFIG SET it, /);
});

test('a replica that is gone and that sentinels still list is forgotten by SENTINEL RESET', () => {
	const stepsOf = (...nodes: ReadonlyArray<ReturnType<typeof sentinel>>): string =>
		firingOf(connRefused, {
			record: {
				address: '10.0.1.11:6379',
				role: 'replica',
				failure: refusedConnection,
				reach: 'down',
				failingSinceMs: 0,
			},
			nodes,
		})
			.next.map(({text}) => messageText(text))
			.join('\n');
	assert.match(
		stepsOf(sentinel(1, {}, true), sentinel(2, {}, true)),
		/if it is gone for good: SENTINEL RESET main on each/,
	);
	assert.doesNotMatch(stepsOf(sentinel(1, {}, true), sentinel(2, {})), /RESET/, 'one sentinel reaches it');
	const flags = new Set(['master', 's_down']);
	assert.doesNotMatch(stepsOf(sentinel(1, {flags}, true)), /RESET/, 'its primary is down');
});

test('a sentinel that only publishes its address may announce a wrong one', () => {
	const firing = firingOf(connUnreachable, {
		record: {
			address: '10.0.9.9:26379',
			failure: refusedConnection,
			reach: 'down',
			failingSinceMs: 0,
			lastReplyAtMs: undefined,
			origin: 'hello',
		},
	});
	assert.match(messageText(firing.next[0]?.text ?? ''), /^correct sentinel announce-ip if it is wrong; /);
});
