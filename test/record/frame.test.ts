import assert from 'node:assert/strict';
import test from 'node:test';
import fc from 'fast-check';
import {crc32, frame, frameContent} from '../../source/record/frame.js';

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

test('a frame with any changed byte has its own content or none', () => {
	const before = Buffer.from('what was recorded before');
	const bytes = frame(1, Buffer.from('what was recorded'), before, times);
	assert.equal(frameContent(bytes, before).toString(), 'what was recorded');
	fc.assert(
		fc.property(fc.nat(bytes.length - 1), fc.integer({min: 1, max: 255}), (at, change) => {
			const damaged = Buffer.from(bytes);
			damaged[at] = (damaged[at] ?? 0) ^ change;
			let read = 'none';
			try {
				read = frameContent(damaged, before).toString();
			} catch {}

			// Some bits of deflate mean nothing.
			assert.ok(read === 'none' || read === 'what was recorded');
		}),
		{numRuns: 1000},
	);
});

test('a frame has no content with another dictionary than its own', () => {
	const text = 'a text that is long enough to be found in a dictionary';
	const bytes = frame(1, Buffer.from(text), Buffer.from(text), times);
	assert.equal(frameContent(bytes, Buffer.from(text)).toString(), text);
	assert.throws(() => frameContent(bytes, Buffer.from(text.replace('long', 'gone'))));
	assert.throws(() => frameContent(bytes, Buffer.alloc(0)));
});
