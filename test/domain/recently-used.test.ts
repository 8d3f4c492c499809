import assert from 'node:assert/strict';
import {test} from 'node:test';
import fc from 'fast-check';
import {RecentlyUsed} from '../../source/domain/recently-used.js';

test('what is looked up again and again is kept, whatever else passes by', () => {
	const known = new RecentlyUsed<{readonly key: string}>(10);
	const make = (key: string) => ({key});
	const first = known.get('kept', make);
	for (let look = 0; look < 1000; look++) {
		known.get(`passes ${look}`, make);
		assert.equal(known.get('kept', make), first);
	}
});

test('what nobody looks up for two generations is dropped, and made again', () => {
	const known = new RecentlyUsed<{readonly key: string}>(10);
	const make = (key: string) => ({key});
	const first = known.get('seldom', make);
	for (let look = 0; look < 20; look++) {
		known.get('often', make);
	}

	assert.notEqual(known.get('seldom', make), first);
});

test('it answers like a table of everything, and holds no more than two generations', () => {
	fc.assert(
		fc.property(fc.integer({min: 1, max: 7}), fc.array(fc.nat({max: 20}), {maxLength: 100}), (generation, looks) => {
			const known = new RecentlyUsed<string | false>(generation);
			for (const look of looks) {
				const value = look % 3 === 0 ? false : `value of ${look}`;
				assert.equal(
					known.get(String(look), () => value),
					value,
				);
				assert.ok(known.size <= 2 * generation);
			}
		}),
	);
});

test('a generation without a look is refused', () => {
	for (const generation of [0, -1, 1.5, Number.NaN]) {
		assert.throws(() => new RecentlyUsed(generation), RangeError);
	}
});
