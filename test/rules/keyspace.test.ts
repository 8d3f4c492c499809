import assert from 'node:assert/strict';
import test from 'node:test';
import {visitOf, withVisit} from '../../source/derive/lost-since-visit.js';
import type {EarlierVisit} from '../../source/domain/earlier-visit.js';
import type {FolderEvidence, LogEvidence} from '../../source/domain/host-evidence.js';
import {messageText} from '../../source/domain/message.js';
import type {NodeRole} from '../../source/domain/node.js';
import {findingText} from '../../source/rules/finding.js';
import {keyMiss} from '../../source/rules/key-misses.js';
import {keyDropped, keyExpireLag, keyMassExpiry, keyNoexpire} from '../../source/rules/keyspace.js';
import {viewFrom} from '../cluster/views.js';
import {firingOf} from '../harness/firing-of.js';
import {clientOf, recordFrom, refusedConnection, type Sections, seriesOf} from '../harness/records.js';
import {type FactsParts, factsOf, testRule} from '../harness/rule-cases.js';

const {nowMs} = factsOf({});

type Drop = NonNullable<NonNullable<FactsParts['watch']>['keyDrop']>;
const dropped = (keys: number, parts: Partial<Drop> = {}, watch: FactsParts['watch'] = {}): FactsParts => ({
	info: {keyspace: keys === 0 ? {} : {db0: `keys=${keys},expires=0`}},
	watch: {
		keyDrop: {from: 10_000, to: 100, byRestart: false, byFlush: undefined, atMs: nowMs - 30_000, ...parts},
		...watch,
	},
});

/** A replica that ran FLUSHALL for itself, whose primary has this number of keys. */
const flushedReplica = (kept: number): FactsParts => ({
	...dropped(100, {byFlush: true, flushes: ['flushall']}),
	info: {
		keyspace: {db0: 'keys=100,expires=0'},
		replication: {role: 'slave', master_host: '10.0.1.2', master_port: 6379, master_link_status: 'up'},
	},
	record: {role: 'replica'},
	nodes: [
		recordFrom({
			address: '10.0.1.2:6379',
			info: {replication: {role: 'master'}, keyspace: {db0: `keys=${kept},expires=0`}},
		}),
	],
});

const inCluster = (
	watch: NonNullable<FactsParts['watch']>,
	drop: Partial<Drop> = {},
	toldAtMs = nowMs - 29_000,
): FactsParts => {
	const parts = dropped(100, drop);
	return {
		...parts,
		watch: {...parts.watch, ...watch},
		record: {clusterNodes: {atMs: toldAtMs, value: viewFrom(17050).nodes}},
	};
};

/** The same, with another primary that has had these numbers of keys. */
const withOther = (keys: readonly number[], watch: NonNullable<FactsParts['watch']>): FactsParts => ({
	...inCluster(watch),
	nodes: [
		{
			...recordFrom({address: '10.0.1.2:6379', info: {replication: {role: 'master'}}}),
			series: new Map([['keys', seriesOf(keys)]]),
		},
	],
});

const replicaOf: LogEvidence = {
	source: 'log',
	lines: [],
	remarks: [
		{
			id: 'replicates',
			severity: 'warning',
			rules: [],
			meaning: '',
			line: "7:S REPLICAOF 10.0.1.2:6379 enabled (user request from 'id=7 addr=10.0.0.9:50000 laddr=10.0.1.1:6379 fd=9 name=deploy age=0')",
			atMs: nowMs - 31_000,
			count: 1,
		},
	],
};

