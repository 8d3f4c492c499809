import assert from 'node:assert/strict';
import {test} from 'node:test';
import fc from 'fast-check';
import {Painter} from '../../source/terminal/painter.js';
import {moveLength, moveTo} from '../../source/terminal/pen.js';
import {createEmulator} from '../harness/screen.js';

/** A painter on a terminal emulator. The terminal takes output at once, or with `isStalled` when `take` is called. */
function painted({isStalled = false, size: {columns, rows} = {columns: 20, rows: 4}} = {}) {
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
	const catchUp = () => emulator.write(written.splice(0).join(''));
	const screen = async () => {
		await catchUp();
		return emulator.lines();
	};
	const shown = async () => {
		await catchUp();
		return emulator.cells();
	};

	return {painter, written, screen, shown, take: () => waiting.shift()?.(), emulator, size};
}

const styles = [
	'\u001B[36m',
	'\u001B[91m',
	'\u001B[38;5;203m',
	'\u001B[38;2;9;80;7m',
	'\u001B[42m',
	'\u001B[1m',
	'\u001B[2m',
	'\u001B[3m',
	'\u001B[4m',
	'\u001B[7m',
	'\u001B[1m\u001B[91m',
	'\u001B[22m',
	'\u001B[27m',
	'\u001B[39m',
	'\u001B[49m',
	'\u001B[0m',
];
const character = fc.constantFrom(' ', ' ', ' ', 'a', 'b', '─', '█', '⣿', '漢', 'é', 'e\u0301');
const piece = fc.oneof({weight: 3, arbitrary: character}, {weight: 1, arbitrary: fc.constantFrom(...styles)});
const bar = fc.constantFrom('▁', '▃', '▅', '▇', '█', ' ', '─');

/** Returns one row of each frame. */
type Story = (frame: number) => string;

const closed = (text: string) => `${text}\u001B[0m`;
const text = (maxLength: number) => fc.array(piece, {maxLength}).map(pieces => pieces.join(''));
const still = text(40).map(
	(line): Story =>
		() =>
			closed(line),
);
const changing = fc.array(text(40), {minLength: 1, maxLength: 4}).map(
	(lines): Story =>
		frame =>
			closed(lines[frame % lines.length] ?? ''),
);
/** A sparkline that moves by one sample each frame, between a label and other text. */
const scrolling = fc
	.record({
		label: text(6),
		samples: fc.array(fc.tuple(bar, fc.constantFrom('', '', ...styles)), {minLength: 12, maxLength: 60}),
		width: fc.integer({min: 6, max: 50}),
		unit: changing,
	})
	.map(
		({label, samples, width, unit}): Story =>
			frame =>
				`${label}${samples
					.slice(frame, frame + width)
					.map(([mark, style]) => `${style}${mark}`)
					.join('')}\u001B[0m${unit(frame)}`,
	);
const film = fc
	.record({
		size: fc.constantFrom(
			{columns: 7, rows: 3},
			{columns: 20, rows: 4},
			{columns: 80, rows: 6},
			{columns: 200, rows: 5},
		),
		stories: fc.array(fc.oneof(still, changing, scrolling), {minLength: 1, maxLength: 6}),
		length: fc.integer({min: 1, max: 6}),
	})
	.map(({size, stories, length}) => ({
		size,
		frames: Array.from({length}, (_, index) => stories.map(story => story(index)).join('\n')),
	}));

/** The frame on a terminal without wrapping, cut at the edge; a wide character without room is omitted. */
async function expectedCells(frame: string, {columns, rows}: {columns: number; rows: number}): Promise<string[][]> {
	const wide = createEmulator(500, rows);
	const lines = frame.split('\n').slice(0, rows);
	await wide.write(lines.map((line, row) => `\u001B[m\u001B[${row + 1}H${line}`).join(''));
	const cells = wide.cells().map(row => {
		const cut = row.slice(0, columns);
		return row[columns] === '' ? [...cut.slice(0, -1), ' '] : cut;
	});
	wide.dispose();
	return cells;
}

test('after any sequence of frames the terminal shows the last one, with its styles', async () => {
	await fc.assert(
		fc.asyncProperty(film, async ({size, frames}) => {
			const {painter, shown, emulator} = painted({size});
			for (const frame of frames) {
				painter.paint(frame);
				assert.deepEqual(await shown(), await expectedCells(frame, size));
			}

			emulator.dispose();
		}),
		{numRuns: 300},
	);
});

test('an equal frame writes nothing, and one changed cell a few bytes', async () => {
	const {painter, written} = painted();
	painter.paint('ops 47,911\nmem 91%\n\n');
	written.splice(0);
	painter.paint('ops 47,911\nmem 91%\n\n');
	assert.deepEqual(written, []);
	painter.paint('ops 47,912\nmem 91%\n\n');
	assert.deepEqual(written, ['\u001B[?2026h\u001B[;10H2\u001B[?2026l']);
});

test('close cells are written in one patch, and the cursor jumps to distant ones', () => {
	const {painter, written} = painted();
	painter.paint('a b c          d\n\n\n');
	written.splice(0);
	painter.paint('A B C          D\n\n\n');
	assert.deepEqual(written, ['\u001B[?2026h\u001B[HA B C\u001B[16GD\u001B[?2026l']);
});

test('trailing blanks are erased, and a style that is invisible on blanks is not sent', () => {
	const {painter, written} = painted();
	painter.paint('\u001B[36mlong text here\u001B[39m\n\n\n');
	written.splice(0);
	painter.paint('\u001B[36mlong     \u001B[39m\n\n\n');
	assert.deepEqual(written, ['\u001B[?2026h\u001B[;6H\u001B[K\u001B[?2026l']);
});

test('while the terminal is slow one frame is in flight, and only the newest frame follows', async () => {
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

test('after forget and after a change of width the screen is cleared and written whole', async () => {
	const {painter, screen, written, emulator, size} = painted();
	painter.paint('one\ntwo\n\n');
	await screen();
	await emulator.write('\u001B[2;1Hforeign output');
	painter.forget();
	painter.paint('one\ntwo\n\n');
	assert.deepEqual(await screen(), ['one', 'two', '', '']);
	emulator.resize(10, 4);
	size.columns = 10;
	painter.paint('one\ntwo\n\n');
	assert.match(written.join(''), /\u001B\[2J/);
	assert.deepEqual(await screen(), ['one', 'two', '', '']);
});

test('the nearest patch is written next: down a column of figures, and all patches of one colour together', () => {
	const {painter, written} = painted({size: {columns: 40, rows: 4}});
	const frame = (digit: number, bar: string) =>
		Array.from({length: 4}, (_, row) => `ops ${row}${digit}      \u001B[36m█${bar}\u001B[39m`).join('\n');
	painter.paint(frame(1, '▁'));
	written.splice(0);
	painter.paint(frame(2, '█'));
	assert.deepEqual(written, [
		'\u001B[?2026h\u001B[;6H2\u001BD\b2\u001BD\b2\u001BD\b2\u001B[7C\u001B[36m█\u001BM\b█\u001BM\b█\u001BM\b█\u001B[m\u001B[?2026l',
	]);
});

test('the length of a movement is the length of its text', () => {
	const place = fc.option(fc.integer({min: 0, max: 1200}), {nil: undefined});
	const target = fc.integer({min: 0, max: 1200});
	fc.assert(
		fc.property(place, place, target, target, (fromRow, fromColumn, row, column) => {
			const pen = {row: fromRow, column: fromColumn, style: ''};
			assert.equal(moveTo(pen, row, column).text.length, moveLength(pen, row, column));
		}),
	);
});
