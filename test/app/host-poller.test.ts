import assert from 'node:assert/strict';
import test from 'node:test';
import {isLookDue, nodesToLookAt, pauseAfter, stateOf} from '../../source/app/host-poller.js';
import type {NodeRecord} from '../../source/derive/node-record.js';
import type {LocalEvidence, ProcessEvidence} from '../../source/domain/host-evidence.js';
import {socketFailure} from '../../source/parse/socket-error.js';
import {emptyRecord, recordFrom} from '../harness/records.js';
import {emptyHost, emptyKernel} from '../harness/rule-cases.js';

const persistence = (status: string) => ({persistence: {aof_last_write_status: status}});
const host = {atMs: 0, value: emptyHost};
const healthy = recordFrom({info: persistence('ok'), host});
const last = {begunMs: 0, dueMs: 15_000, state: stateOf(healthy), disconnected: 0, pressure: 0};
const persistent = recordFrom({info: {persistence: {aof_last_write_status: 'ok', aof_enabled: 1}}, host});
const withPings = (record: NodeRecord, ...pings: number[]): NodeRecord => ({
	...record,
	ping: recordFrom({pings}).ping,
});
const disconnecting = (field: string) => recordFrom({info: {...persistence('ok'), stats: {[field]: 1}}, host});

const cases: ReadonlyArray<readonly [string, NodeRecord, number, boolean]> = [
	['nothing changed', healthy, 5000, false],
	['nothing changed for long', healthy, 15_000, true],
	['the append-only file cannot be written', recordFrom({info: persistence('err'), host}), 2000, true],
	['nothing listens', {...healthy, failure: socketFailure('ECONNREFUSED', '')}, 2000, true],
	['a reply is pending', {...healthy, pendingSinceMs: 1000}, 2000, true],
	['another process', recordFrom({info: {...persistence('ok'), server: {run_id: 'b'.repeat(40)}}, host}), 2000, true],
	[
		'a full resync began or ended',
		recordFrom({info: {...persistence('ok'), replication: {master_sync_in_progress: 1}}, host}),
		2000,
		true,
	],
	['a client was evicted', disconnecting('evicted_clients'), 4000, true],
	['a client was evicted right after the last look', disconnecting('evicted_clients'), 3000, false],
	[
		'a client was disconnected over its output buffer limit',
		disconnecting('client_output_buffer_limit_disconnections'),
		4000,
		true,
	],
	[
		'a client was disconnected over its query buffer limit',
		disconnecting('client_query_buffer_limit_disconnections'),
		4000,
		true,
	],
	['slow PINGs of a server with an append-only file', withPings(persistent, 0.4, 700, 800), 4000, true],
	['a single slow PING of it', withPings(persistent, 0.4, 0.3, 800), 4000, false],
	['slow PINGs of it, a second after the last look', withPings(persistent, 0.4, 700, 800), 1000, false],
	['slow PINGs of a server without such a file', withPings(healthy, 0.4, 700, 800), 4000, false],
	['a change right after the last look', {...healthy, pendingSinceMs: 1000}, 500, false],
	[
		'a change on another machine',
		{...healthy, pendingSinceMs: 1000, host: {atMs: 0, value: {kind: 'elsewhere', why: ''}}},
		2000,
		false,
	],
];

for (const [name, record, nowMs, expected] of cases) {
	test(`whether a reading of the machine is due: ${name}`, () => {
		assert.equal(isLookDue(record, last, nowMs), expected);
	});
}

for (const [name, pressure, passed, nowMs, expected] of [
	['begins', 0.31, 0, 2000, true],
	['begins right after the last look', 0.31, 0, 500, false],
	['goes on', 0.5, 1, 2000, false],
	['grows', 0.61, 1, 2000, true],
	['is as high as at the last look', 0.9, 2, 2000, false],
	['has fallen', 0.4, 2, 2000, false],
	['is low', 0.29, 0, 2000, false],
	['is not known', undefined, 0, 2000, false],
] as const) {
	test(`a reading of the machine while the pressure on its processors ${name}`, () => {
		assert.equal(isLookDue(healthy, {...last, pressure: passed}, nowMs, pressure), expected);
	});
}

const unlinked = (seconds: number) =>
	recordFrom({info: {replication: {master_link_status: 'down', master_link_down_since_seconds: seconds}}});

test('the log of a replica is read more often in the first minute without a link', () => {
	assert.deepEqual(
		[unlinked(2), unlinked(60), unlinked(-1), healthy].map(record => pauseAfter(emptyHost, record, false)),
		[3000, 15_000, 15_000, 15_000],
	);
	assert.equal(pauseAfter({kind: 'elsewhere', why: ''}, unlinked(2), false), 300_000);
});

