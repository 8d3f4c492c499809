import assert from 'node:assert/strict';
import test from 'node:test';
import {messageText} from '../../source/domain/message.js';
import type {NodeAddress} from '../../source/domain/node.js';
import {joinFindings} from '../../source/rules/join-findings.js';
import {srvFailover} from '../../source/rules/running-failover.js';
import {srvPaused} from '../../source/rules/server-busy.js';
import {findingOf} from '../harness/findings.js';
import {firingOf} from '../harness/firing-of.js';
import {clientOf, recordFrom, refusedConnection, type Sections} from '../harness/records.js';
import {type FactsParts, factsOf, testRule} from '../harness/rule-cases.js';

const node = '10.0.1.11:6379' as NodeAddress;

const failover = (phase: string): Sections => ({replication: {master_failover_state: phase}});

/** A primary in a FAILOVER with two replicas: their offsets, of 1000, and the seconds since they acknowledged. */
const withReplicas = (
	phase: string,
	...replicas: ReadonlyArray<readonly [offset: number, lag: number]>
): FactsParts => ({
	info: {
		replication: {
			role: 'master',
			master_failover_state: phase,
			master_repl_offset: 1000,
			connected_slaves: replicas.length,
			...Object.fromEntries(
				replicas.map(([offset, lag], index) => [
					`slave${index}`,
					`ip=10.0.1.${21 + index},port=6379,state=online,offset=${offset},lag=${lag}`,
				]),
			),
		},
	},
	record: {role: 'primary'},
	heldSeconds: 2,
});

const withOffset = (offset: number, facts: FactsParts): FactsParts => ({
	...facts,
	info: {replication: {...facts.info?.replication, master_repl_offset: offset}},
});

test('srv.failover: a poll that comes during a planned failover of less than a second raises nothing', () => {
	assert.equal(srvFailover.raiseAfter, 2);
});

testRule(srvFailover, [
	['none', {info: failover('no-failover')}, 'clear'],
	[
		'running',
		{info: failover('waiting-for-sync'), heldSeconds: 2},
		'warning',
		/^lets writes wait for a FAILOVER, for 2s: waiting-for-sync$/,
	],
	['stuck', {info: failover('failover-in-progress'), heldSeconds: 31}, 'critical'],
	['before Redis 6.2', {info: {replication: {}}}, 'absent'],
	[
		'one replica lacks writes and acknowledges',
		withReplicas('waiting-for-sync', [900, 0], [1000, 0]),
		'warning',
		/^lets writes wait for a FAILOVER: 10\.0\.1\.21:6379 lacks writes$/,
	],
	[
		'one replica lacks writes and no longer acknowledges',
		withReplicas('waiting-for-sync', [900, 6], [1000, 0]),
		'critical',
		/^lets writes wait for a FAILOVER: 10\.0\.1\.21:6379 does not answer$/,
	],
	[
		'one replica acknowledges and is far behind: its link or its host is slow',
		withOffset(28_000_000, withReplicas('waiting-for-sync', [900, 0], [28_000_000, 0])),
		'critical',
		/^lets writes wait for a FAILOVER: 10\.0\.1\.21:6379 is 26\.7M behind$/,
	],
	[
		'one replica lacks writes and gives no data',
		{
			...withReplicas('waiting-for-sync', [900, 1], [1000, 0]),
			nodes: [recordFrom({address: '10.0.1.21:6379', role: 'replica', failure: refusedConnection})],
		},
		'critical',
		/: 10\.0\.1\.21:6379 does not answer$/,
	],
	[
		'both replicas lack writes: which of them is awaited is not known',
		withReplicas('waiting-for-sync', [900, 0], [800, 0]),
		'warning',
		/: waiting-for-sync$/,
	],
	[
		'a PING of the primary is on its way to the healthy replica',
		withReplicas('waiting-for-sync', [900, 6], [986, 0]),
		'critical',
		/: 10\.0\.1\.21:6379 does not answer$/,
	],
	[
		'the replica is being promoted',
		withReplicas('failover-in-progress', [900, 6], [1000, 0]),
		'warning',
		/: failover-in-progress$/,
	],
]);

test('srv.failover: the way out comes first while writes only wait, and not while the replica is promoted', () => {
	const first = (phase: string) =>
		messageText(firingOf(srvFailover, withReplicas(phase, [900, 6], [1000, 0])).next[0]?.text ?? '');
	assert.match(first('waiting-for-sync'), /FAILOVER ABORT$/);
	assert.match(first('failover-in-progress'), /INFO replication$/);
});

test('srv.failover explains the writes that wait for it, and not those that CLIENT PAUSE holds', () => {
	const causeOfPause = (reason: string): string | undefined => {
		const {evidence} = firingOf(srvPaused, {
			info: {clients: {paused_reason: reason, paused_actions: 'write'}},
			record: {role: 'primary'},
		});
		const joined = joinFindings(
			[findingOf('srv.failover', 'warning', node), findingOf('srv.paused', 'warning', node, {evidence})],
			new Map(),
		);
		return joined.find(({finding}) => finding.rule === 'srv.paused')?.causeKey;
	};
	assert.match(causeOfPause('failover_in_progress') ?? '', /^srv\.failover/);
	assert.equal(causeOfPause('client_pause'), undefined);
});

test('a list of clients from within a FAILOVER is no pause after it', () => {
	const {nowMs} = factsOf({});
	const evaluate = (failoverSeenAtMs: number | undefined) =>
		srvPaused.evaluate(
			factsOf({
				info: {replication: {role: 'master', master_failover_state: 'no-failover'}},
				record: {
					role: 'primary',
					clients: {atMs: nowMs - 4000, value: [clientOf({id: 7, command: 'set', flags: 'b', idleSeconds: 1})]},
				},
				watch: {failoverSeenAtMs},
			}),
			0,
		).kind;
	assert.equal(evaluate(undefined), 'fires', 'nobody saw a FAILOVER');
	assert.equal(evaluate(nowMs - 60_000), 'fires', 'it ended long before');
	assert.equal(evaluate(nowMs - 4500), 'clear');
});
