import assert from 'node:assert/strict';
import test from 'node:test';
import {setImmediate as nextTurn} from 'node:timers/promises';
import type {Failure, PollOutcome} from '../../source/domain/sample.js';
import {History} from '../../source/state/history.js';
import {MonitorStore} from '../../source/state/monitor-store.js';
import {longSeries, shortSeries} from '../../source/state/new-record.js';
import {ShownState} from '../../source/state/shown-state.js';
import {FakeClock} from '../harness/fake-clock.js';
import {at} from '../harness/fake-port.js';
import type {Sections} from '../harness/records.js';
import {sampled} from '../harness/samples.js';

const first = at('10.0.1.11:6379');
const second = at('10.0.1.12:6379');
const down: Failure = {layer: 'tcp', code: 'ECONNREFUSED', problem: 'refuses connections', state: 'down'};

const failed = (clock: FakeClock, failure = down): PollOutcome => ({
	kind: 'failed',
	address: first,
	atMs: clock.now(),
	askedAtMs: clock.now(),
	failure,
});

/** A store of one target, with time and `setTimeout` in the test's hand. */
function storeOf(context: test.TestContext) {
	context.mock.timers.enable({apis: ['setTimeout']});
	const clock = new FakeClock();
	const store = new MonitorStore({target: 'here', isInsecure: false, intervalMs: 1000, clock});
	let published = 0;
	store.subscribe(() => {
		published += 1;
	});
	const advance = async (durationMs: number) => {
		// In small steps, so that a timer finds the clock where it was to go off.
		for (let passedMs = 0; passedMs < durationMs; passedMs += 10) {
			await clock.advance(10);
			context.mock.timers.tick(10);
		}
	};

	store.addNode(first, {kind: 'tcp', host: '10.0.1.11', port: 6379}, 'target');
	const eventKinds = () => store.get().events.map(({kind}) => kind);
	return {clock, store, advance, publishedCount: () => published, eventKinds};
}

const addSecond = (store: MonitorStore) =>
	store.addNode(second, {kind: 'tcp', host: '10.0.1.12', port: 6379}, 'replication');

test('the first state is published at once, the following ones four times a second at most', async context => {
	const {store, advance, publishedCount} = storeOf(context);
	assert.equal(publishedCount(), 1);
	for (let news = 0; news < 100; news++) {
		store.ingest(sampled(first, news), 1000);
		await advance(10);
	}

	assert.equal(publishedCount(), 1 + 4);
	await advance(1000);
	assert.equal(publishedCount(), 1 + 4);
	assert.equal(store.get().nodes.get(first)?.sample?.elapsedMs, 99);
});

test('after a quiet period a change is published at once', async context => {
	const {store, advance, publishedCount} = storeOf(context);
	await advance(300);
	store.ingest(sampled(first), 1000);
	assert.equal(publishedCount(), 2);
});

test('a change of a node out of focus is published with the node in focus, but its loss at once', async context => {
	const {clock, store, advance, publishedCount} = storeOf(context);
	addSecond(store);
	await advance(2000);
	store.setFocus(second);
	store.ingest(sampled(first), 1000);
	store.ingest(sampled(second), 1000);
	await advance(2000);
	const before = publishedCount();
	store.ingest(sampled(second, 1000), 1000);
	assert.equal(publishedCount(), before + 1);
	store.ingest(sampled(first, 1000), 1000);
	await advance(1400);
	assert.equal(publishedCount(), before + 1);
	await advance(100);
	assert.equal(publishedCount(), before + 2);
	store.ingest(failed(clock), 1000);
	await advance(250);
	assert.equal(store.get().nodes.get(first)?.reach, 'down');
});

test('stop publishes the pending state and ends the timer', async context => {
	const {store, advance, publishedCount} = storeOf(context);
	store.ingest(sampled(first), 1000);
	store.flush();
	assert.equal(store.get().nodes.get(first)?.reach, 'up');
	const before = publishedCount();
	await advance(5000);
	assert.equal(publishedCount(), before);
});

