import assert from 'node:assert/strict';
import test from 'node:test';
import {messageText} from '../../source/domain/message.js';
import type {NodeAddress} from '../../source/domain/node.js';
import type {SentinelPeer} from '../../source/domain/sentinel.js';
import type {SlowlogEntry} from '../../source/domain/slowlog.js';
import {findingText} from '../../source/rules/finding.js';
import {repFailovers} from '../../source/rules/repeated-failovers.js';
import {assertPrintedCommands} from '../harness/printed-commands.js';
import {sampledAtMs} from '../harness/records.js';
import {emptyHost, type FactsParts, factsOf} from '../harness/rule-cases.js';

export const neverUnknown: Readonly<Record<string, string>> = {
	'rep.failovers': 'a node whose failovers nobody saw has none',
};

const nowMs = sampledAtMs;
const peer = (port: number): SentinelPeer => ({
	address: `127.0.0.1:${port}` as NodeAddress,
	host: '127.0.0.1',
	port,
	flags: new Set(['slave']),
	runId: undefined,
	linkStatus: 'ok',
	priority: 100,
});

const sentinel = factsOf({
	info: {server: {redis_mode: 'sentinel'}},
	record: {
		address: '127.0.0.1:26379',
		role: 'sentinel',
		sentinel: {
			atMs: nowMs,
			value: {
				primaries: [
					{
						name: 'main',
						address: '127.0.0.1:7001' as NodeAddress,
						host: '127.0.0.1',
						port: 7001,
						flags: new Set(['master']),
						configEpoch: 5,
						quorum: 2,
						replicaCount: 1,
						otherSentinels: 2,
						downAfterMs: 1500,
						failoverTimeoutMs: 6000,
						replicas: [peer(7002)],
						sentinels: [],
						quorumCheck: undefined,
					},
				],
			},
		},
	},
});

const slow = (ms: number): SlowlogEntry => ({
	id: 1,
	atMs: nowMs - 20_000,
	arguments: ['eval', 'while true do end'],
	clientAddress: '10.0.4.20:5000',
	clientName: 'nightly-report',
	durationMicroseconds: ms * 1000,
});

const seen = (...secondsAgo: readonly number[]): NonNullable<FactsParts['watch']> => ({
	promotedAtMs: secondsAgo.map(each => nowMs - each * 1000),
});

const logged = (...secondsAgo: readonly number[]): NonNullable<FactsParts['host']> => ({
	...emptyHost,
	log: {
		source: '/var/log/redis.log',
		lines: [],
		remarks: [],
		happened: secondsAgo.map(each => ({
			id: 'won-failover',
			severity: 'warning' as const,
			meaning: 'this node became a primary',
			atMs: nowMs - each * 1000,
			count: 1,
		})),
	},
});

type NodeParts = Pick<FactsParts, 'watch' | 'host'> & {readonly slowMs?: number};

const node = (port: number, role: 'primary' | 'replica', {slowMs, ...parts}: NodeParts = {}) =>
	factsOf({
		info: {replication: {role: role === 'primary' ? 'master' : 'slave'}},
		record: {
			address: `127.0.0.1:${port}`,
			role,
			...(slowMs === undefined
				? {}
				: {slowlog: {atMs: nowMs, value: {entries: [slow(slowMs)], perMinute: 1, lost: 0}}}),
		} as NonNullable<FactsParts['record']>,
		...parts,
	});

function found(...nodes: ReadonlyArray<ReturnType<typeof node>>) {
	const facts = new Map([...nodes, sentinel].map(each => [each.address, each]));
	const [first] = repFailovers.evaluate({nodes: facts, deployment: 'sentinel', nowMs}, () => 0);
	if (first?.kind !== 'fires') {
		return undefined;
	}

	assertPrintedCommands(first);
	return {
		severity: first.severity,
		text: findingText(first),
		next: first.next.map(({text}) => messageText(text)).join('\n'),
	};
}

test('rep.failovers: a command that holds each primary is named with its client, its time and the limit', () => {
	const result = found(
		node(7001, 'primary', {watch: seen(60, 20), slowMs: 4000}),
		node(7002, 'replica', {watch: seen(40)}),
	);
	assert.equal(result?.severity, 'critical');
	assert.equal(
		result.text,
		'EVAL from nightly-report makes main fail over, 3 times, in 1m00s: it held the primary for 4.0 s, longer than down-after-milliseconds (1.5 s)',
	);
	assert.match(
		result.next,
		/^stop nightly-report, or let its EVAL .*\n.*\n.*-p 26379 SENTINEL SET main down-after-milliseconds 10000/,
	);
});

test('rep.failovers: the logs of the servers tell of failovers from before the start', () => {
	const result = found(
		node(7001, 'primary', {host: logged(60, 20), slowMs: 4000}),
		node(7002, 'replica', {host: logged(40), watch: seen(40)}),
	);
	assert.match(result?.text ?? '', /makes main fail over, 3 times/);
});

test('rep.failovers: without a command that is long enough, only many failovers are a warning', () => {
	const three = [node(7001, 'primary', {watch: seen(60, 20), slowMs: 1400}), node(7002, 'replica', {watch: seen(40)})];
	assert.equal(found(...three), undefined);
	const five = found(node(7001, 'primary', {watch: seen(60, 20)}), node(7002, 'replica', {watch: seen(70, 50, 40)}));
	assert.equal(five?.severity, 'warning');
	assert.match(five.text, /^main was failed over 5 times, in 1m10s$/);
});

test('rep.failovers: two failovers, old ones, and a repetition that is over are clear', () => {
	const replica = (...ago: readonly number[]) => node(7002, 'replica', {watch: seen(...ago)});
	const primary = node(7001, 'primary', {slowMs: 4000});
	assert.equal(found(primary, replica(40, 20)), undefined);
	assert.equal(found(primary, replica(700, 650, 20)), undefined);
	assert.equal(found(primary, replica(400, 300, 190)), undefined);
	assert.equal(found(primary, replica()), undefined);
});
