import assert from 'node:assert/strict';
import test from 'node:test';
import fc from 'fast-check';
// Ink doesn't export them. As in the program, the bundle has put `source/text/ink-frame-writer.ts` before them (scripts/bundle.mjs).
import InkOutput from '../../node_modules/ink/build/output.js';
import sanitizeAnsi from '../../node_modules/ink/build/sanitize-ansi.js';
import {createEmulator} from '../harness/screen.js';

const [width, height] = [20, 3];
const everything = {x1: 0, x2: width, y1: 0, y2: height};

type Step = (output: InkOutput) => void;
type Transform = (line: string, index: number) => string;

const write =
	(y: number, text: string, x = 0, transformers: Transform[] = []): Step =>
	output =>
		output.write(x, y, text, {transformers});

function frameOf(...steps: readonly Step[]) {
	const output = new InkOutput({width, height});
	for (const step of steps) {
		step(output);
	}

	return output.get();
}

/** The same by cells, as Ink does it by itself: a clip that cuts nothing is enough. */
const frameByCells = (...steps: readonly Step[]) =>
	frameOf(
		output => output.clip(everything),
		...steps,
		output => output.unclip(),
	);

/** Ink cuts the blanks at the end of each row. That tells its way from ours, which takes rows as they are. */
test('rows that are written once each are the frame as they are, an unwritten one is empty', () => {
	const steps = [write(2, 'c '), write(0, '\u001B[31ma\u001B[39m ')];
	assert.deepEqual(frameOf(...steps), {output: '\u001B[31ma\u001B[39m \n\nc ', height});
	assert.deepEqual(frameByCells(...steps), {output: '\u001B[31ma\u001B[39m\n\nc', height});
});

test('what Ink would do to a row is done to it', () => {
	const steps = [write(1, 'a ', 0, [line => `<${line}>`, (line, index) => `${index}${line}`])];
	assert.equal(frameOf(...steps).output, '\n0<a >\n');
	assert.equal(frameByCells(...steps).output, '\n0<a >\n');
});

test('a transformer of the only text may return all rows', () => {
	const rows = ['\u001B[31ma\u001B[39m ', '', 'c '];
	const whole = write(0, ' ', 0, [() => rows.join('\n')]);
	assert.deepEqual(frameOf(whole), {output: rows.join('\n'), height});
	// With a second text, such as a box, nothing is taken as it is.
	assert.match(frameOf(whole, write(1, 'box')).output, /box/);
});

const otherFrames: ReadonlyArray<readonly [name: string, steps: readonly Step[], output: string]> = [
	['a row that two texts make', [write(0, 'a '), write(0, 'b ')], 'b\n\n'],
	['a text that begins elsewhere', [write(0, 'a ', 4)], '    a\n\n'],
	['a text of two rows', [write(0, 'a\nb ')], 'a\nb\n'],
	['a text beyond the frame', [write(3, 'a '), write(0, 'b ')], 'b\n\n'],
	['a text above the frame', [write(-1, 'a '), write(0, 'b ')], 'b\n\n'],
	[
		'a clipped part',
		[write(0, 'a '), output => output.clip({...everything, x2: 2}), write(1, 'bbb'), output => output.unclip()],
		'a\nbb\n',
	],
];

for (const [name, steps, output] of otherFrames) {
	test(`${name} goes Ink's way`, () => {
		assert.deepEqual(frameOf(...steps), {output, height});
	});
}

/** As `styleText` begins and ends them. */
const pen = fc.constantFrom(
	['', ''],
	['\u001B[1m', '\u001B[22m'],
	['\u001B[31m', '\u001B[39m'],
	['\u001B[44m', '\u001B[49m'],
	['\u001B[7m', '\u001B[27m'],
	['\u001B[2m\u001B[36m', '\u001B[39m\u001B[22m'],
);
const words = fc.string({unit: fc.constantFrom('a', ' ', '│', '█', '…', '漢', '\u{1F600}'), maxLength: 3});
const row = fc
	.array(fc.tuple(pen, words), {maxLength: 3})
	.map(spans => spans.map(([[start, end], text]) => `${start}${text}${end}`).join(''));

async function cellsOf(frame: string): Promise<string[][]> {
	const emulator = createEmulator(width, height);
	await emulator.write(frame.replaceAll('\n', '\r\n'));
	const cells = emulator.cells();
	emulator.dispose();
	return cells;
}

test('the screen is the one that Ink would draw', async () => {
	await fc.assert(
		fc.asyncProperty(fc.uniqueArray(fc.tuple(fc.nat(height - 1), row), {selector: ([y]) => y}), async rows => {
			const steps = rows.map(([y, text]) => write(y, text));
			assert.deepEqual(await cellsOf(frameOf(...steps).output), await cellsOf(frameByCells(...steps).output));
		}),
	);
});

test('text without controls and marks passes the sanitizer as Ink itself would let it', () => {
	assert.equal(sanitizeAnsi('\u001B[1;31m│ ok …\u001B[m'), '\u001B[1;31m│ ok …\u001B[m');
	// A bell sends any text Ink's way, and Ink takes it out.
	fc.assert(fc.property(row, text => assert.equal(sanitizeAnsi(text), sanitizeAnsi(`${text}\u0007`))));
});

test('what a terminal would obey, and what joins its neighbour, goes Ink’s way', () => {
	const cases: ReadonlyArray<readonly [text: string, sanitized: string]> = [
		['a\u001B[2Jb', 'ab'],
		['a\tb', 'a\tb'],
		['a\u0007', 'a'],
		['\u001B[31m\u0301e', '\u0301\u001B[31me'],
		['\u001B[4:3mx', '\u001B[4mx'],
		['\u009B31mx', '\u001B[31mx'],
	];
	for (const [text, sanitized] of cases) {
		assert.equal(sanitizeAnsi(text), sanitized, JSON.stringify(text));
	}
});
