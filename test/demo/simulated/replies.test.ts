import assert from 'node:assert/strict';
import {test} from 'node:test';
import {LoadError, type LoadReply} from '../../../source/demo/resp.js';
import {newCluster} from '../../../source/demo/simulated/cluster.js';
import {replyOf} from '../../../source/demo/simulated/replies.js';
import {nodeValues} from '../../../source/derive/node-values.js';
import {replicaLinks} from '../../../source/derive/replica-links.js';
import {nodeRole} from '../../../source/derive/replication-peers.js';
import {metrics} from '../../../source/domain/metric.js';
import type {NodeSample} from '../../../source/domain/sample.js';
import {parseClientList} from '../../../source/parse/client-list.js';
import {parseClusterInfo, parseClusterNodes} from '../../../source/parse/cluster-nodes.js';
import {parseConfig} from '../../../source/parse/config.js';
import {parseInfo} from '../../../source/parse/info.js';
import {commandStats} from '../../../source/parse/info-fields.js';
import {parseHistograms} from '../../../source/parse/latency.js';
import {parseSlowlog} from '../../../source/parse/slowlog.js';
import {requestsDue} from '../../../source/poll/poll-plan.js';
import {newPollState} from '../../../source/poll/poll-state.js';
import {polledSettings} from '../../../source/poll/polled-settings.js';
import type {Reply} from '../../../source/wire/redis-port.js';

const startMs = 1_795_000_000_000;
const ports = Array.from({length: 7}, (_, index) => 21_000 + index);

function deployment() {
	const cluster = newCluster(ports, startMs);
	const ask = (index: number, command: string, nowMs = startMs): LoadReply => {
		const node = cluster.nodes[index];
		assert.ok(node);
		return replyOf(command.split(' '), {cluster, node, nowMs});
	};
	const sample = (index: number, nowMs: number): NodeSample => {
		const info = parseInfo(String(ask(index, 'INFO everything', nowMs)));
		return {atMs: nowMs, elapsedMs: nowMs - startMs, roundTripMs: 1, info, runId: info.text('server', 'run_id')};
	};
	return {cluster, ask, sample};
}

test('every metric can be read, and every rate is that of a busy server', () => {
	const {sample} = deployment();
	for (const index of ports.keys()) {
		const values = nodeValues(sample(index, startMs + 1000), sample(index, startMs + 3000));
		assert.deepEqual(
			metrics.filter(({id}) => values.get(id) === undefined).map(({id}) => id),
			[],
		);
		assert.ok((values.get('operations') ?? 0) > 50);
		assert.ok((values.get('usedMemory') ?? 0) > 2 ** 28);
	}
});

test('a replica names its primary, and its primary lists the replica with its offset', () => {
	const {sample} = deployment();
	const primary = sample(1, startMs + 5000);
	const replica = sample(4, startMs + 5000);
	assert.equal(nodeRole(primary.info), 'primary');
	assert.equal(nodeRole(replica.info), 'replica');
	assert.equal(replica.info.text('replication', 'master_port'), '21001');
	assert.equal(replica.info.text('replication', 'master_replid'), primary.info.text('replication', 'master_replid'));
	const [link, ...more] = replicaLinks(undefined, primary);
	assert.equal(link?.address, '127.0.0.1:21004');
	assert.ok(link?.behindBytes !== undefined && link.behindBytes < 1000);
	assert.equal(more.length, 0);
});

test('the cluster covers every slot once and each node knows itself', () => {
	const {ask} = deployment();
	for (const index of ports.keys()) {
		const nodes = parseClusterNodes(String(ask(index, 'CLUSTER NODES')));
		assert.equal(nodes.length, ports.length);
		assert.deepEqual(
			nodes.filter(({flags}) => flags.has('myself')).map(({port}) => port),
			[ports[index]],
		);
		const owned = nodes.flatMap(({slots}) => slots).sort((one, other) => one.first - other.first);
		assert.deepEqual([owned[0]?.first, owned.at(-1)?.last], [0, 16_383]);
		for (const [place, {first}] of owned.slice(1).entries()) {
			assert.equal(first, (owned[place]?.last ?? 0) + 1);
		}
	}

	const info = parseClusterInfo(String(ask(0, 'CLUSTER INFO')));
	assert.equal(info.get('cluster_state'), 'ok');
	assert.equal(info.get('cluster_slots_ok'), '16384');
	assert.equal(info.get('cluster_known_nodes'), '7');
});

test('every request for the node in focus gets a reply', () => {
	const {ask, sample} = deployment();
	const memory = {
		...newPollState(),
		version: [8, 0] as const,
		hasCluster: true,
		busiestCommands: ['get', 'hgetall'],
		// Some requests are sent only after the settings were read.
		lastAskedMs: new Map([['config', 0] as const]),
	};
	const demand = {
		isFocused: true,
		interests: new Set(['clients', 'histograms', 'slowlog', 'cluster'] as const),
		isByHand: true,
		isAnonymous: true,
	};
	for (const {command} of requestsDue(memory, demand, 0)) {
		assert.ok(!(ask(0, command.join(' ')) instanceof LoadError), command.join(' '));
	}

	const clients = parseClientList(String(ask(0, 'CLIENT LIST')));
	assert.equal(clients.length, sample(0, startMs).info.number('clients', 'connected_clients'));
	assert.equal(parseSlowlog(ask(0, 'SLOWLOG GET 16') as Reply).length, 16);
	assert.deepEqual([...parseHistograms(ask(0, 'LATENCY HISTOGRAM get nothing') as Reply).keys()], ['get']);
	assert.ok(parseConfig(ask(0, `CONFIG GET ${polledSettings.join(' ')}`) as Reply).has('maxmemory-policy'));
	assert.ok((commandStats(sample(0, startMs).info).get('get')?.calls ?? 0) > 0);
});

test('a command that would change a server gets an error', () => {
	const {ask} = deployment();
	for (const command of ['SET a b', 'CONFIG SET maxmemory 1', 'SHUTDOWN NOSAVE', 'CLIENT KILL ID 1', 'FLUSHALL', '']) {
		const reply = ask(0, command);
		assert.ok(reply instanceof LoadError, command);
		assert.match(reply.message, /simulated/);
	}
});
