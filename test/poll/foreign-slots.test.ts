import assert from 'node:assert/strict';
import test from 'node:test';
import type {SlotRange} from '../../source/domain/cluster.js';
import type {RawReply} from '../../source/domain/reply.js';
import type {Exchange} from '../../source/domain/sample.js';
import {
	auditAfter,
	isCounting,
	joinCounts,
	newSlotAudit,
	readCounts,
	type SlotAudit,
	slotsToCount,
} from '../../source/poll/foreign-slots.js';

const ownSlots: readonly SlotRange[] = [{first: 100, last: 16_000}];

/** The audit after passes over the slots, in which `keysIn` says what is found. */
function counted(start: SlotAudit, keysIn: (slot: number) => number, steps: number, openSlots: readonly number[] = []) {
	let slotAudit = start;
	const asked: number[] = [];
	for (let step = 0; step < steps; step++) {
		const slots = slotsToCount({slotAudit, ownSlots, openSlots}, 200);
		asked.push(...slots);
		slotAudit = auditAfter({slotAudit, ownSlots, openSlots}, new Map(slots.map(slot => [slot, keysIn(slot)])));
	}

	return {slotAudit, asked};
}

test('a pass counts each slot of other nodes once, and is whole at its end', () => {
	const part = counted(newSlotAudit, () => 0, 1);
	assert.equal(part.slotAudit.isWhole, false);
	const {slotAudit, asked} = counted(newSlotAudit, () => 0, 3);
	assert.equal(asked.length, 100 + 383);
	assert.equal(new Set(asked).size, asked.length);
	assert.equal(slotAudit.isWhole, true);
	assert.equal(isCounting({slotAudit, ownSlots, openSlots: []}), false);
	// The next pass begins at the first slot.
	assert.deepEqual(slotsToCount({slotAudit, ownSlots, openSlots: []}, 2), [0, 1]);
});

test('slots with keys are counted again until they are empty, without another pass', () => {
	const found = counted(newSlotAudit, slot => (slot === 7 ? 5 : 0), 3);
	assert.deepEqual([...found.slotAudit.countOfSlot], [[7, 5]]);
	const known = {slotAudit: found.slotAudit, ownSlots, openSlots: []};
	assert.equal(isCounting(known), true);
	assert.deepEqual(slotsToCount(known, 200), [7]);
	const empty = auditAfter(known, new Map([[7, 0]]));
	assert.deepEqual([...empty.countOfSlot], []);
	assert.equal(isCounting({...known, slotAudit: empty}), false);
});

test('slots that move now are left out', () => {
	const {asked} = counted(newSlotAudit, () => 1, 1, [3]);
	assert.ok(!asked.includes(3));
	const {slotAudit} = counted(newSlotAudit, slot => (slot === 3 ? 4 : 0), 3);
	assert.deepEqual([...auditAfter({slotAudit, ownSlots, openSlots: [3]}, new Map()).countOfSlot], []);
});

test('a node whose slots are not known is not counted', () => {
	assert.equal(isCounting({slotAudit: newSlotAudit, ownSlots: [], openSlots: []}), false);
});

test('the counts of a write are joined, and read back as they were', () => {
	const one = (slot: number, reply: RawReply): Exchange => ({
		kind: 'foreign-slot-keys',
		command: ['CLUSTER', 'COUNTKEYSINSLOT', String(slot)],
		reply,
	});
	const info: Exchange = {kind: 'info', command: ['INFO'], reply: '# Server'};
	const [kept, joined, ...none] = joinCounts([one(8, 0), one(7, 2), info, one(9, 0), one(12, 0), one(3, 5)]);
	assert.equal(kept, info);
	assert.deepEqual(joined, {
		kind: 'foreign-slot-keys',
		command: ['CLUSTER', 'COUNTKEYSINSLOT'],
		reply: ['3 7-9 12', 3, 5, 7, 2],
	});
	assert.deepEqual(none, []);
	assert.deepEqual(
		readCounts(joined?.reply ?? null),
		new Map([
			[3, 5],
			[7, 2],
			[8, 0],
			[9, 0],
			[12, 0],
		]),
	);
	assert.deepEqual(joinCounts([info]), [info]);
	const refused = new Error('NOPERM');
	assert.deepEqual(
		joinCounts([one(1, 0), one(2, refused)]).map(({reply}) => reply),
		[refused],
	);
	assert.equal(readCounts(0), undefined);
	assert.equal(readCounts([]), undefined);
	assert.deepEqual([...(readCounts(['0-99999999']) ?? [])].length, 16_384);
});
