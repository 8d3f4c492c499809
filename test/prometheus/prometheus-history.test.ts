import assert from 'node:assert/strict';
import {type TestContext, test} from 'node:test';
import {addressOf, type NodeAddress} from '../../source/domain/node.js';
import type {PrometheusSeries} from '../../source/parse/prometheus-reply.js';
import {Prometheus} from '../../source/prometheus/prometheus.js';
import {PrometheusHistory} from '../../source/prometheus/prometheus-history.js';
import {History} from '../../source/state/history.js';
import type {NodeRecord} from '../../source/state/monitor-state.js';
import {longSeries, newRecord, shortSeries} from '../../source/state/new-record.js';
import {reduceNode} from '../../source/state/reduce-node.js';
import {ShownState} from '../../source/state/shown-state.js';
import {HttpClient} from '../../source/wire/http-client.js';
import {eventually} from '../harness/eventually.js';
import {FakeClock} from '../harness/fake-clock.js';
import {type AskedQuery, fakePrometheus} from '../harness/fake-prometheus.js';
import {infoOf, stateOf} from '../harness/records.js';

const address = '10.0.1.11:6379' as NodeAddress;
const runId = 'a'.repeat(40);
const startMs = Date.UTC(2026, 10, 23, 14, 0, 0);
const periodMs = 15_000;
const identity = {instance: 'redis://10.0.1.11:6379', job: 'redis'};

/** A scrape each 15 s of the hour before the start, with the seconds before the start as used memory. */
function scrapes({query, timeMs}: AskedQuery): readonly PrometheusSeries[] {
	const labels = (name: string, more = {}) => ({__name__: name, ...identity, ...more});
	const info = {run_id: runId, role: 'master', redis_version: '7.0.15', maxmemory_policy: 'noeviction'};
	if (query.startsWith('last_over_time(')) {
		return [{labels: labels('redis_instance_info', info), timesMs: [timeMs || startMs], values: [1]}];
	}

	const spanMs = Number(/\[(\d+)(ms|m)\]$/.exec(query)?.[1]) * (query.endsWith('ms]') ? 1 : 60_000);
	const untilMs = timeMs || startMs;
	const timesMs = Array.from({length: 400}, (_, index) => startMs - 4000 - index * periodMs)
		.filter(atMs => atMs > untilMs - spanMs && atMs <= untilMs)
		.reverse();
	const series = (name: string, value: (atMs: number) => number, more = {}) => ({
		labels: labels(name, more),
		timesMs,
		values: timesMs.map(value),
	});
	return [
		series('redis_up', () => 1),
		...(query.includes('memory_used_bytes')
			? [
					series('redis_instance_info', () => 1, info),
					series('redis_memory_used_bytes', atMs => (startMs - atMs) / 1000),
					series('redis_memory_max_bytes', () => 2000),
					series('redis_commands_processed_total', atMs => (atMs - startMs + 10_000_000) / 100),
				]
			: []),
	];
}

/** Waits until the assertion holds. The last failure is thrown when it does not. */
async function holds(assertion: () => unknown): Promise<void> {
	let failure: unknown;
	const probe = async () => {
		try {
			await assertion();
			return true;
		} catch (error) {
			failure = error;
			return undefined;
		}
	};

	try {
		await eventually('the assertion holds', probe);
	} catch {
		throw failure;
	}
}

