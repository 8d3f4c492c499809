import assert from 'node:assert/strict';
import {test} from 'node:test';
import {emptySample, withKeys} from '../../../../source/derive/key-sample.js';
import type {KeySizeReading} from '../../../../source/derive/key-size-growth.js';
import {slotReading} from '../../../../source/derive/slot-rates.js';
import type {WatchedKey} from '../../../../source/derive/watched-keys.js';
import type {KeyScan} from '../../../../source/domain/key-scan.js';
import type {NodeAddress} from '../../../../source/domain/node.js';
import type {NodeRecord} from '../../../../source/state/monitor-state.js';
import {asciiGlyphs} from '../../../../source/text/glyphs.js';
import {keysPanel} from '../../../../source/views/panels/keys/keys.js';
import {assertAnySize, panelText} from '../../../harness/panel-text.js';
import {panelInput, type RecordParts, recordFrom, sampledAtMs} from '../../../harness/records.js';

const at = <T>(value: T) => ({atMs: sampledAtMs, value});

const sizes: KeySizeReading = {
	now: {
		isTold: true,
		rows: [
			{
				database: 0,
				type: 'strings',
				unit: 'bytes',
				bins: [
					{least: 8, keys: 900},
					{least: 4096, keys: 3},
				],
			},
			{database: 0, type: 'hashes', unit: 'items', bins: [{least: 1_048_576, keys: 1}]},
		],
	},
	first: {
		atMs: sampledAtMs - 60_000,
		value: {
			isTold: true,
			rows: [
				{
					database: 0,
					type: 'strings',
					unit: 'bytes',
					bins: [
						{least: 8, keys: 900},
						{least: 4096, keys: 3},
					],
				},
			],
		},
	},
};

const totals = (keys: number, cpuMicroseconds: number, bytes: number) => ({
	keys,
	cpuMicroseconds,
	inBytes: bytes,
	outBytes: bytes,
});

const use = (cpu: number) => ({
	isCounted: true,
	slots: new Map([
		[6093, totals(2, cpu, cpu)],
		[12, totals(40, 0, 0)],
	]),
});

const slots = slotReading(slotReading(undefined, use(0), {elapsedMs: 0, runId: 'r'}), use(500_000), {
	elapsedMs: 1000,
	runId: 'r',
});

const info = {
	cluster: {cluster_enabled: 1},
	keyspace: {db0: 'keys=904,expires=226,avg_ttl=1000'},
	memory: {maxmemory_policy: 'allkeys-lru'},
};

const node = (parts: RecordParts = {}): NodeRecord =>
	recordFrom({
		info,
		keySizes: at(sizes),
		slotUse: at(slots),
		hotSlotKeys: at([{slot: 6093, slotKeys: ['{hot}:counter', '{hot}:other']}]),
		...parts,
	});

const text = (record: NodeRecord, width = 80, height = 14): string =>
	panelText(keysPanel, panelInput([record]), {width, height}).join('\n');

test('the sizes of keys, what grew, and the hottest slot with its keys', () => {
	const shown = text(node());
	assert.match(shown, /keys 904 {2}with ttl 25% {2}grow /);
	assert.match(shown, /hashes +1 +2\.10M items +1 from 1\.05M items +\+1 from 1\.05M /);
	assert.match(shown, /strings +903 .* 3 from 4\.00K +- /);
	assert.match(shown, / 6093 +50% +488K\/s +488K\/s +2 \{hot\}:counter {2}\{hot\}:other/);
});

for (const [name, parts, expected] of [
	['before the first reading', {keySizes: undefined}, /waiting for INFO keysizes/],
	[
		'a server without sizes',
		{keySizes: at({...sizes, now: {isTold: false, rows: []}})},
		/does not count its keys by size \(Redis 8\.0 does\)[\s\S]*DB +KEYS +TTL[\s\S]*db0 +\d/,
	],
	['a server that does not count slots', {slotUse: at({...slots, isCounted: false})}, /cluster-slot-stats-enabled yes/],
	['slots that were not read', {slotUse: undefined}, /no CLUSTER SLOT-STATS: Valkey 8/],
	[
		'a refused command',
		{slotUse: undefined, blind: [{command: 'CLUSTER SLOT-STATS', kind: 'denied', why: 'NOPERM', grant: '+x'}]},
		/CLUSTER SLOT-STATS NOPERM/,
	],
] as const satisfies ReadonlyArray<readonly [string, RecordParts, RegExp]>) {
	test(`the panel says so: ${name}`, () => {
		assert.match(text(node(parts)), expected);
	});
}

const hotKeys = at({
	isTracking: true,
	startedAtMs: 0,
	durationMs: 30_000,
	sampleRatio: 10,
	byCpu: [{key: 'cart:1', database: undefined, amount: 52_000}],
	byBytes: [],
	byRequests: [],
});

test('hot keys stand below, and beside the rest on a wide screen', () => {
	assert.match(
		text(node({hotKeys}), 80, 24),
		/HOT KEY by HOTKEYS GET, tracking for 30s, one of 10 commands[\s\S]*time +52\.0 ms {2}cart:1/,
	);
	assert.match(text(node({hotKeys}), 200, 24), /TYPE .* HOT KEY by HOTKEYS GET/);
});

test('a wide screen has the number of keys over time below the sizes and slots', () => {
	assert.match(text(node(), 200, 60), /TYPE [\s\S]* SLOT [\s\S]*─ keys ─+ last /);
	assert.doesNotMatch(text(node()), /─ keys ─/);
});

