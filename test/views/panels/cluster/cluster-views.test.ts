import assert from 'node:assert/strict';
import {test} from 'node:test';
import {type ClusterState, updateClusterState} from '../../../../source/cluster/cluster-state.js';
import type {NodeView} from '../../../../source/cluster/node-view.js';
import {asciiGlyphs} from '../../../../source/text/glyphs.js';
import {clusterPanel} from '../../../../source/views/panels/cluster/cluster.js';
import {distinctEnds} from '../../../../source/views/panels/cluster/cluster-matrix.js';
import {idOf, six, sixViews, viewFrom} from '../../../cluster/views.js';
import {assertAnySize, panelText} from '../../../harness/panel-text.js';
import {panelInput, recordFrom, sampledAtMs} from '../../../harness/records.js';

const recordsOf = (views: readonly NodeView[], atMs = sampledAtMs) =>
	views.map(({address, nodes, info}) =>
		recordFrom({
			address,
			info: {cluster: {cluster_enabled: 1}},
			config: {atMs, value: new Map([['cluster-node-timeout', '2000']])},
			clusterNodes: {atMs, value: nodes},
			clusterInfo: info && {atMs, value: info},
		}),
	);

/** The panel of the first node after two polls of all nodes, a second apart. */
function shown(
	views: readonly NodeView[],
	change: (watch: ClusterState | undefined) => ClusterState | undefined = watch => watch,
) {
	const mapOf = (atMs: number) => new Map(recordsOf(views, atMs).map(record => [record.address, record]));
	const first = updateClusterState(undefined, mapOf(sampledAtMs - 1000), sampledAtMs - 1000)?.state;
	const second = updateClusterState(first, mapOf(sampledAtMs), sampledAtMs)?.state;
	const input = panelInput(recordsOf(views), {glyphs: asciiGlyphs});
	return {...input, state: {...input.state, cluster: change(second)}};
}

const cut = (mine: readonly number[], flag: string) =>
	six
		.filter(line => !mine.includes(Number(line.slice(0, 5))))
		.map(line => line.replace(/(master|slave)/, `$1,${flag}`));
const split = [
	...[17050, 17054].map(port => viewFrom(port, {changed: cut([17050, 17054], 'fail?'), state: 'fail', epoch: 5})),
	...[17051, 17052, 17053, 17055].map(port =>
		viewFrom(port, {changed: ['17050 master,fail 1', '17053 master 6 0-5460', '17054 slave,fail:17051 3']}),
	),
];

test('a split at 80×21 shows two owners and their slots, the map, and the two sides as two rows', () => {
	assert.deepEqual(panelText(clusterPanel, shown(split), {width: 80, height: 21}).slice(0, 14), [
		'+- 8 Cluster  as 127.0.0.1:17050 saw it 0s ago  sort shard --------- 1-6 of 6 -+',
		'| !! split: slots 0-5460 (5,461 slots) have 2 owners, 127.0.0.1:17053 (epoch   |',
		'|    6, takes writes) and 127.0.0.1:17050 (epoch 1, refuses writes) (for 1s)   |',
		'| !! 127.0.0.1:17050, 127.0.0.1:17054 are cut off from the majority, and claim |',
		'|    slots 0-5460 (5,461 slots): they do not reach 127.0.0.1:17051,            |',
		'|    127.0.0.1:17052, 127.0.0.1:17053, 127.0.0.1:17055 (for 1s)                |',
		'| 0 XXXXXXXXXXXXXXXXXXXXX22222222222222222222233333333333333333333 16383       |',
		'| slots served !! 10,923 of 16,384  5,461 double X                             |',
		'| state !! fail  nodes -  shards -  epoch 5  own epoch -                       |',
		'| VIEW OF              SIDE     SLOT MAP STATE 7050 7053 7051 7054 7052 7055   |',
		'| 127.0.0.1:17051 +3   majority 2c4a7827 ok    P!!  P    P    R!!  P    R      |',
		'| 127.0.0.1:17050 +1   minority 0f6416a2 fail  P    R?   P?   R    P?   R?     |',
		'| SHARDv NODE             ROLE    FLAGS    SEEN     LINK    SLOTS RANGES       |',
		'|>     1 :17050 *         primary ok       up       -       5,461 0-5460       |',
	]);
});

test('with more room a split shows which owner stays, what is lost, and each side’s flags in words', () => {
	const text = panelText(clusterPanel, shown(split), {width: 120, height: 37}).join('\n');
	assert.match(text, /127\.0\.0\.1:17053 wins by epoch; 127\.0\.0\.1:17050 will be its replica when they meet/);
	assert.match(text, /127\.0\.0\.1:17051 \+3 +majority [\da-f]{8} ok +P FAIL +P /);
	assert.match(text, /127\.0\.0\.1:17050 \+1 +minority [\da-f]{8} fail +P +R fail\?/);
});

test('when all views agree, the matrix is one row, and is shown only if there is room', () => {
	const small = panelText(clusterPanel, shown(sixViews()), {width: 80, height: 21}).join('\n');
	assert.match(small, /ok 6 nodes agree, 3 primaries among them/);
	assert.match(small, /slots served all 16,384/);
	assert.doesNotMatch(small, /VIEW OF/);
	assert.match(
		panelText(clusterPanel, shown(sixViews()), {width: 120, height: 37}).join('\n'),
		/VIEW OF[^\n]*\n[^\n]*17050 \+5 +majority/,
	);
});

