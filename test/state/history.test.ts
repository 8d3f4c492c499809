import assert from 'node:assert/strict';
import {test} from 'node:test';
import type {InfoReply} from '../../source/domain/info-reply.js';
import type {NodeAddress} from '../../source/domain/node.js';
import type {PollOutcome} from '../../source/domain/sample.js';
import type {SlowlogEntry} from '../../source/domain/slowlog.js';
import {parseInfo} from '../../source/parse/info.js';
import {History, historyMs} from '../../source/state/history.js';
import type {MonitorState, NodeRecord} from '../../source/state/monitor-state.js';
import {newRecord} from '../../source/state/new-record.js';
import {reduceNode} from '../../source/state/reduce-node.js';
import {ShownState} from '../../source/state/shown-state.js';
import {clientsPanel} from '../../source/views/panels/clients/clients.js';
import {auditEntry} from '../harness/audits.js';
import {fixture, fixtureServers} from '../harness/fixtures.js';
import {panelText} from '../harness/panel-text.js';
import {clientOf, infoOf, panelInput, stateOf} from '../harness/records.js';

const address = '10.0.1.11:6379' as NodeAddress;
const startMs = Date.UTC(2026, 10, 23, 14, 0, 0);

const sampled = (second: number, calls: number): PollOutcome => ({
	kind: 'sampled',
	address,
	sample: {
		atMs: startMs + second * 1000,
		elapsedMs: second * 1000,
		roundTripMs: 1,
		runId: 'a',
		info: infoOf({
			server: {run_id: 'a', redis_version: '7.2.5'},
			memory: {used_memory: 1000 + second},
			stats: {total_commands_processed: calls},
			replication: {role: 'master', connected_slaves: 0},
			commandstats: {cmdstat_get: `calls=${calls},usec=${calls * 2},usec_per_call=2.00`},
		}),
	},
	extras: {},
	blind: [],
	cost: {commands: 1, bytesOut: 1, bytesIn: 1},
});

const failed = (second: number): PollOutcome => ({
	kind: 'failed',
	address,
	atMs: startMs + second * 1000,
	askedAtMs: startMs + second * 1000,
	failure: {layer: 'tcp', code: 'ECONNREFUSED', problem: 'refuses connections', state: 'down'},
});

/** A history of these outcomes, one a second, and every record as it was live. */
function lived(outcomes: readonly PollOutcome[]) {
	const history = new History();
	const endpoint = {kind: 'tcp', host: '10.0.1.11', port: 6379} as const;
	let record = newRecord(address, endpoint, 'target', 1000, 50);
	const records: NodeRecord[] = [];
	outcomes.forEach((outcome, second) => {
		record = reduceNode(record, outcome, 1000);
		history.add(record, startMs + second * 1000);
		records.push({
			...record,
			series: new Map([...record.series].map(([id, series]) => [id, series.copy()])),
		});
	});
	return {history, records, live: stateOf([record])};
}

/** Every field that was sent, by section. */
const fieldsOf = ({sections}: InfoReply) => new Map([...sections].map(([name, fields]) => [name, new Map(fields)]));

const seen = ({sample, values, commands, reach, lastReplyAtMs, series}: NodeRecord) => ({
	reach,
	lastReplyAtMs,
	info: sample && fieldsOf(sample.info),
	values,
	commands,
	memory: series.get('usedMemory')?.latest(50),
});

test('the history gives each moment back unchanged: sample, rates, commands, gaps and logs', () => {
	const outcomes = Array.from({length: 40}, (_, second) =>
		second === 17 || second === 18 ? failed(second) : sampled(second, second * second),
	);
	const {history, records, live} = lived(outcomes);
	for (const [second, record] of records.entries()) {
		const past = history.at(live, startMs + second * 1000).nodes.get(address);
		assert.ok(past !== undefined);
		assert.deepEqual(seen(past), seen(record), `second ${second}`);
	}
});

test('INFO of real servers comes back unchanged', () => {
	for (const server of fixtureServers) {
		const info = parseInfo(fixture(server, 'primary/info-everything.txt'));
		const outcome = sampled(0, 0);
		assert.ok(outcome.kind === 'sampled');
		const {history, live} = lived([{...outcome, sample: {...outcome.sample, info}}]);
		const past = history.at(live, startMs).nodes.get(address)?.sample?.info;
		assert.ok(past !== undefined);
		assert.deepEqual(fieldsOf(past), fieldsOf(info));
		assert.ok(fieldsOf(info).size > 10);
	}
});

