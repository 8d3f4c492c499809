import assert from 'node:assert/strict';
import test from 'node:test';
import type {LatencyBounds} from '../../source/derive/node-record.js';
import {
	isFullBad,
	longestDelay,
	memoryShare,
	slowestCommand,
	slowestRareCommand,
} from '../../source/derive/outage-figures.js';
import type {ReplicaLink} from '../../source/derive/replica-links.js';
import type {NodeAddress} from '../../source/domain/node.js';
import {recordFrom} from '../harness/records.js';

const linkOf = (parts: Partial<ReplicaLink>): ReplicaLink => ({
	address: '10.0.1.12:6379' as NodeAddress,
	state: 'online',
	offset: 1,
	ackAgeSeconds: 0,
	behindBytes: 0,
	behindSeconds: undefined,
	...parts,
});

const memory = (fields: Readonly<Record<string, number | string>>) => recordFrom({info: {memory: fields}});

test('the share of maxmemory leaves out what eviction does not count', () => {
	assert.equal(memoryShare(memory({used_memory: 900, maxmemory: 1000, mem_not_counted_for_evict: 100})), 0.8);
	assert.equal(memoryShare(memory({used_memory: 900, maxmemory: 1000})), 0.9);
	assert.equal(memoryShare(memory({used_memory: 900, maxmemory: 0})), undefined);
	assert.equal(memoryShare(memory({maxmemory: 1000})), undefined);
});

test('a full node is a problem unless it is a cache or a replica', () => {
	for (const [role, policy, expected] of [
		['primary', 'noeviction', true],
		['primary', 'volatile-lru', true],
		['primary', 'allkeys-lfu', false],
		['replica', 'noeviction', false],
	] as const) {
		const record = recordFrom({role, info: {memory: {maxmemory_policy: policy}}});
		assert.equal(isFullBad(record), expected, `${role} ${policy}`);
	}
});

test('the longest delay is that of the worst replica; one that receives nothing counts by its last ACK', () => {
	const first = '10.0.1.12:6379' as NodeAddress;
	const other = '10.0.1.13:6379' as NodeAddress;
	const behind = (parts: Partial<ReplicaLink>) =>
		longestDelay({...recordFrom({}), replicas: [linkOf({behindSeconds: 2}), linkOf({address: other, ...parts})]});
	assert.deepEqual(behind({behindSeconds: 7}), {replica: other, seconds: 7, isAtLeast: false});
	assert.deepEqual(behind({behindSeconds: undefined, behindBytes: 10, ackAgeSeconds: 30}), {
		replica: other,
		seconds: 30,
		isAtLeast: true,
	});
	assert.deepEqual(behind({behindSeconds: undefined, behindBytes: 0, ackAgeSeconds: 30}), {
		replica: first,
		seconds: 2,
		isAtLeast: false,
	});
	assert.equal(longestDelay(recordFrom({})), undefined);
});

test('a replica whose link is down is behind at least since then', () => {
	const replica = (fields: Readonly<Record<string, number | string>>) =>
		longestDelay(recordFrom({address: '10.0.1.13:6379', role: 'replica', info: {replication: fields}}));
	assert.deepEqual(replica({master_link_status: 'down', master_link_down_since_seconds: 90}), {
		replica: '10.0.1.13:6379',
		seconds: 90,
		isAtLeast: true,
	});
	assert.equal(replica({master_link_status: 'up'}), undefined);
	assert.equal(replica({master_link_status: 'down', master_link_down_since_seconds: -1}), undefined);
});

test('without a histogram there is no slowest command', () => {
	assert.equal(slowestCommand({latency: undefined}), undefined);
});

/** A reading over ten seconds in which a command has so many calls in the bucket up to `bound` microseconds. */
const readingOf = (calls: Readonly<Record<string, readonly [count: number, bound: number]>>) => ({
	latency: {
		atMs: 0,
		value: {
			histograms: new Map(),
			elapsedMs: 10_000,
			runId: undefined,
			bounds: new Map(
				Object.entries(calls).map(([command, [count, bound]]): [string, LatencyBounds] => [
					command,
					{
						calls: count,
						p50: undefined,
						p99: count < 100 ? undefined : bound,
						p999: undefined,
						max: bound,
						overMs: 10_000,
						buckets: [{bound, count}],
					},
				]),
			),
		},
	},
});

test('a rare command counts when its calls take a hundredth of the time', () => {
	const [often, rare] = [
		[5000, 32],
		[20, 524_287],
	] as const;
	assert.deepEqual(slowestRareCommand(readingOf({get: often, keys: rare})), {command: 'keys', bound: 524_287});
	assert.deepEqual(slowestCommand(readingOf({get: often, keys: rare})), {command: 'get', p99: 32});
	assert.equal(slowestRareCommand(readingOf({get: often, sort: [1, 33_553]})), undefined, 'one call of 17 to 34 ms');
	assert.equal(slowestRareCommand(readingOf({get: often})), undefined, 'it has a p99');
	assert.equal(slowestRareCommand({latency: undefined}), undefined, 'not known');
});