testRule(keyDropped, [
	['no drop', {info: {keyspace: {db0: 'keys=5,expires=0'}}}, 'clear'],
	['most keys are lost', dropped(100), 'critical', /^lost most of its keys, 10\.0k before, 100 after$/],
	['by a flush', dropped(100, {byFlush: true}), 'critical', /: FLUSHALL, FLUSHDB or SWAPDB ran$/],
	['without a flush', dropped(100, {byFlush: false}), 'critical', /100 after$/],
	['by a flush on a writable replica alone', flushedReplica(9900), 'critical', /: FLUSHALL ran$/],
	['by a restart', dropped(100, {byRestart: true}), 'critical', /: it restarted$/],
	[
		'by the restart of a replica, which its primary fills again',
		{...dropped(100, {byRestart: true}, {roleBeforeRestart: 'replica'}), record: {role: 'replica'}},
		'clear',
	],
	[
		'by the restart of a primary that came back as a replica',
		{...dropped(100, {byRestart: true}, {roleBeforeRestart: 'primary'}), record: {role: 'replica'}},
		'critical',
		/: it restarted$/,
	],
	[
		'by the restart of a replica that came back as a primary',
		{...dropped(100, {byRestart: true}, {roleBeforeRestart: 'replica'}), record: {role: 'primary'}},
		'critical',
		/: it restarted$/,
	],
	[
		'it was made a replica of another server',
		{
			...dropped(100, {byFlush: false}),
			info: {
				keyspace: {db0: 'keys=100,expires=0'},
				replication: {role: 'slave', master_host: '10.0.1.2', master_port: 6379},
			},
			record: {role: 'replica'},
			watch: {...dropped(100, {byFlush: false}).watch, roleChangedAtMs: nowMs - 31_000},
			host: {log: replicaOf},
		},
		'critical',
		/, 100 after, REPLICAOF by deploy: it became a replica of 10\.0\.1\.2:6379$/,
	],
	[
		'somebody sent FLUSHALL before REPLICAOF',
		{
			...dropped(100, {byFlush: true, flushes: ['flushall']}),
			info: {
				keyspace: {db0: 'keys=100,expires=0'},
				replication: {role: 'slave', master_host: '10.0.1.2', master_port: 6379},
			},
			record: {role: 'replica'},
			watch: {...dropped(100, {byFlush: true, flushes: ['flushall']}).watch, roleChangedAtMs: nowMs - 29_000},
			host: {log: replicaOf},
		},
		'critical',
		/, 100 after: FLUSHALL ran$/,
	],
	[
		'a replica whose role did not change',
		{
			...dropped(100, {byFlush: false}),
			info: {
				keyspace: {db0: 'keys=100,expires=0'},
				replication: {role: 'slave', master_host: '10.0.1.2', master_port: 6379},
			},
			record: {role: 'replica'},
		},
		'critical',
		/100 after$/,
	],
	['all keys are lost', dropped(0, {to: 0}), 'critical', /^lost all its keys, 10\.0k before, 0 after$/],
	['the keys are back', dropped(9000), 'clear'],
	['ten minutes ago', dropped(100, {atMs: nowMs - 601_000}), 'clear'],
	['in a cluster, with the slots', inCluster({slotsLeftAtMs: nowMs - 29_000}), 'clear'],
	[
		'in a cluster, with the slots, and the keys arrived',
		withOther([50, 9000], {slotsLeftAtMs: nowMs - 29_000}),
		'clear',
	],
	[
		'in a cluster, with the slots, and the keys arrived nowhere',
		withOther([50, 60], {slotsLeftAtMs: nowMs - 29_000}),
		'critical',
		/100 after: other nodes took its slots without them$/,
	],
	['in a cluster, slots that left long before', inCluster({slotsLeftAtMs: nowMs - 120_000}), 'critical'],
	['in a cluster, beside slots, by a flush', inCluster({slotsLeftAtMs: nowMs - 29_000}, {byFlush: true}), 'critical'],
	['in a cluster, slots not told since', inCluster({}, {}, nowMs - 31_000), 'pending', /CLUSTER NODES/],
	['in a cluster, by a flush, slots not told since', inCluster({}, {byFlush: true}, nowMs - 31_000), 'critical'],
	['in a cluster, the slots are there', inCluster({}), 'critical'],
]);

/** A server that started without data a minute ago, and that an earlier session had seen with 20,000 keys. */
function visited({
	keys = 12,
	expiring = 0,
	uptime = 60,
	loaded = 0,
	loading = 0,
	replicas = 0,
	isCluster = 0,
	role = 'primary',
	...parts
}: Partial<EarlierVisit> & {
	readonly expiring?: number;
	readonly uptime?: number;
	readonly loaded?: number;
	readonly loading?: number;
	readonly replicas?: number;
	readonly isCluster?: number;
	readonly role?: NodeRole;
} = {}): FactsParts {
	const before = {runId: 'b'.repeat(40), atMs: nowMs - 120_000, lasting: 20_000, folder: '/data', ...parts};
	return {
		info: {
			server: {uptime_in_seconds: uptime, run_id: 'run-1'},
			persistence: {loading, rdb_last_load_keys_loaded: loaded},
			replication: {connected_slaves: replicas},
			cluster: {cluster_enabled: isCluster},
			keyspace: {db0: `keys=${keys},expires=${expiring},avg_ttl=0`},
		},
		host: {
			folder: {path: '/data'} as FolderEvidence,
			visits: [{...before, keys: 20_000}],
		},
		record: {role},
	};
}

