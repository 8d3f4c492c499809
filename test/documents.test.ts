import assert from 'node:assert/strict';
import {execFileSync, spawnSync} from 'node:child_process';
import {existsSync, readFileSync} from 'node:fs';
import path from 'node:path';
import {test} from 'node:test';
import {readCommandLine} from '../source/arguments/command-line.js';
import {commandRows} from '../source/arguments/commands.js';
import {commandWords, completionScript, shells} from '../source/arguments/completion.js';
import {flagRows} from '../source/arguments/flags.js';
import {formatNames} from '../source/arguments/format-names.js';
import {manPage} from '../source/arguments/man-page.js';
import {bindings} from '../source/keys/bindings.js';

/** The completions that bash offers for the last of the words. */
function bashOffers(words: readonly string[]): string[] {
	const script = `${completionScript('bash')}
COMP_WORDS=(redis-top "$@"); COMP_CWORD=$#
_redis_top; printf '%s\\n' "\${COMPREPLY[@]}"`;
	return execFileSync('bash', ['-c', script, 'bash', ...words], {encoding: 'utf8'})
		.split('\n')
		.filter(line => line !== '')
		.sort();
}

test('bash completes commands, flags and values', () => {
	assert.deepEqual(bashOffers(['snap']), ['snapshot']);
	assert.deepEqual(bashOffers(['']), [...commandWords].sort());
	assert.deepEqual(bashOffers(['--']), flagRows.map(({name}) => `--${name}`).sort());
	assert.deepEqual(bashOffers(['--format', 'j']), ['json']);
	assert.deepEqual(bashOffers(['demo', '']), ['fleet', 'incident', 'simulated']);
	assert.deepEqual(bashOffers(['demo', 'incident', 'aof-d']), ['aof-disk-full']);
	assert.deepEqual(bashOffers(['demo', 'incident', 'frozen', '']), []);
	assert.deepEqual(bashOffers(['acl', '--format', '']), []);
	for (const [command, names] of Object.entries(formatNames)) {
		assert.deepEqual(bashOffers([command, '--format', '']), [...names].sort(), command);
	}

	assert.deepEqual(bashOffers(['--completion', '']), [...shells].sort());
	assert.ok(bashOffers(['--panel', 'm']).includes('memory'));
	assert.deepEqual(bashOffers(['demo', 'simulated', '--incident', 'fu']), ['full-memory']);
	assert.deepEqual(bashOffers(['--cacertdir', '/us']), ['/usr']);
	assert.deepEqual(bashOffers(['--interval', '']), []);
});

for (const shell of ['zsh', 'fish']) {
	const isThere = ['/bin', '/usr/bin'].some(folder => existsSync(`${folder}/${shell}`));
	test(`${shell} can read its completion script`, {skip: isThere ? false : `there is no ${shell} here`}, () => {
		const {status, stderr} = spawnSync(shell, ['-n'], {input: completionScript(shell), encoding: 'utf8'});
		assert.equal(status, 0, stderr);
	});
}

test('every flag and command is in every completion script', () => {
	for (const shell of shells) {
		const script = completionScript(shell) ?? '';
		for (const word of [...commandWords, ...flagRows.map(({name}) => name)]) {
			assert.match(script, new RegExp(`\\b${word}\\b`), `${shell}: ${word}`);
		}
	}
});

test('--completion prints a script, and for an unknown shell the list of known ones', async () => {
	assert.deepEqual(readCommandLine(['--completion', 'zsh']), {kind: 'print', text: completionScript('zsh')});
	const stopped = readCommandLine(['--completion', 'cmd']);
	assert.deepEqual(stopped, {
		kind: 'stop',
		exitCode: 64,
		lines: ['redis-top: --completion cmd: is unknown; write one of bash, zsh, fish'],
	});
});

test('the manual page has every command, flag and key, and roff finds nothing wrong with it', t => {
	const page = manPage('1.2.3');
	const plain = page
		.replace(/\\f[BIR]/g, '')
		.replaceAll('\\-', '-')
		.replaceAll('\\&', '')
		.replaceAll('\\e', '\\');
	for (const {synopsis} of commandRows) {
		assert.ok(plain.includes(synopsis), synopsis);
	}

	for (const {name} of flagRows) {
		assert.ok(plain.includes(`--${name}`), name);
	}

	for (const {shown} of bindings) {
		assert.ok(plain.includes(`.TP\n${shown}\n`), shown);
	}

	// A line that begins with a dot or a quote is a request of roff. Only intended requests may be there.
	for (const line of page.split('\n')) {
		assert.match(line, /^(?![.'])|^\.(?:TH|SH|SS|TP|PP|br)\b/, line);
	}

	if (!existsSync('/usr/bin/man')) {
		t.diagnostic('no man here to set it');
		return;
	}

	const {stderr} = spawnSync('man', ['--warnings', '-E', 'UTF-8', '-l', '-'], {input: page, encoding: 'utf8'});
	assert.equal(stderr, '');
});

/** The anchors of a page as GitHub makes them: small letters, no punctuation, hyphens for blanks. */
function anchorsOf(page: string): ReadonlySet<string> {
	const prose = page.replaceAll(/^```[\s\S]*?^```/gm, '');
	const headings = [...prose.matchAll(/^#+ (.+)$/gm)].map(([, heading = '']) =>
		heading
			.toLowerCase()
			.replaceAll(/[^\p{L}\p{N} _-]/gu, '')
			.replaceAll(' ', '-'),
	);
	return new Set([...headings, ...[...prose.matchAll(/<a (?:id|name)="([^"]+)"/g)].map(([, id = '']) => id)]);
}

test('every link between the pages leads to a page and a heading that exist', () => {
	const pages = execFileSync('git', ['ls-files', '*.md'], {encoding: 'utf8'}).trim().split('\n');
	assert.ok(pages.includes('ARCHITECTURE.md'));
	for (const page of pages) {
		const prose = readFileSync(page, 'utf8').replaceAll(/^```[\s\S]*?^```/gm, '');
		for (const [, target = ''] of prose.matchAll(/\]\(([^)\s]+)\)/g)) {
			if (/^[a-z]+:/.test(target)) {
				continue;
			}

			const [file = '', anchor] = target.split('#');
			const linked = file === '' ? page : path.join(path.dirname(page), file);
			assert.ok(existsSync(linked), `${page} links to ${target}`);
			if (anchor !== undefined) {
				assert.ok(anchorsOf(readFileSync(linked, 'utf8')).has(anchor), `${page} links to ${target}`);
			}
		}
	}
});

test('the map of the code stays short', () => {
	assert.ok(readFileSync('ARCHITECTURE.md', 'utf8').split(/\s+/).length < 2000);
});
