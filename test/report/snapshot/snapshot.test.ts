import assert from 'node:assert/strict';
import {test} from 'node:test';
import fc from 'fast-check';
import {updateClusterState} from '../../../source/cluster/cluster-state.js';
import {InfoReply} from '../../../source/domain/info-reply.js';
import type {Failure} from '../../../source/domain/sample.js';
import {replyFailure} from '../../../source/parse/reply-error.js';
import {parseMonitoredPrimaries, parseSentinelPeers} from '../../../source/parse/sentinel.js';
import type {Snapshot} from '../../../source/report/snapshot/snapshot.js';
import {snapshotJson} from '../../../source/report/snapshot/snapshot.js';
import {snapshotText} from '../../../source/report/snapshot/snapshot-text.js';
import {maskedCommand} from '../../../source/report/snapshot/snapshot-values.js';
import type {MonitorState} from '../../../source/state/monitor-state.js';
import {idOf, six} from '../../cluster/views.js';
import {emptyRecord, recordFrom, refusedConnection, sampledAtMs, stateOf} from '../../harness/records.js';
import {clusterRecord, fleetOf, sixPorts} from '../../topology/fleets.js';
import {cluster, nowMs, replicated} from '../states.js';

const parsed = (state: MonitorState): Snapshot => JSON.parse(snapshotJson(state, nowMs));

const nodeOf = (snapshot: Snapshot, address: string) => {
	const node = snapshot.nodes.find(candidate => candidate.address === address);
	assert.ok(node);
	return node;
};

/** Every value in an object at any depth, with the path of its keys. */
function leaves(value: unknown, path = ''): Array<readonly [path: string, leaf: unknown]> {
	return typeof value === 'object' && value !== null
		? Object.entries(value).flatMap(([key, inner]) => leaves(inner, `${path}.${key}`))
		: [[path, value]];
}

test('the snapshot of a replicated deployment has every node with its figures', () => {
	const snapshot = parsed(replicated);
	assert.equal(snapshot.schema, 'redis-top/snapshot@1');
	assert.equal(snapshot.at, '2026-11-23T14:02:31.500Z');
	assert.deepEqual(snapshot.deployment, {
		kind: 'replicated',
		target: '10.0.1.11:6379',
		hosting: 'unknown',
		isSimulated: false,
		isInsecure: false,
	});
	assert.deepEqual(
		snapshot.nodes.map(({address, role, state, product, version, ageMs}) => [
			address,
			role,
			state,
			product,
			version,
			ageMs,
		]),
		[
			['10.0.1.11:6379', 'primary', 'up', 'redis', '7.2.5', 500],
			['10.0.1.12:6379', 'replica', 'up', 'valkey', '8.1.0', 500],
			['10.0.1.13:6379', 'replica', 'down', null, null, 60_500],
			['10.0.1.14:6379', 'unknown', 'down', null, null, null],
		],
	);
	const primary = nodeOf(snapshot, '10.0.1.11:6379');
	assert.equal(primary.rates.operationsPerSecond, 47_900);
	assert.equal(primary.rates.hitRatio, 0.91);
	assert.equal(primary.rates.expiredPerSecond, 0);
	assert.equal(primary.rates.networkInputBytesPerSecond, null);
	assert.equal(primary.memory?.maxmemoryBytes, 6_442_450_944);
	assert.equal(primary.persistence?.rdb.lastSaveAt, '2026-11-23T14:01:31.000Z');
	assert.equal(primary.persistence?.rdb.lastDurationSeconds, null);
	assert.equal(primary.persistence?.rdb.isSaving, false);
	assert.equal(primary.replication?.primary, null);
	assert.deepEqual(primary.replication?.replicas, [
		{
			address: '10.0.1.12:6379',
			state: 'online',
			offset: 3800,
			behindBytes: 1200,
			behindSeconds: 0.4,
			ackAgeSeconds: 1,
		},
	]);
	assert.deepEqual(primary.keyspace, {
		keys: 1234,
		databases: [{database: 0, keys: 1234, expires: 100, averageTtlMs: null}],
	});
	assert.deepEqual(
		primary.commands.map(({command}) => command),
		['client|list', 'get'],
	);
	assert.equal(primary.info.memory?.maxmemory_policy, 'allkeys-lru');
	assert.deepEqual(primary.blind, [
		{command: 'CLIENT LIST', kind: 'denied', why: 'NOPERM no permissions', grant: '+client|list'},
	]);
	assert.equal(nodeOf(snapshot, '10.0.1.12:6379').replication?.primary?.address, '10.0.1.11:6379');
	assert.equal(snapshot.events[0]?.kind, 'link-lost');
});

