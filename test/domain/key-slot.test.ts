import assert from 'node:assert/strict';
import {test} from 'node:test';
import {keySlot} from '../../source/domain/key-slot.js';

// The slots are those of CLUSTER KEYSLOT on Valkey 9.1.
for (const [key, slot] of [
	['123456789', 12_739],
	['foo', 12_182],
	['{user1000}.following', 3443],
	['{user1000}.followers', 3443],
	['foo{}{bar}', 8363],
	['foo{{bar}}zap', 4015],
	['', 0],
] as const) {
	test(`the slot of "${key}" is ${slot}`, () => {
		assert.equal(keySlot(key), slot);
	});
}
