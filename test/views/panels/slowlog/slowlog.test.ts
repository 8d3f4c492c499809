import assert from 'node:assert/strict';
import {test} from 'node:test';
import type {NodeAddress} from '../../../../source/domain/node.js';
import type {LargeEntry, LargeLog, SlowlogEntry} from '../../../../source/domain/slowlog.js';
import type {TableView} from '../../../../source/state/view-state.js';
import {slowlogPanel} from '../../../../source/views/panels/slowlog/slowlog.js';
import {shapeOf, slowShapes} from '../../../../source/views/panels/slowlog/slowlog-shapes.js';
import {assertAnySize, panelText} from '../../../harness/panel-text.js';
import {emptyRecord, panelInput, type RecordParts, recordFrom, sampledAtMs} from '../../../harness/records.js';

const entryOf = (id: number, durationMicroseconds: number, words: readonly string[]): SlowlogEntry => ({
	id,
	atMs: sampledAtMs - (9020 - id) * 1000,
	durationMicroseconds,
	arguments: words,
	clientAddress: '10.0.4.20:51004',
	clientName: 'api-3',
});

const entries: readonly SlowlogEntry[] = [
	entryOf(9014, 48_200, ['hgetall', 'user:88121:profile']),
	entryOf(9013, 22_700, ['EVALSHA', '7c1f0a9b8c7d6e5f4a3b2c1d0e9f8a7b6c5d4e3f', '2', 'q:ready', 'q:lock']),
	entryOf(9012, 11_000, ['SET', 'note:1', 'two words']),
	entryOf(9011, 112, ['HGETALL', 'user:7:profile']),
	{
		...entryOf(9010, 2_000_162, ['DEBUG', 'SLEEP', '2']),
		atMs: sampledAtMs - 200_000_000,
		clientAddress: undefined,
		clientName: '',
	},
];

const nodeWith = (rows: readonly SlowlogEntry[], parts: RecordParts = {}) =>
	recordFrom({
		info: {server: {redis_version: '7.0.15'}},
		config: {
			atMs: sampledAtMs,
			value: new Map([
				['slowlog-log-slower-than', '10000'],
				['slowlog-max-len', '128'],
			]),
		},
		slowlog: {atMs: sampledAtMs - 1000, value: {entries: rows, lost: 0, perMinute: 4}},
		...parts,
	});

const drawn = (table: Partial<TableView> = {}, width = 80, height = 21, node = nodeWith(entries)): string[] =>
	panelText(slowlogPanel, panelInput([node], {table}), {width, height});

const ids = (table: Partial<TableView>): string[] =>
	slowlogPanel.rowKeys(panelInput([nodeWith(entries)], {table})).map(key => key.split('@')[0] ?? '');

test('at 80×21 the newest entry is first', () => {
	assert.deepEqual(drawn({}, 80, 10), [
		'┌─ 6 Slow log  sort time ─────────────────────────────────────────── 1-5 of 5 ─┐',
		'│ threshold 10.0 ms  keeps 128                                                 │',
		'│ new       4 in the last minute  lost 0  read 1s ago                          │',
		'│    ID TIME↓            TOOK CLIENT          COMMAND                          │',
		'│> 9014 14:02:25      48.2 ms api-3           HGETALL user:88121:profile       │',
		'│  9013 14:02:24      22.7 ms api-3           EVALSHA 7c1f0a9b8c7d6e5f4a3b2c1d…│',
		'│  9012 14:02:23      11.0 ms api-3           SET note:1 "two words"           │',
		'│  9011 14:02:22       112 µs api-3           HGETALL user:7:profile           │',
		'│  9010 11-21 06:29     2.0 s -               DEBUG SLEEP 2                    │',
		'└──────────────────────────────────────────────────────────────────────────────┘',
	]);
});

