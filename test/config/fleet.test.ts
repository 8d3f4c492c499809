import assert from 'node:assert/strict';
import {mkdtemp, rm, writeFile} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import path from 'node:path';
import {test} from 'node:test';
import {readArguments} from '../../source/arguments/argv.js';
import {loadFleetTarget} from '../../source/config/load.js';
import {loadFrom} from '../harness/load-config.js';

const home = {HOME: '/nonexistent'};
const prometheus = ['--prometheus', 'http://127.0.0.1:9090'];

test('the fleet has a Prometheus and a selector, and asks every 15 seconds', async () => {
	const found = await loadFrom(
		['fleet', ...prometheus, '--match', '{env="prod"}', '--user', 'x', '--askpass'],
		home,
		async () => ({
			kind: 'typed',
			password: 'p',
		}),
	);
	assert.ok(found.kind === 'run');
	assert.deepEqual(found.config.fleet, {matchers: 'env="prod"'});
	assert.equal(found.config.intervalMs, 15_000);
	assert.deepEqual(found.config.targets, []);
});

test('a bad selector, a target or a missing Prometheus is one line, exit code 64', async () => {
	for (const [words, line] of [
		[['fleet'], /^redis-top: redis-top fleet needs a Prometheus: add --prometheus URL$/],
		[['fleet', ...prometheus, '--match', 'env=prod'], /^redis-top: --match env=prod: is no selector at/],
		[['fleet', ...prometheus, '10.0.1.11'], /^redis-top: redis-top fleet takes no target, not 10\.0\.1\.11/],
		[
			['fleet', ...prometheus, '-h', 'a'],
			/^redis-top: redis-top fleet takes its servers from Prometheus: leave out --host/,
		],
		[['fleet', '--prometheus', 'x'], /^redis-top: --prometheus x: is no address/],
		[['--match', 'a="b"'], /--match goes with redis-top fleet alone/],
	] as const) {
		const found = await loadFrom(words, home);
		assert.ok(found.kind === 'stop', words.join(' '));
		assert.equal(found.exitCode, 64);
		assert.equal(found.lines.length, 1, found.lines.join('\n'));
		assert.match(found.lines[0] ?? '', line);
	}
});

test('the monitor of a server has the credentials of the profile that names or matches it', async t => {
	const folder = await mkdtemp(path.join(tmpdir(), 'redis-top-'));
	t.after(() => rm(folder, {recursive: true}));
	const config = path.join(folder, 'config.toml');
	await writeFile(path.join(folder, 'prod'), 'prod-password\n');
	await writeFile(path.join(folder, 'one'), 'one-password\n');
	await writeFile(
		config,
		`[profiles.prod]
match = '{env="prod"}'
user = "monitor"
password-file = "prod"
environment = "production"

[profiles.one]
targets = ["10.0.1.9:6379"]
password-file = "one"
`,
	);
	const given = readArguments(['fleet', '--config', config, ...prometheus, '-i', '30s']);
	assert.ok(given.kind === 'given');
	const open = async (host: string, labels: Record<string, string>) => {
		const found = await loadFleetTarget(given, home, {endpoint: {kind: 'tcp', host, port: 6379}, labels});
		assert.ok(found.kind === 'run', JSON.stringify(found));
		const {command, targets, intervalMs, isProduction, prometheus: history} = found.config;
		return {command, targets, intervalMs, isProduction, history: history?.service.url.port};
	};

	const prod = await open('10.0.1.11', {env: 'prod'});
	assert.deepEqual(
		prod.targets.map(({endpoint, username, password, profile}) => [endpoint, username, password, profile]),
		[[{kind: 'tcp', host: '10.0.1.11', port: 6379}, 'monitor', 'prod-password', 'prod']],
	);
	assert.deepEqual([prod.command, prod.intervalMs, prod.isProduction, prod.history], ['monitor', 1000, true, '9090']);
	const [one] = (await open('10.0.1.9', {env: 'prod'})).targets;
	assert.equal(one?.password, 'one-password');
	const other = await open('fd00::12', {env: 'test'});
	assert.deepEqual(
		other.targets.map(({endpoint, password}) => [endpoint, password]),
		[[{kind: 'tcp', host: 'fd00::12', port: 6379}, undefined]],
	);
	const named = await loadFrom(['prod', '--config', config], home);
	assert.ok(named.kind === 'stop' && named.exitCode === 64);
	assert.match(named.lines.join(), /prod is a profile with match alone: name a target, or run redis-top fleet/);
	await writeFile(config, '[profiles.prod]\nmatch = "env"\n');
	const broken = await loadFrom(['fleet', '--config', config, ...prometheus], home);
	assert.ok(broken.kind === 'stop' && broken.exitCode === 64);
	assert.match(broken.lines.join(), /config\.toml:2: profiles\.prod\.match: is no selector at "env"/);
});
