import assert from 'node:assert/strict';
import test from 'node:test';
import {parseClusterNodes} from '../../source/parse/cluster-nodes.js';
import {repEmptied} from '../../source/rules/emptied-data.js';
import {findingText} from '../../source/rules/finding.js';
import {assertPrintedCommands} from '../harness/printed-commands.js';
import {recordFrom, type Sections} from '../harness/records.js';
import {type FactsParts, factsOf} from '../harness/rule-cases.js';

type Node = {
	readonly address: string;
	readonly info: Sections;
	readonly slots?: string;
	readonly config?: FactsParts['config'];
	readonly watch?: FactsParts['watch'];
	readonly settings?: FactsParts['settings'];
};

const mega = 1024 ** 2;
const {nowMs} = factsOf({});

function finding(nodes: readonly Node[]): string | undefined {
	const parts = nodes.map(({address, info, slots}) => ({
		address,
		info,
		role: info.replication?.role === 'slave' ? ('replica' as const) : ('primary' as const),
		...(slots === undefined
			? {}
			: {
					clusterNodes: {
						atMs: nowMs,
						value: parseClusterNodes(
							`0000000000000000000000000000000000000001 ${address}@16379 myself,master - 0 0 1 connected ${slots}\n`,
						),
					},
				}),
	}));
	const records = parts.map(part => recordFrom(part));
	const facts = nodes.map(({info, config, watch, settings}, index) => {
		const {info: _, ...record} = parts[index] ?? assert.fail();
		return factsOf({
			info,
			record,
			config,
			watch,
			settings,
			nodes: records.filter(({address}) => address !== record.address),
		} as FactsParts);
	});
	const found = repEmptied
		.evaluate({nodes: new Map(facts.map(one => [one.address, one])), deployment: 'replicated', nowMs}, () => 0)
		.map(evaluation => {
			assert.equal(evaluation.kind, 'fires');
			assertPrintedCommands(evaluation);
			return evaluation.kind === 'fires'
				? `${evaluation.severity} ${evaluation.node} ${findingText(evaluation)}`
				: assert.fail();
		});
	assert.ok(found.length < 2, found.join('; '));
	return found[0];
}

const primary = (keys: number, uptime: number, rest: Sections[string] = {}): Sections => ({
	server: {uptime_in_seconds: uptime},
	persistence: {loading: 0, aof_enabled: 0, rdb_last_load_keys_loaded: 0, ...rest},
	memory: {used_memory: 2 * mega, used_memory_peak: 2 * mega},
	replication: {role: 'master', master_replid: 'a'},
	keyspace: keys === 0 ? {} : {db0: `keys=${keys},expires=0,avg_ttl=0`},
});

const replica = (uptime: number, peak: number, history = 'a'): Sections => ({
	server: {uptime_in_seconds: uptime},
	memory: {used_memory: 2 * mega, used_memory_peak: peak},
	replication: {
		role: 'slave',
		master_host: '10.0.1.1',
		master_port: 6379,
		master_link_status: 'up',
		master_replid: history,
	},
});

/** A primary that started 20 s ago, and whose replica asked for another history this many times. */
const missing = (hits: number, misses: number, otherHistory = 1): Sections => ({
	...primary(3, 20),
	stats: {keyspace_hits: hits, keyspace_misses: misses, sync_partial_err: otherHistory},
});

const [first, second, third] = ['10.0.1.1:6379', '10.0.1.2:6379', '10.0.1.3:6379'] as const;
const volatile = {save: '', appendonly: 'no'};