test('at 140 columns the shapes are beside the log', () => {
	assert.deepEqual(drawn({selectedKey: 'gone'}, 140, 10), [
		'┌─ 6 Slow log  sort time ─────────────────────────────────────────────────────────────────────────────────────────────────────── 1-5 of 5 ─┐',
		'│ threshold 10.0 ms  keeps 128                                                                                                             │',
		'│ new       4 in the last minute  lost 0  read 1s ago                                                                                      │',
		'│    ID TIME↓            TOOK CLIENT          ADDRESS         COMMAND                      │  SHAPE                   COUNT     MAX  TOTAL↓│',
		'│> 9014 14:02:25      48.2 ms api-3           10.0.4.20:51004 HGETALL user:88121:profile   │  DEBUG SLEEP …               1   2.0 s   2.0 s│',
		'│  9013 14:02:24      22.7 ms api-3           10.0.4.20:51004 EVALSHA 7c1f0a9b8c7d6e5f4a3… │  HGETALL user:#:profile      2 48.2 ms 48.3 ms│',
		'│  9012 14:02:23      11.0 ms api-3           10.0.4.20:51004 SET note:1 "two words"       │  EVALSHA # …                 1 22.7 ms 22.7 ms│',
		'│  9011 14:02:22       112 µs api-3           10.0.4.20:51004 HGETALL user:7:profile       │  SET note:# …                1 11.0 ms 11.0 ms│',
		'│  9010 11-21 06:29     2.0 s -               -               DEBUG SLEEP 2                │                                               │',
		'└──────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────┘',
	]);
});

test('the list is sorted and filtered', () => {
	assert.deepEqual(ids({}), ['9014', '9013', '9012', '9011', '9010']);
	assert.deepEqual(ids({isInverted: true}), ['9010', '9011', '9012', '9013', '9014']);
	assert.deepEqual(ids({sort: 'duration'}), ['9010', '9014', '9013', '9012', '9011']);
	assert.deepEqual(ids({filter: 'HGET'}), ['9014', '9011']);
	assert.deepEqual(ids({filter: '!api-3'}), ['9010']);
	const sameSecond = [3, 1, 2].map(id => ({...entryOf(id, 1, ['GET']), atMs: sampledAtMs}));
	assert.deepEqual(
		slowlogPanel.rowKeys(panelInput([nodeWith(sameSecond)])),
		[3, 2, 1].map(id => `${id}@${sampledAtMs}`),
	);
});

const config = (pairs: Readonly<Record<string, string>>) => ({
	config: {atMs: sampledAtMs, value: new Map(Object.entries(pairs))},
});
const stateCases: ReadonlyArray<readonly [string, RecordParts, RegExp]> = [
	['off', config({'slowlog-log-slower-than': '-1'}), /threshold ! off \(slowlog-log-slower-than -1\)/],
	['everything', config({'slowlog-log-slower-than': '0', 'slowlog-max-len': '0'}), /! nothing is kept/],
	['unknown', {config: undefined}, /threshold - {2}keeps -/],
	['lost', {slowlog: {atMs: sampledAtMs, value: {entries, lost: 12, perMinute: 0}}}, /! 12 dropped unread/],
	[
		'empty',
		{slowlog: {atMs: sampledAtMs, value: {entries: [], lost: 0, perMinute: 0}}},
		/Nothing took longer than the/,
	],
	[
		'shorter than a minute',
		{slowlog: {atMs: sampledAtMs, value: {entries, lost: 0, perMinute: 32, shorter: {count: 32, overMs: 7400}}}},
		/new {7}32 in the last 8s {2}lost 0/,
	],
	['not yet', {slowlog: undefined}, /new {7}- {2}lost - {2}read -[\s\S]*has not been read yet/],
	[
		'denied',
		{slowlog: undefined, blind: [{command: 'SLOWLOG GET', kind: 'denied', why: 'NOPERM', grant: '+slowlog|get'}]},
		/can not be read: see above/,
	],
];
for (const [name, parts, expected] of stateCases) {
	test(`state: ${name}`, () => assert.match(drawn({}, 80, 21, nodeWith(entries, parts)).join('\n'), expected));
}

const large = (log: LargeLog, id: number, bytes: number, words: readonly string[]): LargeEntry => {
	const {durationMicroseconds: _, ...entry} = entryOf(id, 0, words);
	return {...entry, log, bytes};
};
const history = <Entry>(rows: readonly Entry[]) => ({
	atMs: sampledAtMs,
	value: {entries: rows, lost: 0, perMinute: rows.length},
});
test('counts of several logs that do not reach back a minute are lower bounds', () => {
	const shorter = {count: 1, overMs: 2000};
	const cut = {...valkey.largeReplies, value: {...valkey.largeReplies!.value, shorter}, atMs: sampledAtMs};
	assert.match(drawn({}, 80, 21, {...valkey, largeReplies: cut}).join('\n'), /new at least 2 in the last minute/);
});

