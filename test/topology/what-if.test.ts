import assert from 'node:assert/strict';
import {test} from 'node:test';
import type {ReplicaLink} from '../../source/derive/replica-links.js';
import type {NodeAddress} from '../../source/domain/node.js';
import {parseMonitoredPrimaries, parseSentinelPeers} from '../../source/parse/sentinel.js';
import type {NodeRecord} from '../../source/state/monitor-state.js';
import {type WhatIf, whatIfs} from '../../source/topology/what-if.js';
import {nameOf, six} from '../cluster/views.js';
import {type RecordParts, recordFrom, type Sections, sampledAtMs} from '../harness/records.js';
import {clusterRecord, fleetOf, gone, plainRecord, sixPorts} from './fleets.js';

const linkTo = (address: string, behindBytes: number | undefined, behindSeconds?: number): ReplicaLink => ({
	address: address as NodeAddress,
	state: 'online',
	behindBytes,
	behindSeconds,
	ackAgeSeconds: 0,
	offset: 1000,
});

/** The cluster of three primaries with a replica each; `parts` changes single nodes. */
const cluster = (parts: Readonly<Record<number, RecordParts>> = {}, lines: readonly string[] = six) =>
	fleetOf(
		...sixPorts.map(port =>
			clusterRecord(
				port,
				{lines},
				{
					...(port < 17_053 ? {replicas: [linkTo(nameOf(port + 3), 120, 0.5)]} : {}),
					...parts[port],
				},
			),
		),
	);

const found = (nodes: ReadonlyMap<NodeAddress, NodeRecord>, key: string): WhatIf => {
	const row = whatIfs(nodes).find(each => each.key === key);
	assert.ok(row, `${key} is among ${whatIfs(nodes).map(each => each.key)}`);
	return row;
};

const inZone = (zone: string): Sections => ({server: {availability_zone: zone}});

test('the only replica of a shard takes over, and what it has not copied is lost', () => {
	const {primaries, lost, unservedCount, gravity, stopsAll} = found(cluster(), `node ${nameOf(17_050)}`);
	assert.deepEqual(
		primaries.map(({shard, successor, byHand, electors}) => [shard.name, successor, byHand, electors]),
		[['shard 1', nameOf(17_053), undefined, {kind: 'primaries', total: 3, left: 2, needed: 2}]],
	);
	assert.deepEqual([lost, unservedCount, gravity, stopsAll], [{bytes: 120, seconds: 0.5}, 0, 'takeover', undefined]);
});

test('a replica that dies loses nothing, and its shard has none left', () => {
	const row = found(cluster(), `node ${nameOf(17_054)}`);
	assert.deepEqual(row.primaries, []);
	assert.deepEqual(
		row.replicas.map(({shard, fitLeft, refused}) => [shard.name, fitLeft, refused]),
		[['shard 2', 0, undefined]],
	);
	assert.deepEqual([row.lost, row.gravity], [{bytes: 0, seconds: 0}, 'none']);
});

test('all nodes on one host die together: no majority, no copy, no slot', () => {
	const row = found(cluster(), 'host 127.0.0.1');
	assert.deepEqual([row.stopsAll, row.unservedCount, row.erased, row.gravity], ['majority', 16_384, 3, 'critical']);
	assert.equal(whatIfs(cluster())[0]?.key, 'host 127.0.0.1');
});

/** A shard whose replica could not take over: why, and what is known of its data. */
const unfit: ReadonlyArray<
	readonly [name: string, parts: RecordParts, why: RegExp, loss: 'everything' | {bytes?: number; seconds?: number}]
> = [
	[
		'its link is down: it has the data of then',
		{
			info: {
				replication: {master_link_status: 'down', master_link_down_since_seconds: 12, slave_repl_offset: 700},
			},
		},
		/no link to its primary for 12s/,
		{bytes: 300, seconds: 12},
	],
	[
		'it copies still: it has nothing',
		{info: {replication: {master_sync_in_progress: 1, master_link_status: 'down'}}},
		/still copying/,
		'everything',
	],
	[
		'it never had a link',
		{info: {replication: {master_link_status: 'down', master_link_down_since_seconds: -1}}},
		/never synchronised/,
		'everything',
	],
	['it does not answer', {failure: gone, reach: 'down'}, /refuses connections/, 'everything'],
];

for (const [name, parts, why, loss] of unfit) {
	test(`nobody takes over where the replica could not: ${name}`, () => {
		const nodes = cluster({17053: parts, 17050: {info: {replication: {master_repl_offset: 1000}}}});
		const row = found(nodes, `node ${nameOf(17_050)}`);
		const [lost] = row.primaries;
		assert.equal(lost?.successor, undefined);
		assert.match(lost?.unfit.flatMap(each => each.why).join() ?? '', why);
		assert.deepEqual([row.unservedCount, row.gravity], [5461, 'critical']);
		if (loss === 'everything') {
			assert.equal(lost?.loss.kind, 'everything');
			assert.equal(lost?.byHand, undefined);
		} else {
			assert.deepEqual(lost?.loss, {kind: 'writes', ...loss});
			assert.equal(lost?.byHand, nameOf(17_053));
		}
	});
}

