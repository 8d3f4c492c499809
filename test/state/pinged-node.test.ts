import assert from 'node:assert/strict';
import test from 'node:test';
import type {SeenServer} from '../../source/domain/closer-look.js';
import {lookedAt, pingedNode} from '../../source/state/pinged-node.js';
import {recordFrom} from '../harness/records.js';

const server = (runId: string): SeenServer => ({runId, role: 'primary', uptimeSeconds: 60, replicationId: undefined});
const looked = (...runIds: readonly string[]) => ({kind: 'servers' as const, servers: runIds.map(server)});

test('a look that showed several servers counts for two and a half minutes', () => {
	const several = lookedAt(recordFrom({}), looked('a', 'b', 'a'), 1000);
	const kept = lookedAt(several, looked('a', 'a'), 61_000);
	assert.equal(kept.servers?.atMs, 1000);
	assert.equal(lookedAt(kept, looked('a', 'a'), 152_000).servers?.atMs, 152_000);
	assert.equal(lookedAt(several, looked('b', 'a', 'b'), 61_000).servers?.atMs, 61_000);
});

test('a burst and the PINGs once a second keep each other', () => {
	const pings = [{roundTripMs: 205, isOvertaken: true}];
	const node = pingedNode(lookedAt(recordFrom({}), {kind: 'pings', pings}, 1000), 3, 0, 2000);
	assert.deepEqual(node.ping.burst, {atMs: 1000, pings});
	assert.equal(node.ping.answeredAtMs, 2000);
	assert.equal(pingedNode(node, undefined, 0, 3000).ping.answeredAtMs, 2000);
});
