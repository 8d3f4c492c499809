import assert from 'node:assert/strict';
import test from 'node:test';
import {type FleetReplies, fleetInstances, type KnownInstance} from '../../../source/prometheus/fleet/fleet-list.js';
import {labelMapping} from '../../../source/prometheus/label-mapping.js';
import {seriesOf} from '../../harness/fleet.js';

const labels = (port: number, more = {}) => ({instance: `redis://10.0.1.11:${port}`, job: 'redis', ...more});

const info = (port: number, role: string, more = {}) =>
	seriesOf(
		labels(port, {role, redis_version: '7.2.5', maxmemory_policy: 'noeviction', tcp_port: String(port), ...more}),
		1,
	);

const up = (port: number, value = 1) => seriesOf({...labels(port, {env: 'prod'}), __name__: 'redis_up'}, value);

const replies: FleetReplies = {
	up: [up(7001), up(7002), up(7003), up(7004, 0)],
	lost: [up(7005)],
	info: [info(7001, 'master'), info(7002, 'slave'), info(7003, 'slave')],
	used: [seriesOf(labels(7001), 950), seriesOf(labels(7002), 950)],
	limit: [seriesOf(labels(7001), 1000), seriesOf(labels(7002), 1000)],
	operations: [seriesOf(labels(7001), 12)],
	evicted: [],
	rejected: [seriesOf(labels(7001), 0.5)],
	links: [
		seriesOf(labels(7002, {master_host: '10.0.1.11', master_port: '7001'}), 1),
		// A replica of a replica.
		seriesOf(labels(7003, {master_host: '10.0.1.11', master_port: '7002'}), 0),
	],
	unlinked: [seriesOf(labels(7003, {master_host: '10.0.1.11', master_port: '7002'}), 0)],
	behind: [seriesOf(labels(7001, {slave_ip: 'x'}), 4200), seriesOf(labels(7001, {slave_ip: 'y'}), 300)],
	writes: [seriesOf(labels(7001), 100)],
	clients: [seriesOf(labels(7001), 0.95)],
	failures: [seriesOf({...labels(7001), __name__: 'redis_rdb_last_bgsave_status'}, 0)],
	findings: [seriesOf({...labels(7001), rule: 'rep.loop', severity: 'critical'}, 1)],
	alerts: [
		seriesOf({alertname: 'RedisDown', instance: 'redis://10.0.1.11:7004', alertstate: 'firing'}, 1),
		seriesOf({alertname: 'RedisDown', instance: 'redis://10.0.1.11:7004', alertstate: 'firing', severity: 'x'}, 1),
	],
};

test('servers have their addresses, roles, deployments, figures and alerts', () => {
	const instances = fleetInstances(replies, new Map(), undefined);
	assert.deepEqual(
		instances.map(({name, state, role, deployment, alerts}) => [name, state, role, deployment, alerts.join()]),
		[
			['10.0.1.11:7005', 'unscraped', 'unknown', '10.0.1.11:7005', ''],
			['10.0.1.11:7001', 'up', 'primary', '10.0.1.11:7001', ''],
			['10.0.1.11:7002', 'up', 'replica', '10.0.1.11:7001', ''],
			['10.0.1.11:7003', 'up', 'replica', '10.0.1.11:7001', ''],
			['10.0.1.11:7004', 'down', 'unknown', '10.0.1.11:7004', 'RedisDown'],
		],
	);
	const [, first, second] = instances;
	assert.deepEqual(
		[first?.usedBytes, first?.limitBytes, first?.operationsPerSecond, first?.evictedPerSecond, first?.delaySeconds],
		[950, 1000, 12, 0, 42],
	);
	assert.equal(second?.operationsPerSecond, undefined);
	assert.equal(second?.labels.env, 'prod');
});

test('what is wrong with each server has the id of its rule, worst first', () => {
	const wrong = fleetInstances(replies, new Map(), undefined).map(({conditions}) =>
		conditions.map(({rule, severity}) => `${rule} ${severity}`),
	);
	assert.deepEqual(wrong, [
		['conn.unreachable warning'],
		[
			'mem.max critical',
			'cli.rejected critical',
			'rep.lag_bytes critical',
			'cli.max critical',
			'per.rdb_fail critical',
			'rep.loop critical',
		],
		// A replica ignores maxmemory by default.
		['mem.max warning'],
		['rep.link_down critical'],
		['conn.unreachable critical'],
	]);
});

