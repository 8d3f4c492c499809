import assert from 'node:assert/strict';
import test from 'node:test';
import fc from 'fast-check';
import {type Column, columnLayout, headerLine, rowLine} from '../../source/text/columns.js';
import {lineWidth} from '../../source/text/fit.js';
import {asciiGlyphs, unicodeGlyphs as glyphs} from '../../source/text/glyphs.js';
import {plainText, type Tone} from '../../source/text/line.js';

type Row = {address: string; calls: string; note: string};

const columns: ReadonlyArray<Column<Row>> = [
	{id: 'address', title: 'ADDRESS', minWidth: 8, maxWidth: 21, priority: 1, text: row => row.address},
	{id: 'calls', title: 'CALLS', minWidth: 6, align: 'right', priority: 2, text: row => row.calls},
	{id: 'note', title: 'NOTE', minWidth: 6, isFlexible: true, priority: 3, text: row => row.note},
];
const rows: readonly Row[] = [
	{address: '10.0.0.1:6379', calls: '47.9k', note: 'a long note'},
	{address: '10.0.0.12:6379', calls: '812', note: ''},
];

const drawn = (width: number) => {
	const layout = columnLayout(columns, rows, width);
	return [
		headerLine(layout, {id: 'calls', isInverted: false}, glyphs),
		...rows.map((row, index) => rowLine(layout, row, {isSelected: index === 1, glyphs})),
	].map(plainText);
};

test('all columns, grown', () => {
	assert.deepEqual(drawn(44), [
		' ADDRESS          CALLS↓ NOTE               ',
		' 10.0.0.1:6379     47.9k a long note        ',
		'>10.0.0.12:6379      812                    ',
	]);
});

test('the column with the highest number is dropped first, and text is cut', () => {
	assert.deepEqual(drawn(16), [' ADDRESS  CALLS↓', ' 10.0.0.…  47.9k', '>10.0.0.…    812']);
	assert.deepEqual(drawn(9), [' ADDRESS ', ' 10.0.0.…', '>10.0.0.…']);
	assert.deepEqual(drawn(4), [' AD…', ' 10…', '>10…']);
});

test('the column that names the row grows before columns beside it are shown', () => {
	const named = columns.map(column => (column.id === 'address' ? {...column, isEssential: true} : column));
	const shown = (width: number) =>
		columnLayout(named, rows, width).columns.map(({column, width: cells}) => `${column.id} ${cells}`);
	assert.deepEqual(shown(28), ['address 16', 'calls 6']);
	assert.deepEqual(shown(29), ['address 14', 'calls 6', 'note 6']);
	assert.deepEqual(shown(16), ['address 8', 'calls 6'], 'columns up to priority 2 stay');
	const scrolled = columnLayout(named, [{address: 'short', calls: '', note: ''}], 28, {all: rows});
	assert.deepEqual(
		scrolled.columns.map(({column}) => column.id),
		['address', 'calls'],
		'rows that are scrolled away count',
	);
});

test('the sorted column is shown at every width that has room for it', () => {
	const shown = (width: number, sorted: string) =>
		columnLayout(columns, rows, width, {sorted}).columns.map(({column}) => column.id);
	assert.deepEqual(shown(16, 'note'), ['address', 'note']);
	assert.deepEqual(shown(16, 'calls'), ['address', 'calls']);
	assert.deepEqual(shown(44, 'note'), ['address', 'calls', 'note']);
});

test('an inverted sort has an arrow up, and a title is cut for its arrow', () => {
	const narrow = columnLayout([{...columns[1]!, minWidth: 4}], rows, 5);
	assert.equal(plainText(headerLine(narrow, {id: 'calls', isInverted: true}, asciiGlyphs)), ' CA~^');
});

test('widths stay when content changes within a step of four', () => {
	const widths = (address: string) =>
		columnLayout(columns, [{address, calls: '', note: ''}], 60).columns.map(({width}) => width);
	assert.deepEqual(widths('10.0.0.1:6379'), widths('10.0.0.123:6379'));
});

test('a selected row has one tone, its blanks too', () => {
	const toned = columns.map(column => ({...column, tone: (): Tone => 'warning'}));
	const line = rowLine(columnLayout(toned, rows, 60), rows[0]!, {isSelected: true, glyphs});
	assert.ok(line.every(({isUnderCursor}) => isUnderCursor === true));
	const [gutter, ...cells] = line;
	assert.equal(gutter?.text, '>');
	assert.deepEqual(new Set(cells.map(({tone}) => tone)), new Set(['warning']));
});

const anyColumn = fc.record({
	id: fc.uuid(),
	title: fc.string({maxLength: 12}),
	align: fc.constantFrom('left', 'right'),
	minWidth: fc.integer({min: 1, max: 20}),
	maxWidth: fc.integer({min: 1, max: 40}),
	isFlexible: fc.boolean(),
	isEssential: fc.boolean(),
	priority: fc.integer({min: 1, max: 5}),
	text: fc.string({unit: 'grapheme'}).map(text => (row: string) => text + row),
});

test('every line is exactly as wide as asked, whatever the columns hold', () => {
	fc.assert(
		fc.property(
			fc.uniqueArray(anyColumn, {selector: ({id}) => id, maxLength: 8}),
			fc.array(fc.string({unit: 'grapheme', maxLength: 20}), {minLength: 1, maxLength: 5}),
			fc.integer({min: 0, max: 120}),
			fc.boolean(),
			(some, texts, width, isSelected) => {
				const layout = columnLayout<string>(some, texts, width);
				const sort = some[0] && {id: some[0].id, isInverted: isSelected};
				assert.equal(lineWidth(headerLine(layout, sort, glyphs)), width);
				assert.equal(lineWidth(rowLine(layout, texts[0]!, {isSelected, glyphs})), width);
			},
		),
	);
});
