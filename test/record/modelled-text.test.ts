import assert from 'node:assert/strict';
import test from 'node:test';
import fc from 'fast-check';
import {ByteReader, ByteWriter} from '../../source/record/bytes.js';
import {modelledText, TextHistory} from '../../source/record/modelled-text.js';
import {NumberReader, NumberWriter} from '../../source/record/number-coder.js';
import {type KeptText, knownText, textLength, textOf} from '../../source/record/text-tokens.js';

/** Writes texts one after another and reads them again. The first is known to both sides. */
function roundTrip(texts: readonly string[], hasNames: boolean) {
	const [writer, words] = [new NumberWriter(), new ByteWriter()];
	const port = {
		models: writer.models,
		flag: (model: number, isSet: boolean) => {
			writer.flag(model, isSet);
			return isSet;
		},
		number: (model: number, value: number) => {
			writer.number(model, value);
			return value;
		},
		text: (value: string) => {
			words.text(value);
			return value;
		},
	};
	const [first = '', ...later] = texts;
	let known: KeptText = knownText(first);
	const history = new TextHistory('reply', hasNames);
	const pieces = later.map(text => {
		const from = words.length;
		known = modelledText(port, history, known, knownText(text), 1_000_000);
		assert.equal(textOf(known), text);
		assert.equal(textLength(known), text.length);
		const numbers = writer.take();
		return {numbers, size: numbers.length + words.length - from};
	});
	const reader = new NumberReader();
	const wordReader = new ByteReader(Buffer.from(words.bytes()));
	const readPort = {
		models: reader.models,
		flag: (model: number) => reader.flag(model),
		number: (model: number) => reader.number(model),
		text: () => wordReader.text(),
	};
	const readHistory = new TextHistory('reply', hasNames);
	let read: KeptText = knownText(first);
	return {
		sizes: pieces.map(({size}) => size),
		read: [
			first,
			...pieces.map(({numbers}) => {
				reader.begin(numbers);
				read = modelledText(readPort, readHistory, read, undefined, 1_000_000);
				return textOf(read);
			}),
		],
	};
}

const number = fc.oneof(
	fc.nat(),
	fc.nat({max: 3}),
	fc.double({min: 0, max: 1e9, noNaN: true}).map(value => value.toFixed(2)),
	fc.constantFrom(
		'007',
		'1.',
		'0.012345',
		'18446744073709551615',
		'9007199254740991',
		'9007199254740993',
		'1.2.3',
		'-5',
	),
);
const name = fc.constantFrom(
	'used_memory',
	'used_memory_human',
	'used_memory_peak',
	'used_memory_peak_perc',
	'server_time_usec',
	'uptime_in_seconds',
	'cmdstat_get',
	'id=',
);
const line = fc.oneof(
	{weight: 4, arbitrary: fc.tuple(name, number).map(([field, value]) => `${field}:${value}`)},
	fc
		.tuple(number, number, number)
		.map(([calls, micros, each]) => `cmdstat_set:calls=${calls},usec=${micros},usec_per_call=${each}`),
	fc.array(number, {maxLength: 40}).map(values => values.join(',')),
	fc.string(),
);
const anyText = fc.array(line, {maxLength: 12}).map(lines => lines.join('\n'));

test('texts are read as they were written, whatever stands in them', () => {
	fc.assert(
		fc.property(fc.array(anyText, {minLength: 1, maxLength: 8}), fc.boolean(), (texts, hasNames) => {
			assert.deepEqual(roundTrip(texts, hasNames).read, texts);
		}),
		{numRuns: 400},
	);
});

test('numbers that move in the same lines again and again are read as they were written', () => {
	const moves = fc.array(fc.tuple(fc.nat({max: 3}), fc.integer({min: -40, max: 2 ** 40})), {maxLength: 5});
	fc.assert(
		fc.property(fc.array(moves, {minLength: 2, maxLength: 30}), fc.boolean(), (polls, hasNames) => {
			const values = [100, 200, 300, 400];
			const texts = polls.map(some => {
				for (const [index, by] of some) {
					values[index] = Math.max(0, (values[index] ?? 0) + by);
				}

				const [used = 0, peak = 0, calls = 0, micros = 0] = values;
				return [
					`used_memory:${used}`,
					`used_memory_human:${(used / 1024).toFixed(2)}K`,
					`used_memory_peak:${peak}`,
					`used_memory_peak_perc:${((used / peak) * 100).toFixed(2)}%`,
					`cmdstat_get:calls=${calls},usec=${micros},usec_per_call=${(micros / calls).toFixed(2)}`,
				].join('\n');
			});
			assert.deepEqual(roundTrip(texts, hasNames).read, texts);
		}),
	);
});

test('what a server computes from other fields takes no room of its own', () => {
	const memory = (used: number) =>
		[
			`used_memory:${used}`,
			`used_memory_human:${(used / 2 ** 20).toFixed(2)}M`,
			`used_memory_peak:${2 ** 24}`,
			`used_memory_peak_perc:${((used / 2 ** 24) * 100).toFixed(2)}%`,
			'used_memory_overhead:900000',
			`used_memory_dataset:${used - 900_000}`,
		].join('\n');
	const texts = Array.from({length: 30}, (_, index) => memory(2_000_000 + index * index * 4096));
	const {read, sizes} = roundTrip(texts, true);
	assert.deepEqual(read, texts);
	assert.ok(
		sizes.slice(-10).every(size => size <= 5),
		String(sizes),
	);
});

test('lines that come and go in between leave the others as differences', () => {
	const list = (ids: readonly number[], age: number) =>
		ids.map(id => `id=${id} addr=127.0.0.1:${5000 + id} name=worker age=${age} idle=0`).join('\n');
	const texts = [list([1, 2, 3, 4, 5, 6], 1), list([1, 2, 4, 5, 6, 7], 2), list([1, 2, 4, 5, 6, 7], 3)];
	const {read, sizes} = roundTrip(texts, false);
	assert.deepEqual(read, texts);
	assert.ok((sizes[0] ?? 0) < (texts[0]?.length ?? 0) && (sizes[1] ?? 0) < 20, String(sizes));
});
