import assert from 'node:assert/strict';
import test from 'node:test';
import type {HostEvidence, ProcessEvidence} from '../../source/domain/host-evidence.js';
import type {MetricId} from '../../source/domain/metric.js';
import {metrics} from '../../source/domain/metric.js';
import type {Failure, PollExtras, PollOutcome} from '../../source/domain/sample.js';
import type {SlowlogEntry} from '../../source/domain/slowlog.js';
import type {NodeRecord} from '../../source/state/monitor-state.js';
import {newRecord} from '../../source/state/new-record.js';
import {reduceNode} from '../../source/state/reduce-node.js';
import {at} from '../harness/fake-port.js';
import {clientOf, type Sections} from '../harness/records.js';
import {sampleOf} from '../harness/samples.js';

const address = at('10.0.1.11:6379');
const startMs = sampleOf({}).atMs;

const sampled = (elapsedMs: number, sections: Sections, extras: PollExtras = {}): PollOutcome => ({
	kind: 'sampled',
	address,
	sample: sampleOf(sections, elapsedMs),
	extras,
	blind: [],
	cost: {commands: 4, bytesOut: 100, bytesIn: 8000},
});

const refused: Failure = {layer: 'tcp', code: 'ECONNREFUSED', problem: 'refuses connections', state: 'down'};
const silent: Failure = {layer: 'server', code: 'TIMEOUT', problem: 'is not responding', state: 'stale'};
const failed = (elapsedMs: number, failure: Failure): PollOutcome => ({
	kind: 'failed',
	address,
	atMs: startMs + elapsedMs,
	askedAtMs: startMs + elapsedMs - 100,
	failure,
});

const fresh = () => newRecord(address, {kind: 'tcp', host: '10.0.1.11', port: 6379}, 'target', 1000, 10);
const after = (...outcomes: readonly PollOutcome[]): NodeRecord =>
	outcomes.reduce((record, outcome) => reduceNode(record, outcome, 1000), fresh());
const history = (record: NodeRecord, id: MetricId) => record.series.get(id)?.latest(10);
const operations = (total: number, runId = 'run-1'): Sections => ({
	server: {run_id: runId},
	stats: {total_commands_processed: total},
	memory: {used_memory: total * 10},
});

test('a rate never crosses a gap, and a gauge is known again at once', () => {
	const record = after(
		sampled(0, operations(100)),
		sampled(1000, operations(150)),
		failed(2000, refused),
		failed(3000, refused),
		sampled(4000, operations(900)),
		sampled(5000, operations(910)),
	);
	assert.deepEqual(history(record, 'operations'), [undefined, 50, undefined, undefined, undefined, 10]);
	assert.deepEqual(history(record, 'usedMemory'), [1000, 1500, undefined, undefined, 9000, 9100]);
});

test('skipped polls leave gaps in the series, and the rate covers the whole time', () => {
	const among = {...sampled(5000, operations(1000)), skipped: 4, every: 5} as PollOutcome;
	const record = after(sampled(0, operations(0)), among);
	assert.deepEqual(history(record, 'operations'), [undefined, undefined, undefined, undefined, undefined, 200]);
	assert.deepEqual([record.intervalMs, record.every, record.cost?.commands], [1000, 5, 0.8]);
});

test('a rate never crosses a restart, even if every poll succeeded', () => {
	const record = after(
		sampled(0, operations(100)),
		sampled(1000, operations(5000, 'run-2')),
		sampled(2000, operations(5007, 'run-2')),
	);
	assert.deepEqual(history(record, 'operations'), [undefined, undefined, 7]);
});

test('a failing node keeps its last sample, its age and the time of the failure', () => {
	const record = after(sampled(0, operations(100)), failed(1000, refused), failed(3000, refused));
	assert.deepEqual(
		[record.reach, record.failure?.code, record.lastReplyAtMs, record.failingSinceMs, record.pendingSinceMs],
		['down', 'ECONNREFUSED', startMs, startMs + 900, undefined],
	);
	assert.equal(record.sample?.info.number('stats', 'total_commands_processed'), 100);
	assert.ok(metrics.every(({id}) => record.values.get(id) === undefined));
});

