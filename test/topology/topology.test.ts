import assert from 'node:assert/strict';
import test from 'node:test';
import {nodesIn, type Topology} from '../../source/domain/topology.js';
import {topologyOf} from '../../source/topology/topology.js';
import {nameOf} from '../cluster/views.js';
import {emptyRecord} from '../harness/records.js';
import {clusterRecord, fleetOf, gone, plainRecord, sixPorts} from './fleets.js';

const shown = ({shards}: Topology) =>
	shards.map(({name, primary, replicas}) => [
		name,
		primary?.address,
		...replicas.map(({address, depth}) => `${'>'.repeat(depth)} ${address}`),
	]);

test('nodes of a cluster are grouped by shard, the lowest slot first', () => {
	const topology = topologyOf(fleetOf(...sixPorts.toReversed().map(port => clusterRecord(port))));
	assert.equal(topology.isCluster, true);
	assert.deepEqual(shown(topology), [
		['shard 1', nameOf(17_050), `> ${nameOf(17_053)}`],
		['shard 2', nameOf(17_051), `> ${nameOf(17_054)}`],
		['shard 3', nameOf(17_052), `> ${nameOf(17_055)}`],
	]);
	assert.deepEqual(
		topology.shards.map(({slotCount}) => slotCount),
		[5461, 5462, 5461],
	);
	assert.equal(topology.shards[0]?.primary?.word?.kind, 'itself');
});

test('the place of a node that does not answer comes from another node, which is named', () => {
	const dead = clusterRecord(17_050, {}, {failure: gone, reach: 'down'});
	const view = {changed: ['17050 master,fail 1', '17053 master 7 0-5460'], epoch: 7, atMs: 900};
	const others = sixPorts.slice(1).map(port => clusterRecord(port, view, port === 17_053 ? {role: 'primary'} : {}));
	const topology = topologyOf(fleetOf(dead, ...others));
	assert.deepEqual(shown(topology)[0], ['shard 1', nameOf(17_053)]);
	const [loose] = topology.loose;
	assert.deepEqual([loose?.address, loose?.flags, loose?.reach], [nameOf(17_050), ['fail'], 'down']);
	assert.equal(loose?.word?.kind, 'other');
	assert.notEqual(loose?.word?.teller, nameOf(17_050));
	assert.equal(nodesIn(topology).length, 6);
});

test('a node that redis-top cannot ask has its place from the reports of others', () => {
	const topology = topologyOf(fleetOf(clusterRecord(17_050)));
	assert.deepEqual(
		nodesIn(topology).map(({reach, word}) => [reach, word?.kind]),
		[['up', 'itself'], ...Array.from({length: 5}, () => ['not-asked', 'other'])],
	);
});

test('nodes outside clusters are grouped by replication, over any number of steps', () => {
	const chain = [plainRecord(7003, 7002), plainRecord(7002, 7001), plainRecord(7001), plainRecord(7004)];
	const topology = topologyOf(fleetOf(...chain));
	assert.deepEqual(shown(topology), [
		[nameOf(7001), nameOf(7001), `> ${nameOf(7002)}`, `>> ${nameOf(7003)}`],
		[nameOf(7004), nameOf(7004)],
	]);
});

test('a ring of replicas is cut once and lists each node once', () => {
	const topology = topologyOf(fleetOf(plainRecord(7001, 7002), plainRecord(7002, 7001)));
	assert.deepEqual(
		nodesIn(topology).map(({address}) => address),
		[nameOf(7001), nameOf(7002)],
	);
});

test('a primary that only its replica names has a place, and a node never reached has none', () => {
	const topology = topologyOf(fleetOf(plainRecord(7002, 7001), emptyRecord('127.0.0.1:7009')));
	assert.deepEqual(shown(topology), [[nameOf(7001), nameOf(7001), `> ${nameOf(7002)}`]]);
	assert.equal(topology.shards[0]?.primary?.reach, 'not-asked');
	assert.deepEqual(
		topology.unplaced.map(({address}) => address),
		[nameOf(7009)],
	);
});

test("a replica of a node's other address is placed below that node", () => {
	const primary = {...plainRecord(7001), otherNames: [nameOf(9001)]};
	assert.deepEqual(shown(topologyOf(fleetOf(primary, plainRecord(7002, 9001)))), [
		[nameOf(7001), nameOf(7001), `> ${nameOf(7002)}`],
	]);
});

test('a fleet without nodes has an empty topology', () => {
	assert.deepEqual(nodesIn(topologyOf(fleetOf())), []);
});
