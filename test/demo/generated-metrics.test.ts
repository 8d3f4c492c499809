import assert from 'node:assert/strict';
import test from 'node:test';
import {GeneratedMetrics, generatedAddress} from '../../source/demo/fleet/generated-metrics.js';
import {prometheusConfiguration} from '../../source/demo/fleet/prometheus-files.js';
import {isRunId} from '../../source/domain/node.js';

const nowMs = Date.UTC(2026, 10, 23, 14, 2, 31);

test('each generated server has an address of its own, and each line is a sample', () => {
	const addresses = new Set(Array.from({length: 20_000}, (_, index) => generatedAddress(index)));
	assert.equal(addresses.size, 20_000);
	assert.ok([...addresses].every(address => /^198\.18\.\d{1,2}\.\d{1,3}:6379$/.test(address)));
	const lines = new GeneratedMetrics(300, nowMs).page(nowMs).trimEnd().split('\n');
	assert.equal(lines.filter(line => /^redis_up\{/.test(line)).length, 300);
	assert.ok(lines.every(line => /^redis_[a-z_]+\{[^{}]+\} -?\d+(?:\.\d+)?$/.test(line)));
});

test('each generated server has a run_id of its own', () => {
	const page = new GeneratedMetrics(2000, nowMs).page(nowMs);
	const runIds = [...page.matchAll(/,run_id="([^"]*)"/g)].map(([, runId = '']) => runId);
	assert.ok(runIds.length > 1900, `${runIds.length} servers`);
	assert.equal(new Set(runIds).size, runIds.length);
	assert.ok(runIds.every(isRunId));
});

test('counters grow, and a few servers of many have a fault', () => {
	const metrics = new GeneratedMetrics(10_000, nowMs);
	const values = (page: string, name: string) =>
		page.split('\n').flatMap(line => (line.startsWith(`redis_${name}{`) ? Number(line.split('} ')[1]) : []));
	const [first, later] = [metrics.page(nowMs), metrics.page(nowMs + 15_000)];
	const sum = (page: string) => values(page, 'commands_processed_total').reduce((total, value) => total + value, 0);
	assert.ok(sum(later) > sum(first));
	const down = values(first, 'up').filter(value => value === 0).length;
	assert.ok(down > 0 && down < 20, `${down} down`);
	assert.ok(values(first, 'master_link_up').filter(value => value === 0).length > 0);
});

test('Prometheus is configured with what there is alone', () => {
	const only = {addresses: [], exporterPort: 1, generatedPort: 9, alertmanagerPort: undefined, everySeconds: 15};
	assert.doesNotMatch(prometheusConfiguration(only), /alerting|\/scrape/);
	assert.match(prometheusConfiguration(only), /honor_labels: true/);
	const real = {...only, addresses: [{address: '127.0.0.1:7000', deployment: 'orders'}], generatedPort: undefined};
	assert.match(
		prometheusConfiguration({...real, alertmanagerPort: 9093}),
		/alerting:[\s\S]*9093[\s\S]*redis:\/\/127\.0\.0\.1:7000/,
	);
});