test('a lost node keeps its last values without rates, and has the reason of its failure', () => {
	const lost = nodeOf(parsed(replicated), '10.0.1.13:6379');
	assert.deepEqual(lost.failure, {
		layer: 'tcp',
		code: 'ECONNREFUSED',
		text: 'refuses connections: nothing listens on the port',
		since: '2026-11-23T14:01:32.000Z',
	});
	assert.equal(lost.memory?.usedBytes, 1024);
	assert.deepEqual(
		leaves([
			lost.rates,
			lost.commands.map(({command, calls, ...rates}) => rates),
			lost.roundTripMs,
			lost.pingMs,
		]).filter(([, leaf]) => leaf !== null),
		[],
	);
});

test('a value that no server reported is null, not 0', () => {
	const never = nodeOf(parsed(replicated), '10.0.1.14:6379');
	assert.deepEqual(
		[never.memory, never.clients, never.replication, never.cluster, never.slowlog],
		[null, null, null, null, null],
	);
	const silent = parsed(stateOf([recordFrom({})])).nodes[0];
	assert.ok(silent);
	const told = leaves(silent).filter(([path, leaf]) => leaf === 0 && path !== '.ageMs');
	assert.deepEqual(told, []);
});

test('the snapshot has the cluster as its node reports it', () => {
	const snapshot = parsed(cluster);
	assert.equal(snapshot.deployment.kind, 'cluster');
	const part = snapshot.nodes[0]?.cluster;
	assert.deepEqual(part?.info, {cluster_state: 'ok'});
	assert.deepEqual(part?.nodes, [
		{
			id: 'c'.repeat(40),
			address: '10.0.1.11:6379',
			hostname: null,
			role: 'primary',
			flags: ['myself', 'master'],
			primaryId: null,
			configEpoch: 1,
			link: 'connected',
			pingSentAt: null,
			pongReceivedAt: null,
			slots: ['0-5460', '9000'],
			slotCount: 5462,
			openSlots: [],
		},
	]);
});

test('slow log arguments are masked', () => {
	for (const text of [snapshotJson(replicated, nowMs), snapshotText(replicated, nowMs)]) {
		assert.doesNotMatch(text, /Hunter2|requirepass/);
		assert.match(text, /CONFIG SET/);
	}

	const cases: ReadonlyArray<readonly [words: readonly string[], shown: string]> = [
		[[], ''],
		[['GET', 'client'], 'GET'],
		[['client', 'kill', 'x'], 'client kill'],
		[['OBJECT', 'user:1'], 'OBJECT'],
	];
	for (const [words, shown] of cases) {
		assert.equal(maskedCommand(words), shown);
	}
});

test('the code of a failure is in the text once', () => {
	const failing = (failure: Failure) => {
		const record = {...recordFrom({address: '10.0.1.11:6379'}), reach: 'refusing' as const, failure};
		return snapshotText(stateOf([record]), nowMs);
	};
	assert.match(failing(replyFailure('NOAUTH Authentication required.')), /wants a password \(NOAUTH\)$/m);
	assert.match(failing(refusedConnection), /refuses connections.* \(ECONNREFUSED\)$/m);
});

