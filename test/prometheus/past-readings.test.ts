import assert from 'node:assert/strict';
import test from 'node:test';
import type {metrics} from '../../source/domain/metric.js';
import type {PrometheusSeries} from '../../source/parse/prometheus-reply.js';
import {pastReadings} from '../../source/prometheus/past-readings.js';
import {ScrapeBlock, scrapePeriodMs} from '../../source/prometheus/scrapes.js';

type Point = readonly [second: number, value: number];

const seriesOf = (name: string, points: readonly Point[], labels = {}): PrometheusSeries => ({
	labels: {__name__: name, instance: 'a:1', ...labels},
	timesMs: points.map(([second]) => second * 1000),
	values: points.map(([, value]) => value),
});

const infoLabels = {run_id: 'a'.repeat(40), role: 'master', redis_version: '7.0.15', maxmemory_policy: 'noeviction'};

const target = {matchers: 'instance="a:1"', periodMs: 10_000};

/** The readings of a metric each 5 seconds from 0 to 60, of scrapes each 10 seconds. */
function readings(series: readonly PrometheusSeries[], id: (typeof metrics)[number]['id']) {
	const moments = Array.from({length: 13}, (_, index) => index * 5000);
	return pastReadings(new ScrapeBlock(series, target).between(-1, 60_000), moments).get(id);
}

const everyTen: readonly number[] = [0, 10, 20, 30, 40, 50, 60];
const up = seriesOf(
	'redis_up',
	everyTen.map(second => [second, 1]),
);
const info = seriesOf(
	'redis_instance_info',
	everyTen.map(second => [second, 1]),
	infoLabels,
);

test('a gauge stands until the next scrape, and a counter becomes a rate', () => {
	const memory = seriesOf(
		'redis_memory_used_bytes',
		everyTen.map(second => [second, second + 1]),
	);
	assert.deepEqual(readings([up, info, memory], 'usedMemory'), [1, 1, 11, 11, 21, 21, 31, 31, 41, 41, 51, 51, 61]);
	const commands = seriesOf(
		'redis_commands_processed_total',
		everyTen.map(second => [second, second * 7]),
	);
	assert.deepEqual(readings([up, info, commands], 'operations'), [
		undefined,
		undefined,
		...Array.from({length: 11}, () => 7),
	]);
});

test('a lost scrape, a server that is down, a reset and a restart are gaps', () => {
	const without = (second: number) => everyTen.filter(each => each !== second);
	const counter = (points: readonly Point[]) => seriesOf('redis_commands_processed_total', points);
	const gapAt30 = readings(
		[
			seriesOf(
				'redis_up',
				without(30).map(second => [second, 1]),
			),
			counter(without(30).map(second => [second, second * 7])),
		],
		'operations',
	);
	// A scrape at 20 s stands for 17 s, and the rate at 40 s would cross the gap.
	assert.deepEqual(gapAt30?.slice(4, 12), [7, 7, 7, 7, undefined, undefined, 7, 7]);
	const downAt30 = readings(
		[
			seriesOf(
				'redis_up',
				everyTen.map(second => [second, second === 30 ? 0 : 1]),
			),
			counter(without(30).map(second => [second, second * 7])),
		],
		'operations',
	);
	assert.deepEqual(downAt30?.slice(5, 11), [7, undefined, undefined, undefined, undefined, 7]);
	const reset = readings(
		[
			up,
			info,
			counter([
				[0, 10],
				[10, 80],
				[20, 5],
				[30, 75],
			]),
		],
		'operations',
	);
	assert.deepEqual(reset?.slice(2, 7), [7, 7, undefined, undefined, 7]);
	const restarted = readings(
		[
			up,
			seriesOf(
				'redis_instance_info',
				[
					[0, 1],
					[10, 1],
				],
				infoLabels,
			),
			seriesOf(
				'redis_instance_info',
				[
					[20, 1],
					[30, 1],
				],
				{...infoLabels, run_id: 'b'.repeat(40)},
			),
			counter([
				[0, 10],
				[10, 80],
				[20, 150],
				[30, 220],
			]),
		],
		'operations',
	);
	assert.deepEqual(restarted?.slice(2, 7), [7, 7, undefined, undefined, 7]);
});