test('steps move by a poll or by a minute, and end at the present', () => {
	const {history} = lived(Array.from({length: 200}, (_, second) => sampled(second, second)));
	const at = (second: number) => startMs + second * 1000;
	assert.equal(history.momentFrom(address, at(199), -1, 'sample'), at(198));
	assert.equal(history.momentFrom(address, at(100), 1, 'sample'), at(101));
	assert.equal(history.momentFrom(address, at(199), 1, 'sample'), undefined);
	assert.equal(history.momentFrom(address, at(0), -1, 'sample'), at(0));
	assert.equal(history.momentFrom(address, at(150), -1, 'minute'), at(90));
	assert.equal(history.momentFrom(address, at(30), -1, 'minute'), at(0));
	assert.equal(history.momentFrom(address, at(90), 1, 'minute'), at(150));
	assert.equal(history.momentFrom(address, at(150), 1, 'minute'), undefined);
	assert.equal(history.momentFrom('other:1' as NodeAddress, at(1), -1, 'sample'), undefined);
});

test('the history keeps half an hour, and no more', () => {
	const {history} = lived(Array.from({length: 2000}, (_, second) => sampled(second, second)));
	const oldest = history.momentFrom(address, startMs, -1, 'sample');
	assert.equal(oldest, startMs + 1999 * 1000 - historyMs);
});

test('with a baseline, rates are averages since it; without one, they are of the last interval again', () => {
	const listeners = new Set<() => void>();
	const {records} = lived([sampled(0, 0), sampled(1, 100), sampled(2, 100), sampled(3, 100)]);
	let live: MonitorState = stateOf(records.slice(0, 1));
	const store = {
		get: () => live,
		subscribe(listener: () => void) {
			listeners.add(listener);
			return () => listeners.delete(listener);
		},
	};
	const shown = new ShownState(store, new History());
	shown.setBaseline(0);
	live = stateOf(records.slice(3));
	const averaged = shown.get().nodes.get(address);
	assert.equal(averaged?.values.get('operations'), 100 / 3);
	assert.equal(averaged?.commands[0]?.callsPerSecond, 100 / 3);
	assert.equal(shown.get(), shown.get());
	shown.setBaseline(undefined);
	assert.equal(shown.get().nodes.get(address)?.values.get('operations'), 0);
});

test('entries of many nodes that are not shown are further apart, and their series keep the same distance', () => {
	const history = new History();
	const endpoint = {kind: 'tcp', host: '10.0.1.11', port: 6379} as const;
	for (let port = 1; port <= 60; port++) {
		history.add(newRecord(`10.0.1.11:${port}` as NodeAddress, endpoint, 'cluster', 1000, 50), startMs);
	}

	let record = newRecord(address, endpoint, 'cluster', 1000, 50);
	const lengths = new Map<number, number>();
	for (let second = 0; second < 40; second++) {
		record = reduceNode(record, second === 20 ? failed(second) : sampled(second, second), 1000);
		history.add(record, startMs + second * 1000, false);
		lengths.set(second, record.series.get('usedMemory')?.length ?? 0);
	}

	const live = stateOf([record]);
	const at = (second: number) => history.at(live, startMs + second * 1000).nodes.get(address);
	// Half an hour in 12,000 / 61 entries: one in nine seconds or so; a loss and the way back are never left out.
	assert.equal(at(5)?.sample?.atMs, startMs);
	assert.equal(at(20)?.failure?.code, 'ECONNREFUSED');
	assert.equal(at(21)?.failure, undefined);
	const past = at(21);
	assert.deepEqual(past?.series.get('usedMemory')?.latest(50).at(-1), 1021);
	assert.equal(past?.series.get('usedMemory')?.length, lengths.get(21));
});

test('CLUSTER INFO of a moment comes back unchanged, except for its message counters, which are kept once', () => {
	const clusterInfo = (state: string, sent: number) =>
		new Map([
			['cluster_state', state],
			['cluster_stats_messages_sent', String(sent)],
		]);
	const outcomes = ['ok', 'ok', 'fail', 'fail', 'ok'].map((state, second): PollOutcome => {
		const outcome = sampled(second, second);
		return outcome.kind === 'sampled' ? {...outcome, extras: {clusterInfo: clusterInfo(state, second)}} : outcome;
	});
	const {history, records, live} = lived(outcomes);
	const kept = outcomes.map((_, second) => history.at(live, startMs + second * 1000).nodes.get(address)?.clusterInfo);
	assert.deepEqual(
		kept.map(info => info?.value.get('cluster_state')),
		['ok', 'ok', 'fail', 'fail', 'ok'],
	);
	assert.deepEqual(
		kept.map(info => info?.atMs),
		records.map(record => record.clusterInfo?.atMs),
	);
	assert.equal(kept[1]?.value, kept[0]?.value);
	assert.equal(kept[3]?.value, kept[2]?.value);
});

