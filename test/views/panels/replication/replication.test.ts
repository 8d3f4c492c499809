import assert from 'node:assert/strict';
import {test} from 'node:test';
import type {NodeAddress} from '../../../../source/domain/node.js';
import type {MonitoredPrimary} from '../../../../source/domain/sentinel.js';
import {parseMonitoredPrimaries} from '../../../../source/parse/sentinel.js';
import type {NodeRecord, ReplicaLink} from '../../../../source/state/monitor-state.js';
import {unicodeGlyphs} from '../../../../source/text/glyphs.js';
import {replicationPanel} from '../../../../source/views/panels/replication/replication.js';
import {replicationTree} from '../../../../source/views/panels/replication/replication-tree.js';
import {assertAnySize, panelText} from '../../../harness/panel-text.js';
import {
	emptyRecord,
	panelInput,
	recordFrom,
	refusedConnection,
	sampledAtMs,
	stateOf,
} from '../../../harness/records.js';

const linkTo = (address: string, parts: Partial<ReplicaLink> = {}): ReplicaLink => ({
	address: address as NodeAddress,
	state: 'online',
	behindBytes: 0,
	behindSeconds: 0,
	ackAgeSeconds: 1,
	offset: 918_223_116_090,
	...parts,
});

const replicaOf = (host: string, port: number, fields: Record<string, string | number> = {}) => ({
	replication: {
		role: 'slave',
		master_host: host,
		master_port: port,
		master_link_status: 'up',
		master_last_io_seconds_ago: 1,
		slave_read_only: 1,
		slave_priority: 100,
		...fields,
	},
});

const primary = recordFrom({
	address: '10.0.1.11:6379',
	info: {
		replication: {
			role: 'master',
			master_replid: '8f2c11e1aabbccddeeff00112233445566778899',
			master_repl_offset: 918_223_116_090,
			repl_backlog_active: 1,
			repl_backlog_size: 67_108_864,
			repl_backlog_histlen: 33_554_432,
		},
		stats: {sync_full: 3, sync_partial_ok: 2, sync_partial_err: 1},
	},
	values: {replicationBytes: 1_048_576},
	series: {replicationBytes: [0, 524_288, 1_048_576]},
	replicas: [
		linkTo('10.0.1.12:6379', {behindBytes: 1228}),
		linkTo('10.0.1.13:6379', {behindBytes: 100_000_000, behindSeconds: 42, ackAgeSeconds: 7, offset: 918_123_116_090}),
		linkTo('10.0.1.15:6379', {state: 'wait_bgsave', behindBytes: undefined, behindSeconds: undefined, offset: 0}),
	],
});

const replica12 = recordFrom({
	address: '10.0.1.12:6379',
	role: 'replica',
	info: replicaOf('10.0.1.11', 6379),
	replicas: [linkTo('10.0.1.14:6379', {offset: 918_223_116_080, behindBytes: 10})],
});

const replica13 = recordFrom({
	address: '10.0.1.13:6379',
	role: 'replica',
	reach: 'down',
	failingSinceMs: sampledAtMs - 12_000,
	failure: {
		layer: 'tcp',
		code: 'ECONNREFUSED',
		problem: 'refuses connections',
		reason: 'nothing listens on the port',
		state: 'down',
	},
	info: replicaOf('10.0.1.11', 6379),
});

const replica14 = recordFrom({
	address: '10.0.1.14:6379',
	role: 'replica',
	info: replicaOf('10.0.1.12', 6379, {
		master_link_status: 'down',
		master_link_down_since_seconds: 75,
		slave_read_only: 0,
		slave_priority: 0,
	}),
});

const whole: readonly NodeRecord[] = [replica12, primary, replica13, replica14];