testRule(keyDropped, [
	[
		'a server lost its keys with a restart since an earlier session',
		visited(),
		'critical',
		/^lost most of its keys, 20\.0k before, 12 after: it restarted$/,
	],
	['most keys are there', visited({keys: 11_000}), 'clear'],
	['the keys had a TTL, and may have expired', visited({lasting: 900}), 'clear'],
	['half of the keys had a TTL', visited({lasting: 9000}), 'clear'],
	['the visit was to the present process', visited({runId: 'run-1'}), 'clear'],
	['the restart was eleven minutes ago', visited({uptime: 660, atMs: nowMs - 700_000}), 'clear'],
	['the visit was long before the restart', visited({atMs: nowMs - 961_000}), 'clear'],
	['the start loaded the keys, and they went later', visited({loaded: 20_000}), 'clear'],
	['it loads its data', visited({loading: 1}), 'clear'],
	['a primary with replicas, which rep.emptied is about', visited({replicas: 1}), 'clear'],
	['a node of a cluster, whose keys move with slots', visited({isCluster: 1}), 'clear'],
	['a replica gets its keys from its primary', visited({role: 'replica'}), 'clear'],
	['another server in another folder', visited({folder: '/other'}), 'clear'],
]);

test('key.drop: a server without replicas has none that replace their data', () => {
	assert.equal(firingOf(keyDropped, visited()).meaning, 'The process started without its data.');
	assert.match(messageText(firingOf(keyDropped, dropped(100, {byRestart: true})).meaning), /Its replicas replace/);
});

test('a visit is noted of the present process, beside the one before', () => {
	const [first, second] = ['b', 'c'].map(letter => ({
		runId: letter.repeat(40),
		atMs: 1,
		keys: 5,
		lasting: 5,
		folder: '/data',
	}));
	assert.ok(first !== undefined && second !== undefined);
	const third = {...first, runId: 'd'.repeat(40)};
	assert.deepEqual(withVisit([first, second], {...first, keys: 9}), [{...first, keys: 9}, second]);
	assert.deepEqual(withVisit([first, second], third), [third, first]);
	assert.deepEqual(withVisit([first], undefined), [first]);
	const {record} = factsOf(visited({keys: 70, expiring: 30}));
	const {keys, lasting, folder} = visitOf(record) ?? {};
	assert.deepEqual([keys, lasting, folder], [70, 40, '/data']);
	assert.equal(visitOf({...record, failure: refusedConnection}), undefined);
});

test('key.drop: the effect is lost data', () => {
	assert.equal(firingOf(keyDropped, dropped(100)).effect, 'data-lost');
});

test('key.drop: files are to be kept only where the server keeps its data on disk', () => {
	const steps = (save: string, appending: number) => {
		const parts = dropped(100);
		const info = {...parts.info, persistence: {aof_enabled: appending}};
		const {next} = firingOf(keyDropped, {...parts, info, config: {save}});
		return next.map(({text}) => messageText(text)).join('\n');
	};

	assert.match(steps('', 0), /^restore a backup .*: it keeps nothing on disk\n/);
	for (const kept of [steps('3600 1', 0), steps('', 1)]) {
		assert.match(kept, /keep the RDB file and the append-only files/);
		assert.doesNotMatch(kept, /nothing on disk/);
	}
});

test('key.drop: a replica whose primary still has the keys lost none: a warning without a word of files', () => {
	const replica = (keysOfPrimary: number, parts: Partial<Drop> = {}, role = 'replica', isDown = false): FactsParts => {
		const lost = dropped(0, {to: 0, ...parts});
		const primary = recordFrom({
			address: '10.0.1.2:6379',
			info: {replication: {role: 'master'}, keyspace: {db0: `keys=${keysOfPrimary},expires=0`}},
		});
		return {
			...lost,
			info: {...lost.info, replication: {role: 'slave', master_host: '10.0.1.2', master_port: 6379}},
			record: {role: role as 'replica'},
			nodes: [isDown ? {...primary, failure: refusedConnection} : primary],
		};
	};
	const told = firingOf(keyDropped, replica(20_000));
	assert.equal(told.severity, 'warning');
	assert.equal(findingText(told), 'lacks the keys of its primary, 10.0k before, 0 now: 10.0.1.2:6379 has 20.0k');
	assert.ok(told.next.every(({text}) => !/RDB file|backup/.test(messageText(text))));
	for (const other of [
		replica(3000),
		replica(20_000, {byFlush: true}),
		replica(20_000, {}, 'primary'),
		replica(20_000, {}, 'replica', true),
	]) {
		assert.equal(firingOf(keyDropped, other).severity, 'critical');
	}
});

