import assert from 'node:assert/strict';
import {type TestContext, test} from 'node:test';
import {instanceKey} from '../../../source/prometheus/fleet/fleet-list.js';
import {FleetSource} from '../../../source/prometheus/fleet/fleet-source.js';
import {Prometheus} from '../../../source/prometheus/prometheus.js';
import {HttpClient} from '../../../source/wire/http-client.js';
import {eventually} from '../../harness/eventually.js';
import {FakeClock, settle} from '../../harness/fake-clock.js';
import {fakePrometheus} from '../../harness/fake-prometheus.js';
import {instanceOf, seriesOf} from '../../harness/fleet.js';

const labels = {instance: '10.0.1.11:6379', job: 'redis'};

async function sourceBeside(t: TestContext, matchers = '') {
	const fake = await fakePrometheus(t);
	fake.answer = ({query}) => (query.startsWith('redis_up') ? [seriesOf({...labels, __name__: 'redis_up'}, 1)] : []);
	const http = new HttpClient({url: new URL(fake.url)});
	t.after(() => http.close());
	const clock = new FakeClock();
	const end = new AbortController();
	t.after(() => end.abort());
	const source = new FleetSource({
		prometheus: new Prometheus(http),
		matchers,
		mapping: undefined,
		clock,
		intervalMs: 15_000,
		onChange: () => undefined,
	});
	return {fake, clock, source, end};
}

test('a refresh asks with the matchers of --match, at most four queries at a time', async t => {
	const {fake, source, end} = await sourceBeside(t, 'env="prod"');
	await source.refresh(end.signal);
	assert.equal(source.state.instances.length, 1);
	assert.equal(source.state.problem, undefined);
	assert.ok(fake.mostAtOnce <= 4, `${fake.mostAtOnce} queries at once`);
	const others = fake.asked.filter(({query}) => !query.includes('env="prod"'));
	assert.deepEqual(
		others.map(({query}) => query),
		['ALERTS{alertstate="firing",instance!=""}'],
	);
});

test('a Prometheus that is killed, full or answers nonsense leaves the last list with its age, and recovers', async t => {
	const {fake, clock, source, end} = await sourceBeside(t);
	await source.refresh(end.signal);
	const before = source.state.refreshedAtMs;
	for (const behaviour of ['full', 'nonsense', 'cuts'] as const) {
		fake.behaviour = behaviour;
		await clock.advance(15_000);
		await source.refresh(end.signal);
		assert.equal(source.state.instances.length, 1, behaviour);
		assert.equal(source.state.refreshedAtMs, before);
		assert.ok(source.state.problem !== undefined);
		assert.equal(source.state.isRefreshing, false);
	}

	await fake.kill();
	await source.refresh(end.signal);
	assert.ok(source.state.problem !== undefined);
	await fake.restart();
	fake.behaviour = 'answers';
	await clock.advance(15_000);
	await source.refresh(end.signal);
	assert.equal(source.state.problem, undefined);
	assert.ok((source.state.refreshedAtMs ?? 0) > (before ?? 0));
});

test('one query that fails leaves out its figures alone, and the problem names them', async t => {
	const {fake, source, end} = await sourceBeside(t);
	const {answer} = fake;
	fake.answer = asked => {
		if (asked.query.includes('redis_evicted_keys_total')) {
			throw new Error('refused');
		}

		return answer(asked);
	};
	await source.refresh(end.signal);
	assert.equal(source.state.instances[0]?.evictedPerSecond, undefined);
	assert.equal(source.state.instances[0]?.rejectedPerSecond, 0);
	assert.match(source.state.problem ?? '', /refuses the query: refused \(missing: evicted\)/);
});

test('refreshes follow each other while the list is looked at, and end with it', async t => {
	const {fake, clock, source, end} = await sourceBeside(t);
	const run = source.run(end.signal);
	await eventually('the first refresh', () => source.state.refreshedAtMs);
	await settle();
	const first = fake.asked.length;
	await clock.advance(15_000);
	await eventually('the second refresh', () => (fake.asked.length > first ? true : undefined));
	end.abort();
	await run;
	const asked = fake.asked.length;
	await clock.advance(60_000);
	assert.equal(fake.asked.length, asked);
});

test('trends and p99 are asked for the servers on the screen alone', async t => {
	const {fake, source, end} = await sourceBeside(t);
	await source.refresh(end.signal);
	fake.asked.length = 0;
	const {instances} = source.state;
	fake.answer = ({timeMs}) => [{labels, timesMs: [timeMs - 300_000, timeMs], values: [5, 7]}];
	await source.loadTrends(instances, end.signal);
	await source.loadLatencies(instances, end.signal);
	await source.loadTrends(instances, end.signal);
	assert.deepEqual(
		fake.asked.map(({path, query}) => [path, query.includes('instance=~"10\\\\.0\\\\.1\\\\.11:6379"')]),
		[
			['/api/v1/query_range', true],
			['/api/v1/query', true],
		],
	);
	const trend = source.trendOf(instances[0]?.key ?? '');
	assert.deepEqual(trend?.values.slice(-3), [undefined, 5, 7]);
});

