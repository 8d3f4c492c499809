import assert from 'node:assert/strict';
import {test} from 'node:test';
import fc from 'fast-check';
import {Series} from '../../source/domain/series.js';
import {reuseUnchanged, reuseUnchangedFields} from '../../source/state/structural-sharing.js';

const value = fc.letrec(tie => ({
	any: fc.oneof(
		{depthSize: 'small'},
		fc.constantFrom(undefined, null, 0, -0, Number.NaN, '', 'a', true),
		fc.integer({min: 0, max: 3}),
		fc.array(tie('any'), {maxLength: 3}),
		fc.dictionary(fc.constantFrom('a', 'b', 'c', '__proto__'), tie('any'), {noNullPrototype: true}),
		fc.array(fc.tuple(fc.constantFrom('a', 'b', 'c'), tie('any')), {maxLength: 3}).map(entries => new Map(entries)),
	),
})).any;

/** With the order of maps, which is seen where they are listed. */
const written = (one: unknown): string =>
	JSON.stringify(one, (_, part) => (part instanceof Map ? {map: [...part]} : part));

test('the shared value equals the new value', () => {
	fc.assert(
		fc.property(value, value, (now, before) => {
			const shared = reuseUnchanged(now, before);
			assert.deepEqual(shared, now);
			assert.equal(written(shared), written(now));
		}),
	);
});

test('equal values and equal parts are the same object', () => {
	fc.assert(
		fc.property(value, before => {
			assert.ok(Object.is(reuseUnchanged(structuredClone(before), before), before));
		}),
	);
	const before = {atMs: 1, value: new Map([['get', {calls: 7, buckets: [{bound: 1, count: 7}]}]]), names: ['a', 'b']};
	const now = {...structuredClone(before), atMs: 2};
	const shared = reuseUnchanged(now, before);
	assert.equal(shared.atMs, 2);
	assert.equal(shared.value, before.value);
	assert.equal(shared.names, before.names);
});

test('structural sharing changes neither of its two arguments', () => {
	fc.assert(
		fc.property(value, value, (now, before) => {
			const [nowWas, beforeWas] = structuredClone([now, before]);
			reuseUnchanged(now, before);
			assert.deepEqual([now, before], [nowWas, beforeWas]);
			assert.equal(written([now, before]), written([nowWas, beforeWas]));
		}),
	);
});

test('class instances are returned as they are', () => {
	const rings = [new Series(3), new Series(3)] as const;
	const before = {kept: [1], ring: rings[0]};
	const now = {kept: [1], ring: rings[1]};
	const shared = reuseUnchanged(now, before);
	assert.equal(shared.kept, before.kept);
	assert.equal(shared.ring, rings[1]);
});

test('fields that come again share the same parts as without what came before', () => {
	const fields = fc.record({a: value, b: value, c: value});
	fc.assert(
		fc.property(fields, fields, fc.subarray(['a', 'b', 'c'] as const), (first, next, again) => {
			const [came, now] = [structuredClone(first), {...next}];
			const kept = reuseUnchangedFields(came, undefined, structuredClone(first));
			for (const field of again) {
				now[field] = came[field];
			}

			const shared = reuseUnchangedFields(now, came, kept);
			assert.deepEqual(shared, now);
			assert.equal(written(shared), written(now));
			const compared = reuseUnchangedFields(now, undefined, kept);
			assert.deepEqual(
				again.map(field => Object.is(shared[field], kept[field])),
				again.map(field => Object.is(compared[field], kept[field])),
			);
		}),
	);
});
