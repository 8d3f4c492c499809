import assert from 'node:assert/strict';
import {test} from 'node:test';
import fc from 'fast-check';
import {encodeCommand, LoadError, type LoadReply, ReplyReader} from '../../source/demo/resp.js';

const encodeReply = (reply: LoadReply): string => {
	if (reply === null) {
		return '$-1\r\n';
	}

	if (typeof reply === 'number') {
		return `:${reply}\r\n`;
	}

	if (reply instanceof LoadError) {
		return `-${reply.message}\r\n`;
	}

	return typeof reply === 'string'
		? `$${Buffer.byteLength(reply)}\r\n${reply}\r\n`
		: `*${reply.length}\r\n${reply.map(encodeReply).join('')}`;
};

const {replies} = fc.letrec<{replies: LoadReply[]; reply: LoadReply}>(tie => ({
	reply: fc.oneof(
		{depthSize: 'small'},
		fc.string({unit: 'grapheme'}),
		fc.integer(),
		fc.constant(null),
		fc.stringMatching(/^[A-Z]{1,8} [a-z ]{0,20}$/).map(text => new LoadError(text)),
		fc.array(tie('reply'), {maxLength: 4}),
	),
	replies: fc.array(tie('reply'), {maxLength: 6}),
}));

test('a command is an array of bulk strings with lengths in bytes', () => {
	assert.equal(encodeCommand(['SET', 'kö', 1]), '*3\r\n$3\r\nSET\r\n$3\r\nkö\r\n$1\r\n1\r\n');
});

test('replies are the same wherever the stream is split', () => {
	fc.assert(
		fc.property(replies, fc.array(fc.nat({max: 200}), {maxLength: 8}), (expected, cuts) => {
			const bytes = Buffer.from(expected.map(encodeReply).join(''));
			const ends = [...cuts.map(cut => Math.min(cut, bytes.length)), bytes.length].sort((a, b) => a - b);
			const reader = new ReplyReader();
			const read = ends.flatMap((end, index) => reader.read(bytes.subarray(ends[index - 1] ?? 0, end)));
			assert.deepEqual(read, expected);
		}),
	);
});

test('bytes that are no reply throw', () => {
	assert.throws(() => new ReplyReader().read(Buffer.from('HTTP/1.1 200 OK\r\n')), TypeError);
});
