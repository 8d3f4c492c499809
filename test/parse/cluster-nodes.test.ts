import assert from 'node:assert/strict';
import {test} from 'node:test';
import {parseClusterInfo, parseClusterNodes} from '../../source/parse/cluster-nodes.js';
import {fixture, fixtureServers} from '../harness/fixtures.js';

for (const server of fixtureServers) {
	test(`reads CLUSTER NODES of ${server}`, () => {
		const nodes = parseClusterNodes(fixture(server, 'cluster/nodes.txt'));
		assert.equal(nodes.length, 4);
		const myself = nodes.find(({flags}) => flags.has('myself'));
		const replica = nodes.find(({flags}) => flags.has('slave'));
		const second = nodes.find(({slots}) => slots[0]?.first === 5461);
		assert.deepEqual(myself?.slots, [{first: 0, last: 5460}]);
		assert.deepEqual([...(myself?.flags ?? [])], ['myself', 'master']);
		assert.deepEqual(myself?.openSlots, [
			{slot: 5000, direction: 'migrating', peer: second?.id},
			{slot: 6000, direction: 'importing', peer: second?.id},
		]);
		assert.equal(replica?.primaryId, myself?.id);
		assert.equal(replica?.configEpoch, 1);
		assert.deepEqual(replica?.slots, []);
		assert.equal(second?.configEpoch, 2);
		assert.equal(second?.primaryId, undefined);
		for (const node of nodes) {
			assert.equal(node.host, '127.0.0.1');
			assert.equal(node.busPort, node.port + 10_000);
			assert.equal(node.hostname, undefined);
			assert.equal(node.linkState, 'connected');
		}
	});

	test(`reads the lost node of ${server}'s cluster`, () => {
		const nodes = parseClusterNodes(fixture(server, 'cluster/nodes-failed.txt'));
		const lost = nodes.filter(({flags}) => flags.has('fail'));
		assert.equal(lost.length, 1);
		assert.deepEqual(lost[0]?.slots, [{first: 10_923, last: 16_383}]);
		assert.equal(lost[0]?.linkState, 'disconnected');
		assert.ok((lost[0]?.pingSentMs ?? 0) > Date.UTC(2020, 0, 1));
		assert.equal(parseClusterInfo(fixture(server, 'cluster/info-failed.txt')).get('cluster_state'), 'fail');
	});

	test(`reads a node of ${server} that does not know its own address`, () => {
		const [alone, ...others] = parseClusterNodes(fixture(server, 'cluster/nodes-alone.txt'));
		assert.equal(others.length, 0);
		assert.equal(alone?.host, '');
		assert.ok((alone?.port ?? 0) > 1024);
		assert.deepEqual(alone?.slots, []);
	});

	test(`reads CLUSTER INFO of ${server}`, () => {
		const info = parseClusterInfo(fixture(server, 'cluster/info.txt'));
		assert.equal(info.get('cluster_state'), 'ok');
		assert.equal(info.get('cluster_slots_assigned'), '16384');
		assert.equal(info.get('cluster_known_nodes'), '4');
		assert.equal(info.get('cluster_size'), '3');
	});
}

const id = 'a'.repeat(40);
const peer = 'b'.repeat(40);

/** A node's line whose address is `address`, with `rest` behind it. */
const nodeAt = (address: string, rest = 'master - 0 0 0 connected') => parseClusterNodes(`${id} ${address} ${rest}`)[0];

const addresses: ReadonlyArray<readonly [word: string, host: string, port: number, busPort?: number, name?: string]> = [
	['10.0.0.1:6379@16379', '10.0.0.1', 6379, 16_379],
	['10.0.0.1:6379', '10.0.0.1', 6379],
	[':6379@16379', '', 6379, 16_379],
	[':0@0', '', 0, 0],
	['2001:db8::1:6379@16379', '2001:db8::1', 6379, 16_379],
	['[2001:db8::1]:6379@16379', '2001:db8::1', 6379, 16_379],
	['10.0.0.1:6379@16379,redis-1.example.org', '10.0.0.1', 6379, 16_379, 'redis-1.example.org'],
	[`10.0.0.1:6379@16379,,tls-port=0,shard-id=${peer}`, '10.0.0.1', 6379, 16_379],
	[`10.0.0.1:6379@16379,redis-1,shard-id=${peer},nodename=x`, '10.0.0.1', 6379, 16_379, 'redis-1'],
];

for (const [word, host, port, busPort, name] of addresses) {
	test(`reads the address ${word}`, () => {
		const node = nodeAt(word);
		assert.deepEqual(node && [node.host, node.port, node.busPort, node.hostname], [host, port, busPort, name]);
	});
}

test('the flags fail and fail? differ, and unknown flags are kept', () => {
	const flagsOf = (flags: string) => [...(nodeAt(':1@2', `${flags} - 0 0 0 connected`)?.flags ?? [])];
	assert.deepEqual(flagsOf('master,fail?'), ['master', 'fail?']);
	assert.deepEqual(flagsOf('master,fail'), ['master', 'fail']);
	assert.deepEqual(flagsOf('myself,slave,nofailover,new'), ['myself', 'slave', 'nofailover', 'new']);
	assert.deepEqual(flagsOf('noaddr'), ['noaddr']);
});

test('single slots, ranges and open slots are read, and other words are left out', () => {
	const node = nodeAt(
		':1@2',
		`myself,master - 0 0 7 connected 0 2-5 16383 16384 9-8 x [5->-${peer}] [6-<-${peer}] [7-?-${peer}] [8->-short]`,
	);
	assert.deepEqual(node?.slots, [
		{first: 0, last: 0},
		{first: 2, last: 5},
		{first: 16_383, last: 16_383},
	]);
	assert.deepEqual(node?.openSlots, [
		{slot: 5, direction: 'migrating', peer},
		{slot: 6, direction: 'importing', peer},
	]);
});

test('lines that are no node are left out', () => {
	const text = [
		'vars currentEpoch 9 lastVoteEpoch 0',
		'',
		`${id} 10.0.0.1:1@2 master - 0 0 3 connected 1-2\r`,
		`${id} 10.0.0.1:1@2 master - 0 0 3 conn`,
		`${id} 10.0.0.1 master - 0 0 3 connected`,
		`${id.slice(1)} 10.0.0.1:1@2 master - 0 0 3 connected`,
	].join('\n');
	assert.deepEqual(
		parseClusterNodes(text).map(({slots}) => slots),
		[[{first: 1, last: 2}]],
	);
});
