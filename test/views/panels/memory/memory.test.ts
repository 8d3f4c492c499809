import assert from 'node:assert/strict';
import test from 'node:test';
import type {ThresholdOverrides} from '../../../../source/domain/threshold.js';
import {memoryPanel} from '../../../../source/views/panels/memory/memory.js';
import {limitName, memoryLimit} from '../../../../source/views/panels/memory/memory-facts.js';
import {assertAnySize, panelText} from '../../../harness/panel-text.js';
import {emptyRecord, panelInput, recordFrom} from '../../../harness/records.js';
import {emptyHost} from '../../../harness/rule-cases.js';

const screen = {width: 80, height: 21};

const memory = {
	used_memory: 5_862_588_416,
	used_memory_rss: 6_335_076_761,
	used_memory_peak: 6_023_602_176,
	used_memory_dataset: 5_000_000_000,
	used_memory_overhead: 862_588_416,
	total_system_memory: 25_276_510_208,
	maxmemory: 6_442_450_944,
	maxmemory_policy: 'noeviction',
	allocator_frag_ratio: 1.08,
	allocator_frag_bytes: 469_006_000,
	allocator_rss_ratio: 1.02,
	allocator_rss_bytes: 120_000_000,
	rss_overhead_ratio: 1,
	rss_overhead_bytes: 4_000_000,
	mem_fragmentation_ratio: 1.08,
	mem_clients_normal: 8_120_000,
	mem_total_replication_buffers: 70_000_000,
	mem_replication_backlog: 67_108_864,
	mem_aof_buffer: 0,
	mem_cluster_links: 0,
	used_memory_scripts: 416,
	number_of_cached_scripts: 4,
	used_memory_functions: 200,
	number_of_functions: 0,
	lazyfree_pending_objects: 12,
	mem_overhead_db_hashtable_rehashing: 0,
};

const node = recordFrom({
	info: {
		memory,
		stats: {evicted_keys: 88_100, expired_keys: 1_204, current_eviction_exceeded_time: 0},
		clients: {connected_clients: 812},
		keyspace: {db0: 'keys=18211094,expires=16754206,avg_ttl=3600000', db3: 'keys=1204,expires=0,avg_ttl=0'},
	},
	values: {evicted: 12, expired: 241},
	series: {usedMemory: [4e9, 4.2e9, 4.4e9, 4.8e9, undefined, 5.2e9, 5.6e9, 5_862_588_416]},
});

test('a primary near its maxmemory is marked', () => {
	assert.deepEqual(panelText(memoryPanel, panelInput([node]), screen), [
		'┌─ 2 Memory ─────────────────────────────┐┌─ Fragmentation and buffers ────────┐',
		'│ used  5.46G of 6.00G maxmemory 91% !!  ││ allocator    1.08  447M            │',
		'│ ███████████████████████████████████░░░ ││ alloc. rss   1.02  114M            │',
		'│ rss         5.90G  of RAM 25%          ││ process rss  1.00  3.81M           │',
		'│ peak        5.61G                      ││ mem_frag     1.08 with freed pages │',
		'│ policy      noeviction                 ││ clients      7.74M  each 9.77K     │',
		'│ evicted     12/s     total 88,100      ││ replicas     66.8M  backlog 64.0M  │',
		'│ expired     241/s    total 1,204       ││ aof buffer   0B                    │',
		'│ over limit  no                         ││ cluster      0B                    │',
		'│ keys        18.2M  at 275B each        ││ scripts      416B  cached 4        │',
		'│ dataset     4.66G  85% overhead 823M   ││ functions    200B  number 0        │',
		'│                                        ││ lazy free    12 objects pending    │',
		'│                                        ││ rehashing    0B                    │',
		'└────────────────────────────────────────┘└────────────────────────────────────┘',
		'┌─ Keyspace ───────── 2 db ─┐┌─ used against maxmemory ─────── last 5m12s (z) ─┐',
		'│  DB      KEYS   TTL       ││ 6.00G┤┈ 90% ┈┈┈┈┈┈┈┈┈┈┈┈┈┈┈┈┈┈┈┈┈┈┈┈┈┈┈┈┈┈┈┈┈┈⢰ │',
		'│  db0    18.2M   92%       ││      │                                        ⣿ │',
		'│  db3    1.20k    0%       ││      │                                        ⣿ │',
		'│                           ││    0B┤                                        ⣿ │',
		'│                           ││      └───────────────────────────────────────── │',
		'└───────────────────────────┘└─────────────────────────────────────────────────┘',
	]);
});