const cases: ReadonlyArray<readonly [string, readonly Node[], RegExp | undefined]> = [
	[
		'nodes that say nothing',
		[
			{address: first, info: {}},
			{address: second, info: {}},
		],
		undefined,
	],
	[
		'a replica once held far more than its young primary has',
		[
			{address: first, info: primary(3, 20), config: volatile},
			{address: second, info: replica(90_000, 60 * mega)},
		],
		/^critical 10\.0\.1\.1:6379 lost its keys at its restart, 20s ago: replica 10\.0\.1\.2:6379 once held 60\.0M, now 2\.00M: it keeps nothing on disk, and its replicas copied the empty data set$/,
	],
	[
		'the same, with save points',
		[
			{address: first, info: primary(0, 20), config: {save: '3600 1'}},
			{address: second, info: replica(90_000, 60 * mega)},
		],
		/: it started without its data, and its replicas/,
	],
	[
		'the same of a cache',
		[
			{address: first, info: primary(0, 20), settings: {isCache: true}},
			{address: second, info: replica(90_000, 60 * mega)},
		],
		/^info /,
	],
	[
		'the replica has not copied the empty data set yet',
		[
			{address: first, info: primary(0, 20)},
			{address: second, info: replica(90_000, 60 * mega, 'b')},
		],
		undefined,
	],
	[
		'a small data set of a primary that keeps nothing on disk: lookups miss since',
		[
			{address: first, info: missing(2, 98), config: volatile},
			{address: second, info: replica(28, 2 * mega)},
		],
		/^warning 10\.0\.1\.1:6379 lost its keys at its restart, 20s ago: 98 of 100 key lookups miss since: it keeps nothing on disk/,
	],
	[
		'the same, and the replica once held some megabytes more',
		[
			{address: first, info: missing(2, 98), config: volatile},
			{address: second, info: replica(90_000, 7 * mega)},
		],
		/^critical 10\.0\.1\.1:6379 lost its keys at its restart, 20s ago: replica 10\.0\.1\.2:6379 once held 7\.00M, now 2\.00M/,
	],
	[
		'the same, and the replica is hardly older than the primary',
		[
			{address: first, info: missing(2, 98), config: volatile},
			{address: second, info: replica(28, 7 * mega)},
		],
		/^critical /,
	],
	[
		'a replica that once held some megabytes more, and no lookups',
		[
			{address: first, info: primary(3, 20), config: volatile},
			{address: second, info: replica(90_000, 7 * mega)},
		],
		undefined,
	],
	[
		'the same, and the lookups find their keys',
		[
			{address: first, info: missing(40, 60), config: volatile},
			{address: second, info: replica(28, 2 * mega)},
		],
		undefined,
	],
	[
		'the same with few lookups',
		[
			{address: first, info: missing(0, 40), config: volatile},
			{address: second, info: replica(28, 2 * mega)},
		],
		undefined,
	],
	[
		'lookups miss at a new primary, whose replica has no history yet',
		[
			{address: first, info: missing(2, 98, 0), config: volatile},
			{address: second, info: replica(28, 2 * mega)},
		],
		undefined,
	],
	[
		'lookups miss, and the replica is as young as the primary',
		[
			{address: first, info: missing(2, 98), config: volatile},
			{address: second, info: replica(20, 2 * mega)},
		],
		undefined,
	],
	[
		'lookups miss at a primary with save points, which may have had no data',
		[
			{address: first, info: missing(2, 98), config: {save: '3600 1'}},
			{address: second, info: replica(28, 2 * mega)},
		],
		undefined,
	],
	[
		'the replica is as young',
		[
			{address: first, info: primary(0, 20)},
			{address: second, info: replica(20, 60 * mega)},
		],
		undefined,
	],
	[
		'the replica never held much',
		[
			{address: first, info: primary(0, 20)},
			{address: second, info: replica(90_000, 5 * mega)},
		],
		undefined,
	],
	[
		'the primary had the data after its start, and somebody deleted it',
		[
			{address: first, info: {...primary(0, 600), memory: {used_memory: 2 * mega, used_memory_peak: 60 * mega}}},
			{address: second, info: replica(90_000, 60 * mega)},
		],
		undefined,
	],
	[
		'the primary loaded its keys',
		[
			{address: first, info: primary(500, 20, {rdb_last_load_keys_loaded: 500})},
			{address: second, info: replica(90_000, 60 * mega)},
		],
		undefined,
	],
	[
		'the primary has been up for a day',
		[
			{address: first, info: primary(0, 90_000)},
			{address: second, info: replica(190_000, 60 * mega)},
		],
		undefined,
	],
	[
		'redis-top saw the keys disappear',
		[
			{
				address: first,
				info: primary(0, 20),
				watch: {keyDrop: {from: 5000, to: 0, byRestart: true, byFlush: undefined, atMs: nowMs}},
			},
			{address: second, info: replica(90_000, 60 * mega)},
		],
		undefined,
	],
	[
		'a shard without keys beside shards with keys',
		[
			{address: first, info: primary(5000, 9000), slots: '0-5460'},
			{address: second, info: primary(40, 15), slots: '5461-10922'},
			{address: third, info: primary(4000, 9000), slots: '10923-16383'},
		],
		/^critical 10\.0\.1\.2:6379 lost its keys at its restart, 15s ago: 40 keys, other shards have 4\.00k: it started without/,
	],
	[
		'a new shard with few slots, and as many keys for each',
		[
			{address: first, info: primary(5000, 9000), slots: '0-5460'},
			{address: second, info: primary(10, 15), slots: '5461-5470'},
			{address: third, info: primary(4000, 9000), slots: '10923-16383'},
		],
		undefined,
	],
	[
		'a new shard without slots',
		[
			{address: first, info: primary(5000, 9000), slots: '0-5460'},
			{address: second, info: primary(0, 15), slots: ''},
			{address: third, info: primary(4000, 9000), slots: '10923-16383'},
		],
		undefined,
	],
	[
		'a new cluster whose keys have few hash tags, and whose nodes were started one after the other',
		[
			{address: first, info: primary(5000, 620), slots: '0-5460'},
			{address: second, info: primary(0, 600), slots: '5461-10922'},
			{address: third, info: primary(4000, 610), slots: '10923-16383'},
		],
		undefined,
	],
	[
		'a new cluster',
		[
			{address: first, info: primary(5000, 15), slots: '0-5460'},
			{address: second, info: primary(0, 15), slots: '5461-10922'},
			{address: third, info: primary(4000, 15), slots: '10923-16383'},
		],
		undefined,
	],
];

for (const [name, nodes, expected] of cases) {
	test(`rep.emptied: ${name}`, () => {
		const found = finding(nodes);
		if (expected === undefined) {
			assert.equal(found, undefined);
		} else {
			assert.match(found ?? '', expected);
		}
	});
}