test('unserved slots stop the whole cluster where it asks for full coverage, and not where that is off or unknown', () => {
	const down = {17053: {failure: gone, reach: 'down'}} as const;
	const config = (value: string) => ({
		17051: {config: {atMs: 0, value: new Map([['cluster-require-full-coverage', value]])}},
	});
	const stops = (parts: Readonly<Record<number, RecordParts>>) =>
		found(cluster({...down, ...parts}), `node ${nameOf(17_050)}`).stopsAll;
	assert.deepEqual([stops(config('yes')), stops(config('no')), stops({})], ['coverage', undefined, undefined]);
});

test('a cluster of two primaries elects nobody', () => {
	const lines = ['17050 master 1 0-8191', '17051 master 3 8192-16383', '17053 slave:17050 1', '17054 slave:17051 3'];
	const nodes = fleetOf(...[17_050, 17_051, 17_053, 17_054].map(port => clusterRecord(port, {lines})));
	const row = found(nodes, `node ${nameOf(17_050)}`);
	assert.deepEqual(row.primaries[0]?.electors, {kind: 'primaries', total: 2, left: 1, needed: 2});
	assert.deepEqual([row.primaries[0]?.successor, row.stopsAll, row.unservedCount], [undefined, 'majority', 16_384]);
});

test('the replica with the most data is elected', () => {
	const lines = [...six, '17056 slave:17050 1'];
	const nodes = new Map([
		...cluster({17050: {replicas: [linkTo(nameOf(17_053), 500, 2), linkTo(nameOf(17_056), 20, 0.1)]}}, lines),
		...fleetOf(clusterRecord(17_056, {lines}, {info: {replication: {master_port: 17_050}}})),
	]);
	const row = found(nodes, `node ${nameOf(17_050)}`);
	assert.deepEqual([row.primaries[0]?.successor, row.lost.bytes], [nameOf(17_056), 20]);
	// Both are lost with the better one's host.
	assert.equal(found(nodes, `node ${nameOf(17_056)}`).replicas[0]?.fitLeft, 1);
});

test('zones come from availability_zone; one with two of three primaries takes the majority with it', () => {
	const zones = Object.fromEntries(
		sixPorts.map(port => [port, {info: inZone(port === 17_052 || port > 17_052 ? 'b' : 'a')}]),
	);
	const nodes = cluster(zones);
	const [a, b] = [found(nodes, 'zone a'), found(nodes, 'zone b')];
	assert.deepEqual([a.failure.nodes.length, a.primaries.length, a.stopsAll], [2, 2, 'majority']);
	assert.deepEqual([b.failure.nodes.length, b.primaries.length, b.stopsAll], [4, 1, undefined]);
	assert.equal(b.unservedCount, 5461);
	assert.deepEqual(
		whatIfs(cluster()).filter(({failure}) => failure.kind === 'zone'),
		[],
	);
});

const pair = (replica: RecordParts = {}, primary: RecordParts = {}) => [
	plainRecord(7001, undefined, {replicas: [linkTo(nameOf(7002), 40, 0.2)], ...primary}),
	plainRecord(7002, 7001, replica),
];

test('without Sentinels nobody takes over: the replica is promoted by hand', () => {
	const row = found(fleetOf(...pair()), `node ${nameOf(7001)}`);
	const [lost] = row.primaries;
	assert.deepEqual([lost?.successor, lost?.byHand, lost?.electors.kind], [undefined, nameOf(7002), 'nobody']);
	assert.deepEqual([row.lost, row.unservedCount], [{bytes: 40, seconds: 0.2}, 0]);
});

test('a server without replica loses everything that is not on its disk', () => {
	const info = {persistence: {aof_enabled: 0, rdb_changes_since_last_save: 12}, memory: {used_memory: 5000}};
	const [lost] = found(fleetOf(plainRecord(7001, undefined, {info})), `node ${nameOf(7001)}`).primaries;
	assert.deepEqual(lost?.loss, {
		kind: 'everything',
		bytes: 5000,
		keys: undefined,
		hasAof: false,
		unsavedChanges: 12,
	});
});

/** A Sentinel that monitors the primary on 7001 with `others` further ones. */
const sentinel = (port: number, ports: readonly number[], quorum = 2): NodeRecord => {
	const [primary] = parseMonitoredPrimaries([
		[
			'name',
			'mymaster',
			'ip',
			'127.0.0.1',
			'port',
			'7001',
			'flags',
			'master',
			'quorum',
			String(quorum),
			'num-other-sentinels',
			String(ports.length - 1),
		],
	]);
	assert.ok(primary);
	const sentinels = parseSentinelPeers(
		ports.filter(each => each !== port).map(each => ['ip', '127.0.0.1', 'port', String(each), 'flags', 'sentinel']),
	);
	return recordFrom({
		address: nameOf(port),
		role: 'sentinel',
		sentinel: {atMs: sampledAtMs, value: {primaries: [{...primary, sentinels}]}},
	});
};

