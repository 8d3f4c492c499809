import assert from 'node:assert/strict';
import {globSync, readFileSync} from 'node:fs';
import path from 'node:path';
import {test} from 'node:test';

const glossary = readFileSync('docs/glossary.md', 'utf8');

type Refused = {readonly phrase: string; readonly isInProse: boolean; readonly isInNames: boolean};

/** The refused phrases of the table at the end of the glossary: the code spans of its first column. */
const refused: readonly Refused[] = glossary
	.slice(glossary.indexOf('| refused | where |'))
	.split('\n')
	.slice(2)
	.flatMap(row => {
		const [, phrases = '', where = ''] = row.split('|').map(cell => cell.trim());
		return [...phrases.matchAll(/`([^`]+)`/g)].map(([, phrase = '']) => ({
			phrase,
			isInProse: where !== 'names',
			isInNames: where !== 'prose',
		}));
	});

/**
A pattern that finds a phrase in prose: whole words, in any case. `…` matches up to 40 characters of one sentence.
*/
const inProse = (phrase: string): RegExp =>
	new RegExp(`(?<![\\w])${phrase.replaceAll(' … ', '(?:\\s[^.;]{0,40}?\\s)').replaceAll(' ', '\\s+')}(?![\\w])`, 'i');

const prosePatterns = refused.filter(({isInProse}) => isInProse).map(({phrase}) => [phrase, inProse(phrase)] as const);
/** The patterns that find the phrases in names, whose words are joined by blanks. */
const namePatterns = refused
	.filter(({isInNames}) => isInNames)
	.map(({phrase}) => [phrase, new RegExp(`(?<![a-z])${phrase}(?![a-z])`)] as const);

const tokens =
	/(?<comment>\/\/[^\n]*|\/\*[\s\S]*?\*\/)|(?<text>'(?:[^'\\\n]|\\.)*'|"(?:[^"\\\n]|\\.)*"|`(?:[^`\\]|\\.)*`)|(?<name>[A-Za-z_$][\w$]*)/g;

/** The words of a name, joined by blanks: `own word` for `ownWord`, `OWN_WORD` and `own-word`. */
const wordsOf = (name: string): string =>
	name
		.replace(/([a-z\d])([A-Z])/g, '$1 $2')
		.replace(/[-_./$]+/g, ' ')
		.toLowerCase();

/** Published JSON keys of `snapshot`, which are not renamed. */
const published: ReadonlySet<string> = new Set(['trouble', 'holdsFailed']);

/** Every refused phrase in a source file, with its line number. */
function faultsIn(file: string, code: string): string[] {
	const faults: string[] = [];
	const lineAt = (index: number) => code.slice(0, index).split('\n').length;
	for (const {0: token, index, groups} of code.matchAll(tokens)) {
		const isPublished = file.startsWith('source/report/') && [...published].some(key => token.includes(key));
		// A path in an import has names of files, and `${}` has an identifier.
		const isPath = /^['"`]\.{1,2}\//.test(token);
		const prose = isPublished || isPath ? '' : (groups?.comment ?? groups?.text?.replaceAll(/\$\{[^}]*\}/g, ' ') ?? '');
		const names = isPublished ? [] : groups?.name === undefined ? (isPath ? [token] : []) : [token];
		for (const [phrase, pattern] of prose === '' ? [] : prosePatterns) {
			const found = pattern.exec(prose);
			if (found !== null) {
				faults.push(`${file}:${lineAt(index + found.index)}: ${phrase}`);
			}
		}

		for (const [phrase, pattern] of names.length === 0 ? [] : namePatterns) {
			if (names.some(name => pattern.test(wordsOf(name)))) {
				faults.push(`${file}:${lineAt(index)}: the name ${token}: ${phrase}`);
			}
		}
	}

	return faults;
}

test('the patterns find whole words, in prose or in names, and across a line break', () => {
	assert.ok(refused.length > 40, 'the table was read');
	const found = (code: string) => faultsIn('source/x.ts', code).map(fault => fault.replace(/^.*?: /, ''));
	assert.deepEqual(found('/** It owes a\n reply. */'), ['owes']);
	assert.deepEqual(found("const text = 'what they all come to';"), ['what … come to']);
	assert.deepEqual(found('const openDesk = 1;'), ['the name openDesk: desk']);
	assert.deepEqual(found("import {a} from './judge-by.js';"), ["the name './judge-by.js': judge"]);
	assert.deepEqual(found("const year = 'clear, near';"), []);
	assert.deepEqual(found('const search = earlier;'), []);
});

test('the words that the glossary refuses are in no comment, text or name', () => {
	const files = ['source', 'scripts', 'test'].flatMap(folder => globSync(`${folder}/**/*.{ts,tsx,mjs}`));
	const faults = files
		.map(file => file.split(path.sep).join('/'))
		.filter(file => file !== 'test/words.test.ts' && !file.includes('/fixtures/'))
		.flatMap(file => faultsIn(file, readFileSync(file, 'utf8')));
	assert.deepEqual(faults, []);
});

test('the words that the glossary refuses are in no document', () => {
	const faults = globSync(['*.md', 'docs/**/*.md'])
		.filter(file => !file.endsWith('glossary.md') && file !== 'CHANGELOG.md')
		.flatMap(file => {
			const text = readFileSync(file, 'utf8').replaceAll(/```[\s\S]*?```|`[^`\n]*`/g, '');
			return prosePatterns.flatMap(([phrase, pattern]) => (pattern.test(text) ? [`${file}: ${phrase}`] : []));
		});
	assert.deepEqual(faults, []);
});

test('comments cite what a reader can open, never a paper that is not in the repository', () => {
	const citation = /\bsignals(?:\.md)? [A-F]\b|\b(?:signals|terminal|style|peers|servers|incidents|field)\.md\b/;
	const faults = globSync('{source,test,scripts}/**/*.{ts,tsx,mjs}')
		.filter(file => !file.endsWith('words.test.ts'))
		.flatMap(file =>
			readFileSync(file, 'utf8')
				.split('\n')
				.flatMap((line, index) => (citation.test(line) ? [`${file}:${index + 1}`] : [])),
		);
	assert.deepEqual(faults, []);
});
