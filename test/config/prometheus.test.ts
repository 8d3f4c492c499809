import assert from 'node:assert/strict';
import {mkdtemp, rm, writeFile} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import path from 'node:path';
import {test} from 'node:test';
import {loadFrom} from '../harness/load-config.js';

const home = {HOME: '/nonexistent'};

const loaded = async (...words: readonly string[]) => loadFrom(words, home);

test('--prometheus has an address, a secret file and a label', async t => {
	const folder = await mkdtemp(path.join(tmpdir(), 'redis-top-'));
	t.after(() => rm(folder, {recursive: true}));
	const secret = path.join(folder, 'token');
	await writeFile(secret, 'opensesame\n');
	const found = await loaded(
		'--prometheus',
		'https://jo@prometheus.example/base',
		'--prometheus-secret-file',
		secret,
		'--prometheus-label',
		'pod={host}',
	);
	assert.ok(found.kind === 'run');
	const {prometheus} = found.config;
	assert.equal(prometheus?.service.url.href, 'https://prometheus.example/base');
	assert.equal(prometheus?.service.user, 'jo');
	assert.equal(await prometheus?.service.readSecret?.(), 'opensesame');
	assert.deepEqual(prometheus?.mapping, {label: 'pod', template: '{host}'});
	const without = await loaded();
	assert.equal(without.kind === 'run' && without.config.prometheus, undefined);
	const config = path.join(folder, 'config.toml');
	await writeFile(config, 'prometheus = "http://127.0.0.1:9090"\nprometheus-label = "addr"\n');
	const fromFile = await loaded('--config', config);
	assert.equal(fromFile.kind === 'run' && fromFile.config.prometheus?.service.url.port, '9090');
	await writeFile(config, 'prometheus = "9090"\n');
	assert.deepEqual(await loaded('--config', config), {
		kind: 'stop',
		exitCode: 64,
		lines: [`redis-top: ${config}:1: prometheus 9090: is no address; write http://HOST:PORT or https://HOST`],
	});
});

test('a bad address, file or label is one line, before anything is polled', async t => {
	const folder = await mkdtemp(path.join(tmpdir(), 'redis-top-'));
	t.after(() => rm(folder, {recursive: true}));
	const secret = path.join(folder, 'token');
	await writeFile(secret, 'opensesame\n');
	const cases: ReadonlyArray<readonly [words: readonly string[], exitCode: number, line: RegExp]> = [
		[['--prometheus', 'prom:9090'], 64, /^redis-top: --prometheus prom:9090: is no address; write http/],
		[['--prometheus', 'http://jo:hunter2@prom'], 64, /\*\*\*@prom: others can see a password there/],
		[['--prometheus', 'https://prom', '--prometheus-secret-file', `${folder}/none`], 77, /none/],
		[
			['--prometheus', 'http://prom', '--prometheus-secret-file', secret],
			64,
			/prom: its secret would travel unencrypted/,
		],
		[['--prometheus', 'http://prom', '--prometheus-label', 'a-b'], 64, /--prometheus-label a-b: is no label/],
		[['--prometheus-label', 'addr'], 64, /--prometheus-label goes with --prometheus URL/],
		[['--prometheus-secret-file', secret], 64, /--prometheus-secret-file goes with --prometheus URL/],
		[['check', '--prometheus', 'http://prom'], 64, /--prometheus/],
	];
	for (const [words, exitCode, line] of cases) {
		const found = await loaded(...words);
		assert.ok(found.kind === 'stop', words.join(' '));
		assert.equal(found.exitCode, exitCode, words.join(' '));
		assert.equal(found.lines.length, 1);
		assert.match(found.lines[0] ?? '', line);
		assert.doesNotMatch(found.lines.join(), /hunter2|opensesame/);
	}
});
