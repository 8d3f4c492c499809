import assert from 'node:assert/strict';
import {test} from 'node:test';
import fc from 'fast-check';
import {Painter} from '../../source/terminal/painter.js';
import {createEmulator} from '../harness/screen.js';

const columns = 20;
const rows = 4;

/** A painter on an emulator; `take` lets the terminal read what was written, which it does by itself otherwise. */
function painted({isStalled = false} = {}) {
	const emulator = createEmulator(columns, rows);
	const size = {columns, rows};
	const written: string[] = [];
	const waiting: Array<() => void> = [];
	const painter = new Painter({
		get columns() {
			return size.columns;
		},
		get rows() {
			return size.rows;
		},
		write(text, taken) {
			written.push(text);
			if (isStalled) {
				waiting.push(taken);
			} else {
				taken();
			}
		},
	});
	const screen = async () => {
		await emulator.write(written.splice(0).join(''));
		return emulator.lines();
	};

	return {painter, written, screen, take: () => waiting.shift()?.(), emulator, size};
}

const cell = fc.constantFrom(
	' ',
	' ',
	'a',
	'b',
	'─',
	'█',
	'漢',
	'é',
	'\u001B[36m',
	'\u001B[7m',
	'\u001B[1m\u001B[91m',
	'\u001B[0m',
);
const row = fc.array(cell, {maxLength: 30}).map(cells => `${cells.join('')}\u001B[0m`);
const frame = fc.array(row, {minLength: rows, maxLength: rows}).map(lines => lines.join('\n'));

/** What a terminal shows of a row, cut at its right edge as the painter cuts it: a wide character goes as a whole. */
function visible(line: string): string {
	let width = 0;
	let text = '';
	for (const character of line.replaceAll(/\u001B\[[\d;]*m/g, '')) {
		const cells = character === '漢' ? 2 : 1;
		if (width + cells > columns) {
			break;
		}

		width += cells;
		text += character;
	}

	return text.trimEnd();
}

test('any frames, one after the other: the terminal shows the last', async () => {
	await fc.assert(
		fc.asyncProperty(fc.array(frame, {minLength: 1, maxLength: 6}), async frames => {
			const {painter, screen} = painted();
			for (const next of frames) {
				painter.paint(next);
			}

			assert.deepEqual(
				(await screen()).map(line => line.trimEnd()),
				(frames.at(-1) ?? '').split('\n').map(visible),
			);
		}),
		{numRuns: 300},
	);
});

test('a frame like the one before writes nothing, one changed cell a few bytes', async () => {
	const {painter, written} = painted();
	painter.paint('ops 47,911\nmem 91%\n\n');
	written.splice(0);
	painter.paint('ops 47,911\nmem 91%\n\n');
	assert.deepEqual(written, []);
	painter.paint('ops 47,912\nmem 91%\n\n');
	assert.deepEqual(written, ['\u001B[?2026h\u001B[1;10H2\u001B[?2026l']);
});

test('cells that are close to each other are written in one go, others are jumped to', () => {
	const {painter, written} = painted();
	painter.paint('a b c          d\n\n\n');
	written.splice(0);
	painter.paint('A B C          D\n\n\n');
	assert.deepEqual(written, ['\u001B[?2026h\u001B[1HA B C\u001B[16GD\u001B[?2026l']);
});

test('what is blank up to the end is erased, and a style that shows on no blank is not sent', () => {
	const {painter, written} = painted();
	painter.paint('\u001B[36mlong text here\u001B[39m\n\n\n');
	written.splice(0);
	painter.paint('\u001B[36mlong     \u001B[39m\n\n\n');
	assert.deepEqual(written, ['\u001B[?2026h\u001B[1;6H\u001B[K\u001B[?2026l']);
});

test('while the terminal takes nothing one frame is under way, and of the others only the newest follows', async () => {
	const {painter, written, take, screen} = painted({isStalled: true});
	for (const digit of '123456789') {
		painter.paint(`${digit}\n\n\n`);
	}

	assert.equal(written.length, 1);
	take();
	assert.equal(written.length, 2);
	take();
	assert.equal(written.length, 2);
	assert.equal((await screen())[0], '9');
});

test('after forget, and after another width, the whole screen is written over a cleared one', async () => {
	const {painter, screen, written, emulator, size} = painted();
	painter.paint('one\ntwo\n\n');
	await screen();
	await emulator.write('\u001B[2;1Hforeign output');
	painter.forget();
	painter.paint('one\ntwo\n\n');
	assert.deepEqual(await screen(), ['one', 'two', '', '']);
	emulator.resize(10, rows);
	size.columns = 10;
	painter.paint('one\ntwo\n\n');
	assert.match(written.join(''), /\u001B\[2J/);
	assert.deepEqual(await screen(), ['one', 'two', '', '']);
});
