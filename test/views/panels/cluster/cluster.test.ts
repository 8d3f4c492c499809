import assert from 'node:assert/strict';
import {test} from 'node:test';
import type {BusLinks} from '../../../../source/domain/bus-links.js';
import type {NodeId} from '../../../../source/domain/node.js';
import {parseClusterInfo, parseClusterNodes} from '../../../../source/parse/cluster-nodes.js';
import type {TableView} from '../../../../source/state/view-state.js';
import {clusterPanel} from '../../../../source/views/panels/cluster/cluster.js';
import {clusterRows} from '../../../../source/views/panels/cluster/cluster-rows.js';
import {assertAnySize, panelText} from '../../../harness/panel-text.js';
import {emptyRecord, panelInput, type RecordParts, recordFrom, sampledAtMs, stateOf} from '../../../harness/records.js';

const idOf = (digit: string): NodeId => digit.repeat(40) as NodeId;
const ago = (seconds: number): number => sampledAtMs - seconds * 1000;

const nodesText = [
	`${idOf('1')} 10.0.1.11:6379@16379 myself,master - 0 0 39 connected 0-5460 [5460->-${idOf('3')}]`,
	`${idOf('2')} 10.0.1.12:6379@16379 slave ${idOf('1')} 0 ${ago(1)} 39 connected`,
	`${idOf('3')} 10.0.1.31:6379@16379 master - 0 ${ago(2)} 37 connected 10923-12000 12002-16383`,
	`${idOf('4')} 10.0.1.21:6379@16379 master,fail - ${ago(38)} ${ago(40)} 38 disconnected 5461-10922`,
	`${idOf('5')} 10.0.1.22:6379@16379,db-22.example slave,nofailover ${idOf('4')} 0 ${ago(0)} 38 connected`,
	`${idOf('6')} :0@0 master,noaddr - 0 0 0 disconnected`,
].join('\n');

const infoText = [
	'cluster_state:fail',
	'cluster_slots_assigned:16383',
	'cluster_slots_ok:10921',
	'cluster_slots_pfail:0',
	'cluster_slots_fail:5462',
	'cluster_known_nodes:6',
	'cluster_size:3',
	'cluster_current_epoch:41',
	'cluster_my_epoch:39',
].join('\r\n');

const asked = (parts: RecordParts = {}) =>
	recordFrom({
		address: '10.0.1.11:6379',
		info: {cluster: {cluster_enabled: 1}},
		clusterNodes: {atMs: ago(3), value: parseClusterNodes(nodesText)},
		clusterInfo: {atMs: ago(3), value: parseClusterInfo(infoText)},
		...parts,
	});

const lost = recordFrom({address: '10.0.1.21:6379', reach: 'down', failingSinceMs: ago(38)});
const replica = recordFrom({address: '10.0.1.12:6379', role: 'replica'});
const records = [asked(), replica, lost];

const drawn = (table: Partial<TableView> = {}, width = 80, height = 21, nodes = records): string[] =>
	panelText(clusterPanel, panelInput(nodes, {table}), {width, height});

const addressesBy = (table: Partial<TableView>): string[] => {
	const rows = clusterRows(stateOf(records), asked());
	return clusterPanel
		.rowKeys(panelInput(records, {table}))
		.map(key => rows.find(({node}) => node.id === key)?.address.slice(-7) ?? '');
};

test('at 80×21 there are verdicts, the slot map, the matrix, and the nodes by shard', () => {
	assert.deepEqual(drawn({}, 80, 18), [
		'┌─ 8 Cluster  as 10.0.1.11:6379 saw it 3s ago  sort shard ────────── 1-6 of 6 ─┐',
		'│ !! slots 5461-10922 (5,462 slots) are not served, and no replica can be      │',
		'│    promoted: 10.0.1.21:6379 is marked FAIL (for 3s)                          │',
		'│      Not promoted: 10.0.1.22:6379 has not told redis-top its view.           │',
		'│ 0 11111111111111111111!!!!!!!!!!!!!!!!!!!!!!333░3333333333333333 16383       │',
		'│ slots served !! 10,921 of 16,384  5,462 failing !  1 uncovered ░  1 moving > │',
		'│ >  slot 5460 10.0.1.11:6379 -> 10.0.1.31:6379: keys not counted, open for 0s │',
		'│ state !! fail  nodes 6  shards 3  epoch 41  own epoch 39                     │',
		'│ SHARD↓ NODE             ROLE    FLAGS      SEEN     LINK    SLOTS RANGES     │',
		'│>     1 10.0.1.11:6379 * primary ok         up       -       5,461 0-5460     │',
		'│      1  10.0.1.12:6379  replica ok         up       ok          -            │',
		'│      2 10.0.1.21:6379   primary !! fail    down 38s ! down  5,462 5461-10922 │',
		'│      2  10.0.1.22:6379  replica nofailover -        ok          -            │',
		'│      3 10.0.1.31:6379   primary ok         -        ok      5,460 10923-1200…│',
		'│      - ?:0              primary ! noaddr   -        ! down      0 -          │',
		'│                                                                              │',
		'│                                                                              │',
		'└──────────────────────────────────────────────────────────────────────────────┘',
	]);
});