/** Why these rules are always evaluated. */
export const neverUnknown = {
	'key.drop': 'looks at what redis-top saw between two samples',
} as const;

test(`key.drop: never unknown: ${neverUnknown['key.drop']}`, () => {
	assert.equal(keyDropped.evaluate(factsOf({}), 0).kind, 'clear');
});

/** Counters of `stats` that were all 0 a second ago. */
const counted = (fields: Sections[string]): FactsParts => ({
	info: {stats: fields},
	earlier: {stats: Object.fromEntries(Object.keys(fields).map(name => [name, 0]))},
});
/**
A cache of 5,700 keys with a TTL, of which 1,140 expire in a second. `hitsBefore` of 10,000 lookups were hits in ten
seconds of the past.
*/
const shortLived = (parts: {
	readonly hitsBefore: number;
	readonly keysBefore: number;
	readonly evicted?: number;
	readonly expired?: number;
}): FactsParts => ({
	info: {
		stats: {
			keyspace_hits: 90,
			keyspace_misses: 910,
			expired_keys: parts.expired ?? 1140,
			evicted_keys: parts.evicted ?? 0,
		},
		keyspace: {db0: 'keys=5700,expires=5700,avg_ttl=2000'},
	},
	earlier: {
		stats: {keyspace_hits: 0, keyspace_misses: 0, expired_keys: 0, evicted_keys: 0},
		keyspace: {db0: `keys=${parts.keysBefore},expires=${parts.keysBefore},avg_ttl=2000`},
	},
	past: [0, 1, 2].map(index => ({
		stats: {
			keyspace_hits: index === 0 ? 0 : parts.hitsBefore,
			keyspace_misses: [0, 10_000 - parts.hitsBefore, 20_000 - parts.hitsBefore][index] ?? 0,
		},
	})),
});

/** The same cache, of which redis-top has two samples. `hits` of a million lookups since the start were hits. */
const justBegun = (hits: number): FactsParts => ({
	info: {
		stats: {keyspace_hits: hits, keyspace_misses: 1_000_000 - hits, expired_keys: 9000, evicted_keys: 0},
		keyspace: {db0: 'keys=5700,expires=5700,avg_ttl=2000'},
	},
	earlier: {
		stats: {keyspace_hits: hits - 90, keyspace_misses: 1_000_000 - hits - 910, expired_keys: 7860, evicted_keys: 0},
		keyspace: {db0: 'keys=5700,expires=5700,avg_ttl=2000'},
	},
});
const setter: NonNullable<FactsParts['record']> = {
	commands: [
		{command: 'set', calls: 9, callsPerSecond: 900, meanMicroseconds: 2, timeShare: 0.5, failuresPerSecond: 0},
	],
	clients: {atMs: 0, value: [clientOf({id: 5, name: 'web', command: 'set'})]},
};

/**
A cache of 3,000 keys that live for an hour, with 70 lookups a second, 97 % of them hits until ten seconds ago. Now 67
keys expire in a second, besides those of before.
*/
const besideOthers = (parts: {
	readonly hitsNow: number;
	readonly missesNow?: number;
	readonly expiring?: number;
	readonly expired?: number;
	/** New keys of the last second. */
	readonly added?: number;
}): FactsParts => {
	const {hitsNow, missesNow = 67, expiring = 3469, expired = 67, added = 0} = parts;
	const keyspace = (keys: number) => ({db0: `keys=${keys},expires=${keys},avg_ttl=3000000`});
	const stats = (hits: number, misses: number, gone: number) => ({
		keyspace_hits: hits,
		keyspace_misses: misses,
		expired_keys: gone,
		evicted_keys: 0,
	});
	return {
		info: {stats: stats(2000 + hitsNow, 700 + missesNow, 500 + expired), keyspace: keyspace(expiring)},
		earlier: {stats: stats(2000, 700, 500), keyspace: keyspace(expiring - added)},
		past: [
			{stats: stats(0, 0, 0), keyspace: keyspace(3000)},
			{stats: stats(680, 20, 0), keyspace: keyspace(3000)},
			{stats: stats(680 + 10 * hitsNow, 20 + 10 * missesNow, 10 * expired), keyspace: keyspace(expiring)},
		],
		record: setter,
	};
};
/** The same cache, of which redis-top has two samples. */
const fresh = (parts: {readonly hits: number; readonly misses: number}): FactsParts => {
	const {past: _, ...rest} = besideOthers({hitsNow: 3});
	return {
		...rest,
		info: {...rest.info, stats: {...rest.info?.stats, keyspace_hits: parts.hits, keyspace_misses: parts.misses}},
		earlier: {
			...rest.earlier,
			stats: {...rest.earlier?.stats, keyspace_hits: parts.hits - 3, keyspace_misses: parts.misses - 67},
		},
	};
};