/** A monitor of one node that has answered `polls` times, beside a fake Prometheus. */
async function monitorBeside(t: TestContext, polls = 3) {
	const fake = await fakePrometheus(t);
	fake.answer = scrapes;
	const clock = new FakeClock(startMs);
	const history = new History();
	let record: NodeRecord = newRecord(address, {kind: 'tcp', host: '10.0.1.11', port: 6379}, 'target', 1000);
	for (let poll = 0; poll < polls; poll++) {
		const atMs = startMs + poll * 1000;
		record = reduceNode(
			record,
			{
				kind: 'sampled',
				address,
				sample: {
					atMs,
					elapsedMs: poll * 1000,
					roundTripMs: 1,
					runId,
					info: infoOf({server: {run_id: runId}, memory: {used_memory: 7}, replication: {role: 'master'}}),
				},
				extras: {},
				blind: [],
				cost: {commands: 1, bytesOut: 1, bytesIn: 1},
			},
			1000,
		);
		history.add(record, atMs);
	}

	await clock.advance((polls - 1) * 1000);
	const end = new AbortController();
	t.after(() => end.abort());
	const http = new HttpClient({url: new URL(fake.url)});
	t.after(() => http.close());
	const notices: string[] = [];
	const live = () => stateOf([record]);
	const shown = new ShownState({get: live, subscribe: () => () => undefined}, history);
	const past = new PrometheusHistory({
		prometheus: new Prometheus(http),
		mapping: undefined,
		clock,
		signal: end.signal,
		live,
		ownFrom: node => history.oldest(node),
		notify: text => notices.push(text.replace(fake.url.slice('http://'.length), 'HOST')),
	});
	shown.setEarlier(past);
	past.follow(address);
	const memory = () => record.series.get('usedMemory');
	return {fake, past, shown, clock, notices, memory, history};
}

test('the half hour before the first poll is filled from the scrapes, and its own readings stay', async t => {
	const {memory, fake, notices} = await monitorBeside(t);
	await holds(() => assert.equal(memory()?.length, 1800));
	const series = memory();
	assert.deepEqual(series?.latest(5), [4, 4, 7, 7, 7]);
	assert.equal(series?.taken, 3);
	assert.equal(series?.recent(3 + 4), 19);
	assert.ok((series?.latest(1800) ?? []).every(value => value !== undefined));
	assert.deepEqual(notices, []);
	assert.ok(fake.mostAtOnce <= 4, `${fake.mostAtOnce} queries at once`);
});

test('a moment before the start is shown from the scrapes, with the findings that they carry', async t => {
	const {shown, past, history, memory} = await monitorBeside(t);
	await holds(() => assert.equal(memory()?.length, 1800));
	const atMs = startMs - 31 * 60_000;
	shown.showMoment(atMs);
	await holds(() => assert.equal(shown.get().earlier?.note, undefined));
	const state = shown.get();
	const record = state.nodes.get(address);
	assert.equal(state.earlier?.name, 'Prometheus');
	assert.equal(record?.sample?.info.number('memory', 'used_memory'), 31 * 60 + 4);
	assert.equal(record?.role, 'primary');
	assert.equal(record?.values.get('operations'), 10);
	assert.equal(record?.intervalMs, periodMs);
	assert.deepEqual(
		state.findings.map(({rule, severity}) => [rule, severity]),
		[['mem.max', 'critical']],
	);
	assert.ok(state.blindRules.some(({rule}) => rule === 'cli.idle_hog'));
	assert.equal(past.momentFrom(address, startMs, -1, 'minute'), startMs - 60_000);
	assert.equal(past.momentFrom(address, startMs, -1, 'sample'), startMs - 4000);
	assert.equal(past.momentFrom(address, startMs - 60_000, 1, 'minute'), history.oldest(address));
	assert.equal(past.momentFrom(address, startMs + 2000, -1, 'sample') ?? 'own', startMs - 4000);
	shown.showMoment(startMs + 1000);
	assert.equal(shown.get().earlier, undefined);
	assert.equal(shown.get().nodes.get(address)?.sample?.info.number('memory', 'used_memory'), 7);
});

test('a baseline at a past moment shows the changes since then', async t => {
	const {shown, memory} = await monitorBeside(t);
	await holds(() => assert.equal(memory()?.length, 1800));
	shown.showMoment(startMs - 60_000);
	await holds(() => assert.equal(shown.get().earlier?.note, undefined));
	shown.setBaseline(startMs - 60_000);
	shown.release();
	const since = shown.get().nodes.get(address)?.since;
	assert.equal(since?.atMs, startMs - 60_000);
	assert.equal(since?.sample?.info.number('memory', 'used_memory'), 64);
});