test('with more than 200 nodes a state is published after some turns of the event loop, and the last one at once', async context => {
	const {store, publishedCount} = storeOf(context);
	const many = Array.from({length: 200}, (_, index) => at(`10.0.2.1:${index + 1}`));
	for (const [index, address] of many.entries()) {
		store.addNode(address, {kind: 'tcp', host: '10.0.2.1', port: index + 1}, 'cluster');
	}

	store.flush();
	const before = publishedCount();
	const turns = async () => {
		for (let turn = 0; turn < 10; turn++) {
			await nextTurn();
		}
	};
	const [other = first] = many;
	// The first data of the node in focus is published without a timer.
	store.setFocus(first);
	store.ingest(sampled(first), 1000);
	assert.equal(publishedCount(), before);
	await turns();
	assert.equal(publishedCount(), before + 1);
	assert.equal(store.get().nodes.get(first)?.reach, 'up');

	store.setFocus(other);
	store.ingest(sampled(other), 1000);
	assert.equal(publishedCount(), before + 1);
	store.flush();
	assert.equal(publishedCount(), before + 2);
	await turns();
	assert.equal(publishedCount(), before + 2);
	assert.equal(store.get().nodes.get(other)?.reach, 'up');
});

test('a node is added once, in the order of discovery, and is never removed', async context => {
	const {clock, store, advance, eventKinds} = storeOf(context);
	addSecond(store);
	addSecond(store);
	for (let miss = 0; miss < 100; miss++) {
		store.ingest(failed(clock), 1000);
		await advance(1000);
	}

	assert.deepEqual([...store.get().nodes.keys()], [first, second]);
	assert.deepEqual(eventKinds(), ['node-lost', 'node-found']);
	assert.equal(store.get().nodes.get(first)?.reach, 'down');
});

test('outcomes and pings of an unknown node change nothing', context => {
	const {store} = storeOf(context);
	const before = store.get();
	store.ingest(sampled(at('10.9.9.9:1')), 1000);
	store.ingestPing(at('10.9.9.9:1'), 3);
	store.flush();
	assert.equal(store.get(), before);
});

test('a loss, a new reason of the loss and the return are one event each, and nothing else is', async context => {
	const {clock, store, advance} = storeOf(context);
	const server = (uptime: number): Sections => ({server: {run_id: 'r', uptime_in_seconds: uptime}});
	store.ingest(sampled(first, 0, server(10)), 1000);
	await advance(1000);
	store.ingest(failed(clock), 1000);
	await advance(1000);
	store.ingest(failed(clock), 1000);
	await advance(1000);
	store.ingest(
		failed(clock, {...down, code: 'EHOSTUNREACH', problem: 'cannot be reached', reason: 'no route to the host'}),
		1000,
	);
	await advance(1000);
	store.ingest(sampled(first, 4000, server(14)), 1000);
	store.flush();
	assert.deepEqual(
		store.get().events.map(({kind, severity, text}) => [kind, severity, text]),
		[
			['node-back', 'info', 'answers again after 3.0 s'],
			['node-lost', 'critical', 'cannot be reached: no route to the host'],
			['node-lost', 'critical', 'refuses connections'],
		],
	);
});

test('the first answer of a node that never answered is an event', async context => {
	const {clock, store, advance} = storeOf(context);
	store.ingest(failed(clock), 1000);
	await advance(1000);
	store.ingest(sampled(first), 1000);
	store.flush();
	assert.deepEqual(
		store.get().events.map(({text}) => text),
		['answers now', 'refuses connections'],
	);
});

test('a restart during a gap is an event, and rates start again', async context => {
	const {clock, store, advance} = storeOf(context);
	const total = (count: number, runId: string): Sections => ({
		server: {run_id: runId},
		stats: {total_commands_processed: count},
	});
	store.ingest(sampled(first, 0, total(100, 'aaaa')), 1000);
	store.ingest(sampled(first, 1000, total(200, 'aaaa')), 1000);
	await advance(2000);
	store.ingest(failed(clock), 1000);
	await advance(1000);
	store.ingest(sampled(first, 3000, total(5000, 'bbbb')), 1000);
	store.ingest(sampled(first, 4000, total(5050, 'bbbb')), 1000);
	store.flush();
	assert.deepEqual(
		store.get().events.map(({kind}) => kind),
		['node-back', 'restarted', 'node-lost'],
	);
	assert.deepEqual(store.get().nodes.get(first)?.series.get('operations')?.latest(9), [
		undefined,
		100,
		undefined,
		undefined,
		50,
	]);
});