/**
A cache that has run for a day, of which redis-top has two samples: 97 % of its lookups were hits. Now 670 in a second
miss, and 45 keys expire.
*/
function shortened({
	uptime = 86_400,
	hitsBefore = 60e6,
	missesBefore = 2e6,
	hits = 30,
	misses = 670,
	expired = 45,
	expiredBefore = 86_400,
	writes = 670,
	keysBefore = 8000,
}: Partial<
	Record<
		| 'uptime'
		| 'hitsBefore'
		| 'missesBefore'
		| 'hits'
		| 'misses'
		| 'expired'
		| 'expiredBefore'
		| 'writes'
		| 'keysBefore',
		number
	>
> = {}): FactsParts {
	const stats = (share: number) => ({
		keyspace_hits: hitsBefore + share * hits,
		keyspace_misses: missesBefore + share * misses,
		expired_keys: expiredBefore + share * expired,
		evicted_keys: 0,
	});
	return {
		info: {
			server: {uptime_in_seconds: uptime},
			stats: stats(1),
			keyspace: {db0: 'keys=8600,expires=8600,avg_ttl=3000000'},
		},
		earlier: {stats: stats(0), keyspace: {db0: `keys=${keysBefore},expires=${keysBefore},avg_ttl=3000000`}},
		record: {
			...setter,
			commands: [
				{command: 'set', calls: 9, callsPerSecond: writes, meanMicroseconds: 2, timeShare: 0.5, failuresPerSecond: 0},
			],
		},
	};
}

/** Clients by name and age that miss keys and write them. The server has as many keys as they write in `seconds`. */
function since(
	ages: Readonly<Record<string, number>>,
	seconds = 1000,
	traffic: Parameters<typeof shortened>[0] = {},
): FactsParts {
	const keys = 670 * seconds;
	const parts = shortened({...traffic, expired: 0});
	const keyspace = (count: number) => ({db0: `keys=${count},expires=${count},avg_ttl=3000000`});
	const value = [
		...Object.entries(ages).map(([name, ageSeconds], id) =>
			clientOf({id, name, ageSeconds, command: id === 0 ? 'set' : 'get'}),
		),
		clientOf({id: 9, name: '', ageSeconds: 80_000, command: 'info'}),
	];
	return {
		...parts,
		info: {...parts.info, keyspace: keyspace(keys)},
		earlier: {...parts.earlier, keyspace: keyspace(keys - 660)},
		record: {...parts.record, clients: {atMs: 0, value}},
	};
}

