import assert from 'node:assert/strict';
import {test} from 'node:test';
import {clientGroups} from '../../../../source/derive/client-groups.js';
import type {ClientRow} from '../../../../source/domain/client.js';
import {nameOf} from '../../../../source/domain/message.js';
import type {NodeAddress} from '../../../../source/domain/node.js';
import type {ReplicaLink} from '../../../../source/state/monitor-state.js';
import type {TableView} from '../../../../source/state/view-state.js';
import {clientsPanel} from '../../../../source/views/panels/clients/clients.js';
import {replicaNames} from '../../../../source/views/panels/clients/replica-names.js';
import {findingOf} from '../../../harness/findings.js';
import {assertAnySize, panelText} from '../../../harness/panel-text.js';
import {
	clientOf,
	emptyRecord,
	panelInput,
	type RecordParts,
	recordFrom,
	sampledAtMs,
} from '../../../harness/records.js';

const clients: readonly ClientRow[] = [
	clientOf({id: 71_193, name: 'worker-7', flags: 'P', command: 'psubscribe', outputBufferBytes: 222_298_112}),
	clientOf({id: 71_002, name: 'api-3', ageSeconds: 3_542_400, libraryName: 'ioredis', libraryVersion: '5.4.1'}),
	clientOf({id: 71_017, name: 'api-4', idleSeconds: 90, command: 'hgetall', user: 'app', totalMemoryBytes: 40_000}),
	clientOf({id: 70_900, name: 'redis-top', command: 'client|list', address: '127.0.0.1:40112'}),
	clientOf({id: 70_640, flags: 'O', command: 'monitor', user: undefined, totalMemoryBytes: undefined}),
];

const infoClients = {clients: {connected_clients: 812, maxclients: 10_000, blocked_clients: 3, tracking_clients: 0}};

const nodeWith = (rows: readonly ClientRow[], parts: RecordParts = {}) =>
	recordFrom({info: infoClients, clients: {atMs: sampledAtMs - 2700, value: rows}, ...parts});

const drawn = (table: Partial<TableView> = {}, width = 80, height = 21, node = nodeWith(clients)): string[] =>
	panelText(clientsPanel, panelInput([node], {table}), {width, height});

const idsBy = (table: Partial<TableView>): readonly string[] =>
	clientsPanel.rowKeys(panelInput([nodeWith(clients)], {table}));

test('at 80×21 the client with the largest output buffer is first', () => {
	assert.deepEqual(drawn({}, 80, 10), [
		'┌─ 4 Clients  812 of 10,000, 3 blocked  sort output buffer ───────── 1-5 of 5 ─┐',
		'│ list 3s old (5 clients then), read every 15s                                 │',
		'│ recent max in -  out -  pubsub -  watching -  tracking 0                     │',
		'│    ID ADDRESS             NAME          AGE   IDLE   OMEM↓  TOTAL COMMAND    │',
		'│>71193 10.0.4.20:121193    worker-7    1m00s     0s  ! 212M  21.9K psubscribe │',
		'│ 71017 10.0.4.20:121017    api-4       1m00s  1m30s      0B  39.1K hgetall    │',
		'│ 71002 10.0.4.20:121002    api-3      41d00h     0s      0B  21.9K get        │',
		'│ 70900 127.0.0.1:40112     (own)       1m00s     0s      0B  21.9K client|list│',
		'│ 70640 10.0.4.20:120640    -           1m00s     0s      0B      - monitor    │',
		'└──────────────────────────────────────────────────────────────────────────────┘',
	]);
});