test('the tree is whole from any node in focus', () => {
	const trees = whole.map(node =>
		panelText(replicationPanel, panelInput(whole, {node, table: {}}), {width: 80, height: 21}).slice(5, 12),
	);
	assert.deepEqual(trees[0], [
		'│ NODE                   STATE         LINK            BEHIND  DELAY ACK AGE   │',
		'│>10.0.1.11:6379         up            -                    -      -       -   │',
		'│ ├─ 10.0.1.12:6379      online        up               1.20K     0s      1s   │',
		'│ │  └─ 10.0.1.14:6379   online        !! down 1m15s      10B     0s      1s   │',
		'│ ├─ 10.0.1.13:6379      !! down 12s   was up        !! 95.4M !! 42s    ! 7s   │',
		'│ └─ 10.0.1.15:6379      wait_bgsave   not polled           -      -      1s   │',
		'│                                                                              │',
	]);
	for (const tree of trees) {
		assert.deepEqual(tree, trees[0]);
	}
});

test('a wide screen has every column, and notes on nodes that are not polled', () => {
	const drawn = panelText(replicationPanel, panelInput([primary, replica12, replica13, replica14]), {
		width: 160,
		height: 13,
	});
	assert.deepEqual(drawn, [
		'┌─ 3 Replication  10.0.1.11:6379 primary, 3 replicas ─────────────────────────────────────────────────────────────────────────────────────────────── 1-5 of 5 ─┐',
		'│ backlog  32.0M of 64.0M filled, covers 32s of writes, 1m04s once full                                                                                        │',
		'│ resyncs  full 3, partial 2, partial refused 1  id 8f2c11e1aabb                                                                                               │',
		'│ writes   1.00M/s                                                           ▁▄▇  at offset 918,223,116,090 on 10.0.1.11:6379                                  │',
		'│                                                                                                                                                              │',
		'│ NODE                   ROLE     STATE         LINK            BEHIND  DELAY ACK AGE          OFFSET RO   PRIO LAST IO NOTE                                   │',
		'│>10.0.1.11:6379         primary  up            -                    -      -       - 918,223,116,090 -       -       -                                        │',
		'│ ├─ 10.0.1.12:6379      replica  online        up               1.20K     0s      1s 918,223,116,090 yes   100      1s                                        │',
		'│ │  └─ 10.0.1.14:6379   replica  online        !! down 1m15s      10B     0s      1s 918,223,116,080 ! no    0      1s never promoted (priority 0)            │',
		'│ ├─ 10.0.1.13:6379      replica  !! down 12s   was up        !! 95.4M !! 42s    ! 7s 918,123,116,090 yes   100      1s refuses connections: nothing listens o…│',
		'│ └─ 10.0.1.15:6379      replica  wait_bgsave   not polled           -      -      1s               0 -       -       - named by its primary only              │',
		'│                                                                                                                                                              │',
		'└──────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────┘',
	]);
});

const titleOf = (nodes: readonly NodeRecord[]): string | undefined =>
	panelText(replicationPanel, panelInput(nodes), {width: 80, height: 21})[0];

const backlogOf = (node: NodeRecord): string | undefined =>
	panelText(replicationPanel, panelInput([node]), {width: 80, height: 21})[1];

const backlogCases: ReadonlyArray<readonly [string, NodeRecord, RegExp]> = [
	[
		'idle',
		recordFrom({
			info: {replication: {repl_backlog_active: 1, repl_backlog_size: 1024, repl_backlog_histlen: 10}},
			values: {replicationBytes: 0},
		}),
		/10B of 1\.00K filled, no writes now/,
	],
	[
		'short',
		recordFrom({
			info: {replication: {repl_backlog_active: 1, repl_backlog_size: 1024, repl_backlog_histlen: 1030}},
			values: {replicationBytes: 100},
		}),
		/1\.00K, full, ! covers only 10s of writes/,
	],
	[
		'rate unknown',
		recordFrom({info: {replication: {repl_backlog_active: 1, repl_backlog_size: 1024, repl_backlog_histlen: 0}}}),
		/0B of 1\.00K filled, covers -/,
	],
	['no field', recordFrom({}), /- of - filled, covers -/],
	[
		'off',
		recordFrom({info: {replication: {repl_backlog_active: 0, repl_backlog_size: 1024}}}),
		/off on 10\.0\.1\.11:6379/,
	],
];
for (const [name, node, expected] of backlogCases) {
	test(`backlog: ${name}`, () => assert.match(backlogOf(node) ?? '', expected));
}