test('at 160 columns every column is shown', () => {
	assert.deepEqual(drawn({selectedKey: idOf('4')}, 160, 18).slice(7, 15), [
		'│ SHARD↓ NODE             ROLE    FLAGS        SEEN     LINK    SLOTS RANGES                                                   EPOCH  PONG AGE REPLICATES FROM │',
		'│      1 10.0.1.11:6379 * primary ok           up       -       5,461 0-5460                                                      39         - -               │',
		'│      1  10.0.1.12:6379  replica ok           up       ok          -                                                             39        1s 10.0.1.11:6379  │',
		'│>     2 10.0.1.21:6379   primary !! fail      down 38s ! down  5,462 5461-10922                                                  38 waits 38s -               │',
		'│      2  10.0.1.22:6379  replica nofailover   -        ok          -                                                             38        0s 10.0.1.21:6379  │',
		'│      3 10.0.1.31:6379   primary ok           -        ok      5,460 10923-12000 12002-16383                                     37        2s -               │',
		'│      - ?:0              primary ! noaddr     -        ! down      0 -                                                            0         - -               │',
		'│                                                                                                                                                              │',
	]);
});

test('the list is sorted and filtered', () => {
	assert.deepEqual(addressesBy({}), ['11:6379', '12:6379', '21:6379', '22:6379', '31:6379', '?:0']);
	assert.deepEqual(addressesBy({isInverted: true}).at(0), '?:0');
	assert.deepEqual(addressesBy({sort: 'state'}).slice(0, 2), ['21:6379', '?:0']);
	assert.deepEqual(addressesBy({sort: 'count'}).at(0), '21:6379');
	assert.deepEqual(addressesBy({filter: 'replica'}), ['12:6379', '22:6379']);
	assert.deepEqual(addressesBy({filter: 'db-22.example'}), ['22:6379']);
	for (const {id} of clusterPanel.sortKeys) {
		assert.equal(new Set(addressesBy({sort: id})).size, 6, id);
	}
});

test('the panel says why a node shows no cluster', () => {
	const off = asked({info: {cluster: {cluster_enabled: 0}}, clusterNodes: undefined, clusterInfo: undefined});
	assert.match(drawn({}, 80, 10, [off]).join('\n'), /cluster mode is off on this node/);
	assert.match(drawn({filter: 'zzz'}).join('\n'), /Nothing matches the filter zzz/);
	const unread = asked({clusterNodes: undefined, clusterInfo: undefined});
	assert.match(drawn({}, 80, 10, [unread]).join('\n'), /state - {2}nodes -[\s\S]*has not been read yet/);
	const denied = {
		...unread,
		blind: [{command: 'CLUSTER NODES', kind: 'denied', why: 'NOPERM', grant: undefined}],
	} as const;
	assert.match(drawn({}, 80, 10, [denied]).join('\n'), /CLUSTER NODES can not be read: see above/);
	const connecting = [emptyRecord('10.0.1.11:6379')];
	assert.match(drawn({}, 80, 10, connecting).join('\n'), /\.\. connecting to 10\.0\.1\.11:6379/);
	assert.match(drawn({}, 80, 10, []).join('\n'), /\.\. connecting to/);
	const moduleless = asked({info: {}});
	assert.match(drawn({}, 80, 21, [moduleless]).join('\n'), /1-6 of 6/, 'without the field the reply itself decides');
});

test('the details of a node have its line of CLUSTER NODES', () => {
	const details = clusterPanel.details?.(panelInput(records), idOf('1')) ?? [];
	assert.deepEqual(details.at(-2), ['slots', '5,461: 0-5460']);
	assert.deepEqual(details.at(-1), ['migrating', `5460, peer ${idOf('3')}`]);
	assert.equal(clusterPanel.details?.(panelInput(records), 'gone'), undefined);
});

test('the panel draws at any size', () => {
	const strange = asked({
		clusterNodes: {
			atMs: 0,
			value: parseClusterNodes(`${idOf('1')} 主机:6379@1,ホスト名 myself,旗👩‍👩‍👧 - 0 0 1 connected 0-16383`),
		},
	});
	assertAnySize(clusterPanel, [
		panelInput(records),
		panelInput([]),
		panelInput([asked({info: {cluster: {cluster_enabled: 0}}})]),
		panelInput([asked({clusterNodes: undefined})]),
	]);
	for (const width of [1, 2, 3, 17, 40, 80, 200]) {
		panelText(clusterPanel, panelInput([strange]), {width, height: 12});
	}
});

