import assert from 'node:assert/strict';
import test from 'node:test';
import type {NodeRecord} from '../../source/derive/node-record.js';
import type {NodeAddress} from '../../source/domain/node.js';
import {groupsIn, nodeRemarks} from '../../source/topology/node-remarks.js';
import {topologyOf} from '../../source/topology/topology.js';
import {nameOf, six} from '../cluster/views.js';
import {type RecordParts, recordFrom} from '../harness/records.js';
import {clusterRecord, fleetOf, gone, plainRecord, sixPorts} from './fleets.js';

const sixWith = (parts: Readonly<Record<number, RecordParts>>, lines: readonly string[] = six) =>
	fleetOf(...sixPorts.map(port => clusterRecord(port, {lines}, parts[port])));

const remarksOn = (port: number, nodes: ReturnType<typeof fleetOf>) =>
	nodeRemarks(nameOf(port), nodes).map(remark => remark.join(': ').replaceAll('127.0.0.1:', ''));

test("remarks name a primary's failover candidates, and whether a replica is one", () => {
	const well = sixWith({});
	assert.deepEqual(remarksOn(17_050, well), ['could be replaced by: 17053']);
	assert.deepEqual(remarksOn(17_053, well), ['could be promoted: nothing is known against it']);
	const lost = sixWith({17053: {failure: gone, reach: 'down'}});
	assert.deepEqual(remarksOn(17_050, lost), ['could be replaced by: ! nobody']);
	assert.match(remarksOn(17_053, lost).join(), /^could be promoted: no: refuses connections/);
	assert.deepEqual(remarksOn(7001, fleetOf(plainRecord(7001))), []);
	assert.deepEqual(nodeRemarks('10.9.9.9:1' as NodeAddress, well), []);
});

test('remarks name what a node has most of, and which settings differ from the other nodes', () => {
	const keys = (count: number): RecordParts => ({info: {keyspace: {db0: `keys=${count},expires=0`}}});
	const nodes = sixWith({17050: keys(30), 17051: keys(10), 17052: keys(10)});
	assert.ok(remarksOn(17_050, nodes).includes("has the most: keys, 3.0 times the median primary's"));
	assert.ok(!remarksOn(17_051, nodes).some(text => text.startsWith('has the most')));
	const uneven = sixWith(
		{},
		six.map(line =>
			line.startsWith('17051') ? '17051 master 3 5461-5999' : line.replace('10923-16383', '6000-16383'),
		),
	);
	assert.match(remarksOn(17_052, uneven).join('\n'), /has the most: slots, \d+% of an even share more than the least/);
	const set = (policy: string): RecordParts => ({config: {atMs: 0, value: new Map([['maxmemory-policy', policy]])}});
	const differing = sixWith({17050: set('noeviction'), 17051: set('noeviction'), 17054: set('')});
	assert.ok(remarksOn(17_054, differing).includes('differs: maxmemory-policy is "", on 2 others noeviction'));
	assert.ok(!remarksOn(17_050, differing).some(text => text.startsWith('differs')));
});

test('a cluster is one group; a primary that the same session looks at is another one, with its replicas', () => {
	const groups = (...records: readonly NodeRecord[]) =>
		groupsIn(topologyOf(fleetOf(...records))).map(group => group.map(({address}) => address.replace(/^.*:/, '')));
	const cluster = [...sixWith({}).values()];
	const others = [plainRecord(7001), plainRecord(7002, 7001), plainRecord(7003)];
	const ofCluster = ['17050', '17053', '17051', '17054', '17052', '17055'];
	assert.deepEqual(groups(...cluster), [ofCluster]);
	assert.deepEqual(groups(...cluster, ...others), [ofCluster, ['7001', '7002'], ['7003']]);
	assert.deepEqual(groups(...others), [['7001', '7002'], ['7003']]);
});

test('remarks name the nodes on the same host, unless all are', () => {
	const on = (host: string, port: number, source?: string) =>
		recordFrom({
			address: `${host}:${port}`,
			role: source === undefined ? 'primary' : 'replica',
			info: {
				replication: source === undefined ? {role: 'master'} : {role: 'slave', master_host: source, master_port: 1},
			},
		});
	const nodes = fleetOf(on('10.0.0.1', 1), on('10.0.0.1', 2, '10.0.0.1'), on('10.0.0.2', 1, '10.0.0.1'));
	const shared = (address: string) =>
		nodeRemarks(address as NodeAddress, nodes).filter(([about]) => about.startsWith('shares'));
	assert.deepEqual(shared('10.0.0.1:1'), [['shares its host', '10.0.0.1 with 10.0.0.1:2']]);
	assert.deepEqual(shared('10.0.0.1:2'), [['shares its host', '10.0.0.1 with 10.0.0.1:1']]);
	assert.deepEqual(shared('10.0.0.2:1'), []);
});