test('the panel draws at any size', () => {
	assertAnySize(keysPanel, [
		panelInput([node({hotKeys})]),
		panelInput([node({info: {}, keySizes: undefined, slotUse: undefined})]),
		panelInput([]),
	]);
	const hostile = node({hotSlotKeys: at([{slot: 6093, slotKeys: ['名前'.repeat(40), '👩‍👩‍👧‍👦']}])});
	for (const width of [1, 2, 17, 40, 80, 120, 200]) {
		panelText(keysPanel, panelInput([hostile]), {width, height: 20});
	}
});

const scan: KeyScan = {
	phase: 'offered',
	node: '10.0.1.11:6379' as NodeAddress,
	target: '10.0.1.12:6379' as NodeAddress,
	isOnReplica: true,
	database: 0,
	keysInAll: 41_000_000,
	note: undefined,
	activeMs: 10_000,
	commands: 30_000,
	serverMicroseconds: 40_000,
	sample: withKeys(emptySample, [
		{key: 'big:1', type: 'hash', bytes: 5_000_000, ttlMs: 'never'},
		{key: 'user:1', type: 'string', bytes: 100, ttlMs: 60_000},
	]),
};

const scanned = (parts: Partial<KeyScan>) => {
	const input = panelInput([node()]);
	return {...input, state: {...input.state, keyScan: {...scan, ...parts}}};
};

for (const [name, parts, expected] of [
	[
		'offered',
		{},
		/Scan for large keys\? It asks the replica 10\.0\.1\.12:6379\. S starts it[\s\S]*Price: at most 0\.5% of one core/,
	],
	['running', {phase: 'running'}, /scan 2 of 41\.0M keys .* running, S stops it/],
	[
		'waiting',
		{phase: 'waiting', note: 'a save or another fork runs'},
		/waiting: a save or another fork runs; S stops it/,
	],
	['stopped', {phase: 'stopped'}, /stopped, S goes on/],
	['ended', {phase: 'ended', note: 'ended at 20000 keys'}, /ended at 20000 keys, S goes on/],
	['failed', {phase: 'failed', note: 'NOPERM'}, /failed: NOPERM/],
	[
		'of another node',
		{phase: 'ended', node: '10.0.1.9:6379' as NodeAddress},
		/The scan is of 10\.0\.1\.9:6379, not of the node in focus/,
	],
] as const satisfies ReadonlyArray<readonly [string, Partial<KeyScan>, RegExp]>) {
	test(`a scan that is ${name}`, () => {
		assert.match(panelText(keysPanel, scanned(parts), {width: 120, height: 36}).join('\n'), expected);
	});
}

test('a scan shows the largest keys, their prefixes and its price', () => {
	const shown = panelText(keysPanel, scanned({phase: 'ended'}), {width: 120, height: 36}).join('\n');
	assert.match(shown, /without ttl 50% ±71% {2}price 40 ms of server time, 0\.40% of a core/);
	assert.match(shown, /4\.77M hash +none big:1 .* 50% +99\.9% +100% big:/);
	assert.match(shown, / 100B string +1m00s user:1 /);
});

test('a scan with an LFU policy names the most used keys', () => {
	const used = withKeys(emptySample, [{key: 'hot:1', type: 'string', bytes: 9, ttlMs: 'never', frequency: 214}]);
	const shown = panelText(keysPanel, scanned({phase: 'ended', sample: used}), {width: 120, height: 36}).join('\n');
	assert.match(shown, /most used \(LFU\) hot:1 214/);
});

test('a scan draws at any size', () => {
	assertAnySize(keysPanel, [scanned({}), scanned({phase: 'running'}), scanned({phase: 'failed', note: 'x'})]);
	panelText(keysPanel, {...scanned({}), glyphs: asciiGlyphs}, {width: 162, height: 5});
});

const stuck: WatchedKey = {
	key: 'orders',
	type: 'stream',
	length: 48_000,
	trail: [],
	growthPerSecond: 12,
	groups: [
		{groupName: 'mail', consumers: 2, pending: 3, lag: 0, lastDeliveredId: '9-0', stillSinceMs: 0, stillMs: 30_000},
		{
			groupName: 'billing',
			consumers: 1,
			pending: 7,
			lag: 900,
			lastDeliveredId: '1-0',
			stillSinceMs: 0,
			stillMs: 30_000,
		},
	],
};

const queue: WatchedKey = {...stuck, key: 'queue', type: 'list', length: 600, growthPerSecond: -10, groups: []};

test('watched keys stand above, with the groups that stand still first', () => {
	const record = node({watched: at({keys: [queue, stuck], runId: undefined})});
	const lines = text(record, 120, 30);
	assert.match(
		lines,
		/orders +stream +48\.0k +\+12\/s +- .*\n.*group billing +900 +7 +1 +! 30s.*\n.*group mail +0 +3 +2 +no/,
	);
	assert.match(lines, /queue +list +600 +-10\/s +1m00s/);
	assert.ok(lines.indexOf('orders') < lines.indexOf('queue'));
	assertAnySize(keysPanel, [panelInput([record])]);
});

test('watched keys of other nodes stand there too, with the node that holds them', () => {
	const here = node({watched: at({keys: [queue], runId: undefined})});
	const other = recordFrom({address: '10.0.1.12:6379', watched: at({keys: [stuck], runId: undefined})});
	const without = {...queue, key: 'nowhere', type: 'none', length: undefined};
	const third = recordFrom({address: '10.0.1.13:6379', watched: at({keys: [without], runId: undefined})});
	const lines = panelText(keysPanel, panelInput([here, other, third]), {width: 120, height: 30}).join('\n');
	assert.match(lines, /orders on 10\.0\.1\.12:6379 +stream[\s\S]*group billing[\s\S]*queue +list/);
	assert.doesNotMatch(lines, /nowhere/);
});