const valkey = nodeWith(entries.slice(0, 2), {
	...config({
		'slowlog-log-slower-than': '10000',
		'commandlog-request-larger-than': '1048576',
		'commandlog-reply-larger-than': '-1',
	}),
	largeRequests: history([large('large-request', 9014, 3 << 20, ['SET', 'blob:1', 'x'])]),
	largeReplies: history([large('large-reply', 9012, 5 << 20, ['GET', 'blob:2'])]),
});

test('large requests and replies of Valkey 8.1 are in the list, each with the name of its log', () => {
	assert.deepEqual(drawn({}, 80, 10, valkey), [
		'┌─ 6 Slow log  sort time ─────────────────────────────────────────── 1-4 of 4 ─┐',
		'│ threshold 10.0 ms  keeps -                                                   │',
		'│ large     requests from 1.00M, replies off  new 2 in the last minute         │',
		'│ new       4 in the last minute  lost 0  read 1s ago                          │',
		'│ TIME↓        TOOK   SIZE LOG     CLIENT          COMMAND                     │',
		'│>14:02:25  48.2 ms      - slow    api-3           HGETALL user:88121:profile  │',
		'│ 14:02:25        -  3.00M request api-3           SET blob:1 x                │',
		'│ 14:02:24  22.7 ms      - slow    api-3           EVALSHA 7c1f0a9b8c7d6e5f4a3…│',
		'│ 14:02:23        -  5.00M reply   api-3           GET blob:2                  │',
		'└──────────────────────────────────────────────────────────────────────────────┘',
	]);
	const keys = (table: Partial<TableView>) => slowlogPanel.rowKeys(panelInput([valkey], {table}));
	assert.equal(new Set(keys({})).size, 4);
	assert.equal(keys({filter: 'large-reply'}).length, 1);
	assert.match(keys({sort: 'duration'})[0] ?? '', /^9014@\d+$/);
	const [, row = ''] = keys({});
	assert.deepEqual(slowlogPanel.details?.(panelInput([valkey]), row)?.slice(1, 3), [
		['when (UTC)', '2026-11-23 14:02:25'],
		['large request', '3.00M (3,145,728 bytes)'],
	]);
	assertAnySize(slowlogPanel, [panelInput([valkey])]);
});

test('commands that differ in numbers and hashes have one shape', () => {
	assert.equal(shapeOf(['get', 'user:12:3']), 'GET user:#:#');
	assert.equal(shapeOf(['mget', 'a', 'b']), 'MGET a …');
	assert.equal(shapeOf(['GET', 's:550e8400-e29b-41d4-a716-446655440000']), 'GET s:#');
	assert.equal(shapeOf(['GET', 'feed']), 'GET feed', 'a short word of hexadecimal letters stays');
	assert.equal(shapeOf([]), '-');
	assert.deepEqual(slowShapes(entries).at(1), {
		shape: 'HGETALL user:#:profile',
		count: 2,
		maxMicroseconds: 48_200,
		totalMicroseconds: 48_312,
	});
});

test('the details of an entry have every argument', () => {
	assert.deepEqual(slowlogPanel.details?.(panelInput([nodeWith(entries)]), `9012@${entries[2]?.atMs}`), [
		['id', '9012'],
		['when (UTC)', '2026-11-23 14:02:23'],
		['took', '11.0 ms (11,000 microseconds)'],
		['client', '10.0.4.20:51004'],
		['client name', 'api-3'],
		['command', 'SET'],
		['argument 1', 'note:1'],
		['argument 2', 'two words'],
	]);
	assert.equal(slowlogPanel.details?.(panelInput([nodeWith(entries)]), 'gone'), undefined);
});

