import assert from 'node:assert/strict';
import test from 'node:test';
import fc from 'fast-check';
import {ByteReader, ByteWriter} from '../../source/record/bytes.js';
import {readText, writeText} from '../../source/record/text-difference.js';
import {textOf} from '../../source/record/text-tokens.js';
import {fixture} from '../harness/fixtures.js';

/** Writes texts one after another and reads them again. */
function roundTrip(texts: readonly string[]): {readonly read: readonly string[]; readonly sizes: readonly number[]} {
	const bytes = new ByteWriter();
	let before: ReturnType<typeof writeText> | undefined;
	const sizes = texts.map(text => {
		const from = bytes.length;
		before = writeText(bytes, before, text);
		return bytes.length - from;
	});
	const reader = new ByteReader(Buffer.from(bytes.bytes()));
	let known: ReturnType<typeof readText> | undefined;
	return {
		sizes,
		read: texts.map(() => {
			known = readText(reader, known);
			return textOf(known);
		}),
	};
}

const number = fc.oneof(
	fc.nat(),
	fc.double({min: 0, max: 1e9, noNaN: true}).map(value => value.toFixed(2)),
	fc.constantFrom('007', '1.', '0.012345', '18446744073709551615', '1.2.3', '-5', '0'),
);
const line = fc.oneof(
	fc.tuple(fc.constantFrom('used', 'calls', 'id='), number).map(([name, value]) => `${name}:${value}`),
	fc.array(number, {maxLength: 40}).map(values => values.join(',')),
	fc.string(),
);
const anyText = fc.array(line, {maxLength: 12}).map(lines => lines.join('\n'));

test('texts are read as they were written, whatever stands in them', () => {
	fc.assert(
		fc.property(fc.array(anyText, {minLength: 1, maxLength: 6}), texts => {
			assert.deepEqual(roundTrip(texts).read, texts);
		}),
	);
});

test('an INFO in which some counters moved takes a small part of its own size', () => {
	const info = fixture('redis-8.0', 'primary/info.txt');
	const later = info
		.replace(/total_commands_processed:\d+/, 'total_commands_processed:123456')
		.replace(/uptime_in_seconds:\d+/, 'uptime_in_seconds:77')
		.replace(/used_cpu_sys:[\d.]+/, 'used_cpu_sys:0.123456');
	const {read, sizes} = roundTrip([info, later, later]);
	assert.deepEqual(read, [info, later, later]);
	assert.ok((sizes[1] ?? 0) < 40 && sizes[2] === 1, String(sizes));
});

test('lines that come and go in between leave the others as differences', () => {
	const list = (ids: readonly number[], age: number) =>
		ids.map(id => `id=${id} addr=127.0.0.1:${5000 + id} name=worker age=${age} idle=0`).join('\n');
	const {read, sizes} = roundTrip([list([1, 2, 3, 4, 5, 6], 1), list([1, 2, 4, 5, 6, 7], 2)]);
	assert.equal(read[1], list([1, 2, 4, 5, 6, 7], 2));
	assert.ok((sizes[1] ?? 0) < (sizes[0] ?? 0));
});

test('bytes that are no text are refused with a RangeError', () => {
	fc.assert(
		fc.property(fc.uint8Array({maxLength: 60}), anyText, (bytes, before) => {
			const known = writeText(new ByteWriter(), undefined, before);
			try {
				readText(new ByteReader(Buffer.from(bytes)), known);
			} catch (error) {
				assert.ok(error instanceof RangeError);
			}
		}),
	);
});
