import assert from 'node:assert/strict';
import {execFile} from 'node:child_process';
import {mkdtemp, rm} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import path from 'node:path';
import {after, before, test} from 'node:test';
import {promisify} from 'node:util';
import {build} from 'esbuild';
import fc from 'fast-check';
import {type Typed, typedAfter} from '../../source/config/secrets.js';
import {openPtyInShell} from '../harness/pty.js';

const nothing: Typed = {text: '', end: undefined};

test('typed keys become the password, and editing keys edit it', () => {
	const cases: ReadonlyArray<readonly [keys: string, text: string, end: Typed['end']]> = [
		['', '', undefined],
		['pä$', 'pä$', undefined],
		['pw\r', 'pw', 'typed'],
		['pw\nrest', 'pw', 'typed'],
		['\r', '', 'typed'],
		['pw\u{4}', 'pw', 'typed'],
		['\u{4}', '', 'aborted'],
		['pw\u{3}', '', 'aborted'],
		['a😀\u{7f}b\r', 'ab', 'typed'],
		['\u{7f}a\bb\r', 'b', 'typed'],
		['wrong\u{15}pw\r', 'pw', 'typed'],
		['p\u{1b}[Aw\u{1b}OP\u{1b}[1;5Dx\r', 'pwx', 'typed'],
		['a\u{1}\tb\r', 'ab', 'typed'],
	];
	for (const [keys, text, end] of cases) {
		assert.deepEqual(typedAfter(nothing, keys), {text, end}, JSON.stringify(keys));
	}
});

test('the password is the same in however many pieces its keys arrive', () => {
	const key = fc.constantFrom('a', 'é', '😀', ' ', '\u{7f}', '\u{15}');
	fc.assert(
		fc.property(fc.array(key), keys => {
			const oneByOne = keys.reduce<Typed>((typed, character) => typedAfter(typed, character), nothing);
			assert.deepEqual(typedAfter(nothing, keys.join('')), oneByOne);
		}),
	);
});

let folder = '';
before(async () => {
	folder = await mkdtemp(path.join(tmpdir(), 'redis-top-secrets-'));
	await build({
		entryPoints: {secrets: 'source/config/secrets.ts', load: 'test/harness/load-config.ts'},
		outdir: folder,
		outExtension: {'.js': '.mjs'},
		bundle: true,
		platform: 'node',
		format: 'esm',
		target: 'node22',
		logLevel: 'error',
	});
});
after(() => rm(folder, {recursive: true, force: true}));

const asking = () => [
	'--input-type=module',
	'-e',
	`import {askPassword} from '${folder}/secrets.mjs';
	const answer = await askPassword('Password for h');
	console.log('answer', answer.kind, answer.kind === 'typed' ? [...answer.password].reverse().join('') : '');`,
];

test('on a terminal no part of the password is shown, and the terminal is restored', async () => {
	const ends: ReadonlyArray<readonly [keys: string, answer: RegExp]> = [
		['secret\r', /answer typed terces/],
		['secret\u{3}', /answer aborted/],
	];
	for (const [keys, answer] of ends) {
		const pty = await openPtyInShell({file: process.execPath, args: asking(), cols: 200});
		try {
			await pty.waitFor(/Password for h:/);
			pty.press(keys);
			await pty.waitFor(answer);
			assert.equal((await pty.exited).code, 0);
			assert.doesNotMatch(pty.rawOutput().toString(), /secret/);
			const {before: untouched, after: left} = pty.sttySettings();
			assert.deepEqual(left, untouched);
		} finally {
			await pty.dispose();
		}
	}
});

test('a signal at the prompt ends the process and restores the terminal', async () => {
	for (const [signal, code] of [
		['SIGTERM', 143],
		['SIGHUP', 129],
		['SIGINT', 130],
	] as const) {
		const pty = await openPtyInShell({file: process.execPath, args: asking(), cols: 200});
		try {
			await pty.waitFor(/Password for h:/);
			pty.kill(signal);
			assert.equal((await pty.exited).code, code);
			const {before: untouched, after: left} = pty.sttySettings();
			assert.deepEqual(left, untouched);
		} finally {
			await pty.dispose();
		}
	}
});

test('a password on the command line is not in the process list', {skip: process.platform !== 'linux'}, async () => {
	const script = path.join(folder, 'show-command-line.mjs');
	await build({
		stdin: {
			contents: `
				import {readFileSync} from 'node:fs';
				import {loadFrom} from './load.mjs';
				const loaded = await loadFrom(process.argv.slice(2), {});
				const shown = readFileSync('/proc/self/cmdline', 'utf8').replaceAll('\\0', ' ');
				console.log(JSON.stringify({shown, title: process.title, isRead: loaded.config.targets[0].password === 'Hunter2'}));
			`,
			resolveDir: folder,
		},
		outfile: script,
		format: 'esm',
		bundle: true,
		platform: 'node',
	});
	const {stdout} = await promisify(execFile)(process.execPath, [script, '-a', 'Hunter2']);
	const {shown, title, isRead} = JSON.parse(stdout);
	assert.ok(isRead);
	assert.equal(title, 'redis-top');
	assert.doesNotMatch(shown, /Hunter2/);
});
