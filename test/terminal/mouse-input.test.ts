import assert from 'node:assert/strict';
import {test} from 'node:test';
import {watchMouseReports} from '../../source/terminal/mouse-input.js';

test('reports are passed on, the read text is unchanged, and pasted text is no report', () => {
	const chunks: Array<string | null> = [
		'j\u001B[<64;1;2M\u001B[<0;3;4mk',
		'\u001B[200~\u001B[<64;1;2M\u001B[201~\u001B[<65;1;2M',
		'\u001B[200~\u001B[<64;1;2M',
		'\u001B[A',
		null,
	];
	const expected = [...chunks];
	const input = {read: (): unknown => chunks.shift()};
	const seen: string[] = [];
	const stop = watchMouseReports(input, report => seen.push(report));
	for (const chunk of expected) {
		assert.equal(input.read(), chunk);
	}

	assert.deepEqual(seen, ['[<64;1;2M', '[<0;3;4m', '[<65;1;2M']);
	chunks.push('\u001B[<64;1;2M');
	stop();
	input.read();
	assert.equal(seen.length, 3);
});
