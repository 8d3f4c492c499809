import assert from 'node:assert/strict';
import {type SpawnSyncReturns, spawnSync} from 'node:child_process';
import {readdirSync} from 'node:fs';
import path from 'node:path';
import {test} from 'node:test';
import {outsideProgram} from '../harness/outside-program.js';

const folder = path.resolve('examples', 'prometheus');
const file = (name: string) => path.join(folder, name);

test('promtool finds nothing wrong with the examples for Prometheus, and their rules fire as they should', async t => {
	const promtool = await outsideProgram(t, 'promtool');
	if (promtool === undefined) {
		return;
	}

	const calls: ReadonlyArray<readonly string[]> = [
		['check', 'config', file('prometheus.yml')],
		['check', 'rules', file('redis-rules.yml')],
		['test', 'rules', file('redis-rules-test.yml')],
	];
	for (const args of calls) {
		const checked: SpawnSyncReturns<string> = spawnSync(promtool, args, {encoding: 'utf8'});
		assert.equal(checked.status, 0, `${args.join(' ')}: ${checked.stdout}${checked.stderr}`);
	}
});

test('amtool finds nothing wrong with the routes, and alerts of redis-top go where the comments say', async t => {
	const amtool = await outsideProgram(t, 'amtool');
	if (amtool === undefined) {
		return;
	}

	const config = file('alertmanager.yml');
	const run = (args: readonly string[]) => spawnSync(amtool, args, {encoding: 'utf8'});
	const checked = run(['check-config', config]);
	assert.equal(checked.status, 0, checked.stdout + checked.stderr);
	const receiversOf = (...labels: readonly string[]) =>
		run(['config', 'routes', 'test', `--config.file=${config}`, 'source=redis-top', ...labels]).stdout.trim();
	assert.equal(receiversOf('severity=critical', 'alertname=mem.max'), 'pager');
	assert.equal(receiversOf('severity=critical', 'alertname=conn.refused'), 'pager,team');
	assert.equal(receiversOf('severity=warning', 'alertname=mem.max'), 'team');
});

test('every example for Prometheus is one that these tests look at', () => {
	assert.deepEqual(readdirSync(folder).sort(), [
		'alertmanager.yml',
		'prometheus.yml',
		'redis-rules-test.yml',
		'redis-rules.yml',
	]);
});
