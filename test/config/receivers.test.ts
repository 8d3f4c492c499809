import assert from 'node:assert/strict';
import {mkdtempSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import path from 'node:path';
import {after, test} from 'node:test';
import {loadFrom} from '../harness/load-config.js';

const folder = mkdtempSync(path.join(tmpdir(), 'redis-top-receivers-'));
after(() => rmSync(folder, {recursive: true}));

function fileOf(name: string, text: string): string {
	const file = path.join(folder, name);
	writeFileSync(file, text);
	return file;
}

const token = fileOf('token', 'hunter2\n');
const slack = fileOf('slack', 'https://hooks.slack.example/services/T0/B0/hunter2\n');
const noAddress = fileOf('none', 'hunter2\n');
const environment = {TERM: 'xterm', LANG: 'C.UTF-8', HOME: folder};

const receiversOf = async (...argv: readonly string[]) => {
	const loaded = await loadFrom(['watch', ...argv], environment);
	assert.ok(loaded.kind === 'run', JSON.stringify(loaded));
	return loaded.config.receivers;
};

test('several Alertmanagers are named by one flag or by several', async () => {
	const {alertmanagers, webhook, grafana} = await receiversOf(
		'--alertmanager',
		'https://a:9093,https://jo@b/am',
		'--alertmanager',
		'https://c',
		'--alertmanager-secret-file',
		token,
	);
	assert.deepEqual([webhook, grafana], [undefined, undefined]);
	assert.deepEqual(
		alertmanagers.map(({url, user}) => [url.href, user]),
		[
			['https://a:9093/', undefined],
			['https://b/am', 'jo'],
			['https://c/', undefined],
		],
	);
});

test('the address of a webhook may stand in a file, because it is a secret by itself', async () => {
	const {webhook} = await receiversOf('--webhook', slack, '--webhook-format', 'slack');
	assert.equal(webhook?.service.url.href, 'https://hooks.slack.example/services/T0/B0/hunter2');
	assert.deepEqual([webhook?.format, webhook?.readSecret], ['slack', undefined]);
	const signed = await receiversOf('--webhook', 'http://127.0.0.1:1/x?y=1', '--webhook-secret-file', token);
	assert.equal(signed.webhook?.service.url.href, 'http://127.0.0.1:1/x?y=1');
	assert.equal(await signed.webhook?.readSecret?.(), 'hunter2');
	assert.equal(signed.webhook?.format, 'json');
});

test('wrong receivers are one line each, exit 64 or 77, and never show a secret', async () => {
	const gone = path.join(folder, 'gone');
	const cases: ReadonlyArray<readonly [argv: readonly string[], exitCode: number, line: string]> = [
		[['--alertmanager', 'a:9093'], 64, '--alertmanager a:9093: is no address; write http://HOST:PORT or https://HOST'],
		[['--alertmanager', 'http://a,'], 64, '--alertmanager : is no address; write http://HOST:PORT or https://HOST'],
		[['--alertmanager-secret-file', token], 64, '--alertmanager-secret-file goes with --alertmanager URL'],
		[
			['--alertmanager', 'https://a', '--alertmanager-secret-file', gone],
			77,
			`--alertmanager-secret-file ${gone}: can't be read: no such file`,
		],
		[
			['--alertmanager', 'http://a', '--alertmanager-secret-file', token],
			64,
			'--alertmanager a: its secret would travel unencrypted; write https://',
		],
		[['--webhook', gone], 64, `--webhook ${gone}: is no address, and no file with one: no such file`],
		[['--webhook', folder], 77, `--webhook ${folder}: is no address, and no file with one: it is a folder`],
		[['--webhook', noAddress], 64, `--webhook ${noAddress}: its first line is no address; write https://HOST/PATH`],
		[
			['--webhook', 'https://jo:hunter2@a/x'],
			64,
			'--webhook https://***@a: leave out the user and password; messages are signed by --webhook-secret-file',
		],
		[['--webhook', 'https://:1'], 64, '--webhook https://:1: is no address; write https://HOST/PATH'],
		[
			['--webhook', 'http://a', '--webhook-format', 'teams'],
			64,
			'--webhook-format teams: is unknown; write json, slack, pagerduty',
		],
		[['--webhook-format', 'slack'], 64, '--webhook-format goes with --webhook URL'],
		[['--webhook-secret-file', token], 64, '--webhook-secret-file goes with --webhook URL'],
		[
			['--webhook', 'http://a', '--webhook-format', 'pagerduty'],
			64,
			'--webhook-format pagerduty: needs its routing key; add --webhook-secret-file FILE',
		],
	];
	for (const [argv, exitCode, line] of cases) {
		const loaded = await loadFrom(['watch', ...argv], environment);
		assert.ok(loaded.kind === 'stop', JSON.stringify(loaded));
		assert.deepEqual([loaded.exitCode, loaded.lines], [exitCode, [`redis-top: ${line}`]]);
		assert.doesNotMatch(loaded.lines.join(''), /hunter2/);
	}
});