test('the panel draws at any size', () => {
	const hostile = nodeWith([{...entryOf(1, 5, ['設定', '鍵'.repeat(90), '\\x1b[31m']), clientName: '名前👩‍👩‍👧'}]);
	assertAnySize(slowlogPanel, [
		panelInput([nodeWith([])]),
		panelInput([]),
		panelInput([emptyRecord('10.0.1.11:6379')]),
	]);
	for (const width of [1, 2, 3, 17, 40, 80, 119, 120, 240]) {
		panelText(slowlogPanel, panelInput([hostile]), {width, height: 20});
		panelText(slowlogPanel, panelInput([nodeWith(entries)]), {width, height: 20});
	}
});

test('the merged logs of all nodes have a column for the node', () => {
	const one = nodeWith(entries);
	const other = {...nodeWith(entries), address: '10.0.1.12:6379' as NodeAddress};
	const input = panelInput([one, other], {table: {groupBy: 'nodes'}});
	assert.equal(slowlogPanel.rowKeys(input).length, 2 * entries.length);
	assert.equal(new Set(slowlogPanel.rowKeys(input)).size, 2 * entries.length);
	const text = panelText(slowlogPanel, input, {width: 118, height: 20}).join('\n');
	assert.match(text, /of 2 of 2 nodes/);
	assert.match(text, /10\.0\.1\.11:6379[\s\S]*10\.0\.1\.12:6379/);
	const filtered = panelInput([one, other], {table: {groupBy: 'nodes', filter: '10.0.1.12'}});
	assert.equal(slowlogPanel.rowKeys(filtered).length, entries.length);
	const [key = ''] = slowlogPanel.rowKeys(filtered);
	assert.deepEqual(slowlogPanel.details?.(filtered, key)?.[0], ['node', '10.0.1.12:6379']);
	assert.doesNotMatch(panelText(slowlogPanel, panelInput([one, other]), {width: 118, height: 20}).join('\n'), /NODE/);
});

test('for many nodes the title counts the read logs, and the newest entries are shown', () => {
	const many = Array.from({length: 60}, (_, index) => ({
		...(index < 40 ? nodeWith(entries) : emptyRecord('x:1')),
		address: `10.0.2.${index}:6379` as NodeAddress,
	}));
	const input = panelInput(many, {table: {groupBy: 'nodes'}});
	const text = panelText(slowlogPanel, input, {width: 118, height: 20}).join('\n');
	assert.match(text, /6 Slow log +of 40 of 60 nodes/);
	assert.match(text, /in the minute before each was read +lost .* read +\d+s ago or later, 20 nodes not yet/);
	const busy = Array.from({length: 3}, (_, index) => ({
		...nodeWith(Array.from({length: 900}, (_each, id) => entryOf(id, index * 900 + id, ['GET', 'x']))),
		address: `10.0.3.${index}:6379` as NodeAddress,
	}));
	assert.equal(slowlogPanel.rowKeys(panelInput(busy, {table: {groupBy: 'nodes'}})).length, 2000);
});

test('the shapes keep their order while entries come, and the log does not', () => {
	const input = panelInput([nodeWith(entries)]);
	assert.equal(slowlogPanel.isOrderHeld?.(input.table), true);
	const kept = slowlogPanel.heldKeys?.(input) ?? [];
	assert.deepEqual(kept.slice(0, 2), ['DEBUG SLEEP …', 'HGETALL user:#:profile']);
	const positions = new Map(kept.map((key, index) => [key, index]));
	const slower = [entryOf(9015, 5_000_000, ['HGETALL', 'user:8:profile']), ...entries];
	const lines = panelText(slowlogPanel, {...panelInput([nodeWith(slower)]), positions}, {width: 140, height: 12});
	const line = (part: RegExp) => lines.findIndex(text => part.test(text));
	assert.ok(line(/│ {2}DEBUG SLEEP/) < line(/│ {2}HGETALL user:#/));
	assert.ok(line(/9015/) < line(/9014/));
});

test('a slow log that was not read for a minute says so, and counts nothing', () => {
	const old = nodeWith(entries, {
		slowlog: {atMs: sampledAtMs - 143_000, value: {entries, lost: 0, perMinute: 193}},
	});
	assert.match(drawn({}, 80, 10, old)[2] ?? '', /new {7}- {2}lost 0 {2}! not read since 14:00:08/);
});