test('a process that has closed its port is looked at again soon: it is about to end', () => {
	const refused = {...healthy, failure: socketFailure('ECONNREFUSED', '')};
	const process = {processId: 7} as ProcessEvidence;
	const listeners = [{address: '127.0.0.1', port: 6379, queued: 0, processId: 7, processName: 'redis-server'}];
	const pause = (parts: Partial<LocalEvidence>) => pauseAfter({...emptyHost, ...parts}, refused, false);
	assert.deepEqual([pause({process}), pause({process, listeners}), pause({})], [1000, 3000, 3000]);
});

test('this machine is read for a replica without a link as well', () => {
	const replica = recordFrom({address: '127.0.0.1:2', info: {replication: {master_link_status: 'down'}}});
	const nodes = new Map([healthy, replica].map(record => [record.address, record]));
	assert.deepEqual(
		nodesToLookAt(nodes, undefined).map(({address}) => address),
		[replica.address],
	);
});

test('this machine is read for the node in focus first, then for nodes that fail', () => {
	const one = recordFrom({address: '127.0.0.1:1'});
	const two = {...recordFrom({address: '127.0.0.1:2'}), failure: socketFailure('ECONNREFUSED', '')};
	const three = recordFrom({address: '127.0.0.1:3'});
	const nodes = new Map([one, two, three].map(record => [record.address, record]));
	assert.deepEqual(
		nodesToLookAt(nodes, three.address).map(({address}) => address),
		[three.address, two.address],
	);
});

test('this machine is read for a replica that a long command may have got replaced, and for its primary first', () => {
	const promoted = recordFrom({address: '127.0.0.1:1', info: {replication: {role: 'master'}}});
	const former = (ms: number, secondsAgo: number) =>
		recordFrom({
			address: '127.0.0.1:2',
			role: 'replica',
			info: {replication: {role: 'slave', master_host: '127.0.0.1', master_port: 1}},
			slowlog: {
				atMs: 1_000_000,
				value: {
					entries: [
						{
							id: 1,
							atMs: 1_000_000 - secondsAgo * 1000,
							arguments: ['SORT', 'a'],
							clientAddress: '10.0.4.20:5000',
							clientName: '',
							durationMicroseconds: ms * 1000,
						},
					],
					perMinute: 1,
					lost: 0,
				},
			},
		});
	const lookedAt = (record: NodeRecord) =>
		nodesToLookAt(new Map([promoted, record].map(each => [each.address, each])), undefined).map(({address}) => address);
	assert.deepEqual(lookedAt(former(8000, 5)), [promoted.address, '127.0.0.1:2']);
	assert.deepEqual(lookedAt(former(900, 5)), [], 'too short to be replaced for');
	assert.deepEqual(lookedAt(former(8000, 200)), [], 'long ago');
	assert.deepEqual(lookedAt({...former(8000, 5), role: 'primary'}), [], 'a primary still');
});

test('this machine is read for promoted primaries of a cluster while a node is down that never answered', () => {
	const primary = (port: number, before: string) =>
		recordFrom({
			address: `127.0.0.1:${port}`,
			info: {cluster: {cluster_enabled: 1}, replication: {role: 'master', master_replid2: before.repeat(40)}},
		});
	const dead = {...emptyRecord('127.0.0.1:3'), reach: 'down' as const, failure: socketFailure('ECONNREFUSED', '')};
	const nodes = [primary(1, '0'), primary(2, 'b'), dead];
	const lookedAt = (records: readonly NodeRecord[]) =>
		nodesToLookAt(new Map(records.map(each => [each.address, each])), undefined).map(({address}) => address);
	assert.deepEqual(lookedAt(nodes), ['127.0.0.1:3', '127.0.0.1:2']);
	assert.deepEqual(lookedAt(nodes.slice(0, 2)), []);
});

test('this machine is read again soon for the growth of its counters, and where its processor time is limited', () => {
	const limited = (throttled: number) => ({
		...emptyHost,
		cgroup: {
			limitBytes: undefined,
			usedBytes: 1,
			oomKills: 0,
			processorQuota: {cores: 0.25, periods: 100, throttled},
		},
	});
	assert.equal(pauseAfter(emptyHost, healthy, true), 3000);
	assert.equal(pauseAfter(emptyHost, healthy, false), 15_000);
	assert.equal(pauseAfter(limited(0), healthy, false), 5000);
	assert.equal(pauseAfter(limited(40), healthy, false), 5000);
	assert.equal(pauseAfter(limited(40), {...healthy, failure: socketFailure('ECONNREFUSED', '')}, false), 3000);
	const pressed = (processorPressure: number) => ({...emptyHost, kernel: {...emptyKernel, processorPressure}});
	assert.deepEqual(
		[0.29, 0.3, 0.9].map(pressure => pauseAfter(pressed(pressure), healthy, false)),
		[15_000, 5000, 5000],
	);
	assert.equal(pauseAfter({kind: 'elsewhere', why: ''}, healthy, true), 300_000);
});
