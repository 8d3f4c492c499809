import assert from 'node:assert/strict';
import {test} from 'node:test';
import {newCluster} from '../../../source/demo/simulated/cluster.js';
import type {IncidentName} from '../../../source/demo/simulated/incident-names.js';
import {calmMs, incidentsOf, roundOf} from '../../../source/demo/simulated/play.js';
import {replyOf} from '../../../source/demo/simulated/replies.js';
import {replicaLinks} from '../../../source/derive/replica-links.js';
import {parseClusterInfo, parseClusterNodes} from '../../../source/parse/cluster-nodes.js';
import {parseInfo} from '../../../source/parse/info.js';

const startMs = 1_795_000_000_000;

/** A cluster on which incidents are played up to a moment. It is polled twice a second, as by a monitor. */
function stage(programme: string, count = 6) {
	const ports = Array.from({length: count}, (_, index) => 21_000 + index);
	const cluster = newCluster(ports, startMs);
	let nowMs = startMs;
	const acts = [...roundOf(cluster, incidentsOf(programme))];
	const ask = (index: number, command: string): string => {
		const node = cluster.nodes[index];
		assert.ok(node);
		return String(replyOf(command.split(' '), {cluster, node, nowMs}));
	};
	return {
		cluster,
		info: (index: number) => parseInfo(ask(index, 'INFO everything')),
		flags: (teller: number, about: number) =>
			[...(parseClusterNodes(ask(teller, 'CLUSTER NODES'))[about]?.flags ?? [])].filter(flag => flag !== 'myself'),
		owners: (teller: number) =>
			parseClusterNodes(ask(teller, 'CLUSTER NODES'))
				.filter(({slots}) => slots.length > 0)
				.map(({port}) => port - 21_000),
		state: (index: number) => parseClusterInfo(ask(index, 'CLUSTER INFO')).get('cluster_state'),
		/** Plays until `seconds` after the beginning of the incident. */
		playUntil(seconds: number) {
			const untilMs = startMs + calmMs(incidentsOf(programme)) + seconds * 1000;
			for (; nowMs <= untilMs; nowMs += 500) {
				while (acts[0] !== undefined && startMs + acts[0].atMs <= nowMs) {
					acts.shift()?.act?.(cluster, nowMs);
				}

				for (const node of cluster.nodes) {
					ask(node.index, 'INFO stats');
				}
			}
		},
	};
}

test('a primary dies: it is flagged PFAIL, then FAIL, is replaced, comes back as a replica and becomes primary again', () => {
	const {cluster, flags, owners, state, info, playUntil} = stage('node-dies');
	playUntil(2);
	assert.equal(cluster.nodes[1]?.isDead, true);
	assert.deepEqual(flags(0, 1), ['master']);
	assert.equal(info(4).text('replication', 'master_link_status'), 'down');
	playUntil(5.5);
	assert.deepEqual(flags(0, 1), ['master', 'fail?']);
	playUntil(6);
	assert.deepEqual(flags(0, 1), ['master', 'fail']);
	assert.equal(state(0), 'fail');
	playUntil(8);
	assert.deepEqual(owners(0), [0, 2, 4]);
	assert.equal(state(0), 'ok');
	assert.equal(info(4).text('replication', 'role'), 'master');
	playUntil(31);
	assert.deepEqual(flags(0, 1), ['slave']);
	assert.equal(info(1).text('replication', 'master_port'), '21004');
	assert.ok((info(1).number('server', 'uptime_in_seconds') ?? 9) < 5);
	playUntil(41);
	assert.deepEqual(owners(0), [0, 1, 2]);
});

test('a partition: each side has its own owner of a range of slots, until the sides are connected again', () => {
	const {cluster, flags, owners, state, playUntil} = stage('partition');
	playUntil(3);
	// Both sides still report what they knew before.
	assert.deepEqual(
		[owners(0), owners(1)],
		[
			[0, 1, 2],
			[0, 1, 2],
		],
	);
	assert.deepEqual([state(0), state(1)], ['ok', 'ok']);
	playUntil(10);
	assert.deepEqual(owners(0), [0, 1, 2]);
	assert.equal(state(0), 'fail');
	assert.deepEqual(flags(0, 2), ['master', 'fail?']);
	assert.deepEqual(owners(1), [1, 2, 3]);
	assert.equal(state(1), 'ok');
	assert.deepEqual(flags(1, 0), ['master', 'fail']);
	playUntil(41);
	assert.deepEqual(owners(0), [1, 2, 3]);
	assert.deepEqual(flags(0, 0), ['slave']);
	playUntil(51);
	assert.deepEqual(owners(0), [0, 1, 2]);
	assert.equal(new Set(cluster.nodes.map(({side}) => side)).size, 1);
});

test('memory fills up to its limit and writes are refused', () => {
	const {info, playUntil} = stage('full-memory');
	playUntil(20);
	assert.equal(info(1).number('memory', 'used_memory'), info(1).number('memory', 'maxmemory'));
	assert.ok(Number(/\d+/.exec(info(1).text('errorstats', 'errorstat_OOM') ?? '')?.[0]) > 0);
	playUntil(46);
	assert.ok((info(1).number('memory', 'used_memory') ?? 0) < 2 ** 31);
});

test('a replica falls behind while its link is up and its lag is 0', () => {
	const {info, playUntil} = stage('lagging-replica');
	playUntil(30);
	const sample = {atMs: 0, elapsedMs: 0, roundTripMs: 0, info: info(1), runId: undefined};
	const [link] = replicaLinks(undefined, sample);
	assert.ok((link?.behindBytes ?? 0) > 500_000);
	assert.equal(link?.ackAgeSeconds, 0);
	assert.equal(info(4).text('replication', 'master_link_status'), 'up');
	playUntil(49);
	assert.ok((replicaLinks(undefined, {...sample, info: info(1)})[0]?.behindBytes ?? 0) < 10_000);
});

test('every incident restores the state before it, on a cluster of any size', () => {
	const names: readonly IncidentName[] = ['node-dies', 'partition', 'failover', 'full-memory', 'lagging-replica'];
	for (const count of [6, 7, 13, 40]) {
		for (const name of names) {
			const {cluster, owners, state, playUntil} = stage(name, count);
			const before = owners(0);
			playUntil(60);
			assert.deepEqual(owners(count - 1), before, `${name} on ${count}`);
			assert.equal(state(0), 'ok');
			assert.ok(cluster.nodes.every(({isDead}) => !isDead));
		}
	}
});