const three = [26_001, 26_002, 26_003];
const watched = (...rest: readonly NodeRecord[]) => fleetOf(...pair(), ...rest);
const all = three.map(port => sentinel(port, three));

test('Sentinels promote the replica of the best priority, then the one with the most data', () => {
	assert.equal(found(watched(...all), `node ${nameOf(7001)}`).primaries[0]?.successor, nameOf(7002));
	const several = fleetOf(
		plainRecord(7001, undefined, {
			replicas: [linkTo(nameOf(7002), 0, 0), linkTo(nameOf(7003), 900, 5), linkTo(nameOf(7004), 80, 1)],
		}),
		plainRecord(7002, 7001, {info: {replication: {slave_priority: 100}}}),
		plainRecord(7003, 7001, {info: {replication: {slave_priority: 10}}}),
		plainRecord(7004, 7001, {info: {replication: {slave_priority: 10}}}),
		...all,
	);
	const row = found(several, `node ${nameOf(7001)}`);
	assert.deepEqual([row.primaries[0]?.successor, row.lost.bytes], [nameOf(7004), 80]);
});

test('a Sentinel may die while a majority and the quorum are left', () => {
	const row = found(watched(...all), `node ${nameOf(26_001)}`);
	assert.deepEqual([row.sentinels, row.unwatched, row.gravity], [1, [], 'none']);
	const strict = three.map(port => sentinel(port, three, 3));
	const [unwatched] = found(watched(...strict), `node ${nameOf(26_001)}`).unwatched;
	assert.deepEqual(unwatched?.electors, {kind: 'sentinels', total: 3, left: 2, needed: 3});
});

test('a Sentinel that dies where too few work already is as bad as that', () => {
	const dead = {failure: gone, reach: 'down'} as const;
	const [first, ...rest] = all;
	assert.ok(first);
	const nodes = watched(first, ...rest.map(record => ({...record, ...dead})));
	const row = found(nodes, `node ${nameOf(26_002)}`);
	assert.deepEqual(row.unwatched[0]?.electors, {kind: 'sentinels', total: 3, left: 1, needed: 2});
	assert.equal(row.gravity, 'critical');
});

test('Sentinels that are not polled count as the others report them', () => {
	const row = found(watched(sentinel(26_001, three)), `node ${nameOf(7001)}`);
	assert.deepEqual(row.primaries[0]?.electors, {kind: 'sentinels', total: 3, left: 3, needed: 2});
	// With the host, those that are not polled die too.
	assert.deepEqual(found(watched(sentinel(26_001, three)), 'host 127.0.0.1').primaries[0]?.electors, {
		kind: 'sentinels',
		total: 3,
		left: 0,
		needed: 2,
	});
});

test('writes are refused where min-replicas-to-write asks for more replicas than are left', () => {
	const config = {atMs: 0, value: new Map([['min-replicas-to-write', '1']])};
	const row = found(fleetOf(...pair({}, {config})), `node ${nameOf(7002)}`);
	assert.deepEqual(row.replicas[0]?.refused, {needed: 1, left: 0});
	assert.equal(row.gravity, 'critical');
	assert.equal(found(fleetOf(...pair()), `node ${nameOf(7002)}`).replicas[0]?.refused, undefined);
});

test('the data of a replica of a replica is behind by both steps', () => {
	const chain = fleetOf(
		plainRecord(7001, undefined, {replicas: [linkTo(nameOf(7002), 40, 1)]}),
		plainRecord(7002, 7001, {failure: gone, reach: 'down', replicas: [linkTo(nameOf(7003), 60, 2)]}),
		plainRecord(7003, 7002),
	);
	const [lost] = found(chain, `node ${nameOf(7001)}`).primaries;
	assert.deepEqual([lost?.byHand, lost?.loss], [nameOf(7003), {kind: 'writes', bytes: 100, seconds: 3}]);
});

test('a distance that nobody reports is unknown, and so is the sum', () => {
	const nodes = cluster({17050: {replicas: [linkTo(nameOf(17_053), undefined)]}});
	assert.deepEqual(found(nodes, `node ${nameOf(17_050)}`).lost, {bytes: undefined, seconds: undefined});
});

test('the order follows how bad it is and what dies, not the delays', () => {
	const keys = (bytes: number) =>
		whatIfs(cluster({17051: {replicas: [linkTo(nameOf(17_054), bytes, bytes)]}})).map(({key}) => key);
	assert.deepEqual(keys(0), keys(9_000_000));
});
