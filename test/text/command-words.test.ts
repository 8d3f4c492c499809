import assert from 'node:assert/strict';
import test from 'node:test';
import fc from 'fast-check';
import {commandText, commandWords} from '../../source/text/command-words.js';

test('a command is quoted as in redis-cli', () => {
	assert.equal(commandText(['CONFIG', 'SET', 'save', '']), 'CONFIG SET save ""');
	assert.equal(commandText(['CONFIG', 'SET', 'save', '3600 1 300 100']), 'CONFIG SET save "3600 1 300 100"');
	assert.equal(commandText(['SHUTDOWN', 'SAVE']), 'SHUTDOWN SAVE');
});

test('any words: the quoted text is split into the same words', () => {
	const word = fc.string({unit: fc.constantFrom('a', '-', ' ', '"', "'", '\\', '\t', 'é')});
	fc.assert(
		fc.property(fc.array(word), words => {
			assert.deepEqual(commandWords(commandText(words)), words);
		}),
	);
});
