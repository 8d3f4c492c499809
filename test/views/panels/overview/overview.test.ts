import assert from 'node:assert/strict';
import test from 'node:test';
import type {NodeAddress} from '../../../../source/domain/node.js';
import {parseMonitoredPrimaries} from '../../../../source/parse/sentinel.js';
import type {NodeRecord} from '../../../../source/state/monitor-state.js';
import {plainText} from '../../../../source/text/line.js';
import {overviewPanel} from '../../../../source/views/panels/overview/overview.js';
import {findingOf} from '../../../harness/findings.js';
import {assertAnySize, panelText} from '../../../harness/panel-text.js';
import {
	clientOf,
	emptyRecord,
	panelInput,
	type RecordParts,
	recordFrom,
	refusedConnection,
	sampledAtMs,
} from '../../../harness/records.js';
import {clusterRecord, sixPorts} from '../../../topology/fleets.js';

const screen = {width: 80, height: 21};
const address = (text: string) => text as NodeAddress;

const memory = {
	used_memory: 5_862_588_416,
	used_memory_rss: 6_335_076_761,
	used_memory_peak: 6_023_602_176,
	maxmemory: 6_442_450_944,
	maxmemory_policy: 'noeviction',
	allocator_frag_ratio: 1.08,
};

const primary = recordFrom({
	info: {
		server: {redis_version: '8.0.2', uptime_in_seconds: 3_553_200, run_id: '8f2c11e1'},
		memory,
		clients: {connected_clients: 812, maxclients: 10_000, blocked_clients: 3},
		replication: {role: 'master', repl_backlog_active: 1, repl_backlog_size: 67_108_864},
		stats: {latest_fork_usec: 41_000, evicted_keys: 88_100},
		persistence: {
			aof_enabled: 0,
			rdb_last_save_time: sampledAtMs / 1000 - 192,
			rdb_saves: 3,
			rdb_last_bgsave_status: 'ok',
			rdb_last_bgsave_time_sec: 41,
			rdb_changes_since_last_save: 812_345,
		},
		commandstats: {cmdstat_get: 'calls=1'},
		keyspace: {db0: 'keys=18211094,expires=16754206,avg_ttl=0'},
	},
	values: {
		operations: 47_912,
		hits: 974,
		misses: 26,
		networkInput: 11_744_051,
		networkOutput: 40_579_891,
		cpuSeconds: 0.64,
		evicted: 12,
		expired: 241,
		errorReplies: 0,
	},
	series: {
		operations: [30_000, 35_000, undefined, 61_000, 47_912],
		hits: [90, 95, undefined, 99, 974],
		misses: [10, 5, undefined, 1, 26],
		networkInput: [1e6, 2e6, undefined, 9e6, 11_744_051],
		networkOutput: [4e6, 8e6, undefined, 3e7, 40_579_891],
		cpuSeconds: [0.2, 0.3, undefined, 0.9, 0.64],
	},
	pings: [0.4, 0.5, 22, 0.4],
	replicas: [
		{
			address: address('10.0.1.12:6379'),
			state: 'online',
			behindBytes: 1229,
			behindSeconds: 0,
			ackAgeSeconds: 0,
			offset: 1,
		},
	],
	clients: {
		atMs: sampledAtMs,
		value: [
			clientOf({id: 1, name: 'api-3'}),
			clientOf({
				id: 2,
				name: 'worker-7',
				outputBufferBytes: 222_298_112,
				totalMemoryBytes: 222_400_000,
				command: 'psubscribe',
			}),
		],
	},
	slowlog: {
		atMs: sampledAtMs,
		value: {
			entries: [
				{
					id: 9,
					atMs: sampledAtMs - 19_000,
					durationMicroseconds: 48_211,
					arguments: ['HGETALL', 'user:88121'],
					clientAddress: '10.0.4.20:51004',
					clientName: 'api-3',
				},
			],
			lost: 0,
			perMinute: 7,
		},
	},
	cost: {commands: 3, bytesOut: 300, bytesIn: 9000},
});

const replica = recordFrom({
	address: '10.0.1.12:6379',
	role: 'replica',
	info: {
		memory,
		clients: {connected_clients: 2},
		replication: {master_host: '10.0.1.11', master_port: 6379, master_link_status: 'down'},
	},
	values: {operations: 1100},
});