test('a pending reply is dated from its request, not from an earlier failure of the node', () => {
	const record = after(failed(1000, refused), failed(5000, silent), failed(6000, silent));
	assert.deepEqual([record.failingSinceMs, record.pendingSinceMs], [startMs + 900, startMs + 4900]);
	const back = reduceNode(record, sampled(7000, operations(1)), 1000);
	assert.deepEqual([back.failingSinceMs, back.pendingSinceMs, back.failure], [undefined, undefined, undefined]);
});

test('a loading node is loading, not up', () => {
	assert.equal(after(sampled(0, {persistence: {loading: 1}})).reach, 'loading');
	assert.equal(after(sampled(0, {persistence: {loading: 0}})).reach, 'up');
});

test('the cost of polling is per second of the interval in force', () => {
	const record = reduceNode(fresh(), sampled(0, {}), 2000);
	assert.deepEqual(record.cost, {commands: 2, bytesOut: 50, bytesIn: 4000});
	assert.equal(record.intervalMs, 2000);
});

test('data of low-frequency requests keeps its age, and is dropped with the process', () => {
	const clients = [clientOf({id: 1})];
	const kept = after(sampled(0, operations(1), {clients}), sampled(1000, operations(2)));
	assert.deepEqual(kept.clients, {atMs: startMs, elapsedMs: 0, value: clients});
	const restarted = reduceNode(kept, sampled(2000, operations(1, 'run-2')), 1000);
	assert.equal(restarted.clients, undefined);
});

const histogram = (calls: number) =>
	new Map([['get', {calls, buckets: [{boundMicroseconds: 8, cumulativeCount: calls}]}]]);

test('percentiles need two samples of one process', () => {
	const first = after(sampled(0, operations(1), {histograms: histogram(500)}));
	assert.equal(first.latency?.value.bounds.size, 0);
	const second = reduceNode(first, sampled(2000, operations(2), {histograms: histogram(700)}), 1000);
	assert.deepEqual(second.latency?.value.bounds.get('get'), {
		calls: 200,
		p50: 8,
		p99: 8,
		p999: undefined,
		max: 8,
		overMs: 2000,
		buckets: [{bound: 8, count: 200}],
	});
	const between = reduceNode(second, sampled(3000, operations(3)), 1000);
	assert.equal(between.latency, second.latency);
	assert.equal(reduceNode(between, sampled(4000, operations(3, 'run-2')), 1000).latency, undefined);
	const other = reduceNode(between, sampled(4000, operations(3, 'run-2'), {histograms: histogram(900)}), 1000);
	assert.equal(other.latency?.value.bounds.size, 0);
});

const entry = (id: number, agoMs = 0): SlowlogEntry => ({
	id,
	atMs: startMs - agoMs,
	durationMicroseconds: 20_000,
	arguments: ['GET', 'k'],
	clientAddress: undefined,
	clientName: undefined,
});
const slow = (elapsedMs: number, ids: readonly number[] | undefined, runId = 'run-1'): PollOutcome =>
	sampled(elapsedMs, operations(elapsedMs, runId), ids === undefined ? {} : {slowlog: ids.map(id => entry(id))});
const slowlogOf = ({slowlog}: NodeRecord) => ({
	ids: slowlog?.value.entries.map(({id}) => id),
	lost: slowlog?.value.lost,
});

test('slow log: new entries precede old ones, and no entry is listed twice', () => {
	const record = after(slow(0, [5, 4, 3]), slow(5000, [7, 6, 5, 4]), slow(10_000, [7, 6, 5, 4]));
	assert.deepEqual(slowlogOf(record), {ids: [7, 6, 5, 4, 3], lost: 0});
});

test('slow log: entries dropped between two polls are counted, and those dropped before the first poll are not', () => {
	assert.deepEqual(slowlogOf(after(slow(0, [105, 104]))), {ids: [105, 104], lost: 0});
	const record = after(slow(0, [5, 4]), slow(5000, [10, 9]), slow(10_000, [14]));
	assert.deepEqual(slowlogOf(record), {ids: [14, 10, 9, 5, 4], lost: 6});
});

test('slow log: SLOWLOG RESET removes no known entry', () => {
	const record = after(slow(0, [5, 4]), slow(5000, []), slow(10_000, [6]));
	assert.deepEqual(slowlogOf(record), {ids: [6, 5, 4], lost: 0});
});

