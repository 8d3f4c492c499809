import assert from 'node:assert/strict';
import {test} from 'node:test';
import {
	emptySample,
	largestKept,
	otherPrefixes,
	prefixesKept,
	prefixOf,
	sampleError,
	topPrefixes,
	withKeys,
} from '../../source/derive/key-sample.js';
import type {ScannedKey} from '../../source/domain/key-scan.js';

const key = (name: string, bytes?: number, ttlMs?: ScannedKey['ttlMs']): ScannedKey => ({
	key: name,
	type: 'string',
	bytes,
	ttlMs,
});

for (const [name, prefix] of [
	['user:17:profile', 'user:'],
	['17:profile', '#:'],
	['{tag}:rest', '{…}:'],
	['{tag}', '{…}'],
	['plain', 'plain'],
	['page42', 'page#'],
	['', '(none)'],
	[':x', ':'],
] as const) {
	test(`the prefix of "${name}" is "${prefix}"`, () => {
		assert.equal(prefixOf(name), prefix);
	});
}

test('keys are added up by prefix, and the largest come first', () => {
	const sample = withKeys(withKeys(emptySample, [key('a:1', 10, 'never'), key('b:1', 90, 1000)]), [
		key('a:2', 50, 'never'),
	]);
	assert.equal(sample.seen, 3);
	assert.equal(sample.withoutTtl, 2);
	assert.deepEqual(
		sample.largest.map(one => one.key),
		['b:1', 'a:2', 'a:1'],
	);
	assert.deepEqual(topPrefixes(sample, 1), [{prefix: 'b:', keyCount: 1, bytes: 90, withoutTtl: 0}]);
});

test('what is kept is bounded, whatever keys there are', () => {
	const words = Array.from({length: 3000}, (_, index) =>
		key(
			`${String.fromCodePoint(97 + (index % 26), 97 + (Math.floor(index / 26) % 26), 97 + Math.floor(index / 676))}:x`,
			index,
		),
	);
	const sample = withKeys(emptySample, words);
	assert.equal(sample.largest.length, largestKept);
	assert.equal(sample.prefixes.length, prefixesKept + 1);
	assert.equal(sample.prefixes.at(-1)?.prefix, otherPrefixes);
	assert.equal(
		sample.prefixes.reduce((sum, {keyCount}) => sum + keyCount, 0),
		3000,
	);
});

test('the error of a share is one by the root of the keys seen, and none when all were seen', () => {
	assert.equal(sampleError(10_000, 1_000_000), 0.01);
	assert.equal(sampleError(10_000, undefined), 0.01);
	assert.equal(sampleError(10_000, 10_000), 0);
	assert.equal(sampleError(0, 10), 1);
});
