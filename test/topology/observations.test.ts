import assert from 'node:assert/strict';
import test from 'node:test';
import type {NodeRecord} from '../../source/state/monitor-state.js';
import {differencesAmong} from '../../source/topology/differences.js';
import {ghostsIn} from '../../source/topology/ghosts.js';
import {sharedPlaces} from '../../source/topology/placement.js';
import {shardsWithoutSuccessor} from '../../source/topology/promotion-bars.js';
import {replicaImbalance, skewsOf} from '../../source/topology/skew.js';
import {topologyOf} from '../../source/topology/topology.js';
import {nameOf, six} from '../cluster/views.js';
import {type RecordParts, recordFrom} from '../harness/records.js';
import {clusterRecord, fleetOf, gone, plainRecord, sixPorts} from './fleets.js';

const sixWith = (port: number, parts: RecordParts, lines: readonly string[] = six) =>
	fleetOf(...sixPorts.map(each => clusterRecord(each, {lines}, each === port ? parts : {})));

const barsIn = (nodes: ReturnType<typeof fleetOf>) =>
	shardsWithoutSuccessor(topologyOf(nodes), nodes).map(({shard, unfit}) => [
		shard.name,
		...unfit.flatMap(({why}) => why),
	]);

const replication = (fields: Readonly<Record<string, string | number>>): RecordParts => ({info: {replication: fields}});

const bars: ReadonlyArray<readonly [name: string, parts: RecordParts, expected: RegExp | undefined]> = [
	['all is well', {}, undefined],
	['it doesn’t answer', {failure: gone, reach: 'down'}, /refuses connections/],
	['it loads', {reach: 'loading'}, /loading/],
	['it copies still', replication({master_sync_in_progress: 1}), /still copying/],
	[
		'its link is down',
		replication({master_link_status: 'down', master_link_down_since_seconds: 7}),
		/no link to its primary for 7s/,
	],
	[
		'its data is as old as it may be: eleven node timeouts and a ping’s period',
		replication({master_link_status: 'down', master_link_down_since_seconds: 175}),
		/no link to its primary for 2m55s/,
	],
	[
		'its data is too old',
		replication({master_link_status: 'down', master_link_down_since_seconds: 176}),
		/data that is 2m56s old, more than cluster-replica-validity-factor allows \(2m55s\)/,
	],
	[
		'its data may be as old as it likes',
		{
			...replication({master_link_status: 'down', master_link_down_since_seconds: 9000}),
			config: {atMs: 0, value: new Map([['cluster-replica-validity-factor', '0']])},
		},
		/no link to its primary for/,
	],
	[
		'it never had a link',
		replication({master_link_status: 'down', master_link_down_since_seconds: -1}),
		/never synchronised/,
	],
	['nothing has come yet', replication({slave_repl_offset: 0}), /offset is 0/],
];

for (const [name, parts, expected] of bars) {
	test(`what bars the promotion of a shard's replica: ${name}`, () => {
		const found = barsIn(sixWith(17_053, parts));
		assert.equal(found.length, expected === undefined ? 0 : 1);
		if (expected !== undefined) {
			assert.match(found.join(), expected);
			assert.match(found.join(), /^shard 1/);
		}
	});
}

test('a replica that may not be promoted is not a failover candidate', () => {
	const lines = six.map(line => (line.startsWith('17053') ? '17053 slave,nofailover:17050 1' : line));
	assert.match(barsIn(sixWith(0, {}, lines)).join(), /cluster-replica-no-failover/);
});

test('a priority of 0 bars a promotion under sentinels, and not in a cluster', () => {
	const parts = replication({slave_priority: 0});
	assert.deepEqual(barsIn(sixWith(17_053, parts)), []);
	assert.match(barsIn(fleetOf(plainRecord(7001), plainRecord(7002, 7001, parts))).join(), /never promoted/);
});

test('a replica whose primary loads its data may be promoted, unless it has no data', () => {
	const barsWith = (offset: number, reach: 'loading' | 'up') => {
		const parts = replication({master_link_status: 'down', slave_repl_offset: offset});
		return barsIn(fleetOf({...plainRecord(7001), reach}, plainRecord(7002, 7001, parts))).join();
	};
	assert.equal(barsWith(9, 'loading'), '');
	assert.match(barsWith(0, 'loading'), /no link|never synchronised/);
	assert.match(barsWith(9, 'up'), /no link|never synchronised/);
});

test('a shard whose only replica is gone has no failover candidate, and a lone primary is not reported', () => {
	const nodes = sixWith(17_053, {failure: gone, reach: 'down', goneSinceMs: 1});
	assert.deepEqual(barsIn(nodes), [['shard 1']]);
	assert.deepEqual(barsIn(fleetOf(plainRecord(7001))), []);
});