test('the store keeps a thousand events, newest first', context => {
	const {store} = storeOf(context);
	const event = (number: number) => ({
		atMs: number,
		severity: 'info' as const,
		node: undefined,
		kind: 'action',
		text: String(number),
	});
	for (let number = 0; number < 1500; number += 2) {
		store.addEvents([event(number), event(number + 1)]);
	}

	store.flush();
	const {events} = store.get();
	assert.deepEqual([events.length, events[0]?.text, events.at(-1)?.text], [1000, '1499', '500']);
});

test('round trips are added to their series without a publication', async context => {
	const {store, advance, publishedCount} = storeOf(context);
	await advance(5000);
	const before = publishedCount();
	store.ingestPing(first, 0.4);
	store.ingestPing(first, undefined);
	await advance(5000);
	assert.equal(publishedCount(), before);
	store.flush();
	const ping = store.get().nodes.get(first)?.ping;
	assert.deepEqual([ping?.series.latest(5), ping?.lastMs], [[0.4, undefined], undefined]);
});

test('series are short with more than twelve nodes', context => {
	const {store} = storeOf(context);
	for (let port = 2; port <= 14; port++) {
		store.addNode(at(`h:${port}`), {kind: 'tcp', host: 'h', port}, 'cluster');
	}

	store.flush();
	const capacities = [...store.get().nodes.values()].map(({series}) => series.get('keys')?.capacity);
	assert.deepEqual(capacities, [...Array.from({length: 12}, () => longSeries), shortSeries, shortSeries]);
});

test('a held state does not change while polling goes on', async context => {
	const {store, advance} = storeOf(context);
	const held = new ShownState(store, new History());
	let told = 0;
	const unsubscribe = held.subscribe(() => {
		told += 1;
	});
	const memory = (bytes: number): Sections => ({memory: {used_memory: bytes}});
	const shown = () => held.get().nodes.get(first)?.series.get('usedMemory')?.latest(9);
	await advance(1000);
	store.ingest(sampled(first, 0, memory(10)), 1000);
	assert.deepEqual(shown(), [10]);
	const before = told;
	held.hold();
	assert.equal(told, before + 1);
	const still = held.get();
	for (const bytes of [20, 30]) {
		await advance(1000);
		store.ingest(sampled(first, bytes, memory(bytes)), 1000);
		store.ingestPing(first, 1);
	}

	assert.equal(held.get(), still);
	assert.deepEqual(shown(), [10]);
	assert.equal(held.get().nodes.get(first)?.ping.series.length, 0);
	assert.equal(told, before + 1);
	held.release();
	assert.equal(told, before + 2);
	assert.deepEqual(shown(), [10, 20, 30]);
	unsubscribe();
	await advance(1000);
	store.ingest(sampled(first, 40, memory(40)), 1000);
	assert.equal(told, before + 2);
});

test('a published state never changes afterwards', async context => {
	const {store, advance} = storeOf(context);
	await advance(1000);
	const before = store.get();
	const record = before.nodes.get(first);
	store.ingest(sampled(first, 1), 1000);
	addSecond(store);
	assert.equal(before.nodes.get(first), record);
	assert.equal(before.nodes.size, 1);
	await advance(1000);
	assert.equal(store.get().nodes.size, 2);
	assert.notEqual(store.get().nodes.get(first), record);
});

test('of a large cluster only the latest views and the view of the node in focus are kept', async context => {
	const {store, advance} = storeOf(context);
	const addresses = Array.from({length: 80}, (_, index) => at(`10.0.2.1:${7000 + index}`));
	store.setFocus(addresses[0]);
	for (const [index, address] of addresses.entries()) {
		store.addNode(address, {kind: 'tcp', host: '10.0.2.1', port: 7000 + index}, 'cluster');
		store.ingest({...sampled(address, index), extras: {clusterNodes: []}} as PollOutcome, 1000);
	}

	await advance(2000);
	const {nodes} = store.get();
	const kept = addresses.filter(address => nodes.get(address)?.clusterNodes !== undefined);
	assert.equal(kept.length, 64);
	assert.deepEqual([kept[0], ...kept.slice(1)], [addresses[0], ...addresses.slice(17)]);
});