testRule(keyMiss, [
	['most are hits', counted({keyspace_hits: 900, keyspace_misses: 100}), 'clear'],
	[
		'most are misses',
		counted({keyspace_hits: 100, keyspace_misses: 900}),
		'info',
		/^misses 90% of its key lookups, 1\.00k\/s lookups$/,
	],
	[
		'most are misses since keys live for seconds',
		shortLived({hitsBefore: 9700, keysBefore: 5700}),
		'warning',
		/^hit rate fell from 97% to 9\.0%: keys live 5s$/,
	],
	[
		'new keys live for seconds beside many keys of before',
		besideOthers({hitsNow: 3}),
		'warning',
		/^hit rate fell from 97% to 4\.3%: new keys expire within 7s of SET from web$/,
	],
	['hits go on, and a client looks up keys that live for seconds', besideOthers({hitsNow: 60, missesNow: 67}), 'info'],
	['keys without hits are written for an hour', besideOthers({hitsNow: 3, expiring: 60_000}), 'clear'],
	[
		'a release asks for keys of another name, and writes what it misses',
		besideOthers({hitsNow: 2, expired: 0, added: 60}),
		'warning',
		/^hit rate fell from 97% to 2\.9%: web asks for other keys$/,
	],
	[
		'the same, and a job reads them beside clients that find theirs',
		besideOthers({hitsNow: 60, expired: 0, added: 60}),
		'info',
	],
	[
		'the same, and the clients of before have gone',
		besideOthers({hitsNow: 0, missesNow: 30, expired: 0, added: 30}),
		'clear',
	],
	[
		'the same, and the cache was emptied before',
		besideOthers({hitsNow: 2, expiring: 900, expired: 0, added: 60}),
		'clear',
	],
	['the same, and nobody writes what is missed', besideOthers({hitsNow: 2, expired: 0}), 'clear'],
	[
		'no key had a TTL, so that nothing tells whether the keys of before are there',
		(() => {
			const parts = besideOthers({hitsNow: 2, expired: 0, added: 60});
			return {
				...parts,
				past: (parts.past ?? []).map(({stats}) => ({stats: {...stats}, keyspace: {db0: 'keys=9,expires=0'}})),
			};
		})(),
		'clear',
	],
	['a cache is emptied and fills again', besideOthers({hitsNow: 3, expiring: 300, expired: 0}), 'clear'],
	['counters are incremented that expire within seconds', besideOthers({hitsNow: 68, missesNow: 2}), 'clear'],
	[
		'redis-top has just begun to look, and many keys of before are left',
		fresh({hits: 700, misses: 370}),
		'warning',
		/^misses 96% of its key lookups: new keys expire within 52s of SET from web$/,
	],
	[
		'a release has just shortened the TTL, and few of the expired keys are deleted yet',
		shortened(),
		'warning',
		/^misses 96% of its key lookups: keys expire sooner after SET from web, 45\.?0*\/s$/,
	],
	[
		'the same soon after the start of the server',
		shortened({uptime: 250, hitsBefore: 175_000, missesBefore: 5000, expiredBefore: 250}),
		'info',
		/lookups$/,
	],
	['the same, and as many keys expire as usually', shortened({expiredBefore: 30 * 86_400}), 'info', /lookups$/],
	[
		'the same, and hardly a key expires',
		shortened({expired: 9, hits: 5, misses: 100, writes: 100}),
		'info',
		/lookups$/,
	],
	[
		'the same, and few keys expire for the misses',
		shortened({expired: 30, writes: 900, misses: 900}),
		'info',
		/lookups$/,
	],
	['a release has just changed the prefix of keys that live for an hour', shortened({expired: 0}), 'info', /lookups$/],
	[
		'the same, and all clients have connected since',
		since({web: 60}),
		'warning',
		/^misses 96% of its key lookups: web asks for other keys$/,
	],
	['a job writes new keys beside connections of the day', since({job: 60, web: 40_000}), 'info', /lookups$/],
	['the same, and the others connected twelve minutes ago', since({job: 60, web: 720}, 5000), 'info', /lookups$/],
	['all keys were deleted when the clients connected', since({web: 60}, 2), 'info', /lookups$/],
	['the same, and the hits of the others go on', since({web: 60}, 60, {hits: 400, misses: 1200, writes: 1200}), 'info'],
	['a nightly job reads new keys', shortened({writes: 20}), 'info', /lookups$/],
	[
		'a nightly job reads new keys, and the others find theirs',
		shortened({hits: 400, misses: 1200, writes: 1200, expired: 80}),
		'info',
	],
	['many keys expire at once, and the number of keys falls', shortened({keysBefore: 9000}), 'info', /lookups$/],
	['most lookups have missed since the start', shortened({hitsBefore: 1e6, missesBefore: 9e6}), 'info', /lookups$/],
	['a cache that never worked, and redis-top has just begun to look', fresh({hits: 300, misses: 770}), 'clear'],
	[
		'most are misses since keys live for less than a second',
		(() => {
			const parts = shortLived({hitsBefore: 9700, keysBefore: 285});
			return {...parts, info: {...parts.info, keyspace: {db0: 'keys=285,expires=285,avg_ttl=200'}}};
		})(),
		'warning',
		/^hit rate fell from 97% to 9\.0%: keys live 250 ms$/,
	],
	[
		'keys have always lived for seconds',
		shortLived({hitsBefore: 900, keysBefore: 5700}),
		'info',
		/lookups: keys live 5s$/,
	],
	[
		'redis-top has just begun to look, and most lookups since the start found their key',
		{...justBegun(900_000), record: setter},
		'warning',
		/^misses 91% of its key lookups: keys live 5s after SET from web$/,
	],
	[
		'redis-top has just begun to look, and few lookups since the start found their key',
		justBegun(20_000),
		'info',
		/lookups: keys live 5s$/,
	],
	['many keys expire at once', shortLived({hitsBefore: 9700, keysBefore: 6700}), 'info', /^misses 91% .* lookups$/],
	['keys are evicted too', shortLived({hitsBefore: 9700, keysBefore: 5700, evicted: 5}), 'info', /lookups$/],
	['few keys expire', shortLived({hitsBefore: 9700, keysBefore: 5700, expired: 40}), 'info', /lookups$/],
	['hardly any lookups', counted({keyspace_hits: 0, keyspace_misses: 9}), 'clear'],
	['the first sample', {info: {stats: {keyspace_hits: 1, keyspace_misses: 900}}}, 'pending'],
]);