const down = {
	...recordFrom({address: '10.0.1.13:6379', role: 'replica', info: {memory}}),
	reach: 'down' as const,
	lastReplyAtMs: sampledAtMs - 38_000,
	failingSinceMs: sampledAtMs - 38_000,
	failure: {layer: 'tcp', code: 'ECONNREFUSED', problem: 'refuses connections', state: 'down'} as const,
};

const events = [
	{
		atMs: sampledAtMs - 38_000,
		severity: 'critical',
		node: down.address,
		kind: 'node-lost',
		text: 'lost: refuses connections',
	} as const,
	{
		atMs: sampledAtMs - 60_000,
		severity: 'info',
		node: replica.address,
		kind: 'node-found',
		text: 'found by replication',
	} as const,
];

const input = panelInput([primary, replica, down], {events});

test('at 80×24 a primary is shown with a healthy and a lost replica', () => {
	assert.deepEqual(panelText(overviewPanel, input, screen), [
		' mem 91% !!      conn rej -      evict 12/s !      repl delay 0s      p99 -',
		'┌─ 2 Memory :6379 ───────────────────────┐┌─ Throughput ── 1m04s, peaks of 4s ─┐',
		'│ used  5.46G of 6.00G maxmemory 91% !!  ││ ops       47.9k/s               █▇ │',
		'│ ███████████████████████████████████░░░ ││ hits          97%               ██ │',
		'│ rss     5.90G peak 5.61G frag 1.08     ││ in        11.2M/s               ▇█ │',
		'│ policy  noeviction evicts 12/s         ││ out       38.7M/s               ▆▇ │',
		'│ keys    18.2M ttl   92% expire 241/s   ││ cpu           64%               █▆ │',
		'└────────────────────────────────────────┘└────────────────────────────────────┘',
		'┌─ Nodes  10.0.1.11:6379 primary, 1 replica, backlog 64.0M ───────── 1-3 of 3 ─┐',
		'│ all ! 2 of 3 answer  ! 1 shard cannot fail over  ops 49.0k/s  used 10.9G     │',
		'│ NODE                ROLE     STATE       OPS/S  USED OF MAX      BEHIND  AGE │',
		'│>10.0.1.13:6379      replica  !! down         - 5.46G    91%    unlisted  38s │',
		'│ 10.0.1.11:6379 *    primary  up          47.9k 5.46G  !!91%           -   0s │',
		'│   10.0.1.12:6379    replica  ! cut off   1.10k 5.46G    91%   1.20K  0s   0s │',
		'└──────────────────────────────────────────────────────────────────────────────┘',
		'┌─ 4 Clients 812 of 10,000 ── blocked 3 ─┐┌─ 0 Events ──────────────── 2 kept ─┐',
		'│ CLIENT            OUT   MEM COMMAND    ││ 14:01 !! 10.0.1.13:6379 lost: refu…│',
		'│ worker-7         212M  212M psubscribe ││ 14:01    10.0.1.12:6379 found by r…│',
		'│ api-3              0B 21.9K get        ││                                    │',
		'│                                        ││                                    │',
		'└────────────────────────────────────────┘└────────────────────────────────────┘',
	]);
});

test('with a single node the latency card is higher', () => {
	const text = panelText(overviewPanel, panelInput([primary]), screen);
	assert.equal(text.length, 21);
	assert.match(text.join('\n'), /slowest +-/);
	assert.match(text.join('\n'), /no events since/);
});

test('wide screens show more cards, which fill them', () => {
	const working = panelText(overviewPanel, input, {width: 120, height: 37});
	assert.equal(working.length, 37);
	assert.match(working.join('\n'), /6 Slow log/);
	assert.match(working.join('\n'), /┌─ used memory ─/);
	assert.match(working.join('\n'), /14:02:12 48\.2 ms HGETALL user:88121/);
	const wall = panelText(overviewPanel, input, {width: 200, height: 57});
	assert.equal(wall.length, 57);
	assert.match(wall.join('\n'), /round trip of PING/);
	assert.match(wall.join('\n'), /Keyspace/);
});