test('slow log: a poll without SLOWLOG GET changes neither entries nor their age', () => {
	const asked = after(slow(0, [5, 4]));
	assert.equal(reduceNode(asked, slow(1000, undefined), 1000).slowlog, asked.slowlog);
});

test('slow log: the ids of a new process count from 0, even if its log is first read later', () => {
	const atOnce = after(slow(0, [900, 899]), slow(5000, [1, 0], 'run-2'));
	assert.deepEqual(slowlogOf(atOnce), {ids: [1, 0, 900, 899], lost: 0});
	const later = after(
		slow(0, [900, 899]),
		slow(1000, undefined, 'run-2'),
		slow(5000, [1, 0], 'run-2'),
		slow(9000, [2, 1, 0], 'run-2'),
	);
	assert.deepEqual(slowlogOf(later), {ids: [2, 1, 0, 900, 899], lost: 0});
});

test('slow log: a thousand entries are kept, and those of the last minute are counted', () => {
	const many = Array.from({length: 1200}, (_, index) => entry(1199 - index, index * 1000));
	const record = after(sampled(0, operations(1), {slowlog: many}));
	assert.equal(record.slowlog?.value.entries.length, 1000);
	assert.equal(record.slowlog?.value.perMinute, 60);
});

test('a poll without commandstats keeps the last rates', () => {
	const stats = (calls: number): Sections => ({
		...operations(1),
		commandstats: {cmdstat_get: `calls=${calls},usec=${calls}`},
	});
	const record = after(sampled(0, stats(10)), sampled(1000, stats(30)), sampled(2000, operations(2)));
	assert.equal(record.commands[0]?.callsPerSecond, 20);
});

test('with many nodes fewer slow log entries are kept of each, and the others do not count as lost', () => {
	const ids = Array.from({length: 60}, (_, index) => index);
	const kept = (nodeCount: number) => slowlogOf(reduceNode(fresh(), slow(0, ids), 1000, nodeCount));
	assert.deepEqual(
		[kept(1), kept(50)].map(({ids: own}) => own?.length),
		[60, 60],
	);
	assert.deepEqual(kept(1000), {ids: ids.toReversed().slice(0, 20), lost: 0});
	assert.equal(kept(100_000).ids?.length, 16);
	const [first] = [reduceNode(fresh(), slow(0, ids), 1000, 1000)];
	assert.equal(slowlogOf(reduceNode(first, slow(1000, [60]), 1000, 1000)).lost, 0);
});

test('clients have rates from the second list of one process on', () => {
	const counted = (commands: number) => [clientOf({id: 1, totals: {inBytes: 0, outBytes: 0, commands}})];
	const first = after(sampled(0, operations(1), {clients: counted(10)}));
	assert.equal(first.clients?.value[0]?.perSecond, undefined);
	const second = reduceNode(first, sampled(2000, operations(2), {clients: counted(30)}), 1000);
	assert.equal(second.clients?.value[0]?.perSecond?.commands, 10);
	assert.equal(second.clients?.overMs, 2000);
	const restarted = reduceNode(second, sampled(3000, operations(1, 'run-2'), {clients: counted(40)}), 1000);
	assert.equal(restarted.clients?.value[0]?.perSecond, undefined);
});

test('a silence in which its process waited for a disk stays known, and no other', () => {
	const during = (state: ProcessEvidence['state'], atMs: number, failure = silent): NodeRecord => {
		const record = after(sampled(0, operations(100)), failed(2000, failure));
		const process = {processId: 77, state} as ProcessEvidence;
		const value = {kind: 'here', process} as HostEvidence;
		return reduceNode({...record, host: {atMs: startMs + atMs, value}}, sampled(6000, operations(120)), 1000);
	};
	const waited = during('disk-wait', 2500);
	assert.deepEqual(waited.diskWait, {fromMs: startMs + 1900, toMs: startMs + 6000});
	assert.deepEqual(reduceNode(waited, sampled(7000, operations(130)), 1000).diskWait, waited.diskWait);
	assert.equal(reduceNode(waited, sampled(7000, operations(1, 'run-2')), 1000).diskWait, undefined, 'it restarted');
	assert.equal(during('running', 2500).diskWait, undefined);
	assert.equal(during('disk-wait', 1000).diskWait, undefined, 'the evidence is from before');
	assert.equal(during('disk-wait', 2500, refused).diskWait, undefined, 'it was not silent');
});
