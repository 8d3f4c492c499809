import assert from 'node:assert/strict';
import {test} from 'node:test';
import type {NodeAddress} from '../../source/domain/node.js';
import type {MetricSource} from '../../source/metrics/metric-family.js';
import {metricsPage} from '../../source/metrics/metrics-page.js';
import type {MonitorState} from '../../source/state/monitor-state.js';
import {findingOf} from '../harness/findings.js';
import {namesOf, seriesOf} from '../harness/metrics-text.js';
import {recordFrom, refusedConnection, sampledAtMs, stateOf} from '../harness/records.js';

const sourceOf = (state: MonitorState, polls: ReadonlyArray<readonly [string, number]> = []): MetricSource => ({
	state,
	polls: new Map(polls as ReadonlyArray<readonly [NodeAddress, number]>),
	nowMs: sampledAtMs + 1500,
});

const pageOf = async (state: MonitorState) => seriesOf(await metricsPage(sourceOf(state), 'text'));

const primary = recordFrom({
	info: {
		server: {redis_version: '8.0.1', tcp_port: 6379, uptime_in_seconds: 100},
		memory: {used_memory: 2048, maxmemory: 4096, maxmemory_policy: 'noeviction'},
		stats: {total_commands_processed: 7, total_error_replies: 3, latest_fork_usec: 1500},
		persistence: {rdb_last_bgsave_status: 'ok', aof_last_write_status: 'err'},
		replication: {role: 'master', slave0: 'ip=10.0.1.12,port=6379,state=online,offset=90,lag=1'},
		keyspace: {db0: 'keys=5,expires=2,avg_ttl=3000'},
		commandstats: {cmdstat_get: 'calls=10,usec=2000,usec_per_call=200.00,rejected_calls=1,failed_calls=2'},
		errorstats: {errorstat_OOM: 'count=2', 'errorstat_user:4711': 'count=4', errorstat_MINE: 'count=5'},
	},
});

