import assert from 'node:assert/strict';
import test from 'node:test';
import {wrappedCells} from '../../../source/report/text/wrapped-cells.js';

const row = '2026-11-23T14:02:31Z  10.0.1.11:6379  primary  up        ops=47.9k/s  behind_s=<1s';

test('a long line is broken between cells, and no cell is broken', () => {
	assert.equal(wrappedCells(row, 50), '2026-11-23T14:02:31Z  10.0.1.11:6379  primary  up\n  ops=47.9k/s  behind_s=<1s');
	assert.equal(wrappedCells('a-cell-wider-than-the-terminal  b', 10), 'a-cell-wider-than-the-terminal\n  b');
});

test('a line that fits stays as it is, with its columns', () => {
	assert.equal(wrappedCells(`${row}\nshort  line`, 200), `${row}\nshort  line`);
});
