import assert from 'node:assert/strict';
import test from 'node:test';
import fc from 'fast-check';
import {splitWords} from '../../source/text/split-words.js';

test('words are split as by a shell, without its other features', () => {
	const cases: ReadonlyArray<readonly [line: string, words: readonly string[] | undefined]> = [
		['', []],
		['  a  b\tc ', ['a', 'b', 'c']],
		[`mail -s "Redis is down" 'on call'`, ['mail', '-s', 'Redis is down', 'on call']],
		[String.raw`a\ b "c\"d" 'e\f'`, ['a b', 'c"d', String.raw`e\f`]],
		[`"" ''`, ['', '']],
		['a"b"c', ['abc']],
		['echo $HOME | cat *', ['echo', '$HOME', '|', 'cat', '*']],
		[`a "b`, undefined],
		[`a 'b`, undefined],
		['a\\', undefined],
	];
	for (const [line, words] of cases) {
		assert.deepEqual(splitWords(line), words, line);
	}
});

test('any words: the quoted text is split into the same words', () => {
	fc.assert(
		fc.property(fc.array(fc.string({unit: 'binary'})), words => {
			const line = words.map(word => `'${word.replaceAll("'", String.raw`'\''`)}'`).join(' ');
			assert.deepEqual(splitWords(line), words);
		}),
	);
});