/** The estimate of stale keys, and how often active expiry ran out of time within the last second. */
const stale = (expired_stale_perc: string, capped: number): FactsParts => ({
	info: {stats: {expired_stale_perc, expired_time_cap_reached_count: 5 + capped}},
	earlier: {stats: {expired_time_cap_reached_count: 5}},
});
testRule(keyExpireLag, [
	['little', stale('4.20', 9), 'clear'],
	['where active expiry stops', stale('11.00', 9), 'clear'],
	['much', stale('26.00', 9), 'warning', /^keeps expired keys in memory, 26% of those with a time to live$/],
	['much, and active expiry has time left', stale('32.00', 0), 'clear'],
	['before 4.0', {}, 'absent'],
]);

const cache = (keys: number, expires: number): FactsParts => ({
	settings: {isCache: true},
	info: {keyspace: {db0: `keys=${keys},expires=${expires},avg_ttl=0`}},
});
testRule(keyNoexpire, [
	[
		'few keys of a cache expire',
		cache(10_000, 50),
		'info',
		/^is a cache whose keys do not expire, 0\.5% of 10\.0k keys have a time to live$/,
	],
	['many keys expire', cache(10_000, 9000), 'clear'],
	['hardly any keys', cache(10, 0), 'clear'],
	['no keys', {settings: {isCache: true}, info: {keyspace: {}}}, 'clear'],
	['not a declared cache', {...cache(10_000, 50), settings: {}}, 'clear'],
	['the node gives no data', {settings: {isCache: true}, record: {failure: refusedConnection}}, 'pending'],
]);

const expiry = (expired: number, spentMs: number): FactsParts => ({
	info: {
		stats: {expired_keys: expired, expire_cycle_cpu_milliseconds: spentMs},
		keyspace: {db0: 'keys=800000,expires=700000,avg_ttl=0'},
	},
	earlier: {stats: {expired_keys: 0, expire_cycle_cpu_milliseconds: 0}},
});

testRule(keyMassExpiry, [
	['none', expiry(0, 3), 'clear'],
	['the everyday expiry of a cache', expiry(5000, 40), 'clear'],
	['few keys that are large', expiry(100, 200), 'clear'],
	[
		'hundreds of thousands at once',
		expiry(32_000, 250),
		'info',
		/^expires many keys at once, 32\.?0?k\/s, 25% of its time$/i,
	],
	['before Redis 6.0', {info: {stats: {expired_keys: 5}}, earlier: {stats: {expired_keys: 0}}}, 'absent'],
	['the first sample', {info: expiry(32_000, 250).info ?? {}}, 'pending'],
]);

test('key.drop: a replica that was flushed alone copies the keys of its primary again', () => {
	const told = (kept: number) =>
		firingOf(keyDropped, flushedReplica(kept))
			.next.map(({text}) => messageText(text))
			.join('\n');
	assert.match(told(9900), /^full resync from .* nothing is lost:\n.*REPLICAOF NO ONE\n.*REPLICAOF 10\.0\.1\.2 6379\n/);
	assert.doesNotMatch(told(9900), /backup/);
	assert.doesNotMatch(told(100), /nothing is lost/);
});