test('the cards of a node that does not answer are grey, and the list of all nodes is not', () => {
	const lost = {...primary, reach: 'down' as const, lastReplyAtMs: sampledAtMs - 60_000};
	for (const rect of [screen, {width: 120, height: 37}, {width: 200, height: 57}]) {
		const lines = overviewPanel.draw(panelInput([lost, replica], {events}), rect);
		const spans = lines.flat();
		const toneOf = (part: string) => new Set(spans.filter(({text}) => text.includes(part)).map(({tone}) => tone));
		assert.deepEqual([...toneOf('worker-7')], ['dim']);
		assert.deepEqual([...toneOf('noeviction')], ['dim']);
		assert.ok(toneOf('!! down').has('critical'));
	}

	const fresh = overviewPanel.draw(panelInput([primary, replica]), screen).flat();
	assert.ok(fresh.some(({text, tone}) => text.includes('noeviction') && tone !== 'dim'));
});

test('at 79 columns the share of maxmemory has room, and wide lists draw the operations of each node', () => {
	assert.match(panelText(overviewPanel, input, {width: 79, height: 20}).join('\n'), /OF MAX {6}BEHIND {2}AGE/);
	assert.match(panelText(overviewPanel, input, {width: 200, height: 57}).join('\n'), /OPS, 1 min[\s\S]*[▁-█]/);
});

test('a wide screen leaves no card empty: no top talkers where the server does not count them, and charts in the rest', () => {
	const draw = (totals: object) => {
		const clients = {atMs: sampledAtMs, value: [clientOf({id: 1, name: 'api-1', ...totals})]};
		return panelText(overviewPanel, panelInput([{...primary, clients}]), {width: 200, height: 57});
	};
	const uncounted = draw({});
	assert.doesNotMatch(uncounted.join('\n'), /Top talkers/);
	assert.equal(uncounted.length, 57);
	assert.match(draw({totals: {inBytes: 5, outBytes: 5, commands: 1}}).join('\n'), /Top talkers/);
	const rowOf = (title: string) => uncounted.findIndex(row => row.includes(title));
	assert.equal(rowOf('Keyspace') - rowOf('round trip of PING'), 18);
	assert.equal(rowOf('6 Slow log') - rowOf('Keyspace'), 5);
});

test('a chart without a reading says so', () => {
	const text = panelText(overviewPanel, panelInput([primary]), {width: 200, height: 57}).join('\n');
	assert.match(text, /─ used memory ─.*\n│ - {2}no readings in this time/);
	assert.doesNotMatch(text, /─ used memory ─.*\n│.*││ - {2}no readings/);
});

test('a cluster node shows its cluster beside the list of nodes', () => {
	const node = {
		...recordFrom({info: {cluster: {cluster_enabled: 1}}}),
		clusterInfo: {
			atMs: sampledAtMs,
			value: new Map([
				['cluster_state', 'fail'],
				['cluster_slots_pfail', '2'],
				['cluster_slots_fail', '3'],
			]),
		},
	};
	const text = panelText(overviewPanel, panelInput([node]), {width: 200, height: 57}).join('\n');
	assert.match(text, /8 Cluster/);
	assert.match(text, /state +!! fail/);
	assert.match(text, /! 2 suspected, 3 failed/);
});

test('the cluster of a dead node is shown as a node of the same cluster sees it that answers', () => {
	const reported = (state: string) => ({clusterInfo: {atMs: sampledAtMs, value: new Map([['cluster_state', state]])}});
	const dead = clusterRecord(17_050, {}, {...reported('ok'), reach: 'down', lastReplyAtMs: sampledAtMs - 60_000});
	const other = {...clusterRecord(17_051, {}, reported('ok')), clusterNodes: undefined};
	const mate = clusterRecord(17_052, {}, reported('fail'));
	const draw = (...records: Parameters<typeof panelInput>[0]) =>
		overviewPanel.draw(panelInput(records), {width: 200, height: 57});
	const seen = draw(dead, other, mate).map(plainText).join('\n');
	assert.match(seen, /8 Cluster {2}as :17052 sees it/);
	assert.match(seen, /state +!! fail/);
	const alone = draw(dead, other).flat();
	assert.deepEqual(
		[...new Set(alone.filter(({text}) => text.includes('primaries with slots')).map(each => each.tone))],
		['dim'],
	);
});