test('the title has the role of the node, and an empty tree says why', () => {
	assert.match(titleOf([primary]) ?? '', /10\.0\.1\.11:6379 primary, 3 replicas/);
	assert.match(titleOf([recordFrom({})]) ?? '', /10\.0\.1\.11:6379 primary, no replica/);
	assert.match(titleOf([replica14, primary]) ?? '', /10\.0\.1\.14:6379 replica of 10\.0\.1\.12:6379/);
	const connecting = panelText(replicationPanel, panelInput([emptyRecord('10.0.1.11:6379')]), {width: 80, height: 6});
	assert.match(connecting.join('\n'), /\.\. connecting to 10\.0\.1\.11:6379/);
	const atFirst = {...panelInput([]), state: {...panelInput([]).state, isRecorded: true}};
	const recorded = panelText(replicationPanel, atFirst, {width: 80, height: 6});
	assert.match(recorded.join('\n'), /\.\. no reply of 127\.0\.0\.1:6379 is recorded yet/);
	const none = panelText(replicationPanel, panelInput([]), {width: 80, height: 6});
	assert.match(none.join('\n'), /\.\. connecting to 127\.0\.0\.1:6379/);
	const filtered = panelInput(whole, {table: {filter: 'nothing-like-it'}});
	assert.match(panelText(replicationPanel, filtered, {width: 80, height: 12}).join('\n'), /Nothing matches the filter/);
	assert.deepEqual(replicationPanel.rowKeys(filtered), []);
});

test('a node that never answered is in the tree with its failure', () => {
	const {failure} = replica13;
	const gone = {
		...emptyRecord('10.0.1.13:6379'),
		reach: 'down',
		failure,
		failingSinceMs: sampledAtMs - 60_000,
	} as const;
	const drawn = panelText(replicationPanel, panelInput([gone]), {width: 80, height: 6});
	assert.equal(drawn[1], '│ !! 10.0.1.13:6379 refuses connections: nothing listens on the port, >1m00s   │');
});

test('a full resync is shown as progress, not as a lost link', () => {
	const linkOf = (fields: Record<string, string | number>, state: string) => {
		const node = recordFrom({
			address: '10.0.1.12:6379',
			role: 'replica',
			info: replicaOf('10.0.1.11', 6379, {master_link_status: 'down', ...fields}),
		});
		const source = {...primary, replicas: [linkTo('10.0.1.12:6379', {state})]};
		const details = replicationPanel.details?.(panelInput([source, node]), '10.0.1.12:6379');
		return details?.find(([label]) => label === 'its link')?.[1];
	};

	const running = {master_sync_in_progress: 1, master_sync_read_bytes: 420, master_sync_total_bytes: 1000};
	assert.equal(linkOf(running, 'send_bulk'), 'sync 42%');
	assert.equal(linkOf({...running, master_sync_total_bytes: 0}, 'send_bulk'), 'sync 420B');
	assert.equal(linkOf({master_sync_in_progress: 0, master_link_down_since_seconds: -1}, 'wait_bgsave'), 'awaits sync');
	assert.equal(linkOf({master_link_down_since_seconds: -1}, 'online'), '! never up');
	assert.equal(linkOf({master_link_down_since_seconds: 12}, 'online'), '! down 12s');
	assert.equal(linkOf({master_link_down_since_seconds: 61}, 'online'), '!! down 1m01s');
});

test('one process with two addresses is one node, and a ring is cut', () => {
	const rows = (nodes: readonly NodeRecord[]) =>
		replicationTree(stateOf(nodes), unicodeGlyphs).map(({prefix, address}) => prefix + address);
	const local = recordFrom({address: 'localhost:7001', replicas: [linkTo('127.0.0.1:7002')]});
	const follower = recordFrom({address: '127.0.0.1:7002', role: 'replica', info: replicaOf('127.0.0.1', 7001)});
	assert.deepEqual(rows([local, follower]), ['localhost:7001', '└─ 127.0.0.1:7002']);

	const a = recordFrom({address: '10.0.0.1:1', role: 'replica', info: replicaOf('10.0.0.2', 1)});
	const b = recordFrom({address: '10.0.0.2:1', role: 'replica', info: replicaOf('10.0.0.1', 1)});
	assert.deepEqual(rows([a, b]), ['10.0.0.1:1', '└─ 10.0.0.2:1']);
});