test('sharedPlaces lists the zones and hosts of a primary with its replica, unless all nodes are on one host', () => {
	const one = sharedPlaces(topologyOf(sixWith(0, {})));
	assert.equal(one.isOneHost, true);
	const on = (host: string, source?: string, zone = ''): NodeRecord =>
		recordFrom({
			address: `${host}:6379`,
			role: source === undefined ? 'primary' : 'replica',
			info: {
				server: {availability_zone: zone},
				replication: source === undefined ? {role: 'master'} : {role: 'slave', master_host: source, master_port: 6379},
			},
		});
	const apart = sharedPlaces(topologyOf(fleetOf(on('10.0.0.1'), on('10.0.0.2', '10.0.0.1'))));
	assert.deepEqual(apart, {places: [], isOneHost: false});
	const {places} = sharedPlaces(
		topologyOf(fleetOf(on('10.0.0.1', undefined, 'eu-1a'), on('10.0.0.2', '10.0.0.1', 'eu-1a'))),
	);
	assert.deepEqual(
		places.map(({by, place}) => [by, place]),
		[['zone', 'eu-1a']],
	);
});

test('skews compare primaries, and are undefined while one of them does not answer', () => {
	const keys = (count: number): RecordParts => ({info: {keyspace: {db0: `keys=${count},expires=0`}}});
	const sized = (counts: readonly number[], parts: RecordParts = {}) =>
		fleetOf(
			...sixPorts.map((port, index) =>
				clusterRecord(port, {}, index < 3 ? {...keys(counts[index] ?? 0), ...(index === 2 ? parts : {})} : {}),
			),
		);
	const ratioOf = (nodes: ReturnType<typeof fleetOf>) =>
		skewsOf(topologyOf(nodes)).find(({of}) => of === 'keys')?.ratio;
	assert.equal(ratioOf(sized([100, 100, 300])), 3);
	assert.equal(ratioOf(sized([100, 100, 300], {failure: gone, reach: 'down'})), undefined);
	assert.equal(ratioOf(sized([0, 0, 300])), undefined);
	const slots = skewsOf(topologyOf(sized([1, 1, 1]))).find(({of}) => of === 'slots');
	assert.ok(slots !== undefined && slots.ratio < 0.001);
});

test('a shard with two replicas more than another is reported', () => {
	assert.equal(replicaImbalance(topologyOf(sixWith(0, {}))), undefined);
	const lines = six.map(line => (line.startsWith('17054') ? '17054 slave:17050 1' : line));
	const nodes = fleetOf(...sixPorts.map(port => clusterRecord(port, {lines})));
	assert.deepEqual(replicaImbalance(topologyOf(nodes)), {
		most: 2,
		least: 0,
		richest: nameOf(17_050),
		poorest: nameOf(17_051),
	});
});

test('differing versions and settings are reported, except those that may differ', () => {
	const node = (port: number, version: string, settings: Readonly<Record<string, string>>, source?: number) =>
		plainRecord(port, source, {
			info: {server: {redis_version: version}},
			config: {atMs: 0, value: new Map(Object.entries(settings))},
		});
	const same = {'maxmemory-policy': 'noeviction', dir: '/a', save: ''};
	assert.deepEqual(differencesAmong(fleetOf(node(7001, '7.2.4', same), node(7002, '7.2.4', {...same, dir: '/b'}))), []);
	const differing = differencesAmong(
		fleetOf(
			node(7001, '7.2.4', same),
			node(7002, '7.2.4', {...same, save: '60 1'}, 7001),
			node(7003, '8.0.1', {...same, 'maxmemory-policy': 'allkeys-lru'}, 7001),
		),
	);
	assert.deepEqual(
		differing.map(({name, values}) => [name, ...values.map(({value, nodes}) => `${value} ${nodes.length}`)]),
		[
			['version', 'redis 7.2.4 2', 'redis 8.0.1 1'],
			['maxmemory-policy', 'noeviction 2', 'allkeys-lru 1'],
		],
	);
});

test('nodes that are listed and do not answer are ghosts', () => {
	const changed = ['17055 slave,fail:17052 5', '17059 handshake 0', '17058 master,noaddr 0'];
	const nodes = fleetOf(...sixPorts.slice(0, 5).map(port => clusterRecord(port, {changed})));
	assert.deepEqual(
		ghostsIn(nodes).map(({why, listedBy}) => [why, listedBy.length]),
		[
			['fail', 5],
			['handshake', 5],
			['noaddr', 5],
		],
	);
	assert.deepEqual(ghostsIn(sixWith(0, {})), []);
	assert.equal(nodes.size, 5);
	assert.ok(nodes.has(nameOf(17_050)));
});

test('a replica that a setting keeps from taking over is ready by hand, if it answers and has data', () => {
	const lines = six.map(line => (line.startsWith('17053') ? '17053 slave,nofailover:17050 1' : line));
	const isReady = (parts: RecordParts, shown = lines) => {
		const nodes = sixWith(17_053, parts, shown);
		return shardsWithoutSuccessor(topologyOf(nodes), nodes)[0]?.unfit[0]?.isReadyByHand ?? false;
	};
	const cut = replication({master_link_status: 'down', master_link_down_since_seconds: 900});
	assert.equal(isReady(cut), true);
	assert.equal(isReady(cut, six), false);
	assert.equal(isReady(replication({slave_repl_offset: 0})), false);
	assert.equal(isReady({failure: gone, reach: 'down'}), false);
});