test('a narrow screen has two cards, and a tiny screen has plain lines', () => {
	const boxes = panelText(overviewPanel, input, {width: 60, height: 12});
	assert.match(boxes.join('\n'), /2 Memory[\s\S]*Throughput/);
	assert.deepEqual(panelText(overviewPanel, input, {width: 40, height: 7}), [
		'mem   5.46G 91% !!  ops 47.9k/s',
		'hits  97%  clients 812',
		'lag   0s  p99 -',
		'role  primary, 1 replica, backlog 64.0M',
		'rdb   ok, 3m12s ago',
		'aof   off',
		'nodes 3  ! 1 not up',
	]);
	assert.match(panelText(overviewPanel, input, {width: 20, height: 1})[0]!, /^mem {3}5\.46G 91% !! …/);
});

test('six nodes are seen at 80×24, and the strip names the worst node of each figure that is bad', () => {
	const nodes = [21, 22, 23, 24, 25, 26].map((host, index) =>
		recordFrom({
			address: `10.0.1.11:70${host}`,
			info: {memory: {used_memory: 1000, maxmemory: index === 3 ? 1000 : 4000}},
			values: {connectionsRejected: index === 2 ? 8 : 0, evicted: 0},
		}),
	);
	const lines = panelText(overviewPanel, panelInput(nodes), screen);
	assert.match(lines[0] ?? '', /^ mem 100% !! :7024 +conn rej 8\.0\/s ! :7023 +evict 0\/s/);
	for (const {address} of nodes) {
		assert.ok(
			lines.some(line => line.includes(`${address} `) && / up /.test(line)),
			address,
		);
	}
});

test('lag and p99 are on the panel at 60×15 and 40×10', () => {
	for (const rect of [
		{width: 60, height: 12},
		{width: 40, height: 7},
	]) {
		assert.match(panelText(overviewPanel, input, rect).join('\n'), /(?:delay|lag) +0s[\s\S]*p99 -/);
	}
});

test('while the node in focus is connecting, the reason is shown, and the other nodes below it', () => {
	const text = panelText(overviewPanel, panelInput([emptyRecord('10.0.1.14:6379'), primary]), screen);
	assert.match(text[1]!, /connecting to 10\.0\.1\.14:6379/);
	assert.match(text.join('\n'), /10\.0\.1\.11:6379 +primary +up/);
});

test('a node whose first reply is outstanding has no data in the list, live and in a recording', () => {
	const text = panelText(overviewPanel, panelInput([primary, emptyRecord('10.0.1.14:6379')]), screen).join('\n');
	assert.match(text, /10\.0\.1\.14:6379 +unknown +\.\. no data/);
});

test('a card without data says why', () => {
	const denied = {
		...primary,
		clients: undefined,
		blind: [{command: 'CLIENT LIST', kind: 'denied', why: 'NOPERM', grant: '+client|list'} as const],
	};
	const text = panelText(overviewPanel, panelInput([denied]), {width: 120, height: 37}).join('\n');
	assert.match(text, /! CLIENT LIST denied, needs \+client\|list/);
	assert.match(text, /waiting for INFO commandstats/);
	const waiting = panelText(overviewPanel, panelInput([{...primary, clients: undefined}]), {width: 120, height: 37});
	assert.match(waiting.join('\n'), /waiting for CLIENT LIST/);
});

test('the list of nodes is filtered and sorted, and a row has details', () => {
	const keys = (table: object) => overviewPanel.rowKeys(panelInput([primary, replica, down], {table}));
	assert.deepEqual(keys({}), ['10.0.1.13:6379', '10.0.1.11:6379', '10.0.1.12:6379']);
	assert.deepEqual(keys({sort: 'state'})[0], '10.0.1.13:6379');
	assert.deepEqual(keys({filter: 'replica'}), ['10.0.1.13:6379', '10.0.1.12:6379']);
	const details = new Map(overviewPanel.details?.(input, '10.0.1.13:6379'));
	assert.equal(details.get('state'), '!! down, for 38s');
	assert.equal(details.get('failure'), 'ECONNREFUSED: refuses connections');
	assert.equal(details.get('behind its primary'), 'unlisted');
	assert.equal(overviewPanel.details?.(input, 'gone:1'), undefined);
});