test('where there is no scrape, the moment is a gap that says so', async t => {
	const {shown, memory} = await monitorBeside(t);
	await holds(() => assert.equal(memory()?.length, 1800));
	shown.showMoment(startMs - 5 * 3_600_000);
	await holds(() => assert.match(shown.get().earlier?.note ?? '', /has no scrape of this node at this moment/));
	const record = shown.get().nodes.get(address);
	assert.equal(record?.sample, undefined);
	assert.deepEqual([...(record?.series.get('usedMemory')?.latest(3) ?? [])], [undefined, undefined, undefined]);
});

test('a Prometheus that does not help is told of once, harms nothing, and is asked again', async t => {
	for (const [behaviour, why] of [
		['full', /^Prometheus HOST answers 503 Service Unavailable: .*too many queries.*: the charts begin at the start/],
		['nonsense', /^Prometheus HOST answers something that is not a reply of its query API: the charts/],
		['cuts', /^Prometheus HOST .*: the charts begin/],
		['endless', /^Prometheus HOST sends more than 64 MiB: the charts/],
	] as const) {
		const {fake, past, clock, notices, memory} = await monitorBeside(t, 1);
		fake.behaviour = behaviour;
		await clock.advance(1000);
		past.follow(address);
		await holds(() => assert.equal(notices.length, 1, behaviour));
		assert.match(notices[0] ?? '', why);
		await clock.advance(5000);
		const before = fake.asked.length;
		past.follow(address);
		await holds(() => assert.ok(fake.asked.length > before));
		assert.equal(memory()?.length, 1);
		fake.behaviour = 'answers';
		await holds(async () => {
			await clock.advance(60_000);
			past.follow(address);
			assert.equal(memory()?.length, 1800);
		});
		assert.deepEqual(notices.slice(1), ['Prometheus HOST answers again']);
	}
});

test('a killed Prometheus leaves the moments that were read, and the others are gaps until it is back', async t => {
	const {fake, shown, clock, notices, memory} = await monitorBeside(t);
	await holds(() => assert.equal(memory()?.length, 1800));
	await fake.kill();
	shown.showMoment(startMs - 10 * 60_000);
	assert.equal(shown.get().earlier?.note, undefined);
	shown.showMoment(startMs - 80 * 60_000);
	await holds(() => assert.match(shown.get().earlier?.note ?? '', /refuses|reset|closed/));
	assert.equal(notices.length, 1);
	assert.match(notices[0] ?? '', /^Prometheus HOST .*: the charts begin at the start of redis-top$/);
	await fake.restart();
	await clock.advance(60_000);
	shown.showMoment(startMs - 81 * 60_000);
	await holds(() => assert.equal(shown.get().earlier?.note, undefined));
	assert.equal(notices.at(-1), 'Prometheus HOST answers again');
});

test('a hung Prometheus holds nothing up: the moment says that it is asked', async t => {
	const {fake, shown, memory} = await monitorBeside(t);
	await holds(() => assert.equal(memory()?.length, 1800));
	fake.behaviour = 'hangs';
	shown.showMoment(startMs - 90 * 60_000);
	await holds(() => assert.ok(fake.asked.length > 3));
	assert.match(shown.get().earlier?.note ?? '', /is asked for this moment/);
	shown.release();
	assert.equal(shown.get().earlier, undefined);
});

test('nothing is asked while nobody looks, and a moment that was read is not read again', async t => {
	const {fake, past, shown, memory, clock} = await monitorBeside(t);
	await holds(() => assert.equal(memory()?.length, 1800));
	const asked = fake.asked.length;
	await clock.advance(600_000);
	for (let step = 0; step < 5; step++) {
		past.follow(address);
		shown.showMoment(startMs - 20_000 - step * 1000);
	}

	shown.release();
	assert.equal(fake.asked.length, asked);
});

