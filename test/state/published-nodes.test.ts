import assert from 'node:assert/strict';
import test from 'node:test';
import type {Failure} from '../../source/domain/sample.js';
import {scale} from '../../source/domain/scale.js';
import {defaultRuleSettings, NodeFacts, newRuleMemory} from '../../source/rules/node-facts.js';
import {recordsIn} from '../../source/rules/node-records.js';
import {MonitorStore} from '../../source/state/monitor-store.js';
import {replicationEdges} from '../../source/topology/replication-edges.js';
import {topologyOf} from '../../source/topology/topology.js';
import {FakeClock} from '../harness/fake-clock.js';
import {at} from '../harness/fake-port.js';
import {recordFrom, type Sections} from '../harness/records.js';
import {sampled} from '../harness/samples.js';

const primary = at('10.0.1.11:6379');
const replica = at('10.0.1.12:6379');
const third = at('10.0.1.13:6379');
const failure: Failure = {layer: 'tcp', code: 'ECONNREFUSED', problem: 'refuses connections', state: 'down'};

/** INFO of the primary, whose replica lacks `behind` bytes. */
const ofPrimary = (behind: number): Sections => ({
	replication: {
		role: 'master',
		connected_slaves: 1,
		slave0: `ip=10.0.1.12,port=6379,state=online,offset=${10_000 - behind},lag=0`,
		master_repl_offset: 10_000,
	},
});

const ofReplica: Sections = {
	replication: {role: 'slave', master_host: '10.0.1.11', master_port: 6379, master_link_status: 'up'},
};

/** A store of three nodes, of which a primary and its replica have answered. Publications wait for `flush`. */
async function storeOfThree(extraNodes = 0) {
	const clock = new FakeClock();
	const runLater = () => () => undefined;
	const store = new MonitorStore({target: 'here', isInsecure: false, intervalMs: 1000, clock, runLater});
	for (const [index, address] of [primary, replica, third].entries()) {
		store.addNode(address, {kind: 'tcp', host: `10.0.1.1${index + 1}`, port: 6379}, 'target');
	}

	for (let index = 0; index < extraNodes; index++) {
		store.addNode(at(`10.0.2.1:${7000 + index}`), {kind: 'tcp', host: '10.0.2.1', port: 7000 + index}, 'cluster');
	}

	store.ingest(sampled(primary, 0, ofPrimary(0)), 1000);
	store.ingest(sampled(replica, 0, ofReplica), 1000);
	await clock.advance(10_000);
	// The next publication is then due in a quarter of a second, so all that follows is one publication.
	store.flush();
	return {store, clock};
}

for (const extraNodes of [0, scale.quickPublishUpTo]) {
	test(`the topology of a published state is that of its own samples, with ${extraNodes + 3} nodes`, async () => {
		const {store, clock} = await storeOfThree(extraNodes);
		// The rules about a node that does not answer compute the topology.
		store.ingest({kind: 'failed', address: third, atMs: clock.now(), askedAtMs: clock.now(), failure}, 1000);
		store.ingest(sampled(primary, 10_000, ofPrimary(600)), 1000);
		store.flush();
		const {nodes} = store.get();
		assert.equal(replicationEdges(nodes).get(replica)?.link?.behindBytes, 600);
		const [shard] = topologyOf(nodes).shards;
		assert.equal(shard?.replicas[0]?.behindBytes, 600);
	});
}

test('a map of nodes that rules have read is not changed by the next poll', async () => {
	const {store} = await storeOfThree();
	const before = store.get().nodes;
	store.ingest(sampled(primary, 10_000, ofPrimary(600)), 1000);
	assert.equal(before.get(primary)?.sample?.elapsedMs, 0);
	assert.equal(replicationEdges(before).get(replica)?.link?.behindBytes, 0);
});

test('a poll after a node was dismissed is published', async () => {
	const {store} = await storeOfThree();
	store.ingestPing(primary, 0.4);
	store.dismiss(replica);
	store.ingest(sampled(primary, 10_000, ofPrimary(600)), 1000);
	store.flush();
	assert.deepEqual([...store.get().nodes.keys()], [primary, third]);
	assert.equal(store.get().nodes.get(primary)?.sample?.elapsedMs, 10_000);
});

test('rules of one evaluation share a copy of the nodes, which does not change while they are spread over polls', () => {
	const record = recordFrom({address: primary});
	const nodes = new Map([[record.address, record]]);
	const facts = new NodeFacts({
		record,
		earlier: undefined,
		memory: newRuleMemory(0),
		settings: defaultRuleSettings,
		nowMs: 0,
		nodes,
	});
	const fleet = {nodes: new Map([[record.address, facts]]), deployment: 'standalone', nowMs: 0} as const;
	const read = recordsIn(fleet);
	nodes.set(record.address, recordFrom({address: primary, role: 'replica'}));
	assert.equal(recordsIn(fleet), read);
	assert.equal(read.get(record.address)?.role, 'primary');
});