test('the p99 of a server that two jobs scrape is that of the job that has one', async t => {
	const {fake, source, end} = await sourceBeside(t);
	const own = {job: 'redis-top', instance: '10.0.1.11:1'};
	fake.answer = ({query}) => (query.includes('11:1"') || query.includes('11:1|') ? [seriesOf(own, 12)] : []);
	const also = [{key: instanceKey(own), labels: own}];
	await source.loadLatencies([instanceOf('10.0.1.11', {also}), instanceOf('10.0.1.12')], end.signal);
	assert.deepEqual([source.p99Of('10.0.1.11'), source.p99Of('10.0.1.12')], [12, undefined]);
});

test('what is not asked at a refresh keeps its figures, and every query has its turn', async t => {
	const {fake, source, end} = await sourceBeside(t);
	const own = (query: string) => query.replace(/[{[].*$/, '');
	let turn = 0;
	fake.answer = ({query}) => {
		const at = (name: string, value: number) => [seriesOf({...labels, __name__: name}, value)];
		return query === 'redis_up{}'
			? at('redis_up', 1)
			: query.startsWith('redis_memory_used_bytes')
				? at('redis_memory_used_bytes', 100 + turn)
				: query.startsWith('rate(redis_commands_processed_total')
					? at('', 10 + turn)
					: query.startsWith('redis_memory_max_bytes')
						? at('redis_memory_max_bytes', 1000)
						: [];
	};
	const asked: string[][] = [];
	for (turn = 0; turn < 9; turn++) {
		fake.asked.length = 0;
		await source.refresh(end.signal);
		asked.push(fake.asked.map(({query}) => query));
		const [instance] = source.state.instances;
		assert.equal(instance?.state, 'up', `turn ${turn}`);
		assert.equal(instance.usedBytes, 100 + turn);
		assert.equal(instance.limitBytes, 1000);
		assert.equal(instance.operationsPerSecond, 10 + (turn === 0 ? 0 : turn % 2 === 1 ? turn : turn - 1));
		assert.equal(instance.evictedPerSecond, 0);
	}

	const everything = new Set(asked[0]?.map(own));
	const later = new Set(asked.slice(1, 5).flat().map(own));
	// Which servers stopped being scraped before the start is asked once.
	assert.deepEqual(
		[...everything].filter(name => !later.has(name)),
		['last_over_time(redis_up'],
	);
	const counts = asked.slice(1).map(queries => queries.length);
	assert.ok(Math.max(...counts) - Math.min(...counts) <= 2, counts.join());
});

test('a server that goes down, and one that is no longer scraped, are seen at the next refresh', async t => {
	const {fake, source, end} = await sourceBeside(t);
	const servers = ['a:1', 'b:1', 'c:1'].map(instance => ({instance, job: 'redis'}));
	let [down, gone]: Array<string | undefined> = [];
	fake.answer = ({query}) => {
		const scraped = servers.filter(({instance}) => instance !== gone);
		if (query === 'redis_up{}') {
			return scraped.map(each => seriesOf({...each, __name__: 'redis_up'}, each.instance === down ? 0 : 1));
		}

		if (query === 'redis_up{}==0') {
			return scraped
				.filter(({instance}) => instance === down)
				.map(each => seriesOf({...each, __name__: 'redis_up'}, 0));
		}

		return query.startsWith('redis_memory_used_bytes')
			? scraped.filter(({instance}) => instance !== down).map(each => seriesOf(each, 5))
			: [];
	};
	const states = () => source.state.instances.map(({state}) => state);
	await source.refresh(end.signal);
	assert.deepEqual(states(), ['up', 'up', 'up']);
	down = 'b:1';
	await source.refresh(end.signal);
	assert.deepEqual(states(), ['up', 'down', 'up']);
	down = undefined;
	gone = 'c:1';
	await source.refresh(end.signal);
	assert.deepEqual(states(), ['up', 'up', 'unscraped']);
	gone = undefined;
	for (let turn = 0; turn < 4; turn++) {
		await source.refresh(end.signal);
	}

	assert.deepEqual(states(), ['up', 'up', 'up']);
});

test('after a server is new, everything is asked for again', async t => {
	const {fake, source, end} = await sourceBeside(t);
	let servers = [labels];
	fake.answer = ({query}) =>
		['redis_up{}', 'redis_memory_max_bytes{}>0'].includes(query)
			? servers.map(each =>
					seriesOf({...each, __name__: query.replace(/\{.*/, '')}, query.startsWith('redis_up') ? 1 : 9),
				)
			: [];
	const limits = () => source.state.instances.map(({limitBytes}) => limitBytes);
	await source.refresh(end.signal);
	assert.deepEqual(limits(), [9]);
	servers = [labels, {...labels, instance: '10.0.1.12:6379'}];
	for (let turn = 0; turn < 5; turn++) {
		await source.refresh(end.signal);
	}

	assert.deepEqual(limits(), [9, 9]);
	fake.asked.length = 0;
	await source.refresh(end.signal);
	assert.ok(fake.asked.some(({query}) => query === 'redis_up{}==0'));
});