/** A monitor of many nodes that were polled once, beside a fake Prometheus. */
async function manyBeside(t: TestContext, count: number, answer = scrapes) {
	const fake = await fakePrometheus(t);
	fake.answer = answer;
	const records = Array.from({length: count}, (_, index) => {
		const endpoint = {kind: 'tcp', host: `10.0.2.${index + 1}`, port: 6379} as const;
		const length = index < 12 ? longSeries : shortSeries;
		const sample = {atMs: startMs, elapsedMs: 0, roundTripMs: 1, runId, info: infoOf({server: {run_id: runId}})};
		const record = newRecord(addressOf(endpoint), endpoint, 'target', 1000, length);
		return reduceNode(
			record,
			{
				kind: 'sampled',
				address: record.address,
				sample,
				extras: {},
				blind: [],
				cost: {commands: 1, bytesOut: 1, bytesIn: 1},
			},
			1000,
		);
	});
	const clock = new FakeClock(startMs);
	const end = new AbortController();
	t.after(() => end.abort());
	const http = new HttpClient({url: new URL(fake.url)});
	t.after(() => http.close());
	const notices: string[] = [];
	const past = new PrometheusHistory({
		prometheus: new Prometheus(http),
		mapping: undefined,
		clock,
		signal: end.signal,
		live: () => stateOf(records),
		ownFrom: () => startMs,
		notify: text => notices.push(text),
	});
	return {
		fake,
		past,
		clock,
		notices,
		records,
		lengths: () => records.map(({series}) => series.get('operations')?.length),
	};
}

test('the node in focus is filled first, then the rows on the screen, then the others, each as far as it keeps', async t => {
	const {fake, past, records, lengths, notices} = await manyBeside(t, 20);
	const [focus, seen] = [records[15]?.address, records.slice(13, 17).map(({address}) => address)];
	past.follow(focus, new Set(seen));
	await holds(() => assert.deepEqual(lengths(), [...Array(12).fill(1800), ...Array(8).fill(120)]));
	const order = fake.asked.flatMap(({query}) => /10\\\\.0\\\\.2\\\\.(\d+):6379/.exec(query)?.[1] ?? []).map(Number);
	assert.deepEqual([...new Set(order)].slice(0, 6), [16, 14, 15, 17, 1, 2]);
	assert.ok(fake.mostAtOnce <= 4, `${fake.mostAtOnce} queries at once`);
	assert.deepEqual(notices, []);
	const asked = fake.asked.length;
	past.follow(focus, new Set(seen));
	assert.equal(fake.asked.length, asked);
});

test('rows that Prometheus does not know are asked for once, and nothing is said of them', async t => {
	const {fake, past, records, notices, clock} = await manyBeside(t, 5, asked =>
		asked.query.startsWith('last_over_time(') && !asked.query.includes('2\\\\.1:') ? [] : scrapes(asked),
	);
	const focus = records[0]?.address;
	past.follow(focus);
	await holds(() => assert.equal(fake.asked.filter(({query}) => query.startsWith('last_over_time(')).length, 5));
	await clock.advance(600_000);
	past.follow(focus);
	await clock.advance(1000);
	assert.equal(fake.asked.filter(({query}) => query.startsWith('last_over_time(')).length, 5);
	assert.deepEqual(notices, []);
});

test('while Prometheus is away the other rows wait, and are filled when it is back', async t => {
	const {fake, past, records, notices, clock, lengths} = await manyBeside(t, 30);
	fake.behaviour = 'full';
	const focus = records[0]?.address;
	past.follow(focus);
	await holds(() => assert.equal(notices.length, 1));
	const asked = fake.asked.length;
	past.follow(focus);
	await clock.advance(1000);
	past.follow(focus);
	assert.ok(fake.asked.length <= asked + 1, 'the rows are not asked for one after the other');
	fake.behaviour = 'answers';
	await holds(async () => {
		await clock.advance(60_000);
		past.follow(focus);
		assert.equal(lengths()[29], 120);
	});
	assert.match(notices.at(-1) ?? '', /answers again/);
});
