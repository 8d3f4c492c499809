import assert from 'node:assert/strict';
import test from 'node:test';
import fc from 'fast-check';
import {
	crc32,
	type FrameContent,
	firstFormatKinds,
	frame,
	frameContent,
	frameKinds,
	noNumbers,
} from '../../source/record/frame.js';

test('the checksum of "123456789" is the published one', () => {
	assert.equal(crc32(Buffer.from('123456789'), 0), 0xcbf43926);
});

test('the checksum of two parts in turn is that of the whole', () => {
	fc.assert(
		fc.property(fc.uint8Array(), fc.uint8Array(), (first, second) => {
			assert.equal(crc32(second, crc32(first, 0)), crc32(Buffer.concat([first, second]), 0));
		}),
	);
});

const times = {firstMs: 1_795_442_400_000, lastMs: 1_795_442_459_390};

/** A frame of the first format, and one of the present format with numbers. */
const contents = [
	{kind: firstFormatKinds.part, content: {raw: Buffer.from('what was recorded'), numbers: noNumbers}},
	{kind: frameKinds.part, content: {raw: Buffer.from('what was recorded'), numbers: Buffer.from('12345678')}},
	{kind: frameKinds.state, content: {raw: Buffer.alloc(0), numbers: Buffer.from('1')}},
] as const;

test('a frame with any changed byte has its own content or none', () => {
	const before = Buffer.from('what was recorded before');
	for (const {kind, content} of contents) {
		const bytes = frame(kind, content, before, times);
		assert.deepEqual(frameContent(bytes, before), content);
		fc.assert(
			fc.property(fc.nat(bytes.length - 1), fc.integer({min: 1, max: 255}), (at, change) => {
				const damaged = Buffer.from(bytes);
				damaged[at] = (damaged[at] ?? 0) ^ change;
				let read: FrameContent | undefined;
				try {
					read = frameContent(damaged, before);
				} catch {}

				// Some bits of deflate mean nothing.
				assert.deepEqual(read ?? content, content);
			}),
			{numRuns: 1000},
		);
	}
});

test('a frame has no content with another dictionary than its own', () => {
	const text = 'a text that is long enough to be found in a dictionary';
	const content = {raw: Buffer.from(text), numbers: noNumbers};
	const bytes = frame(frameKinds.part, content, Buffer.from(text), times);
	assert.deepEqual(frameContent(bytes, Buffer.from(text)), content);
	assert.throws(() => frameContent(bytes, Buffer.from(text.replace('long', 'gone'))));
	assert.throws(() => frameContent(bytes, Buffer.alloc(0)));
});
