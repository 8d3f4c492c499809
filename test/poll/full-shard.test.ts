import assert from 'node:assert/strict';
import test from 'node:test';
import {commonSlot, commonTag} from '../../source/derive/common-slot.js';
import type {PollDemand} from '../../source/poll/poll-demand.js';
import {requestsDue} from '../../source/poll/poll-plan.js';
import {newPollState, type PollState, updateFromInfo, updateFromReplies} from '../../source/poll/poll-state.js';
import type {Sections} from '../harness/records.js';
import {sampleOf} from '../harness/samples.js';

const nobody: PollDemand = {
	isFocused: false,
	interests: new Set(),
	isByHand: false,
	links: 'not-now',
	views: 'not-now',
};

type Shard = {readonly server?: Sections['server']; readonly memory?: Sections['memory']; readonly role?: string};

const valkey = {redis_version: '7.2.4', server_name: 'valkey', valkey_version: '9.1.0'};

/** The state after INFO of a full shard with 977 keys; parts of it can be others. */
function polled({server = valkey, memory = {}, role = 'master'}: Shard = {}): PollState {
	const state = newPollState();
	const info: Sections = {
		server: {...server, run_id: 'run-1'},
		memory: {maxmemory: 100, used_memory: 100, maxmemory_policy: 'noeviction', ...memory},
		replication: {role},
		cluster: {cluster_enabled: 1},
		keyspace: {db0: 'keys=977,expires=0'},
	};
	updateFromInfo(state, sampleOf(info));
	return state;
}

const newKinds = ['slot-use', 'hot-slot-keys', 'random-keys', 'slot-keys'];

/** What is asked about slots, as it is typed. */
const asked = (state: PollState, nowMs = 0): readonly string[] =>
	requestsDue(state, nobody, nowMs)
		.filter(({kind}) => newKinds.includes(kind))
		.map(({command}) => command.join(' '));

const slots = (...counts: ReadonlyArray<readonly [number, number]>) => ({
	slotUse: {
		isCounted: true,
		slots: new Map(
			counts.map(([slot, keys]) => [slot, {keys, cpuMicroseconds: undefined, inBytes: undefined, outBytes: undefined}]),
		),
	},
});

const byKeys = 'CLUSTER SLOT-STATS ORDERBY KEY-COUNT LIMIT 10';

test('a full shard is asked which slot has most keys, every half minute', () => {
	const state = polled();
	assert.deepEqual(asked(state), [byKeys]);
	state.lastAskedMs.set('slot-use', 0);
	assert.deepEqual(asked(state, 29_000), []);
	assert.deepEqual(asked(state, 30_000), [byKeys]);
	// The server counts processor time and bytes too. They are of use to the panel Keys alone.
	state.countsSlotUse = true;
	assert.deepEqual(asked(state, 30_000), [byKeys]);
});

test('keys are read of the slot with half of the keys only', () => {
	const state = polled();
	state.lastAskedMs.set('slot-use', 0);
	updateFromReplies(state, slots([7, 3], [4260, 677]), 0);
	assert.deepEqual(asked(state, 1000), ['CLUSTER GETKEYSINSLOT 4260 20']);
	state.lastAskedMs.set('hot-slot-keys', 1000);
	assert.deepEqual(asked(state, 29_000), []);
	updateFromReplies(state, slots([7, 3], [4260, 400]), 0);
	assert.deepEqual(asked(state, 31_000), [byKeys]);
});

const quiet: ReadonlyArray<readonly [string, Shard]> = [
	['has room', {memory: {used_memory: 89}}],
	['has no limit', {memory: {maxmemory: 0}}],
	['is a cache, which is meant to be full', {memory: {maxmemory_policy: 'allkeys-lru'}}],
	['is a replica', {role: 'slave'}],
];
for (const [what, shard] of quiet) {
	test(`a node of a cluster that ${what} is asked nothing about slots`, () => {
		assert.deepEqual(asked(polled(shard)), []);
		assert.deepEqual(asked(polled({...shard, server: {redis_version: '7.0.15'}})), []);
	});
}

test('a shard that is no longer full is asked nothing more', () => {
	const state = polled({server: {redis_version: '7.0.15'}});
	updateFromReplies(state, {randomKeys: {sampledKeys: Array.from({length: 20}, (_, at) => `{tenant-7}:${at}`)}}, 0);
	assert.ok(asked(state).includes('CLUSTER COUNTKEYSINSLOT 4260'));
	state.shardKeys = undefined;
	assert.deepEqual(asked(state, 60_000), []);
});

for (const version of ['6.2.14', '7.0.15', '8.0.2']) {
	test(`Redis ${version} has no CLUSTER SLOT-STATS: twenty random keys, then a count`, () => {
		const state = polled({server: {redis_version: version}});
		assert.deepEqual(
			asked(state),
			Array.from({length: 20}, () => 'RANDOMKEY'),
		);
		state.lastAskedMs.set('random-keys', 0);
		updateFromReplies(state, {randomKeys: {sampledKeys: Array.from({length: 20}, (_, at) => `{tenant-7}:${at}`)}}, 0);
		assert.deepEqual(asked(state, 1000), ['CLUSTER COUNTKEYSINSLOT 4260']);
		updateFromReplies(state, {randomKeys: {sampledKeys: Array.from({length: 20}, (_, at) => `user:${at}`)}}, 0);
		assert.deepEqual(asked(state, 3000), []);
	});
}

test('a slot and a hash tag are common to keys, or are not', () => {
	const user = Array.from({length: 10}, (_, at) => `user:${at}`);
	const tag = Array.from({length: 10}, (_, at) => `{tenant-7}:${at}`);
	assert.equal(commonSlot([...user, ...tag]), 4260);
	assert.equal(commonSlot([...user, ...tag.slice(1)]), undefined);
	assert.equal(commonSlot(tag.slice(1)), undefined);
	assert.equal(commonSlot([]), undefined);
	assert.equal(commonTag(tag), '{tenant-7}');
	assert.equal(commonTag(['a{x}b', 'c{x}{y}']), '{x}');
	assert.equal(commonTag([...tag, 'user:1']), undefined);
	assert.equal(commonTag(['{}a', '{}a']), undefined);
	assert.equal(commonTag([]), undefined);
});
