import assert from 'node:assert/strict';
import {test} from 'node:test';
import {isNewScreen, wholeRow} from '../../source/terminal/whole-rows.js';

const columns = 12;
const frame = (...rows: string[]): string[] => rows;

test('a panel in the place of another is a new screen', () => {
	const before = frame('┌──────────┐', '│ ops    7 │', '│          │', '└──────────┘');
	const after = frame('┌──────────┐', '│ get  125 │', '│ set   31 │', '└──────────┘');
	assert.ok(isNewScreen(before, after, columns));
});

test('other figures on the same panel are no new screen, and styles do not count', () => {
	const before = frame('┌──────────┐', '│ ops    7 │', '│ in  1.2K │', '└──────────┘');
	const after = frame('┌──────────┐', '│ ops   12 │', '│ \u001B[1min\u001B[m  980B │', '└──────────┘');
	assert.ok(!isNewScreen(before, after, columns));
});

test('a chart that moves by one cell is no new screen', () => {
	const before = frame('│⡀⣀⣄⣤⣦⣶⣿⣷⣀│', '▁▂▃▄▅▆▇█▁▂▃▄');
	const after = frame('│⣀⣄⣤⣦⣶⣿⣷⣀⡀│', '▂▃▄▅▆▇█▁▂▃▄▁');
	assert.ok(!isNewScreen(before, after, columns));
});

test('rows that the terminal does not show yet cannot be compared', () => {
	assert.ok(!isNewScreen([], frame('│ get  125 │', '│ set   31 │'), columns));
});

test('a row of uncertain width, or wider than the terminal, is not written whole', () => {
	const pen = {row: 0, column: 0, style: '1'};
	assert.equal(wholeRow(0, 'user:漢', columns), undefined);
	assert.equal(wholeRow(0, 'e\u0301', columns), undefined);
	assert.equal(wholeRow(0, 'x'.repeat(13), columns), undefined);
	assert.equal(wholeRow(0, 'x'.repeat(12), columns)?.draw(pen).text, `\u001B[m${'x'.repeat(12)}`);
	assert.equal(
		wholeRow(0, '\u001B[2mx\u001B[m', columns)?.draw(pen).text,
		'\u001B[m\u001B[2mx\u001B[m\u001B[m\u001B[K',
	);
});