test('shards without a failover candidate are counted above the list', () => {
	const nodes = (parts: RecordParts) => sixPorts.map(port => clusterRecord(port, {}, port === 17_053 ? parts : {}));
	const shown = (parts: RecordParts) =>
		panelText(overviewPanel, panelInput(nodes(parts)), {width: 120, height: 40}).join('\n');
	assert.match(
		shown({info: {replication: {master_link_status: 'down', master_link_down_since_seconds: -1}}}),
		/all 6 nodes, 3 shards +! 1 shard cannot fail over +ops/,
	);
	assert.match(shown({}), /all 6 nodes, 3 shards +ops/);
});

test('a sentinel’s details list the primaries that it monitors', () => {
	const [watched] = parseMonitoredPrimaries([
		[
			'name',
			'main',
			'ip',
			'10.0.1.11',
			'port',
			'6379',
			'flags',
			'master,s_down',
			'quorum',
			'2',
			'num-other-sentinels',
			'2',
		],
	]);
	assert.ok(watched);
	const quorumCheck = {isReached: false, text: 'NOQUORUM', failures: 2};
	const sentinel = recordFrom({
		address: '10.0.2.11:26379',
		role: 'sentinel',
		sentinel: {atMs: sampledAtMs, value: {primaries: [{...watched, quorumCheck}]}},
	});
	const details = overviewPanel.details?.(panelInput([sentinel]), '10.0.2.11:26379') ?? [];
	assert.deepEqual(
		details.find(([name]) => name === 'monitors'),
		['monitors', 'main: 10.0.1.11:6379, s_down, 3 sentinels, quorum 2 !! not reached'],
	);
	assert.ok(!details.some(([name]) => name === 'keys'));
});

test('the panel draws at any size', () => {
	const many = Array.from({length: 30}, (_, n) => emptyRecord(`10.0.2.${n}:6379`));
	assertAnySize(
		overviewPanel,
		[
			input,
			panelInput([primary, ...many]),
			panelInput([replica]),
			panelInput([recordFrom({})]),
			panelInput([down, primary]),
			panelInput(many),
			panelInput([primary, replica], {table: {filter: 'xyz'}}),
			panelInput([]),
		],
		100,
	);
});

test('totals of all nodes are above the list, and a gone node counts as no problem', () => {
	const away = {...down, goneSinceMs: input.nowMs - 1000};
	const text = panelText(overviewPanel, panelInput([primary, away]), {width: 160, height: 45}).join('\n');
	assert.match(text, /all 1 data node, 1 shard/);
	assert.match(text, /10\.0\.1\.13:6379 +replica +gone/);
});

test('no BEHIND for a new primary that its dead primary still lists as replica', () => {
	const link = {address: '10.0.1.12:6379' as NodeAddress, state: 'online', offset: 1, ackAgeSeconds: 0};
	const dead = {
		...recordFrom({address: '10.0.1.11:6379', reach: 'down', failingSinceMs: sampledAtMs - 9000}),
		replicas: [{...link, behindBytes: 50_000, behindSeconds: undefined}],
	};
	const behind = (role: 'primary' | 'replica') =>
		panelText(overviewPanel, panelInput([dead, recordFrom({address: '10.0.1.12:6379', role})]), screen).find(row =>
			row.includes('10.0.1.12:6379'),
		);
	assert.match(behind('replica') ?? '', / 48\.8K {3}- /);
	assert.doesNotMatch(behind('primary') ?? '', /48\.8K/);
});

test('a delay past its threshold has its mark beside it, and is never cut', () => {
	const shown = (behindBytes: number, behindSeconds: number) => {
		const link = {address: '10.0.1.12:6379' as NodeAddress, state: 'online', offset: 1, ackAgeSeconds: 0};
		const from = {...recordFrom({address: '10.0.1.11:6379'}), replicas: [{...link, behindBytes, behindSeconds}]};
		const nodes = [from, recordFrom({address: '10.0.1.12:6379', role: 'replica'})];
		return panelText(overviewPanel, panelInput(nodes), screen).find(row => /│.*10\.0\.1\.12:6379/.test(row)) ?? '';
	};
	assert.match(shown(1_572_864, 2), / 1\.50M {2}2s /);
	assert.match(shown(1_572_864, 12), / 1\.50M !12s /);
	assert.match(shown(1_572_864, 120), / 1\.50M !!2m /);
	assert.match(shown(1_072_693_248, 59), /\dM !!59s /);
});

