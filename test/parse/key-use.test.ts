import assert from 'node:assert/strict';
import {test} from 'node:test';
import fc from 'fast-check';
import type {RawReply} from '../../source/domain/reply.js';
import {parseHotKeys} from '../../source/parse/hot-keys.js';
import {parseInfo} from '../../source/parse/info.js';
import {parseKeySizes} from '../../source/parse/key-sizes.js';
import {parseSlotKeys, parseSlotStats} from '../../source/parse/slot-stats.js';

test('reads the sizes of keys as Redis 8.0 prints them', () => {
	const text =
		'# Keysizes\r\ndb0_distrib_strings_sizes:0=1,4=1,4K=1\r\ndb0_distrib_hashes_items:1M=2\r\ndb12_distrib_lists_items:1=7\r\n';
	assert.deepEqual(parseKeySizes(parseInfo(text)), {
		isTold: true,
		rows: [
			{
				database: 0,
				type: 'strings',
				unit: 'bytes',
				bins: [
					{least: 0, keys: 1},
					{least: 4, keys: 1},
					{least: 4096, keys: 1},
				],
			},
			{database: 0, type: 'hashes', unit: 'items', bins: [{least: 2 ** 20, keys: 2}]},
			{database: 12, type: 'lists', unit: 'items', bins: [{least: 1, keys: 7}]},
		],
	});
});

for (const [what, text, isTold] of [
	['a server without the section', '', false],
	['no keys', '# Keysizes\r\n', true],
	['an unknown type', '# Keysizes\r\ndb0_distrib_streams_items:1=1\r\n', true],
	['a field of another form', '# Keysizes\r\ndb0_other:1=1\r\n', true],
] as const) {
	test(`reads no sizes from ${what}`, () => {
		assert.deepEqual(parseKeySizes(parseInfo(text)), {isTold, rows: []});
	});
}

test('leaves out bins of another form', () => {
	const [row] = parseKeySizes(parseInfo('# Keysizes\r\ndb0_distrib_sets_items:x=1,2=-3,4=0,8=5,1Q=1\r\n')).rows;
	assert.deepEqual(row?.bins, [{least: 8, keys: 5}]);
});

test('reads CLUSTER SLOT-STATS with and without what a server counts only on demand', () => {
	const reply = [
		[12, ['key-count', 3, 'cpu-usec', 40, 'network-bytes-in', 5, 'network-bytes-out', 6]],
		[13, ['key-count', 1]],
		['x', ['key-count', 1]],
		[16_384, ['key-count', 1]],
		'noise',
	];
	assert.deepEqual(
		[...(parseSlotStats(reply) ?? [])],
		[
			[12, {keys: 3, cpuMicroseconds: 40, inBytes: 5, outBytes: 6}],
			[13, {keys: 1, cpuMicroseconds: undefined, inBytes: undefined, outBytes: undefined}],
		],
	);
	assert.equal(parseSlotStats('OK'), undefined);
	assert.deepEqual(parseSlotKeys(['a', '\u{1b}[2J']), ['a', '\\x1b[2J']);
});

// These replies are made up from the documentation. No server of these versions was there to capture them from.
test('reads HOTKEYS GET of Redis 8.6, alone and in a list', () => {
	const session: RawReply = [
		'tracking-active',
		1,
		'sample-ratio',
		10,
		'collection-start-time-unix-ms',
		1_769_420_604_522,
		'collection-duration-ms',
		6408,
		'by-cpu-time-us',
		['x', 104, 'y', 98],
		'by-net-bytes',
		['z', 18],
	];
	const expected = {
		isTracking: true,
		startedAtMs: 1_769_420_604_522,
		durationMs: 6408,
		sampleRatio: 10,
		byCpu: [
			{key: 'x', database: undefined, amount: 104},
			{key: 'y', database: undefined, amount: 98},
		],
		byBytes: [{key: 'z', database: undefined, amount: 18}],
		byRequests: [],
	};
	assert.deepEqual(parseHotKeys(session), expected);
	assert.deepEqual(parseHotKeys([session]), expected);
	assert.equal(parseHotKeys(null)?.isTracking, undefined);
	assert.equal(parseHotKeys('OK'), undefined);
});

test('reads HOTKEYS GET of Valkey 9.2 as lists and as maps', () => {
	const expected = [{key: 'cart:1', database: 0, amount: 1200}];
	assert.deepEqual(parseHotKeys([['cart:1', 0, 1200]])?.byRequests, expected);
	assert.deepEqual(parseHotKeys([['key', 'cart:1', 'db', 0, 'qps', 1200]])?.byRequests, expected);
	assert.deepEqual(parseHotKeys([])?.byRequests, []);
	assert.equal(parseHotKeys([['cart:1']]), undefined);
});

test('no reply makes a parser throw', () => {
	const reply = fc.letrec<{reply: RawReply}>(tie => ({
		reply: fc.oneof(
			{maxDepth: 3},
			fc.string(),
			fc.integer(),
			fc.constant(null),
			fc.constantFrom('tracking-active', 'by-cpu-time-us', 'key-count', 'key', 'qps'),
			fc.array(tie('reply'), {maxLength: 5}),
		),
	})).reply;
	fc.assert(
		fc.property(reply, value => {
			parseHotKeys(value);
			parseSlotStats(value);
			parseSlotKeys(value);
		}),
	);
});