test('the text has the same values as the JSON', () => {
	const text = snapshotText(replicated, nowMs);
	for (const start of [
		'redis-top     snapshot of 2026-11-23T14:02:31.500Z',
		'deployment    replicated',
		'nodes         4, 2 up',
		'10.0.1.11:6379  primary  redis 7.2.5',
		'  load          47.9k/s commands, 12% cpu, 91% hits, - errors, 0/s expired, 12/s evicted',
		'  memory        5.46G used, 91% of 6.00G, 5.59G resident, 5.49G peak, fragmentation 1.02, allkeys-lru',
		'  clients       12 of 10,000, 0 blocked',
		'  keys          1,234; db0 1,234, 100 with expiry',
		'  aof           off',
		'    10.0.1.12:6379  online  behind 1.17K  <1s  ack 1s ago',
		'  failure       refuses connections: nothing listens on the port (ECONNREFUSED)',
		'10.0.1.14:6379  unknown  - -',
		'  state         down, has told nothing',
		'  state         up, uptime 3d02h, told 0s ago in 0.4 ms, run id ffff',
	]) {
		assert.ok(
			text.split('\n').some(found => found.startsWith(start)),
			`${start}\n${text}`,
		);
	}

	assert.match(snapshotText(cluster, nowMs), /cccccccc {2}10\.0\.1\.11:6379 {2}primary {2}5462 slots/);
	assert.doesNotMatch(text, /NaN|undefined|null|\[object/);
});

test('any INFO gives a snapshot without an escape or a broken line', () => {
	const printable = fc.string({unit: 'grapheme'}).map(text => text.replaceAll(/\p{C}|[\u{2028}\u{2029}]/gu, ''));
	const name = fc.oneof(printable, fc.constantFrom('used_memory', 'maxmemory', 'db0', 'role', '__proto__', 'slave0'));
	const sections = fc.array(
		fc.tuple(
			fc.constantFrom('memory', 'keyspace', 'replication', 'persistence', '__proto__'),
			fc.array(fc.tuple(name, printable)),
		),
	);
	fc.assert(
		fc.property(sections, entries => {
			const info = new InfoReply(new Map(entries.map(([section, fields]) => [section, new Map(fields)])));
			const record = recordFrom({});
			assert.ok(record.sample);
			const state = stateOf([{...record, sample: {...record.sample, info}}, emptyRecord('h:1')]);
			assert.equal(parsed(state).nodes.length, 2);
			assert.match(snapshotText(state, nowMs), /^(?:[^\p{Cc}]|\n)*$/u);
		}),
	);
});

test('the snapshot has each node’s place and the node that reported it', () => {
	const {topology} = parsed(replicated);
	const [shard] = topology.shards;
	assert.equal(shard?.primary?.address, '10.0.1.11:6379');
	assert.equal(shard.primary.word?.kind, 'itself');
	assert.ok(
		shard.replicas.every(({role, depth, source}) => role === 'replica' && depth === 1 && source === '10.0.1.11:6379'),
	);
	assert.equal(topology.rememberedFrom, null);
	const inCluster = parsed(cluster).topology;
	assert.ok(inCluster.shards.length > 0 && inCluster.shards.every(({name}) => name.startsWith('shard ')));
	const remembered = parsed({...replicated, isFromMemory: true, rememberedAtMs: nowMs}).topology;
	assert.equal(remembered.rememberedFrom, '2026-11-23T14:02:31.500Z');
});

test('the snapshot has the arrangement of the nodes, and each cluster node’s report of its links', () => {
	const lines = [...six.filter(line => !/^1705[45]/.test(line)), '17054 slave:17050 1', '17055 slave,fail:17052 5'];
	const busLinks = {
		atMs: sampledAtMs,
		value: {
			present: 9,
			expected: 10,
			gaps: [{direction: 'from' as const, peer: idOf(17_053), isConfirmed: true}],
			unsentBytes: 480,
			backlogs: [],
		},
	};
	const nodes = fleetOf(
		...sixPorts.slice(0, 5).map(port => clusterRecord(port, {lines}, port === 17_050 ? {busLinks} : {})),
	);
	const {topology, nodes: each} = parsed({
		...stateOf([...nodes.values()]),
		cluster: updateClusterState(undefined, nodes, sampledAtMs)?.state,
	});
	assert.deepEqual(topology.replicaImbalance, {
		most: 2,
		least: 0,
		richest: '127.0.0.1:17050',
		poorest: '127.0.0.1:17052',
	});
	assert.equal(topology.isOneHost, true);
	assert.deepEqual(
		topology.ghosts.map(({why, address, listedBy}) => [why, address, listedBy.length]),
		[['fail', '127.0.0.1:17055', 5]],
	);
	assert.deepEqual(topology.differences, []);
	assert.deepEqual(
		topology.skews.map(({of}) => of),
		['slots'],
	);
	assert.deepEqual(
		topology.shards.map(({successors}) => successors.map(({why}) => why.length)),
		[[0, 0], [], [1]],
	);
	assert.deepEqual(each[0]?.cluster?.busLinks, {
		ageMs: nowMs - sampledAtMs,
		present: 9,
		expected: 10,
		missing: [{direction: 'from', peer: '127.0.0.1:17053', isConfirmed: true}],
		unsentBytes: 480,
		waiting: [],
	});
	assert.equal(each[1]?.cluster?.busLinks, null);
});

test('the snapshot has a Sentinel’s report', () => {
	const [primary] = parseMonitoredPrimaries([
		['name', 'main', 'ip', '10.0.1.11', 'port', '6379', 'flags', 'master,s_down', 'quorum', '2', 'config-epoch', '3'],
	]);
	assert.ok(primary);
	const sentinels = parseSentinelPeers([['ip', '10.0.2.12', 'port', '26379', 'flags', 'sentinel', 'runid', 'r']]);
	const record = recordFrom({
		address: '10.0.2.11:26379',
		role: 'sentinel',
		sentinel: {atMs: sampledAtMs, value: {primaries: [{...primary, sentinels}]}},
	});
	const part = parsed(stateOf([record])).nodes[0]?.sentinel;
	assert.deepEqual(
		part?.primaries.map(({name, address, flags, quorum, configEpoch, quorumCheck}) => [
			name,
			address,
			flags,
			quorum,
			configEpoch,
			quorumCheck,
		]),
		[['main', '10.0.1.11:6379', ['master', 's_down'], 2, 3, null]],
	);
	assert.deepEqual(part?.primaries[0]?.sentinels, [
		{address: '10.0.2.12:26379', flags: ['sentinel'], runId: 'r', link: null, priority: null},
	]);
	assert.equal(part?.primaries[0]?.replicas, null);
});