test('at 160 columns all columns are shown, and the groups beside the list', () => {
	assert.deepEqual(drawn({selectedKey: '71017'}, 160, 24), [
		'┌─ 4 Clients  812 of 10,000, 3 blocked  sort output buffer ───────────────────────────────────────────────────────────────────────────────────────── 1-5 of 5 ─┐',
		'│ list 3s old (5 clients then), read every 15s                                                                                                                 │',
		'│ recent max in -  out -  pubsub -  watching -  tracking 0                                                                                                     │',
		'│    ID ADDRESS             NAME       USER       AGE   IDLE   OMEM↓  TOTAL  QBUF  DB FLAGS COMMAND        │  BY NAME         COUNT SHARE  TOTAL   OMEM IDLE>1m│',
		'│ 71193 10.0.4.20:121193    worker-7   default  1m00s     0s  ! 212M  21.9K    0B   0 P     psubscribe     │  (no name)           1   20%      -     0B      0%│',
		'│>71017 10.0.4.20:121017    api-4      app      1m00s  1m30s      0B  39.1K    0B   0 N     hgetall        │  api-3               1   20%  21.9K     0B      0%│',
		'│ 71002 10.0.4.20:121002    api-3      default 41d00h     0s      0B  21.9K    0B   0 N     get            │  api-4               1   20%  39.1K     0B    100%│',
		'│ 70900 127.0.0.1:40112     (own)      default  1m00s     0s      0B  21.9K    0B   0 N     client|list    │   and 2 more                                      │',
		'│ 70640 10.0.4.20:120640    -          -        1m00s     0s      0B      -    0B   0 ! O   monitor        │  BY ADDRESS      COUNT SHARE  TOTAL   OMEM IDLE>1m│',
		'│                                                                                                          │  10.0.4.20           4   80%  82.9K   212M     25%│',
		'│                                                                                                          │  127.0.0.1           1   20%  21.9K     0B      0%│',
		'│                                                                                                          │                                                   │',
		'│                                                                                                          │  BY USER         COUNT SHARE  TOTAL   OMEM IDLE>1m│',
		'│                                                                                                          │  default             3   60%  65.7K   212M      0%│',
		'│                                                                                                          │  -                   1   20%      -     0B      0%│',
		'│                                                                                                          │  app                 1   20%  39.1K     0B    100%│',
		'│                                                                                                          │                                                   │',
		'│                                                                                                          │  BY LIBRARY      COUNT SHARE  TOTAL   OMEM IDLE>1m│',
		'│                                                                                                          │  -                   4   80%  82.9K   212M     25%│',
		'│                                                                                                          │  ioredis 5.4.1       1   20%  21.9K     0B      0%│',
		'│                                                                                                          │                                                   │',
		'│                                                                                                          │                                                   │',
		'│                                                                                                          │                                                   │',
		'└──────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────┘',
	]);
});

test('clients are grouped by name, address, user and library', () => {
	assert.deepEqual(drawn({groupBy: 'name'}, 80, 10).slice(0, 6), [
		'┌─ 4 Clients  812 of 10,000, 3 blocked  by name ──────────────────── 1-5 of 5 ─┐',
		'│ list 3s old (5 clients then), read every 15s                                 │',
		'│ recent max in -  out -  pubsub -  watching -  tracking 0                     │',
		'│ NAME                COUNT   CMD/S    IN/S   OUT/S SHARE  TOTAL   OMEM IDLE>1m│',
		'│>(no name)               1       -       -       -   20%      -     0B      0%│',
		'│ api-3                   1       -       -       -   20%  21.9K     0B      0%│',
	]);
	assert.deepEqual(idsBy({groupBy: 'address'}), ['10.0.4.20', '127.0.0.1']);
	assert.deepEqual(idsBy({groupBy: 'user'}), ['default', '-', 'app']);
	assert.deepEqual(idsBy({groupBy: 'library', filter: 'IORED'}), ['ioredis 5.4.1']);
	assert.deepEqual(clientsPanel.details?.(panelInput([nodeWith(clients)], {table: {groupBy: 'user'}}), 'default'), [
		['user', 'default'],
		['clients', '3'],
		['total memory', '67,278 bytes (65.7K)'],
		['output buffers', '222,298,112 bytes (212M)'],
		['idle over 60 s', '0'],
		['commands per second', '-'],
		['bytes in per second', '-'],
		['bytes out per second', '-'],
	]);
});

