import assert from 'node:assert/strict';
import {test} from 'node:test';
import {isOfNeighbour, ownListener} from '../../source/derive/port-holder.js';
import type {FoundServer, LocalEvidence} from '../../source/domain/host-evidence.js';

const endpoint = {kind: 'tcp', host: '10.0.0.2', port: 6379} as const;

const listener = (processId: number, address: string) => ({
	address,
	port: 6379,
	queued: 0,
	processId,
	processName: 'redis-server',
});

const server = (processId: number, address?: string): FoundServer => ({
	processId,
	name: 'redis-server',
	state: 'sleeping',
	listens: address === undefined ? [] : [{address, port: 6379}],
	title: undefined,
});

const found = (addresses: ReadonlyArray<readonly [processId: number, address: string]>) => ({
	listeners: addresses.map(([processId, address]) => listener(processId, address)),
	servers: addresses.map(([processId, address]) => server(processId, address)),
});

const evidence = (parts: Partial<LocalEvidence>): LocalEvidence =>
	({kind: 'here', listeners: [], servers: [], ...parts}) as LocalEvidence;

test('of several servers with one port, the one at the address of the node is its process', () => {
	const three = found([
		[7, '10.0.0.1'],
		[8, '10.0.0.2'],
		[9, '10.0.0.3'],
	]);
	assert.equal(ownListener(three, endpoint, undefined)?.processId, 8);
	const others = found([
		[7, '10.0.0.1'],
		[9, '10.0.0.3'],
	]);
	assert.equal(ownListener(others, endpoint, undefined), undefined, 'which of them it is is not known');
	assert.equal(ownListener(others, endpoint, 9)?.processId, 9, 'INFO named it, and a proxy leads to it');
	assert.equal(ownListener(found([[7, '0.0.0.0']]), endpoint, undefined)?.processId, 7);
	assert.equal(ownListener(found([[7, '127.0.0.1']]), endpoint, undefined)?.processId, 7, 'bind keeps it away');
	assert.equal(ownListener({...others, servers: []}, endpoint, undefined), undefined, 'no server');
});

test('a server that already listened beside the own process is a neighbour', () => {
	const neighbour = listener(7, '10.0.0.1');
	const both = [server(7, '10.0.0.1'), server(8, '10.0.0.2')];
	const running = {processId: 8} as LocalEvidence['process'];
	const isNeighbour = (parts: Partial<LocalEvidence>, one = neighbour) => isOfNeighbour(one, endpoint, evidence(parts));
	assert.equal(isNeighbour({process: running, servers: both}), true);
	assert.equal(isNeighbour({earlierProcess: {processId: 8, seenAtMs: 1}, servers: both}), true, 'after its end');
	assert.equal(isNeighbour({process: running, servers: both}, listener(8, '10.0.0.1')), false, 'its own process');
	assert.equal(isNeighbour({process: running, servers: [server(8, '10.0.0.2')]}), false, 'started again elsewhere');
	assert.equal(
		isNeighbour({process: running, servers: [...both, server(9)]}, listener(9, '10.0.0.1')),
		false,
		'starts',
	);
	assert.equal(isNeighbour({process: running, servers: both}, listener(7, '10.0.0.2')), false, 'it has the address');
	assert.equal(isNeighbour({servers: both}), false, 'the own process is not known');
	assert.equal(isOfNeighbour(neighbour, endpoint, undefined), false);
});