test('after a failover the new primary is a root, whatever the old one still lists', () => {
	const old = recordFrom({
		address: '10.0.0.1:1',
		reach: 'down',
		replicas: [linkTo('10.0.0.2:1'), linkTo('10.0.0.3:1')],
	});
	const promoted = recordFrom({address: '10.0.0.2:1', replicas: [linkTo('10.0.0.3:1')]});
	const other = recordFrom({address: '10.0.0.3:1', role: 'replica', info: replicaOf('10.0.0.2', 1)});
	assert.deepEqual(
		replicationTree(stateOf([old, promoted, other]), unicodeGlyphs).map(({prefix, address}) => prefix + address),
		['10.0.0.1:1', '10.0.0.2:1', '└─ 10.0.0.3:1'],
	);
});

test('the panel draws at any size', () => {
	const wide = recordFrom({
		address: '主机.例え:6379',
		role: 'replica',
		info: replicaOf('主机二', 6379, {master_link_status: '断开しました👩‍👩‍👧'}),
		replicas: [linkTo('ノード三:1', {state: '待ってください'})],
	});
	assertAnySize(replicationPanel, [
		panelInput(whole),
		panelInput([]),
		panelInput([emptyRecord('10.0.1.11:6379')]),
		panelInput([recordFrom({})], {table: {selectedKey: 'gone'}}),
	]);
	for (const width of [1, 2, 9, 24, 80, 200]) {
		panelText(replicationPanel, panelInput([wide]), {width, height: 14});
	}
});

const sentinelOf = (address: string, primaryAddress: string, parts: Partial<MonitoredPrimary> = {}) =>
	recordFrom({
		address,
		role: 'sentinel',
		sentinel: {
			atMs: sampledAtMs,
			value: {
				primaries: parsePrimaries(primaryAddress).map(watched => ({...watched, ...parts})),
			},
		},
	});
const parsePrimaries = (address: string): MonitoredPrimary[] => {
	const [host = '', port = ''] = address.split(':');
	return parseMonitoredPrimaries([
		['name', 'main', 'ip', host, 'port', port, 'flags', 'master', 'quorum', '2', 'num-other-sentinels', '2'],
	]);
};

test('the Sentinels’ report is shown with the primary, and the Sentinels are below the tree', () => {
	const quorum = (isReached: boolean) => ({quorumCheck: {isReached, text: '', failures: 0}});
	const shown = (...sentinels: readonly NodeRecord[]) =>
		panelText(replicationPanel, panelInput([primary, ...sentinels]), {width: 120, height: 30}).join('\n');
	const three = ['10.0.0.1:26379', '10.0.0.2:26379', '10.0.0.3:26379'];
	const agreed = shown(...three.map(each => sentinelOf(each, '10.0.1.11:6379', quorum(true))));
	assert.match(agreed, /sentinel monitored as main by 3 of 3 sentinels, quorum 2 reached/);
	assert.ok(agreed.indexOf('10.0.0.1:26379') > agreed.lastIndexOf('10.0.1.11:6379'));
	const torn = shown(
		sentinelOf('10.0.0.1:26379', '10.0.1.11:6379', {...quorum(false), flags: new Set(['master', 's_down'])}),
		sentinelOf('10.0.0.2:26379', '10.0.1.12:6379'),
	);
	assert.match(torn, /by 1 of 3 sentinels, quorum 2 !! not reached +!! s_down +!! 1 name another primary/);
	assert.doesNotMatch(shown(), /watched/);
});

test('no column moves while a replica does not respond or is behind, for any time', () => {
	const header = (seconds: number | undefined, width: number) => {
		const silent = seconds === undefined ? {} : {reach: 'stale' as const, failingSinceMs: sampledAtMs - seconds * 1000};
		const link = linkTo('10.0.1.12:6379', {behindBytes: 1000, behindSeconds: seconds, ackAgeSeconds: seconds});
		const nodes = [
			{...primary, replicas: [link]},
			{...replica12, ...silent, replicas: []},
		];
		return panelText(replicationPanel, panelInput(nodes), {width, height: 21}).find(row => row.includes('STATE'));
	};
	for (const width of [80, 120, 160, 200]) {
		for (const seconds of [1, 34, 192, 4000, 400_000]) {
			assert.equal(header(seconds, width), header(undefined, width), String(seconds));
		}
	}
});