test('at 80x24 six nodes are all in the list, with a note above the panel too', () => {
	const nodes = sixPorts.map(port => recordFrom({address: `127.0.0.1:${port}`, info: {memory: {used_memory: 1024}}}));
	for (const height of [20, 21]) {
		const text = panelText(overviewPanel, panelInput(nodes), {width: 80, height}).join('\n');
		for (const port of sixPorts) {
			assert.match(text, new RegExp(`[> ]127\\.0\\.0\\.1:${port} `), `${height} lines`);
		}
	}
});

test('a slow command with too few calls for a p99 is named by its mean time', () => {
	const command = (name: string, meanMicroseconds: number) => ({
		command: name,
		calls: 20,
		callsPerSecond: 2,
		meanMicroseconds,
		timeShare: 0.7,
		failuresPerSecond: 0,
	});
	const shown = (meanMicroseconds: number) => {
		const node = {...primary, commands: [command('keys', meanMicroseconds)]};
		return panelText(overviewPanel, panelInput([node]), {width: 120, height: 37}).join('\n');
	};
	assert.match(shown(288_000), /p99 ≥288ms ! keys[\s\S]*slowest +keys, p99 ≥288 ms/);
	assert.doesNotMatch(shown(2000), /keys, p99/);
});

test('a node that does not respond shows its last gauges and no rates', () => {
	const info = {memory: {used_memory: 1024, maxmemory: 4096}, clients: {connected_clients: 7}};
	const silent = {
		...recordFrom({
			info,
			reach: 'stale',
			failure: {layer: 'server', code: 'TIMEOUT', problem: 'is not responding', state: 'stale'},
			failingSinceMs: sampledAtMs - 9000,
			lastReplyAtMs: sampledAtMs - 10_000,
		}),
		values: new Map(),
	};
	const row = panelText(overviewPanel, panelInput([silent, replica]), {width: 120, height: 37}).find(each =>
		each.includes('no reply'),
	);
	assert.match(row ?? '', /!! no reply +- 1\.00K +25% +7 .* 10s/);
});

test('a critical finding on a node that answers is marked beside its state, and its shard comes first', () => {
	const found = {
		...panelInput([primary, replica, recordFrom({address: '10.0.1.21:6379', role: 'primary'})]),
	};
	const finding = {...findingOf('mem.oom', 'critical'), node: '10.0.1.21:6379' as NodeAddress};
	const failing = {...found, state: {...found.state, findings: [finding]}};
	assert.equal(overviewPanel.rowKeys(found)[0], primary.address);
	assert.equal(overviewPanel.rowKeys(failing)[0], '10.0.1.21:6379');
	assert.match(panelText(overviewPanel, failing, screen).join('\n'), />10\.0\.1\.21:6379 +primary +up !! /);
});

test('the delay of a replica whose primary does not answer is not known, and is not shown as 0s', () => {
	const link = {address: '10.0.1.12:6379' as NodeAddress, state: 'online', offset: 1, ackAgeSeconds: 0};
	const dead = {
		...recordFrom({address: '10.0.1.11:6379', reach: 'down', failure: refusedConnection}),
		replicas: [{...link, behindBytes: 50_000, behindSeconds: 0}],
	};
	const nodes = [dead, recordFrom({address: '10.0.1.12:6379', role: 'replica'})];
	const row = panelText(overviewPanel, panelInput(nodes), screen).find(each => /│.*10\.0\.1\.12:6379/.test(each)) ?? '';
	assert.match(row, / 48\.8K {3}- /);
});

test('at 120x40 six nodes are all in the list', () => {
	const nodes = sixPorts.map(port => recordFrom({address: `127.0.0.1:${port}`, info: {memory: {used_memory: 1024}}}));
	// Line 3 and the note on old data may stand above the panel.
	for (const height of [35, 36]) {
		const text = panelText(overviewPanel, panelInput(nodes), {width: 120, height}).join('\n');
		for (const port of sixPorts) {
			assert.match(text, new RegExp(`[> ]127\\.0\\.0\\.1:${port} `), `${height} lines`);
		}
	}
});

