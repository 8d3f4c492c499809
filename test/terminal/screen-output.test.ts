import assert from 'node:assert/strict';
import test from 'node:test';
import {ScreenOutput} from '../../source/terminal/screen-output.js';

function outputTo(written: string[]): ScreenOutput {
	return new ScreenOutput({
		columns: 20,
		rows: 4,
		write(text, taken) {
			written.push(text);
			taken?.();
		},
		on() {},
		off() {},
	});
}

test('leavesFrame prints the last frame after the alternate screen is left', () => {
	const written: string[] = [];
	const output = outputTo(written);
	output.enter();
	output.write('first\n\n\n');
	output.write('\u001B[31mred\u001B[39m   \n\nlast row\n   ');
	output.leave(true);
	assert.equal(
		written.at(-1),
		'\u001B[m\u001B[?25h\u001B[?1049l\u001B[31mred\u001B[39m\u001B[m\r\n\u001B[m\r\nlast row\u001B[m\r\n',
	);
	const before = written.length;
	output.leave(true);
	assert.equal(written.length, before);
});

test('without leavesFrame or without a frame nothing is printed', () => {
	for (const [frame, leavesFrame] of [
		['text', false],
		['\n\n', true],
	] as const) {
		const written: string[] = [];
		const output = outputTo(written);
		output.enter();
		output.write(frame);
		output.leave(leavesFrame);
		assert.equal(written.at(-1), '\u001B[m\u001B[?25h\u001B[?1049l');
	}
});