test('a server that no series names any more stays, and keeps what it was', () => {
	const known = new Map<string, KnownInstance>();
	fleetInstances(replies, known, undefined);
	const later = fleetInstances({...replies, up: [up(7002, 0)], lost: [], info: [], links: []}, known, undefined);
	assert.deepEqual(
		later.map(({name, state, role}) => [name, state, role]),
		[
			['10.0.1.11:7005', 'unscraped', 'unknown'],
			['10.0.1.11:7001', 'unscraped', 'primary'],
			['10.0.1.11:7002', 'down', 'replica'],
			['10.0.1.11:7003', 'unscraped', 'replica'],
			['10.0.1.11:7004', 'unscraped', 'unknown'],
		],
	);
	assert.ok(later.every(({usedBytes}) => usedBytes === undefined));
});

test('a query that failed leaves figures unknown, not zero', () => {
	const {evicted: _, rejected: _rejected, ...rest} = replies;
	const [, first] = fleetInstances(rest, new Map(), undefined);
	assert.equal(first?.evictedPerSecond, undefined);
	assert.equal(first?.rejectedPerSecond, undefined);
});

test('with a mapping the address is that of the label, and nodes of a cluster go by a label', () => {
	const mapping = labelMapping('pod={host}');
	const pod = (name: string) => ({instance: '10.9.9.9:9121', job: 'redis', pod: name, app: 'cart'});
	const instances = fleetInstances(
		{
			up: [seriesOf(pod('cart-0'), 1), seriesOf(pod('cart-1'), 1)],
			info: ['cart-0', 'cart-1'].map(name =>
				seriesOf({...pod(name), role: 'master', redis_mode: 'cluster', tcp_port: '7000'}, 1),
			),
		},
		new Map(),
		mapping,
	);
	assert.deepEqual(
		instances.map(({name, deployment}) => [name, deployment]),
		[
			['cart-0:7000', 'cart'],
			['cart-1:7000', 'cart'],
		],
	);
});

test('a process that two jobs scrape is one server, with what each of them tells', () => {
	const runId = 'a'.repeat(40);
	const own = {instance: '10.0.1.11:7001', job: 'redis-top'};
	const twice: FleetReplies = {
		up: [up(7001), up(7002), seriesOf({...own, __name__: 'redis_up'}, 1)],
		info: [
			info(7001, 'master', {run_id: runId}),
			info(7002, 'slave', {run_id: 'b'.repeat(40)}),
			seriesOf({...own, role: 'master', redis_version: '7.2.5', run_id: runId}, 1),
		],
		used: [seriesOf(labels(7001), 950), seriesOf(own, 940)],
		limit: [seriesOf(labels(7001), 1000), seriesOf(own, 1000)],
		operations: [seriesOf(own, 12)],
		findings: [
			seriesOf({...own, rule: 'mem.oom', severity: 'critical'}, 1),
			seriesOf({...own, rule: 'mem.max', severity: 'warning'}, 1),
		],
		alerts: [
			seriesOf({alertname: 'RedisMemoryHigh', instance: 'redis://10.0.1.11:7001', alertstate: 'firing'}, 1),
			seriesOf({alertname: 'RedisFinding', instance: '10.0.1.11:7001', alertstate: 'firing'}, 1),
		],
	};
	const known = new Map<string, KnownInstance>();
	const [first, second, ...others] = fleetInstances(twice, known, undefined);
	assert.deepEqual(others, []);
	assert.equal(second?.name, '10.0.1.11:7002');
	assert.deepEqual([first?.labels.job, first?.usedBytes, first?.operationsPerSecond], ['redis', 950, 12]);
	assert.deepEqual(
		first?.conditions.map(({rule, severity}) => [rule, severity]),
		[
			['mem.max', 'critical'],
			['mem.oom', 'critical'],
		],
	);
	assert.deepEqual(first?.alerts, ['RedisMemoryHigh', 'RedisFinding']);
	assert.deepEqual(
		first?.also?.map(each => each.labels.job),
		['redis-top'],
	);

	// The exporter is gone. The server is still scraped by the other job, which knows that it is up.
	const later = {...twice, up: [up(7002), seriesOf({...own, __name__: 'redis_up'}, 1)], lost: [up(7001)]};
	const rows = fleetInstances(later, known, undefined).filter(({name}) => name === '10.0.1.11:7001');
	assert.deepEqual(
		rows.map(({state, labels: {job}, usedBytes}) => [state, job, usedBytes]),
		[['up', 'redis-top', 940]],
	);
});
