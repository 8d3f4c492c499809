import assert from 'node:assert/strict';
import {test} from 'node:test';
import {configArguments} from '../../source/parse/config-line.js';
import {checkLine} from '../../source/parse/config-mistakes.js';
import {acceptedLines, refusedLines} from '../harness/config-lines.js';

for (const [line, why] of refusedLines) {
	test(`a mistake of a config file: ${line}`, () => {
		const found = checkLine(line);
		assert.match(found?.kind === 'mistake' ? found.why : '', why);
	});
}

for (const line of acceptedLines) {
	test(`no mistake: ${JSON.stringify(line)}`, () => {
		assert.notEqual(checkLine(line)?.kind, 'mistake');
	});
}

for (const line of [
	'proto-max-bulk-leng 5 x',
	'search-threads many',
	'loadmodule /a b c',
	'sentinel monitor main 10.0.0.1 6379 2',
	'logfile "a"b',
	'rename-command "A',
	'oom-score-adj-values 0 200 800',
]) {
	test(`nothing is certain about: ${line}`, () => {
		assert.equal(checkLine(line), undefined);
	});
}

test('a mistake shows its line, short and printable, and nothing of a secret', () => {
	const shown = (line: string) => checkLine(line)?.text;
	assert.equal(shown('  maxmemory 4 gb\r'), 'maxmemory 4 gb');
	assert.equal(shown('requirepass hunter 2'), 'requirepass');
	assert.equal(shown('masterauth "hunter'), 'masterauth');
	assert.equal(shown('logfile a\u001B[2J b'), String.raw`logfile a\x1b[2J b`);
	assert.equal(shown(`logfile ${'x'.repeat(60)} y`)?.length, 40);
});

test('a data folder is left to whoever can look whether it is there', () => {
	assert.deepEqual(checkLine('dir "/srv/a b"'), {kind: 'folder', text: 'dir "/srv/a b"', path: '/srv/a b'});
});

test('a line is split as the server does', () => {
	assert.deepEqual(configArguments(String.raw`a "b \"c\" d" 'e \' f' g"h"`), ['a', 'b "c" d', "e ' f", 'gh']);
	assert.deepEqual(configArguments('  '), []);
	assert.equal(configArguments('a "b'), 'unclosed');
	assert.deepEqual(configArguments(String.raw`a 'b\\'c'`), ['a', String.raw`b\'c`]);
	assert.equal(configArguments('a "b"c'), 'unclear');
});
