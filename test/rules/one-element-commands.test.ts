import assert from 'node:assert/strict';
import test from 'node:test';
import {messageText} from '../../source/domain/message.js';
import {oneElementSteps} from '../../source/rules/one-element-commands.js';

const stepOf = (...words: readonly string[]) => {
	const [step] = oneElementSteps(words) ?? [];
	return step && messageText(step.text);
};

test('a command that is fast by itself points to the machine, not to the size of its key', () => {
	assert.match(stepOf('lpush', 'queue:mail', 'm') ?? '', /^LPUSH of a few elements is fast: likely its machine/);
	assert.match(stepOf('INCR', 'hits') ?? '', /^INCR of a few elements is fast/);
	assert.match(
		stepOf('SET', 'session:1', 'x', 'EX', '3600') ?? '',
		/^SET of a small value is fast: it freed a large old/,
	);
});

for (const [what, words] of [
	['a large value', ['SET', 'page:1', '<html>... (4000000 more bytes)']],
	['many elements', ['SADD', 's', ...Array.from({length: 29}, String), '... (70000 more arguments)']],
	['elements that fill the log', ['LPUSH', 'l', ...Array.from({length: 20}, String)]],
	['a value whose size is not known', ['GET', 'page:1']],
	['a whole collection', ['HGETALL', 'h']],
] as const) {
	test(`${what} is looked at by its key`, () => {
		assert.equal(stepOf(...words), undefined);
	});
}
