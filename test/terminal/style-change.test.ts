import assert from 'node:assert/strict';
import {test} from 'node:test';
import {styleChange} from '../../source/terminal/style-change.js';

const cases: ReadonlyArray<readonly [from: string, to: string, sent: string]> = [
	['', '', ''],
	['36', '36', ''],
	['4;3', '3;4', ''],
	['', '36', '\u001B[36m'],
	['36', '', '\u001B[m'],
	['36', '91', '\u001B[91m'],
	['1', '1;36', '\u001B[36m'],
	['1;36', '2;36', '\u001B[22;2m'],
	['38;5;203;1', '38;5;203', '\u001B[22m'],
	['36;7', '7', '\u001B[39m'],
	['53', '36', '\u001B[;36m'],
];

for (const [from, to, sent] of cases) {
	test(`from ${from || 'plain'} to ${to || 'plain'}: ${sent.slice(1) || 'nothing'}`, () => {
		assert.equal(styleChange(from, to), sent);
	});
}
