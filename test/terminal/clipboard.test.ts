import assert from 'node:assert/strict';
import test from 'node:test';
import fc from 'fast-check';
import {clipboardSequence} from '../../source/terminal/clipboard.js';

const esc = '\u001B';

test('a text is copied by one OSC 52 sequence', () => {
	assert.equal(clipboardSequence('hé', {}), `${esc}]52;c;aMOp\u0007`);
});

test('in tmux the sequence is wrapped and its escape characters are doubled', () => {
	assert.equal(
		clipboardSequence('a', {TMUX: '/tmp/tmux-0/default,1,0'}),
		`${esc}Ptmux;${esc}${esc}]52;c;YQ==\u0007${esc}\\`,
	);
});

test('no text ends the sequence early, and every text is decoded to itself', () => {
	fc.assert(
		fc.property(
			fc.string({unit: 'binary', maxLength: 200}).map(text => text.toWellFormed()),
			text => {
				const payload = /^\u001B\]52;c;([A-Za-z0-9+/=]*)\u0007$/.exec(clipboardSequence(text, {}) ?? '')?.[1];
				assert.equal(Buffer.from(payload ?? '', 'base64').toString('utf8'), text);
			},
		),
	);
});

test('a text that is too long for terminals is not sent', () => {
	assert.ok(clipboardSequence('x'.repeat(56_000), {}) !== undefined);
	assert.equal(clipboardSequence('x'.repeat(57_000), {}), undefined);
});