test('on a narrow screen the notes are below the list, and none is cut', () => {
	const text = panelText(replicationPanel, panelInput(whole), {width: 80, height: 21});
	const at = text.findIndex(row => row.includes('10.0.1.13:6379  refuses connections: nothing listens on the port'));
	assert.ok(at > text.findIndex(row => row.includes('wait_bgsave')));
	assert.match(text[at - 1] ?? '', /10\.0\.1\.14:6379 {2}never promoted \(priority 0\)/);
});

test('a stream reader is marked as such, and replicas that share an address have their own figures', () => {
	const lone = recordFrom({
		address: '10.0.1.11:6379',
		info: {
			replication: {
				role: 'master',
				connected_slaves: 3,
				slave2: 'ip=10.0.0.7,port=0,state=online,offset=0,lag=31',
			},
		},
		replicas: [linkTo('172.27.0.1:6379', {behindBytes: 0}), linkTo('172.27.0.1:6379', {behindBytes: 5_049_000})],
	});
	const text = panelText(replicationPanel, panelInput([lone]), {width: 100, height: 21}).join('\n');
	assert.match(text, /10\.0\.1\.11:6379 primary, 2 replicas/);
	assert.match(text, /shared +! 2 replicas announce 172\.27\.0\.1:6379: clients reach one/);
	const rows = text.split('\n').filter(row => /[├└].*172\.27\.0\.1:6379/.test(row));
	assert.equal(rows.length, 2, text);
	assert.match(rows[0] ?? '', /online.* 0B/);
	assert.match(rows[1] ?? '', /online.* 4\.82M/);
	const keys = replicationPanel.rowKeys(panelInput([lone]));
	assert.deepEqual(keys, ['10.0.1.11:6379', '172.27.0.1:6379', '172.27.0.1:6379 #2']);
	assert.match(text, /reader +10\.0\.0\.7 reads the stream, no replica: online for 31s/);
});

const deadPrimary: NodeRecord = {
	...primary,
	reach: 'down',
	failure: refusedConnection,
	lastReplyAtMs: sampledAtMs - 61_000,
};

test('a replica whose primary does not answer is not online, and its delay is not known', () => {
	const input = panelInput([deadPrimary, replica12, replica13], {node: deadPrimary});
	const row = (address: string, width = 120) =>
		panelText(replicationPanel, input, {width, height: 37}).find(each => each.includes(`─ ${address}`)) ?? '';
	assert.match(row('10.0.1.12:6379'), /replica +up +up +1\.20K +- +- /);
	assert.match(row('10.0.1.13:6379'), /!! down 12s +was up +95\.4M +- +- /);
	assert.match(row('10.0.1.15:6379'), /replica +- +not polled +- +- +- /);
	const details = new Map(replicationPanel.details?.(input, '10.0.1.12:6379'));
	assert.equal(details.get('behind'), '1.20K when 10.0.1.11:6379 last answered');
	assert.equal(details.get('last ACK'), '-');
	assert.equal(details.get('state'), 'up');
});

test('while the primary does not answer, its own figures are grey, and the nodes that answer are not', () => {
	const spans = replicationPanel.draw(panelInput([deadPrimary, replica12, replica14]), {width: 120, height: 37}).flat();
	const toneOf = (part: RegExp) => new Set(spans.filter(({text}) => part.test(text)).map(({tone}) => tone));
	assert.deepEqual([...toneOf(/full 3, partial/)], ['dim']);
	assert.deepEqual([...toneOf(/1\.20K/)], ['dim']);
	assert.deepEqual([...toneOf(/^10\.0\.1\.12:6379|─ 10\.0\.1\.12:6379/)], ['plain']);
	assert.deepEqual([...toneOf(/! down 1m15s/)], ['critical']);
});