test('the period is the median distance of scrapes', () => {
	assert.equal(scrapePeriodMs([0, 15_000, 30_000, 90_000, 105_000]), 15_000);
	assert.equal(scrapePeriodMs([5]), undefined);
	assert.equal(scrapePeriodMs([]), undefined);
});

test('a scrape is an INFO reply of the fields that its series hold', () => {
	const at = (name: string, value: number, labels = {}) => seriesOf(name, [[0, value]], labels);
	const [scrape] = new ScrapeBlock(
		[
			at('redis_up', 1),
			at('redis_instance_info', 1, infoLabels),
			at('redis_memory_used_bytes', 1024),
			at('redis_rdb_last_bgsave_status', 0),
			at('redis_master_link_up', 1, {master_host: '10.0.1.11'}),
			at('redis_slave_info', 1, {master_host: '10.0.1.11', master_port: '6379', read_only: '1'}),
			at('redis_latest_fork_seconds', 0.000614),
			at('redis_db_keys', 5, {db: 'db0'}),
			at('redis_db_keys_expiring', 2, {db: 'db0'}),
			at('redis_db_keys', 0, {db: 'db1'}),
			at('redis_commands_total', 7, {cmd: 'get'}),
			at('redis_commands_duration_seconds_total', 0.000021, {cmd: 'get'}),
			at('redis_errors_total', 3, {err: 'OOM'}),
			at('redis_connected_slave_offset_bytes', 99, {slave_ip: '10.0.1.12', slave_port: '6379', slave_state: 'online'}),
			at('redis_connected_slave_lag_seconds', 1, {slave_ip: '10.0.1.12', slave_port: '6379', slave_state: 'online'}),
			at('redis_some_later_series', 5),
		],
		target,
	).between(-1, 0);
	const reply = scrape?.info();
	assert.equal(scrape?.runId, 'a'.repeat(40));
	assert.deepEqual(
		[...(reply?.sections ?? [])].map(([name, fields]) => [name, Object.fromEntries(fields)]),
		[
			['server', {redis_version: '7.0.15', run_id: 'a'.repeat(40)}],
			['memory', {maxmemory_policy: 'noeviction', used_memory: '1024'}],
			[
				'replication',
				{
					role: 'master',
					master_link_status: 'up',
					master_host: '10.0.1.11',
					master_port: '6379',
					slave_read_only: '1',
					slave0: 'ip=10.0.1.12,port=6379,state=online,offset=99,lag=1',
				},
			],
			['persistence', {rdb_last_bgsave_status: 'err'}],
			['stats', {latest_fork_usec: '614'}],
			['keyspace', {db0: 'keys=5,expires=2'}],
			['commandstats', {cmdstat_get: 'calls=7,usec=21'}],
			['errorstats', {errorstat_OOM: 'count=3'}],
		],
	);
});

test('no rate crosses from one scraped target to another, and each has its own period', () => {
	const counter = (points: readonly Point[]) => [
		seriesOf(
			'redis_up',
			points.map(([second]) => [second, 1]),
		),
		seriesOf(
			'redis_instance_info',
			points.map(([second]) => [second, 1]),
			infoLabels,
		),
		seriesOf('redis_commands_processed_total', points),
	];
	const slow = new ScrapeBlock(
		counter([
			[0, 0],
			[30, 300],
		]),
		{matchers: 'job="slow"', periodMs: 30_000},
	);
	const quick = new ScrapeBlock(
		counter([
			[40, 1000],
			[50, 1070],
		]),
		target,
	);
	const scrapes = [...slow.between(-1, 60_000), ...quick.between(-1, 60_000)];
	assert.deepEqual(pastReadings(scrapes, [20_000, 30_000, 40_000, 50_000, 70_000]).get('operations'), [
		undefined,
		10,
		undefined,
		7,
		undefined,
	]);
});