test('the list is sorted and filtered', () => {
	assert.deepEqual(idsBy({sort: 'id'}), ['71193', '71017', '71002', '70900', '70640']);
	assert.deepEqual(idsBy({sort: 'id', isInverted: true}), ['70640', '70900', '71002', '71017', '71193']);
	assert.deepEqual(idsBy({sort: 'memory'}).at(0), '71017');
	assert.deepEqual(idsBy({sort: 'memory'}).at(-1), '70640', 'unknown goes last');
	assert.deepEqual(idsBy({sort: 'name'}).at(0), '71002');
	assert.deepEqual(idsBy({filter: 'api-'}), ['71017', '71002']);
	assert.deepEqual(idsBy({filter: '!api-'}), ['71193', '70900', '70640']);
	assert.deepEqual(idsBy({filter: 'flags=O'}), ['70640']);
	for (const {id} of clientsPanel.sortKeys) {
		assert.equal(new Set(idsBy({sort: id})).size, clients.length, id);
	}
});

test('a new list is sorted again', () => {
	assert.deepEqual(idsBy({}).length, 5);
	assert.deepEqual(clientsPanel.rowKeys(panelInput([nodeWith([clientOf({id: 4})])])), ['4']);
});

const factCases: ReadonlyArray<readonly [string, RecordParts, RegExp]> = [
	['few', {info: {clients: {connected_clients: 5}}}, /list 3s old, read every 5s/],
	['hundreds', {}, /list 3s old \(5 clients then\), read every 15s/],
	[
		'thousands',
		{info: {clients: {connected_clients: 10_000}}},
		/list 3s old \(5 clients then\) {3}! only R reads it: a stall of about 13\.9 ms/,
	],
	['not yet', {clients: undefined}, /no list yet, read every 15s/],
	[
		'denied',
		{clients: undefined, blind: [{command: 'CLIENT LIST', kind: 'denied', why: 'NOPERM', grant: '+client|list'}]},
		/812 of 10,000, 3 blocked[\s\S]*CLIENT LIST can not be read: see above\. The counts are from INFO\./,
	],
	['missing fields', {info: {}}, /- of -, - blocked[\s\S]*recent max in - {2}out - {2}pubsub -/],
];
for (const [name, parts, expected] of factCases) {
	test(`facts: ${name}`, () => {
		assert.match(drawn({}, 100, 21, nodeWith(clients, parts)).join('\n'), expected);
	});
}

test('a list without rows says why, and without its selected row the first one is selected', () => {
	assert.match(drawn({filter: 'zzz'}).join('\n'), /filter zzz[\s\S]*Nothing matches the filter zzz/);
	assert.match(drawn({}, 80, 21, nodeWith([])).join('\n'), /No client is connected\./);
	const connecting = panelInput([emptyRecord('10.0.1.11:6379')]);
	assert.match(
		panelText(clientsPanel, connecting, {width: 80, height: 5}).join('\n'),
		/\.\. connecting to 10\.0\.1\.11/,
	);
	assert.deepEqual(clientsPanel.rowKeys(connecting), []);
	assert.match(drawn({selectedKey: '71017'}).join('\n'), />71017/);
	assert.match(drawn({selectedKey: 'gone'}).join('\n'), />71193/);
});

test('the details of a client name every field', () => {
	const details = clientsPanel.details?.(panelInput([nodeWith(clients)]), '70640') ?? [];
	assert.deepEqual(
		details.find(([label]) => label === 'flags'),
		['flags', 'O: runs MONITOR'],
	);
	assert.deepEqual(
		details.find(([label]) => label === 'total memory'),
		['total memory', '-'],
	);
	assert.equal(clientsPanel.details?.(panelInput([nodeWith(clients)]), '1'), undefined);
});

test('addresses are grouped without their ports, also IPv6 addresses and sockets', () => {
	const rows = ['[::1]:5000', '[::1]:5001', '/run/redis.sock:0', ''].map((address, id) => clientOf({id, address}));
	assert.deepEqual(
		clientGroups(rows, 'address').map(({key, count}) => [key, count]),
		[
			['[::1]', 2],
			['-', 1],
			['/run/redis.sock', 1],
		],
	);
});