test('a figure is marked by the thresholds of its target', () => {
	const usedOf = (thresholds: ThresholdOverrides) =>
		panelText(memoryPanel, panelInput([{...node, thresholds}]), screen)[1] ?? '';
	assert.match(usedOf({'mem.max.warning': 0.95, 'mem.max.critical': 0.99}), /maxmemory 91% +│/);
	assert.match(usedOf({'mem.max.critical': 0.95}), /maxmemory 91% ! +│/);
});

test('without maxmemory memory is compared with RAM, and the title says so', () => {
	const bare = recordFrom({info: {memory: {...memory, maxmemory: 0}}});
	const [border, used] = panelText(memoryPanel, panelInput([bare]), screen);
	assert.match(border!, /no maxmemory: RSS of RAM/);
	assert.match(used!, /5\.46G of 23\.5G RAM 25%/);
});

test('a cache at its limit is not marked, a server that would refuse writes is', () => {
	const full = (policy: string) =>
		panelText(
			memoryPanel,
			panelInput([recordFrom({info: {memory: {...memory, maxmemory: 5_900_000_000, maxmemory_policy: policy}}})]),
			screen,
		)[1]!;
	assert.match(full('noeviction'), /99% !!/);
	assert.doesNotMatch(full('allkeys-lru'), /!/);
});

test('an overflowed dataset size and a missing field are shown as a dash', () => {
	const old = recordFrom({info: {memory: {used_memory: 710_952, used_memory_dataset: '18446744073709525232'}}});
	const text = panelText(memoryPanel, panelInput([old]), screen).join('\n');
	assert.match(text, /dataset +- +- overhead -/);
	assert.match(text, /policy +- /);
	assert.match(text, /allocator +- /);
	assert.match(text, /evicted +- +total -/);
});

test('without maxmemory the limit of the container counts, where it is lower than the RAM', () => {
	const limits = {used_memory_rss: 380_000_000, total_system_memory: 25_276_510_208, maxmemory: 0};
	const record = recordFrom({info: {memory: {...memory, ...limits}}});
	const within = (limitBytes: number) =>
		memoryLimit({
			...record,
			host: {atMs: 0, value: {...emptyHost, cgroup: {limitBytes, usedBytes: 1, oomKills: 0}}},
		});
	const container = within(400_000_000);
	assert.deepEqual([limitName(container), container?.ratio], ['container', 0.95]);
	assert.equal(limitName(within(30_000_000_000)), 'RAM');
	assert.equal(limitName(memoryLimit(record)), 'RAM');
});

test('a node that is connecting, or down without a sample, shows the reason', () => {
	const text = (record: ReturnType<typeof emptyRecord>) =>
		panelText(memoryPanel, panelInput([record]), screen).join('\n');
	assert.match(text(emptyRecord('10.0.1.11:6379')), /connecting to 10\.0\.1\.11:6379/);
	const failure = {layer: 'tcp', code: 'ECONNREFUSED', problem: 'refuses connections', state: 'down'} as const;
	assert.match(
		text({...emptyRecord('10.0.1.11:6379'), reach: 'down', failure}),
		/10\.0\.1\.11:6379 refuses connections/,
	);
});

test('the panel draws at any size', () => {
	const manyDatabases = recordFrom({
		info: {memory, keyspace: Object.fromEntries(Array.from({length: 40}, (_, n) => [`db${n}`, 'keys=1,expires=0']))},
	});
	const states = [[node], [manyDatabases], [recordFrom({})], [emptyRecord('10.0.1.11:6379')], []];
	assertAnySize(
		memoryPanel,
		states.map(records => panelInput(records)),
	);
});