test('missing bus links are shown with the state and in the details', () => {
	const busLinks = (parts: Partial<BusLinks> = {}): NonNullable<RecordParts['busLinks']> => ({
		atMs: ago(7),
		value: {present: 6, expected: 6, gaps: [], unsentBytes: 288, backlogs: [], ...parts},
	});
	const lacking = busLinks({
		present: 4,
		gaps: (['to', 'from'] as const).map(direction => ({direction, peer: idOf('3'), isConfirmed: true})),
		unsentBytes: 5_242_880,
		backlogs: [{direction: 'to', peer: idOf('2'), unsentBytes: 5_242_880, beforeBytes: 0}],
	});
	assert.match(drawn({}, 120, 30, [asked({busLinks: busLinks()})]).join('\n'), / links 6 of 6 /);
	assert.match(drawn({}, 120, 30, [asked({busLinks: lacking})]).join('\n'), / links ! 4 of 6, 5\.00M unsent/);
	const second = recordFrom({address: '10.0.1.12:6379', clusterInfo: {atMs: ago(1), value: new Map()}});
	assert.match(drawn({}, 120, 30, [asked({busLinks: busLinks()}), second]).join('\n'), / links 6 of 6 on 1 nodes/);
	const details = clusterPanel.details?.(panelInput([asked({busLinks: lacking})]), idOf('1')) ?? [];
	assert.deepEqual(
		details.filter(([name]) => ['bus links', 'no bus link', 'unsent'].includes(name)),
		[
			['bus links', '4 of 6, 5.00M unsent, read 7s ago'],
			['no bus link', 'to 10.0.1.31:6379'],
			['no bus link', 'from 10.0.1.31:6379'],
			['unsent', '5.00M to 10.0.1.12:6379'],
		],
	);
});

test('while a baseline is set slots and epochs are changes', () => {
	const before = parseClusterNodes(nodesText.replace('39 connected 0-5460', '36 connected 0-5000'));
	const info = parseClusterInfo(infoText.replace('epoch:41', 'epoch:40').replace('size:3', 'size:4'));
	const since = {atMs: ago(60), sample: undefined, pings: 0};
	const text = (lists: object) =>
		drawn({}, 160, 21, [{...asked(), since: {...since, ...lists}}, replica, lost]).join('\n');
	const shown = text({clusterNodes: before, clusterInfo: info});
	assert.match(shown, /nodes \+0 {2}shards -1 {2}epoch \+1 {2}own epoch \+0/);
	assert.match(shown, /10\.0\.1\.11:6379 \* primary ok .* \+460 0-5460 .* \+3 /);
	assert.match(text({}), /nodes - {2}shards - {2}epoch - {2}own epoch -/);
	assert.match(text({}), /10\.0\.1\.11:6379 \* primary ok .* - 0-5460 .* - /);
});

test('no column moves while a node does not respond, for any time', () => {
	const header = (parts: RecordParts, width: number) =>
		drawn({}, width, 21, [asked(), replica, recordFrom({address: '10.0.1.21:6379', ...parts})]).find(row =>
			row.includes('SHARD'),
		);
	for (const width of [80, 120, 160, 200]) {
		const calm = header({}, width);
		for (const reach of ['stale', 'down', 'busy', 'loading', 'refusing'] as const) {
			for (const seconds of [1, 34, 192, 4000, 400_000]) {
				assert.equal(header({reach, failingSinceMs: ago(seconds)}, width), calm, `${reach} ${seconds}`);
				const never = header({reach, failingSinceMs: ago(seconds), lastReplyAtMs: undefined}, width);
				assert.equal(never, calm, `${reach} >${seconds}`);
			}
		}
	}
});

test('at 80 columns no flag is cut where all nodes are on one host with five-digit ports', () => {
	const text = nodesText.replaceAll(/10\.0\.1\.(\d\d):6379@16379/g, '127.0.0.1:427$1@527$1');
	const nodes = [
		asked({address: '127.0.0.1:42711', clusterNodes: {atMs: ago(3), value: parseClusterNodes(text)}}),
		recordFrom({address: '127.0.0.1:42712', role: 'replica'}),
		recordFrom({address: '127.0.0.1:42721', reach: 'down', failingSinceMs: ago(38)}),
	];
	const lines = drawn({}, 80, 18, nodes).join('\n');
	assert.match(lines, /:42722 +replica nofailover /);
	assert.match(lines, /:42721 +primary !! fail +down 38s ! down +5,462 5461-10922/);
	const unreached = {...lost, lastReplyAtMs: undefined};
	assert.match(drawn({}, 120, 18, [asked(), unreached]).join('\n'), /:6379 +primary !! fail +down>38s/);
});
