import assert from 'node:assert/strict';
import test from 'node:test';
import fc from 'fast-check';
import {NumberReader, NumberWriter} from '../../source/record/number-coder.js';

type Step = {readonly name: string; readonly value: number | boolean};

const step: fc.Arbitrary<Step> = fc.record({
	name: fc.constantFrom('a', 'b', 'c'),
	value: fc.oneof(
		fc.boolean(),
		fc.integer({min: -3, max: 3}),
		fc.maxSafeInteger(),
		fc.constantFrom(0, 2 ** 53 - 1, -(2 ** 53 - 1), 2 ** 32, -(2 ** 31)),
	),
});

const write = (writer: NumberWriter, {name, value}: Step): void =>
	typeof value === 'boolean'
		? writer.flag(writer.models.flags(name), value)
		: writer.number(writer.models.number(name), value);

const read = (reader: NumberReader, {name, value}: Step): number | boolean =>
	typeof value === 'boolean' ? reader.flag(reader.models.flags(name)) : reader.number(reader.models.number(name));

test('numbers and flags are read as they were written, in as many pieces as they were taken', () => {
	fc.assert(
		fc.property(fc.array(fc.array(step, {maxLength: 40}), {maxLength: 6}), pieces => {
			const [writer, reader] = [new NumberWriter(), new NumberReader()];
			const written = pieces.map(steps => {
				for (const one of steps) {
					write(writer, one);
				}

				return writer.take();
			});
			for (const [index, steps] of pieces.entries()) {
				reader.begin(written[index] ?? Buffer.alloc(0));
				assert.deepEqual(
					steps.map(one => read(reader, one)),
					steps.map(({value}) => value),
				);
			}
		}),
	);
});

test('a run of zeros at the end is read, however many bytes of zeros the writer left out', () => {
	for (const count of [1, 10, 100, 2000]) {
		const [writer, reader] = [new NumberWriter(), new NumberReader()];
		for (let index = 0; index < count; index++) {
			writer.number(writer.models.number(`model ${index}`), 0);
		}

		reader.begin(writer.take());
		for (let index = 0; index < count; index++) {
			assert.equal(reader.number(reader.models.number(`model ${index}`)), 0);
		}
	}
});

test('a long run of bits at the edge of a byte is carried', () => {
	const writer = new NumberWriter();
	const values = Array.from({length: 20_000}, (_, index) =>
		index % 997 === 0 ? 2 ** 40 + index : index % 3 === 0 ? 1 : 0,
	);
	const model = writer.models.number('one');
	for (const value of values) {
		writer.number(model, value);
	}

	const reader = new NumberReader();
	reader.begin(writer.take());
	const own = reader.models.number('one');
	assert.deepEqual(
		values.map(() => reader.number(own)),
		values,
	);
});

test('what is expected takes next to nothing, and what is not expected takes its own bits', () => {
	const writer = new NumberWriter();
	const model = writer.models.number('counter');
	for (let count = 0; count < 1000; count++) {
		writer.number(model, 1);
	}

	assert.ok(writer.take().length < 60);
	writer.number(model, 2 ** 52);
	assert.ok(writer.take().length < 20);
	assert.equal(writer.take().length, 0);
});

test('bytes that nobody wrote are read as whole numbers, or refused with a RangeError', () => {
	fc.assert(
		fc.property(fc.uint8Array({maxLength: 40}), bytes => {
			const reader = new NumberReader();
			reader.begin(Buffer.from(bytes));
			const model = reader.models.number('one');
			try {
				for (let count = 0; count < 1000; count++) {
					assert.ok(Number.isSafeInteger(reader.number(model)));
				}
			} catch (error) {
				assert.ok(error instanceof RangeError, String(error));
			}
		}),
	);
});