test('while a baseline is set memory is shown as its change, the largest growth first', () => {
	const before = [clientOf({id: 1, name: 'grew'}), clientOf({id: 2, name: 'shrank', outputBufferBytes: 4096})];
	const now = [
		clientOf({id: 1, name: 'grew', outputBufferBytes: 2048}),
		clientOf({id: 2, name: 'shrank', outputBufferBytes: 3072}),
		clientOf({id: 3, name: 'came', outputBufferBytes: 512, totalMemoryBytes: 1024}),
	];
	const rows = (known: typeof before | undefined) =>
		drawn({}, 160, 14, {
			...nodeWith(now),
			since: {atMs: sampledAtMs - 60_000, sample: undefined, pings: 0, clients: known && {atMs: 0, value: known}},
		}).slice(4, 7);
	const [first, second, third] = rows(before);
	assert.match(first ?? '', / grew .* \+2\.00K {4}\+0B .*came +\+1 \+1\.00K {2}\+512B/);
	assert.match(second ?? '', / came .* \+512B \+1\.00K .*grew +\+0 {4}\+0B \+2\.00K/);
	assert.match(third ?? '', / shrank .* -1\.00K {4}\+0B .*shrank +\+0 {4}\+0B -1\.00K/);
	for (const row of rows(undefined)) {
		assert.match(row, / 0s {7}- {6}- {6}- /);
	}
});

test('the panel draws at any size', () => {
	const hostile = nodeWith([
		clientOf({
			id: 1,
			name: '名前'.repeat(20),
			command: '\\u202eコマンド',
			user: '👩‍👩‍👧‍👦'.repeat(9),
			address: '日本:1',
		}),
		clientOf({id: 2 ** 53, libraryName: '図書館', flags: '旗'}),
	]);
	assertAnySize(clientsPanel, [
		panelInput([nodeWith(clients)]),
		panelInput([nodeWith(clients)], {table: {groupBy: 'name'}}),
		panelInput([nodeWith([])]),
		panelInput([]),
	]);
	for (const width of [1, 2, 3, 17, 40, 80, 119, 120, 240]) {
		panelText(clientsPanel, panelInput([hostile]), {width, height: 20});
		panelText(clientsPanel, panelInput([hostile], {table: {groupBy: 'name'}}), {width, height: 20});
	}
});

test('where the server counts, names of clients are not cut for a rate', () => {
	const counted = clients.map(client => ({
		...client,
		name: client.name === '' ? '' : `${client.name}-of-the-shop`,
		totals: {inBytes: 1, outBytes: 1, commands: 1},
		perSecond: {inBytes: 812, outBytes: 91_000, commands: 12},
	}));
	const text = drawn({}, 80, 21, nodeWith(counted)).join('\n');
	assert.match(text, /worker-7-of-the-shop/);
	assert.match(text, /COMMAND/);
});

test('the column by which clients are sorted is shown at 80 cells, whichever it is', () => {
	for (const {id} of clientsPanel.sortKeys) {
		assert.match(drawn({sort: id}).join('\n'), /[A-Z]↓/, id);
	}
});

test('the rows keep the order that holds, and the column of the sort says what it is of', () => {
	const positions = new Map([71_002, 71_193, 71_017, 70_900, 70_640].map((id, index) => [String(id), index]));
	const input = {...panelInput([nodeWith(clients)]), positions};
	assert.deepEqual(clientsPanel.rowKeys(input), [...positions.keys()]);
});

test('the links of replication are named as what they are', () => {
	const links = [
		clientOf({id: 1, flags: 'S', command: 'replconf'}),
		clientOf({id: 2, flags: 'M', command: 'replconf'}),
		clientOf({id: 3, flags: 'S', name: 'backup', command: 'psync'}),
	];
	const text = drawn({}, 80, 21, nodeWith(links)).join('\n');
	assert.match(text, /:50001 +\(replica\)/);
	assert.match(text, /:50002 +\(primary\)/);
	assert.match(text, /:50003 +backup/);
});

test('a line of facts has whole figures alone', () => {
	const rates = {inBytes: 8120, outBytes: 91_000, commands: 1012};
	const counted = clients.map(client => ({
		...client,
		name: 'billing-service',
		totals: rates,
		perSecond: rates,
	}));
	const [, , most] = drawn({}, 80, 21, nodeWith(counted));
	assert.match(most ?? '', /commands billing-service 20%? *│$/);
});

