import assert from 'node:assert/strict';
import {test} from 'node:test';
import {panelIds} from '../../source/state/panel-table.js';
import {plainTable, type TableView} from '../../source/state/view-state.js';
import {beside, frame} from '../../source/text/frame.js';
import {asciiGlyphs, unicodeGlyphs} from '../../source/text/glyphs.js';
import {type Line, line, plainText, span} from '../../source/text/line.js';
import {listBody} from '../../source/views/list-body.js';
import {clickTarget, nodesShown} from '../../source/views/screen-targets.js';

const names = ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h', 'i'];

/** A list of nine names in panel 4's frame below two lines, with `e` selected. */
function listScreen(glyphs = unicodeGlyphs, table: TableView = {...plainTable, selectedKey: 'e'}): Line[] {
	const {lines} = listBody(
		{
			columns: [{id: 'name', title: 'NAME', minWidth: 10, priority: 1, text: name => name}],
			rows: names,
			keyOf: name => `key of ${name}`,
			nodeOf: name => `${name}:6379` as never,
			sort: undefined,
			table: {...table, selectedKey: `key of ${table.selectedKey}`},
			whenEmpty: 'none',
			glyphs,
		},
		{width: 28, height: 6},
	);
	const box = frame({title: '4 Clients', lines, width: 30, height: 9, glyphs, panel: 'clients'});
	return [line('redis-top'), line('ok'), ...box, line(' ? help')];
}

for (const glyphs of [unicodeGlyphs, asciiGlyphs]) {
	const set = glyphs.isAscii ? 'ASCII' : 'Unicode';
	test(`a click on a row finds the row that is drawn there, also in a scrolled list: ${set}`, () => {
		const lines = listScreen(glyphs);
		const rows = lines.flatMap((spans, row) => {
			const [, name] = /^. *>?([a-i]) /.exec(plainText(spans).slice(1)) ?? [];
			return name === undefined ? [] : [{row, name}];
		});
		assert.ok(rows.length >= 4);
		for (const {row, name} of rows) {
			assert.deepEqual(clickTarget(lines, 'clients', {column: 5, row}), {kind: 'row', rowKey: `key of ${name}`});
		}

		assert.deepEqual(clickTarget(lines, 'clients', {column: 5, row: 3}), {kind: 'column', column: 'name'});
		for (const row of [0, 1, 2, 9, 10, 11, 500]) {
			assert.equal(clickTarget(lines, 'clients', {column: 5, row}), undefined, `row ${row}`);
		}
	});
}

test('a click on another panel’s card or its border opens that panel; a click elsewhere does nothing', () => {
	const box = (title: string, panel: string | undefined, width: number) => ({
		lines: frame({title, lines: [line('界 5/s')], width, height: 3, glyphs: unicodeGlyphs, panel}),
		width,
	});
	const lines = beside([box('2 Memory', 'memory', 15), box('Throughput', undefined, 16)], 3);
	const at = (column: number, row: number) => clickTarget(lines, 'overview', {column, row});
	for (const [column, row] of [
		[0, 0],
		[3, 1],
		[14, 1],
		[7, 2],
	] as const) {
		assert.deepEqual(at(column, row), {kind: 'panel', panel: 'memory'}, `${column} ${row}`);
	}

	assert.equal(at(20, 1), undefined);
	assert.equal(clickTarget(lines, 'memory', {column: 3, row: 1}), undefined, 'it is open');
});

test('the nodes shown are those of the drawn rows; text that looks like an address does not count', () => {
	const lines = [...listScreen(), [span('127.0.0.1:6379, a:6379')]];
	const drawn = names.filter(name => lines.some(spans => new RegExp(`^.[ >]${name} `).test(plainText(spans))));
	assert.ok(drawn.length < names.length, 'some rows are not drawn');
	assert.deepEqual(
		[...nodesShown(lines)].map(String),
		drawn.map(name => `${name}:6379`),
	);
});

test('cards name existing panels', () => {
	for (const panel of panelIds) {
		const lines = frame({title: 'x', lines: [], width: 10, height: 3, glyphs: unicodeGlyphs, panel});
		const other = panel === 'overview' ? 'memory' : 'overview';
		assert.deepEqual(clickTarget(lines, other, {column: 1, row: 0}), {kind: 'panel', panel});
	}
});