test('without maxmemory the bytes, the share and the bar are all those of the resident set', () => {
	const node = recordFrom({
		info: {
			memory: {used_memory: 401 * 1024 ** 2, used_memory_rss: 512 * 1024 ** 2, total_system_memory: 25 * 1024 ** 3},
		},
	});
	const text = panelText(overviewPanel, panelInput([node]), screen).join('\n');
	assert.match(text, /rss +512M of 25\.0G RAM 2\.0%/);
	assert.match(text, /used +401M peak/);
});

test('many refused commands are named beside the operations, which do not count them', () => {
	const title = (errorReplies: number) =>
		panelText(overviewPanel, panelInput([recordFrom({values: {operations: 202, errorReplies}})]), screen)[1] ?? '';
	assert.match(title(8780), /Throughput {2}! 8\.78k errors\/s/);
	assert.match(title(3), /Throughput ─/);
});

test('a slow log that does not reach back a minute names the time that it covers', () => {
	const {slowlog} = primary;
	const shorter = {...slowlog, atMs: sampledAtMs, value: {...slowlog!.value, shorter: {count: 32, overMs: 7400}}};
	const text = (record: NodeRecord) =>
		panelText(overviewPanel, panelInput([record]), {width: 80, height: 21}).join('\n');
	assert.match(text({...primary, slowlog: shorter}), /slow log {3}32 in 8s worst 48\.2 ms/);
	assert.match(text(primary), /slow log {3}7\/min worst/);
});

test('a replica without a link to its primary is marked in the list of nodes, although it answers', () => {
	const stateOfReplica = (info: Record<string, string | number>, parts: Parameters<typeof recordFrom>[0] = {}) => {
		const record = recordFrom({
			address: '10.0.1.12:6379',
			role: 'replica',
			info: {replication: {master_host: '10.0.1.11', master_port: 6379, ...info}},
			...parts,
		});
		const text = panelText(overviewPanel, panelInput([primary, record]), {width: 100, height: 40});
		return text.find(line => /10\.0\.1\.12:6379 +(?:replica|primary)/.test(line)) ?? '';
	};
	assert.match(stateOfReplica({master_link_status: 'up'}), /replica +up /);
	assert.match(stateOfReplica({master_link_status: 'down'}), /replica +! cut off /);
	assert.match(stateOfReplica({master_link_status: 'down', master_sync_in_progress: 1}), /replica +! syncing /);
	assert.match(stateOfReplica({master_link_status: 'down'}, {role: 'primary'}), /primary +up /);
});

test('no node is named where the worst value is none', () => {
	const idle = {operations: 5, connectionsRejected: 0, evicted: 0};
	const nodes = ['10.0.1.11:6379', '10.0.1.12:6379'].map(address =>
		recordFrom({address, info: {memory}, values: idle}),
	);
	const [strip = ''] = panelText(overviewPanel, panelInput(nodes), {width: 200, height: 50});
	assert.match(strip, /conn rejected 0\/s +evicted 0\/s +repl delay/);
});

test('the list has the role of a node that never answered, as a Sentinel reports it', () => {
	const [watched] = parseMonitoredPrimaries([['name', 'shop', 'ip', '10.0.1.12', 'port', '6379', 'flags', 'master']]);
	assert.ok(watched);
	const peer = {
		address: '10.0.1.11:6379' as NodeAddress,
		host: '10.0.1.11',
		port: 6379,
		flags: new Set(['slave', 's_down']),
		runId: undefined,
		linkStatus: 'err',
		priority: 100,
	};
	const dead = {...emptyRecord('10.0.1.11:6379'), reach: 'down' as const, failure: refusedConnection};
	const shown = (replicas: readonly (typeof peer)[]) => {
		const sentinel = recordFrom({
			address: '10.0.2.11:26379',
			role: 'sentinel',
			sentinel: {atMs: sampledAtMs, value: {primaries: [{...watched, replicas}]}},
		});
		const nodes = [recordFrom({address: '10.0.1.12:6379'}), dead, sentinel];
		return panelText(overviewPanel, panelInput(nodes), screen).find(row => /│.*10\.0\.1\.11:6379/.test(row)) ?? '';
	};
	assert.match(shown([peer]), / replica +!! down /);
	assert.match(shown([]), / unknown +!! down /);
});
