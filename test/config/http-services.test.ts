import assert from 'node:assert/strict';
import {mkdtemp, rm, writeFile} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import path from 'node:path';
import {test} from 'node:test';
import {
	checkSecret,
	isSecretExposed,
	readSecrets,
	type ServiceSource,
	serviceAt,
} from '../../source/config/http-services.js';
import {Problems} from '../../source/config/problems.js';

const sourceOf = (flags: ServiceSource['flags'] = {}, part: Partial<ServiceSource> = {}): ServiceSource => ({
	flags,
	origins: new Map(),
	secrets: new Map(),
	tls: undefined,
	...part,
});

function read(text: string, source = sourceOf()) {
	const problems = new Problems();
	const service = serviceAt(text, 'uri', 'passFile', source, problems);
	return {service, problem: problems.found[0]?.text};
}

test('an address of a web service is taken with its path and its user', () => {
	const cases = [
		['http://am:9093', undefined, 'http://am:9093/'],
		['HTTPS://am.example/base/', undefined, 'https://am.example/base/'],
		['http://[::1]:9093', undefined, 'http://[::1]:9093/'],
		['https://jo%40x@am', 'jo@x', 'https://am/'],
	] as const;
	for (const [text, user, href] of cases) {
		const {service, problem} = read(text, sourceOf({passFile: '/run/secret'}));
		assert.equal(problem, undefined, text);
		assert.deepEqual([service?.user, service?.url.href], [user, href]);
	}
});

test('what is no address is one line that says what to write, and never shows a password', () => {
	const cases = [
		['am:9093', '--uri am:9093: is no address; write http://HOST:PORT or https://HOST'],
		['', '--uri : is no address; write http://HOST:PORT or https://HOST'],
		['http:///x', '--uri http:///x: is no address; write http://HOST:PORT or https://HOST'],
		['ftp://a', '--uri ftp://a: is no address; write http://HOST:PORT or https://HOST'],
		['http://a:99999', '--uri http://a:99999: is no address; write http://HOST:PORT or https://HOST'],
		['http://a\u{1b}[2J b', '--uri http://a\\x1b[2J b: is no address; write http://HOST:PORT or https://HOST'],
		['http://a/?token=hunter2', '--uri http://a/?...: leave out what follows the ? or #'],
		['http://jo:hunter2@a', '--uri http://***@a: others can see a password there; write it into --pass-file FILE'],
		['http://jo:hun@ter2@a:b', '--uri http://***@a:b: is no address; write http://HOST:PORT or https://HOST'],
		['http://jo@a', '--uri http://***@a: its user has no password; add --pass-file FILE'],
	] as const;
	for (const [text, expected] of cases) {
		assert.equal(read(text).problem, expected);
	}
});

test('a problem names the line of the config file from which the address came', () => {
	const source = sourceOf({}, {origins: new Map([['uri', 'config.toml:3: prometheus']])});
	assert.match(read('x', source).problem ?? '', /^config\.toml:3: prometheus x: is no address/);
});

test('a secret is read before anything is polled, and again for each use', async t => {
	const folder = await mkdtemp(path.join(tmpdir(), 'redis-top-secret-'));
	t.after(() => rm(folder, {recursive: true}));
	const [file, empty, gone] = ['token', 'empty', 'gone'].map(name => path.join(folder, name));
	assert.ok(file !== undefined && empty !== undefined);
	await writeFile(file, 'first\nsecond line\n');
	await writeFile(empty, '\n');
	const problemsOf = async (passFile: string | undefined) => {
		const flags = {passFile} as ServiceSource['flags'];
		const problems = new Problems();
		checkSecret('passFile', sourceOf(flags, {secrets: await readSecrets(flags, ['passFile'])}), problems);
		return problems.found;
	};
	assert.deepEqual(await problemsOf(undefined), []);
	assert.deepEqual(await problemsOf(file), []);
	assert.deepEqual(await problemsOf(empty), [{exitCode: 64, text: `--pass-file ${empty}: its first line is empty`}]);
	assert.deepEqual(await problemsOf(gone), [{exitCode: 77, text: `--pass-file ${gone}: can't be read: no such file`}]);
	assert.deepEqual(await problemsOf(folder), [
		{exitCode: 77, text: `--pass-file ${folder}: can't be read: it is a folder`},
	]);
	const {service} = read('http://a', sourceOf({passFile: file}));
	assert.equal(await service?.readSecret?.(), 'first');
	await writeFile(file, 'renewed');
	assert.equal(await service?.readSecret?.(), 'renewed');
});

test('a secret is exposed only unencrypted on the way to another machine', () => {
	const isExposed = (text: string, flags: ServiceSource['flags'] = {passFile: '/run/secret'}) => {
		const {service} = read(text, sourceOf(flags));
		assert.ok(service);
		return isSecretExposed(service);
	};
	assert.ok(isExposed('http://am.example'));
	for (const text of ['https://am.example', 'http://127.0.0.1:9093', 'http://localhost', 'http://[::1]:1']) {
		assert.ok(!isExposed(text), text);
	}

	assert.ok(!isExposed('http://am.example', {}));
});