test('of a server with too many clients for the whole list, those with flags are listed', () => {
	const monitor = clientOf({id: 7, flags: 'O', name: 'debug', command: 'monitor'});
	const record = recordFrom({
		info: {clients: {connected_clients: 10_000, blocked_clients: 0}},
		flaggedClients: {atMs: sampledAtMs - 2000, value: [monitor]},
	});
	const shown = panelText(clientsPanel, panelInput([record]), {width: 120, height: 20}).join('\n');
	assert.match(shown, /those that run MONITOR, are blocked or subscribed, 2s ago {3}! only R reads all: a stall/);
	assert.match(shown, /debug +.*monitor/);
	const none = recordFrom({
		info: {clients: {connected_clients: 10_000}},
		flaggedClients: {atMs: 0, value: []},
	});
	assert.match(
		panelText(clientsPanel, panelInput([none]), {width: 120, height: 20}).join('\n'),
		/No client runs MONITOR, is blocked or subscribed/,
	);
});

test('the connection of a replica has the port at which the replica listens, if only one replica can be meant', () => {
	const link = (address: string): ReplicaLink => ({
		address: address as NodeAddress,
		state: 'online',
		behindBytes: 0,
		behindSeconds: 0,
		ackAgeSeconds: 0,
		offset: 1,
	});
	const names = (hosts: readonly string[], ...links: readonly string[]) => {
		const value = hosts.map((host, id) =>
			clientOf({id, flags: 'S', address: `${host}:5000${id}`, command: 'replconf'}),
		);
		return [...replicaNames({clients: {atMs: 0, value}, replicas: links.map(link)}).values()];
	};
	assert.deepEqual(names(['10.0.1.12'], '10.0.1.12:6379'), ['replica :6379']);
	assert.deepEqual(names(['10.0.1.12', '10.0.1.13'], '10.0.1.12:6379', '10.0.1.13:6380'), [
		'replica :6379',
		'replica :6380',
	]);
	assert.deepEqual(names(['10.0.1.12', '10.0.1.13'], '10.0.1.12:6379', '10.0.1.13:6379'), [
		'replica 10.0.1.12',
		'replica 10.0.1.13',
	]);
	assert.deepEqual(names(['10.0.1.12'], '10.0.1.12:6379', '10.0.1.12:6380'), [], 'two replicas');
	assert.deepEqual(names(['10.0.1.12', '10.0.1.12'], '10.0.1.12:6379'), [], 'a tool beside it');
	assert.deepEqual(names(['172.17.0.3'], '10.0.1.12:6379'), [], 'address translation');
});

test('a client that a finding names is marked, and a client whose commands are all refused has no 0 commands', () => {
	const rates = (inBytes: number, commands: number) => ({inBytes, outBytes: 10, commands});
	const rows = [
		clientOf({id: 5, name: 'cart-importer', command: 'set', perSecond: rates(50_000, 0), totals: rates(1, 1)}),
		clientOf({id: 4, name: 'web-1', command: 'get', perSecond: rates(2000, 55), totals: rates(1, 1)}),
	];
	const node = nodeWith(rows, {values: {errorReplies: 50}});
	const input = panelInput([node]);
	const named = findingOf('mem.oom', 'critical', node.address, {
		culprit: {command: 'SET', client: nameOf('client', 'cart-importer')},
	});
	const text = panelText(
		clientsPanel,
		{...input, state: {...input.state, findings: [named]}},
		{width: 100, height: 12},
	);
	assert.match(text.join('\n'), /!! cart-importer .* refused /);
	assert.match(text.join('\n'), / web-1 .* 55\/s /);
	assert.doesNotMatch(text.join('\n'), /!! web-1/);
	const ended = {...named, clearedAtMs: sampledAtMs};
	const later = panelText(
		clientsPanel,
		{...input, state: {...input.state, findings: [ended]}},
		{width: 100, height: 12},
	);
	assert.doesNotMatch(later.join('\n'), /!! cart-importer/);
});