test('a reply that repeats is kept once, and only a changed part is kept again', () => {
	const histogram = (calls: number) => ({calls, buckets: [{boundMicroseconds: 8, cumulativeCount: calls}]});
	const outcomes = [7, 7, 9].map((calls, second): PollOutcome => {
		const outcome = sampled(second, second);
		const histograms = new Map([
			['get', histogram(calls)],
			['set', histogram(1)],
		]);
		return outcome.kind === 'sampled' ? {...outcome, extras: {histograms}} : outcome;
	});
	const {history, records, live} = lived(outcomes);
	const kept = outcomes.map((_, second) => history.at(live, startMs + second * 1000).nodes.get(address)?.latency);
	assert.deepEqual(
		kept,
		records.map(({latency}) => latency),
	);
	const [first, same, changed] = kept.map(latency => latency?.value.histograms);
	assert.equal(same, first);
	assert.notEqual(changed, first);
	assert.equal(changed?.get('set'), first?.get('set'));
});

test('a past moment has no later data, and says of a long list that it is not kept', () => {
	const {records, history: short, live} = lived([sampled(0, 0)]);
	const [record] = records;
	assert.ok(record);
	const entry = (second: number) => auditEntry({at: new Date(startMs + second * 1000).toISOString()});
	const audited: MonitorState = {
		...live,
		incidentSinceMs: startMs + 5000,
		audit: {entries: [entry(1), entry(9)], broken: 0, fixes: [], problem: undefined},
	};
	assert.deepEqual(short.at(audited, startMs + 3000).audit?.entries, [entry(1)]);
	assert.equal(short.at(audited, startMs + 3000).incidentSinceMs, undefined);
	assert.equal(short.at(audited, startMs + 6000).incidentSinceMs, startMs + 5000);

	const clients = Array.from({length: 101}, (_, id) => clientOf({id}));
	const history = new History();
	history.add({...record, clients: {atMs: startMs, value: clients}}, startMs);
	const past = history.at(live, startMs).nodes.get(address);
	assert.ok(past);
	const drawn = panelText(clientsPanel, panelInput([past]), {width: 120, height: 20}).join('\n');
	assert.match(drawn, /list not kept/);
	assert.match(drawn, /The history does not keep a list this long/);
});

test('the slow log of a moment comes back, also of an earlier process, without entries that the log dropped since', () => {
	const entry = (id: number): SlowlogEntry => ({
		id,
		atMs: startMs + id,
		durationMicroseconds: 12_000,
		arguments: ['GET', String(id)],
		clientAddress: '',
		clientName: '',
	});
	const outcomes = Array.from({length: 40}, (_, second): PollOutcome => {
		const outcome = sampled(second, second);
		assert.ok(outcome.kind === 'sampled');
		// Every third poll reads it; from the twentieth on another process counts from 0 again.
		const isOther = second >= 20;
		const count = (isOther ? second - 20 : second) * 40;
		const slowlog = Array.from({length: Math.min(count, 128)}, (_unused, index) => entry(count - 1 - index));
		return {
			...outcome,
			sample: {...outcome.sample, runId: isOther ? 'b' : 'a'},
			extras: second % 3 === 0 ? {slowlog} : {},
		};
	});
	const {history, records, live} = lived(outcomes);
	const newest = new Set(records.at(-1)?.slowlog?.value.entries);
	for (const [second, record] of records.entries()) {
		const past = history.at(live, startMs + second * 1000).nodes.get(address)?.slowlog;
		const [was, is] = [record.slowlog?.value.entries ?? [], past?.value.entries ?? []];
		assert.deepEqual(is, was.slice(0, is.length));
		assert.equal(past?.value.lost, record.slowlog?.value.lost);
		assert.equal(
			is.length,
			Math.max(was.filter(each => newest.has(each)).length, Math.min(1, was.length)),
			`second ${second}`,
		);
	}
});