test('figures of INFO have the names, labels and units of redis_exporter', async () => {
	const series = await pageOf(stateOf([primary]));
	const instance = 'instance="10.0.1.11:6379"';
	const expected: ReadonlyArray<readonly [string, number]> = [
		[`redis_up{${instance}}`, 1],
		[`redis_memory_used_bytes{${instance}}`, 2048],
		[`redis_memory_max_bytes{${instance}}`, 4096],
		[`redis_commands_processed_total{${instance}}`, 7],
		[`redis_total_error_replies{${instance}}`, 3],
		[`redis_latest_fork_seconds{${instance}}`, 0.0015],
		[`redis_rdb_last_bgsave_status{${instance}}`, 1],
		[`redis_aof_last_write_status{${instance}}`, 0],
		[`redis_start_time_seconds{${instance}}`, Math.floor(sampledAtMs / 1000) - 100],
		[`redis_db_keys{db="db0",${instance}}`, 5],
		[`redis_db_keys_expiring{db="db0",${instance}}`, 2],
		[`redis_db_avg_ttl_seconds{db="db0",${instance}}`, 3],
		[`redis_commands_total{cmd="get",${instance}}`, 10],
		[`redis_commands_duration_seconds_total{cmd="get",${instance}}`, 0.002],
		[`redis_commands_rejected_calls_total{cmd="get",${instance}}`, 1],
		[`redis_connected_slave_offset_bytes{${instance},slave_ip="10.0.1.12",slave_port="6379",slave_state="online"}`, 90],
		[`redis_top_memory_used_ratio{${instance}}`, 0.5],
		[`redis_top_poll_age_seconds{${instance}}`, 1.5],
	];
	for (const [key, value] of expected) {
		assert.equal(series.get(key), value, key);
	}

	assert.ok([...series.keys()].some(key => /^redis_instance_info\{.*redis_version="8\.0\.1".*role="master"/.test(key)));
});

test('an error code that a script invented is counted with the others, because it may hold a key', async () => {
	const series = await pageOf(stateOf([primary]));
	const errors = [...series].filter(([key]) => key.startsWith('redis_errors_total'));
	assert.deepEqual(errors, [
		['redis_errors_total{err="OOM",instance="10.0.1.11:6379"}', 2],
		['redis_errors_total{err="other",instance="10.0.1.11:6379"}', 9],
	]);
});

test('a node that does not answer has a 0 in redis_up and no figures of its last sample', async () => {
	const series = await pageOf(stateOf([{...primary, failure: refusedConnection, reach: 'down'}]));
	assert.deepEqual(
		[...series.keys()].map(key => key.replace('{instance="10.0.1.11:6379"}', '')),
		['redis_up', 'redis_top_poll_age_seconds', 'redis_top_poll_interval_seconds'],
	);
	assert.equal(series.get('redis_up{instance="10.0.1.11:6379"}'), 0);
});

test('the series of a node end when it is dismissed', async () => {
	const other = recordFrom({address: '10.0.1.12:6379'});
	const both = await pageOf(stateOf([primary, other]));
	const one = await pageOf(stateOf([primary]));
	assert.ok([...both.keys()].some(key => key.includes('10.0.1.12:6379')));
	assert.ok(![...one.keys()].some(key => key.includes('instance="10.0.1.12')));
});

test('a finding is a series by node, rule, severity and effect, and one that ended has no series', async () => {
	const findings = [
		findingOf('mem.max', 'warning', undefined, {effect: 'writes-refused', subject: 'user:4711'}),
		findingOf('rep.lag_bytes', 'warning', undefined, {subject: 'slot 1'}),
		findingOf('rep.lag_bytes', 'warning', undefined, {subject: 'slot 2'}),
		{...findingOf('clu.coverage', 'critical'), node: undefined},
		findingOf('mem.frag', 'warning', undefined, {clearedAtMs: sampledAtMs}),
	];
	const series = await pageOf({...stateOf([primary]), findings});
	const instance = 'instance="10.0.1.11:6379"';
	assert.deepEqual(
		[...series].filter(([key]) => key.startsWith('redis_top_finding')),
		[
			[`redis_top_finding{effect="writes-refused",${instance},rule="mem.max",severity="warning"}`, 1],
			[`redis_top_finding{effect="",${instance},rule="rep.lag_bytes",severity="warning"}`, 2],
			['redis_top_finding{effect="",rule="clu.coverage",severity="critical"}', 1],
		],
	);
});

test('percentiles of the interval are served as the two bounds between which they lie', async () => {
	const bounds = {calls: 500, p50: 128, p99: 4096, p999: undefined, max: 8192, overMs: 1000};
	const latency = {
		atMs: sampledAtMs,
		value: {histograms: new Map(), elapsedMs: 0, runId: undefined, bounds: new Map([['get', bounds]])},
	};
	const series = await pageOf(stateOf([{...primary, latency}]));
	const found = [...series].filter(([key]) => key.startsWith('redis_top_interval_latency_seconds'));
	const key = (bound: string, percentile: string) =>
		`redis_top_interval_latency_seconds{bound="${bound}",cmd="get",instance="10.0.1.11:6379",percentile="${percentile}"}`;
	assert.deepEqual(found, [
		[key('upper', '50'), 0.000128],
		[key('lower', '50'), 0.000064],
		[key('upper', '99'), 0.004096],
		[key('lower', '99'), 0.002048],
	]);
});

test('OpenMetrics has the same series as the older text, ends with its mark, and names counters without _total', async () => {
	const source = sourceOf(stateOf([primary]), [['10.0.1.11:6379', 3]]);
	const [text, open] = [await metricsPage(source, 'text'), await metricsPage(source, 'openmetrics')];
	assert.deepEqual(seriesOf(open), seriesOf(text));
	assert.ok(open.endsWith('\n# EOF\n'));
	assert.equal(open.match(/# EOF/g)?.length, 1);
	assert.match(open, /^# TYPE redis_commands_processed counter$/m);
	assert.match(open, /^# TYPE redis_total_error_replies unknown$/m);
	assert.match(text, /^# TYPE redis_commands_processed_total counter$/m);
	assert.match(text, /^# TYPE redis_total_error_replies untyped$/m);
	assert.doesNotMatch(text, /# EOF/);
	assert.ok(namesOf(seriesOf(text)).has('redis_top_polls_total'));
});

test('two replicas that announce one address give one series, because Prometheus refuses doubled ones', async () => {
	const line = 'ip=10.0.1.12,port=6379,state=online,offset=90,lag=1';
	const record = recordFrom({info: {replication: {role: 'master', slave0: line, slave1: line}}});
	const series = await pageOf(stateOf([record]));
	assert.ok([...series.keys()].some(key => key.startsWith('redis_connected_slave_lag_seconds')));
});

test('hostile texts of a server stay within their quotes', async () => {
	const record = recordFrom({
		info: {
			server: {redis_version: '8"} 1\nredis_evil 1', os: 'a\\'},
			commandstats: {'cmdstat_"} 1\nx': 'calls=1,usec=1'},
		},
	});
	const page = await metricsPage(sourceOf(stateOf([record])), 'text');
	assert.doesNotMatch(page, /^redis_evil/m);
	assert.ok([...seriesOf(page).keys()].some(key => key.includes('redis_version="8\\"} 1\\nredis_evil 1"')));
	assert.ok(!namesOf(seriesOf(page)).has('redis_commands_total'));
});
