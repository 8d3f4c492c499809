import assert from 'node:assert/strict';
import {test} from 'node:test';
import {type MouseAction, readMouse} from '../../source/keys/read-mouse.js';

test('reports of mouse mode 1006 are read as clicks and turns of the wheel', () => {
	const cases: ReadonlyArray<readonly [input: string, action: MouseAction]> = [
		['[<64;10;5M', {kind: 'wheel', by: -1}],
		['[<65;10;5M', {kind: 'wheel', by: 1}],
		['[<0;10;5M', {kind: 'click', column: 9, row: 4}],
		['[<0;0;0M', {kind: 'click', column: 0, row: 0}],
		['[<0;10;5m', {kind: 'other'}],
		['[<2;10;5M', {kind: 'other'}],
		['[<4;10;5M', {kind: 'other'}],
		['[<32;10;5M', {kind: 'other'}],
		['[<0;10M', {kind: 'other'}],
		['q', {kind: 'other'}],
		['[<64;10;5Mq', {kind: 'other'}],
	];
	for (const [input, action] of cases) {
		assert.deepEqual(readMouse(input), action, input);
	}
});