test('a hundred nodes in two halves are two rows with as many columns as fit', () => {
	const ports = Array.from({length: 100}, (_, index) => 20_000 + index);
	const lines = ports.map((port, index) => `${port} master ${index + 1} ${index}`);
	const views = ports.map((port, index) => {
		const half = (other: number) => other < 50 === index < 50;
		return viewFrom(port, {
			lines: lines.map((line, other) => (half(other) ? line : line.replace('master', 'master,fail?'))),
			state: 'fail',
		});
	});
	const text = panelText(clusterPanel, shown(views), {width: 120, height: 37});
	const header = text.findIndex(line => line.includes('VIEW OF'));
	assert.match(text[header] ?? '', /0000 0001 .*\+\d+ *.$/);
	assert.match(text[header + 1] ?? '', /127\.0\.0\.1:20000 \+49 +minority/);
	assert.match(text[header + 2] ?? '', /127\.0\.0\.1:20050 \+49 +minority/);
	assert.match(text[header + 3] ?? '', /SHARD/);
});

test('open slots are shown with their progress, stuck moves and missing ends', () => {
	const moves = (watch: ClusterState | undefined): ClusterState | undefined =>
		watch && {
			...watch,
			moves: [
				{
					slot: 7,
					source: idOf(17050),
					target: idOf(17051),
					isMigrating: true,
					isImporting: true,
					sinceMs: sampledAtMs - 60_000,
					keysLeft: 1200,
					keysThere: 300,
					keysAtFirst: 1500,
					movedAtMs: sampledAtMs,
					keysPerSecond: 5,
					problem: undefined,
				},
				{
					slot: 5061,
					source: idOf(17050),
					target: idOf(17052),
					isMigrating: true,
					isImporting: false,
					sinceMs: sampledAtMs - 60_000,
					keysLeft: 3,
					keysThere: undefined,
					keysAtFirst: 3,
					movedAtMs: sampledAtMs - 60_000,
					keysPerSecond: undefined,
					problem: 'one-sided',
				},
			],
			migrations: [
				{
					name: 'a',
					operation: 'IMPORT',
					slots: [{first: 0, last: 10}],
					source: idOf(17050),
					target: idOf(17051),
					state: 'snapshotting',
					message: '',
					createdMs: sampledAtMs - 5000,
					updatedMs: undefined,
					remainingBytes: 2048,
				},
				{
					name: 'b',
					operation: 'IMPORT',
					slots: [{first: 0, last: 10}],
					source: 'x',
					target: 'y',
					state: 'success',
					message: '',
					createdMs: undefined,
					updatedMs: undefined,
					remainingBytes: undefined,
				},
			],
		};
	const text = panelText(clusterPanel, shown(sixViews(), moves), {width: 160, height: 37})
		.filter(line => / slots? \d.*->/.test(line))
		.map(line => line.slice(1, -1).trimEnd());
	assert.deepEqual(text, [
		' !! slot 5061 127.0.0.1:17050 -> 127.0.0.1:17052: 3 keys left, - there, open for 1m00s; one-sided: the target has no IMPORTING',
		' >  slot 7 127.0.0.1:17050 -> 127.0.0.1:17051: 1,200 keys left, 300 there, 5.0/s, open for 1m00s',
		' >  slots 0-10 127.0.0.1:17050 -> 127.0.0.1:17051: snapshotting, 2.00K left, for 5s',
	]);
});

test('an old comparison says that it is old', () => {
	const old = shown(sixViews(), watch => watch && {...watch, atMs: sampledAtMs - 40_000});
	assert.match(
		panelText(clusterPanel, old, {width: 120, height: 37}).join('\n'),
		/CLUSTER NODES was last read 40s ago/,
	);
});

test('a node is named by the end of its address that no other node has', () => {
	assert.deepEqual(distinctEnds(['10.0.0.1:7000', '10.0.0.1:7001']), ['7000', '7001']);
	assert.deepEqual(distinctEnds(['10.0.0.11:6379', '10.0.0.12:6379']), ['11', '12']);
	assert.deepEqual(distinctEnds(['10.0.1.1:6379', '10.0.2.1:6379']), ['1.1', '2.1']);
	assert.deepEqual(distinctEnds(['redis-a.x:6379', 'redis-b.x:6379']), ['a.x', 'b.x']);
	assert.deepEqual(distinctEnds(['10.0.0.1:7000', '10.0.0.2:7000', '?']), ['1:7000', '2:7000', '?']);
	assert.deepEqual(distinctEnds(['a:1']), ['1']);
	assert.deepEqual(distinctEnds([]), []);
});

test('the parts of the panel draw at any size', () =>
	assertAnySize(clusterPanel, [shown(split), shown(sixViews()), shown([])]));

test('a node that has another node’s address for one that answers is named, and the one stands at its own', () => {
	// 17050 has 17054 at its own address; 17054 answers at port 17054.
	const views = sixViews().map((view, index) =>
		index === 0
			? {
					...view,
					nodes: view.nodes.map(node => (node.id === idOf(17_054) ? {...node, port: 17_050} : node)),
				}
			: view,
	);
	const text = panelText(clusterPanel, shown(views), {width: 160, height: 37}).join('\n');
	assert.match(text, /17050 has a wrong address for 127\.0\.0\.1:17054/);
	assert.doesNotMatch(text, /6 nodes agree/);
	for (const port of [17_050, 17_051, 17_052, 17_053, 17_054, 17_055]) {
		const rows = text
			.split('\n')
			.filter(row => new RegExp(`127\\.0\\.0\\.1:${port}(?: \\*)? +(?:primary|replica)`).test(row));
		assert.equal(rows.length, 1, `${port}: ${text}`);
	}
});
