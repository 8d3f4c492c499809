import assert from 'node:assert/strict';
import test from 'node:test';
import {messageText} from '../../source/domain/message.js';
import {memOom} from '../../source/rules/memory-eviction.js';
import {memMax} from '../../source/rules/memory-limit.js';
import {firingOf} from '../harness/firing-of.js';
import {type RecordParts, recordFrom, type Sections} from '../harness/records.js';
import {type FactsParts, factsOf, testRule} from '../harness/rule-cases.js';

const cluster = {cluster: {cluster_enabled: 1}};
const peers = [12, 13].map(host =>
	recordFrom({
		address: `10.0.1.${host}:6379`,
		info: {...cluster, memory: {maxmemory: 100, used_memory: 12}, keyspace: {db0: 'keys=300,expires=0'}},
	}),
);

/** INFO of a shard that refuses writes, with so many keys. */
const fullInfo = (keys: number): Sections => ({
	...cluster,
	memory: {maxmemory: 100, used_memory: 100, maxmemory_policy: 'noeviction'},
	keyspace: {db0: `keys=${keys},expires=0`},
	errorstats: {errorstat_OOM: 'count=9'},
});

const full = (record: RecordParts = {}, keys = 977): FactsParts => ({
	info: fullInfo(keys),
	earlier: {errorstats: {errorstat_OOM: 'count=2'}},
	nodes: peers,
	record,
});

const at = <Value>(value: Value, agoMs = 1000) => ({atMs: factsOf({}).nowMs - agoMs, value});

/** A reading of CLUSTER SLOT-STATS with these numbers of keys by slot. */
const counted = (counts: ReadonlyArray<readonly [number, number]>, agoMs?: number): RecordParts => ({
	slotUse: at(
		{
			isCounted: false,
			elapsedMs: 0,
			runId: undefined,
			slots: new Map(),
			rates: counts.map(([slot, keys]) => ({
				slot,
				keys,
				cpuShare: undefined,
				inBytesPerSecond: undefined,
				outBytesPerSecond: undefined,
			})),
		},
		agoMs,
	),
});

const namesOf = (slot: number, ...slotKeys: readonly string[]): RecordParts => ({hotSlotKeys: at([{slot, slotKeys}])});

/** The slot of the hash tag {tenant-7}. */
const tagSlot = 4260;
const tagKeys = ['{tenant-7}:order:1', '{tenant-7}:order:2'];
const others = Array.from({length: 20}, (_, index) => `user:${index}`);
const tagged = (count: number) => Array.from({length: count}, (_, index) => `{tenant-7}:order:${index}`);

/** A reading of random keys, and the number of keys in the slot of the tag. */
const sampled = (tags: number, keys: number | undefined, agoMs?: number): RecordParts => ({
	randomKeys: at({sampledKeys: [...tagged(tags), ...others.slice(tags)]}, agoMs),
	...(keys === undefined ? {} : {slotKeys: at(new Map([[tagSlot, keys]]))}),
});

const unnamed = /^refuses writes \(OOM\): only this shard is full, the others use 12%$/;
const named =
	/^refuses writes \(OOM\): slot 4260 with hash tag \{tenant-7\} holds 69% of its keys, the others use 12%$/;

testRule(memOom, [
	['no slot was read', full(), 'critical', unnamed],
	[
		'one hash tag',
		full({
			...counted([
				[tagSlot, 677],
				[9, 2],
			]),
			...namesOf(tagSlot, ...tagKeys),
		}),
		'critical',
		named,
	],
	[
		'keys of several tags, as in a slot that two tags share',
		full({...counted([[tagSlot, 677]]), ...namesOf(tagSlot, '{tenant-7}:order:1', 'tenant-7')}),
		'critical',
		/: slot 4260 holds 69% of its keys, /,
	],
	[
		'the keys of that slot were not read yet',
		full({...counted([[tagSlot, 677]]), ...namesOf(9, '{other}:1')}),
		'critical',
		/: slot 4260 holds 69% of its keys, /,
	],
	['a slot with less than half of the keys', full(counted([[tagSlot, 480]])), 'critical', unnamed],
	['a shard with few keys: some are large', full(counted([[tagSlot, 19]]), 20), 'critical', unnamed],
	[
		'an old reading',
		full({...counted([[tagSlot, 677]], 121_000), ...namesOf(tagSlot, ...tagKeys)}),
		'critical',
		unnamed,
	],
	[
		'more keys than at the time of INFO',
		full({...counted([[tagSlot, 990]]), ...namesOf(tagSlot, ...tagKeys)}),
		'critical',
		/holds 100% of its keys, /,
	],
	['random keys, most of one tag', full(sampled(14, 677)), 'critical', named],
	['random keys, half of one tag', full(sampled(10, 677)), 'critical', named],
	['random keys, fewer of one tag', full(sampled(9, 677)), 'critical', unnamed],
	['random keys, but their slot was not counted yet', full(sampled(14, undefined)), 'critical', unnamed],
	['random keys by chance of a slot with few keys', full(sampled(14, 300)), 'critical', unnamed],
	['old random keys', full(sampled(14, 677, 121_000)), 'critical', unnamed],
]);

testRule(memMax, [
	[
		'a full shard with one hash tag',
		full({...counted([[tagSlot, 677]]), ...namesOf(tagSlot, ...tagKeys)}),
		'critical',
		/^memory at 100% of maxmemory, slot 4260 with hash tag \{tenant-7\} holds 69% of its keys, limit 100B, /,
	],
]);

test('the first step ends it, and the second one shows the keys', () => {
	const parts = full({...counted([[tagSlot, 677]]), ...namesOf(tagSlot, ...tagKeys)});
	const [first, second, third] = firingOf(memOom, parts).next.map(({text}) => messageText(text));
	assert.match(
		first ?? '',
		/^raise maxmemory here, or remove data of \{tenant-7\} and limit it: one slot cannot be split/,
	);
	assert.match(first ?? '', /the other slots have 31% of the keys$/);
	assert.match(second ?? '', /CLUSTER GETKEYSINSLOT 4260 10$/);
	assert.match(third ?? '', /^MEMORY USAGE of some of these keys, times 677, is about what they take/);
});

const firstSteps: ReadonlyArray<readonly [string, RecordParts, RegExp]> = [
	['no slot was read', {}, /^look for what puts so much into this shard: one hash tag/],
	['the slots were counted', counted([[tagSlot, 480]]), /^no slot holds half of its keys: look for large keys/],
	['an old reading of the slots', counted([[tagSlot, 480]], 121_000), /^look for what puts so much/],
	['random keys of many slots', sampled(9, undefined), /^no slot holds half of its keys: look for large keys/],
	['random keys of a slot that was not counted yet', sampled(14, undefined), /^look for what puts so much/],
];
for (const [what, record, expected] of firstSteps) {
	test(`the first step follows from what is known of the slots: ${what}`, () => {
		const [first] = firingOf(memOom, full(record)).next;
		assert.match(messageText(first?.text ?? ''), expected);
	});
}
