import assert from 'node:assert/strict';
import test from 'node:test';
import fc from 'fast-check';
import {passStyledText, passWholeRows} from '../../source/text/ink-frame-writer.js';

type Operation = Parameters<typeof passWholeRows>[0] extends new (
	...options: never[]
) => {readonly operations: ReadonlyArray<infer T>}
	? T
	: never;

const frameOf = (operations: readonly Operation[]) => {
	class Output {
		readonly operations = operations;
		readonly height = 3;
		get() {
			return {output: 'by cells', height: this.height};
		}
	}
	const PassingOutput = passWholeRows(Output);
	return new PassingOutput().get();
};

const write = (y: number, text: string, x = 0): Operation => ({type: 'write', x, y, text, transformers: []});

test('rows that are written once each are the frame, an unwritten one is empty', () => {
	assert.deepEqual(frameOf([write(2, 'c'), write(0, '\u001B[31ma\u001B[39m')]), {
		output: '\u001B[31ma\u001B[39m\n\nc',
		height: 3,
	});
});

test('the transformers of a row are applied', () => {
	const transformers = [(line: string) => `<${line}>`, (line: string, index: number) => `${index}${line}`];
	assert.equal(frameOf([{type: 'write', x: 0, y: 1, text: 'a', transformers}]).output, '\n0<a>\n');
});

const otherFrames: ReadonlyArray<readonly [string, readonly Operation[]]> = [
	['a row that two texts make', [write(0, 'a'), write(0, 'b')]],
	['a text that begins elsewhere', [write(0, 'a', 4)]],
	['a text of two rows', [write(0, 'a\nb')]],
	['a text beyond the frame', [write(3, 'a')]],
	['a text above the frame', [write(-1, 'a')]],
	['a clipped part', [write(0, 'a'), {type: 'clip'}, write(1, 'b'), {type: 'unclip'}]],
];

for (const [name, operations] of otherFrames) {
	test(`${name} is left to Ink`, () => {
		assert.equal(frameOf(operations).output, 'by cells');
	});
}

test('only text without controls and marks skips the sanitizer', () => {
	const sanitize = passStyledText(() => 'sanitized');
	assert.equal(sanitize('\u001B[1;31m│ ok …\u001B[m'), '\u001B[1;31m│ ok …\u001B[m');
	for (const text of ['\u001B[2J', 'a\tb', 'a\u0007', 'e\u0301', '\u001B[4:3mx', '\u009B31m', '\u001B]8;;x\u0007']) {
		assert.equal(sanitize(text), 'sanitized', JSON.stringify(text));
	}

	fc.assert(
		fc.property(fc.string({unit: 'binary'}), text => {
			assert.ok(
				sanitize(text) === 'sanitized' || !/\p{Control}|\p{Mark}/u.test(text.replaceAll(/\u001B\[[\d;]*m/g, '')),
			);
		}),
	);
});
