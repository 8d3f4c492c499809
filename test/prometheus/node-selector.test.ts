import assert from 'node:assert/strict';
import test from 'node:test';
import type {NodeAddress} from '../../source/domain/node.js';
import type {SeriesLabels} from '../../source/parse/prometheus-reply.js';
import {findingQuery, nodeSelector, type SoughtNode} from '../../source/prometheus/node-selector.js';

const runId = '2a6ff862fb44d253557d9985f3ccf49d3d211152';
const node: SoughtNode = {
	endpoint: {kind: 'tcp', host: '10.0.1.11', port: 6379},
	otherNames: ['redis-a.example:6379' as NodeAddress],
	runId,
};

const series = (...labels: readonly SeriesLabels[]) => labels.map(each => ({labels: each, timesMs: [0], values: [1]}));

test('a node is sought by its process, its addresses and its aliases', () => {
	const query = findingQuery(node, undefined) ?? '';
	assert.match(query, new RegExp(`run_id="${runId}"`));
	for (const label of ['addr', 'target', 'instance']) {
		assert.match(
			query,
			new RegExp(`${label}=~"[^"]*10\\\\\\\\.0\\\\\\\\.1\\\\\\\\.11:6379\\|redis-a\\\\\\\\.example:6379`),
		);
	}

	assert.match(query, /tcp_port="6379"/);
	assert.equal(
		findingQuery(node, {label: 'addr', template: '{host}:{port}'}),
		'last_over_time(redis_instance_info{addr="10.0.1.11:6379"}[1d])',
	);
	assert.equal(
		findingQuery({endpoint: {kind: 'unix', path: '/s'}, otherNames: [], runId: undefined}, undefined),
		undefined,
	);
});

test('the selector names what is scraped, not what the server says of itself', () => {
	const info = {run_id: runId, role: 'master', redis_version: '7.0.15', tcp_port: '6379'};
	const own = {...info, instance: 'a:1', job: 'redis', env: 'prod'};
	assert.deepEqual(nodeSelector(series(own), node, undefined), {
		kind: 'found',
		targets: ['job="redis",instance="a:1"'],
	});
	assert.deepEqual(nodeSelector(series({...own, role: 'slave'}, own), node, undefined).kind, 'found');
	assert.deepEqual(nodeSelector([], node, undefined), {kind: 'unknown'});
	const byLabel = nodeSelector(series({...own, redis: 'x"y'}), node, {label: 'redis', template: '{host}'});
	assert.deepEqual(byLabel, {
		kind: 'found',
		targets: ['job="redis",instance="a:1",redis="x\\"y"'],
	});
});

test('two servers at one address are ambiguous, unless one is the own process', () => {
	const one = {instance: 'a:1', job: 'redis', run_id: 'f'.repeat(40)};
	const other = {instance: 'b:1', job: 'redis', run_id: '0'.repeat(40)};
	assert.deepEqual(nodeSelector(series(one, other), node, undefined), {
		kind: 'ambiguous',
		instances: ['a:1', 'b:1'],
	});
	const own = {instance: 'c:1', job: 'redis', run_id: runId};
	assert.deepEqual(nodeSelector(series(one, own), node, undefined), {
		kind: 'found',
		targets: ['job="redis",instance="c:1"'],
	});
});

test('all targets that scrape the process are its series, also by an earlier process of the same server', () => {
	const before = 'b'.repeat(40);
	const exporter = {job: 'redis_exporter', instance: 'redis://10.0.1.11:6379'};
	const own = {job: 'redis-top', instance: '10.0.1.11:6379'};
	const removed = {job: 'old', instance: '10.0.1.11:6379'};
	const targets = [
		'job="old",instance="10.0.1.11:6379"',
		'job="redis-top",instance="10.0.1.11:6379"',
		'job="redis_exporter",instance="redis://10.0.1.11:6379"',
	];
	const all = series(
		{...exporter, run_id: runId},
		{...own, run_id: runId},
		{...own, run_id: before},
		{...removed, run_id: before},
	);
	assert.deepEqual(nodeSelector(all, node, undefined), {kind: 'found', targets});
	// The server has restarted, and Prometheus has not scraped the new process yet.
	assert.deepEqual(nodeSelector(all, {...node, runId: 'c'.repeat(40)}, undefined), {kind: 'found', targets});
	assert.deepEqual(nodeSelector(all, {...node, runId: undefined}, undefined), {kind: 'found', targets});
	const strange = series({...exporter, run_id: before}, {...own, run_id: 'd'.repeat(40)});
	assert.equal(nodeSelector(strange, node, undefined).kind, 'ambiguous');
	assert.equal(nodeSelector(series(exporter, own), node, undefined).kind, 'ambiguous');
});
