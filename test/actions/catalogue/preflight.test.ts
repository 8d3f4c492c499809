import assert from 'node:assert/strict';
import test from 'node:test';
import {
	type ActionId,
	actionRow,
	catalogue,
	groupLetter,
	groupOf,
	menuGroups,
	menuRows,
} from '../../../source/actions/catalogue/catalogue.js';
import {serviceInstead} from '../../../source/actions/catalogue/managed-service.js';
import type {ServerFacts} from '../../../source/actions/catalogue/server-facts.js';
import {shownCommands} from '../../../source/actions/catalogue/shown-commands.js';
import {identityChange} from '../../../source/actions/execute/prepare-action.js';
import type {ActionName} from '../../../source/domain/action.js';
import type {NodeAddress} from '../../../source/domain/node.js';
import {polledSettings} from '../../../source/poll/polled-settings.js';
import {infoOf, recordFrom, type Sections} from '../../harness/records.js';

const quiet: Sections = {
	server: {run_id: 'a'.repeat(40)},
	memory: {used_memory: 1e9, used_memory_rss: 1e9, total_system_memory: 8e9},
	persistence: {
		loading: 0,
		rdb_bgsave_in_progress: 0,
		rdb_last_bgsave_status: 'ok',
		rdb_last_bgsave_time_sec: 41,
		rdb_saves: 1,
		rdb_last_save_time: 1_700_000_000,
		rdb_changes_since_last_save: 12,
		aof_enabled: 0,
	},
	replication: {role: 'master', master_repl_offset: 1000},
	clients: {connected_clients: 812},
	keyspace: {db0: 'keys=500,expires=3,avg_ttl=0'},
};

/** The quiet server with some fields changed. */
const withInfo = (change: Sections): Sections => ({
	...quiet,
	...Object.fromEntries(Object.entries(change).map(([section, fields]) => [section, {...quiet[section], ...fields}])),
});

const factsOf = (sections: Sections = quiet, parts: Partial<ServerFacts> = {}): ServerFacts => ({
	info: infoOf(sections),
	serverTimeMs: 1_700_000_060_000,
	config: new Map([
		['dir', '/data'],
		['dbfilename', 'dump.rdb'],
		['appendonly', 'no'],
		['shutdown-timeout', '10'],
	]),
	ownSlotCount: undefined,
	isCommandKnown: true,
	denial: undefined,
	machine: {
		kind: 'here',
		freeBytes: 5e9,
		dump: {kind: 'absent'},
		appendOnly: {kind: 'absent'},
		configFile: undefined,
		configFolder: undefined,
	},
	...parts,
});

const findings = (id: ActionId, facts: ServerFacts): string[] =>
	actionRow(id)
		.preflight(facts)
		.checks.filter(({state}) => state !== 'ok')
		.map(({state, text}) => `${state}: ${text}`);

const table: ReadonlyArray<readonly [ActionId, string, ServerFacts, RegExp]> = [
	[
		'bgsave',
		'loading',
		factsOf(withInfo({persistence: {loading: 1, loading_loaded_perc: '34.20'}})),
		/^veto: it is loading its data set \(34\.20 %\)/,
	],
	['bgsave', 'async loading', factsOf(withInfo({persistence: {async_loading: 1}})), /^veto: it is loading/],
	[
		'bgsave',
		'an AOF rewrite',
		factsOf(withInfo({persistence: {aof_rewrite_in_progress: 1}})),
		/^veto: an AOF rewrite runs/,
	],
	[
		'bgsave',
		'a module fork',
		factsOf(withInfo({persistence: {module_fork_in_progress: 1}})),
		/^veto: a module has forked/,
	],
	[
		'bgsave',
		'a slot migration (Valkey 9)',
		factsOf(withInfo({persistence: {slot_migration_fork_in_progress: 1}})),
		/^veto: a slot migration/,
	],
	[
		'bgsave',
		'little memory',
		factsOf(withInfo({memory: {used_memory_rss: 7e9}})),
		/^warning: memory: .*copy-on-write may not fit/,
	],
	[
		'bgsave',
		'much copied last time',
		factsOf(withInfo({memory: {used_memory_rss: 4.1e9}, persistence: {rdb_last_cow_size: 4e9}})),
		/^warning: memory/,
	],
	['bgsave', 'memory not said', factsOf(withInfo({memory: {total_system_memory: ''}})), /^warning: how much memory/],
	[
		'bgsave',
		'little disk',
		factsOf(withInfo({memory: {used_memory: 4.9e9}})),
		/^warning: disk: 4\.66G free, the dump may need 4\.56G/,
	],
	[
		'bgsave',
		'disk not seen',
		factsOf(quiet, {machine: {kind: 'elsewhere', why: 'far'}}),
		/^warning: free disk not seen: far/,
	],
	[
		'bgsave',
		'the last one failed',
		factsOf(withInfo({persistence: {rdb_last_bgsave_status: 'err'}})),
		/^warning: the last save failed/,
	],
	['bgsave', 'no right', factsOf(quiet, {denial: 'NOPERM'}), /^veto: this user may not: NOPERM/],
	['shutdown-save', 'loading', factsOf(withInfo({persistence: {loading: 1}})), /^veto: it is loading/],
	[
		'shutdown-save',
		'the first AOF',
		factsOf(withInfo({persistence: {aof_enabled: 1, aof_rewrite_in_progress: 1, aof_base_size: 0}})),
		/^veto: the first AOF is being written/,
	],
	[
		'shutdown-save',
		'a later AOF rewrite',
		factsOf(withInfo({persistence: {aof_enabled: 1, aof_rewrite_in_progress: 1, aof_base_size: 99}})),
		/^warning: an AOF rewrite runs: the server ends it/,
	],
	[
		'shutdown-save',
		'a running save',
		factsOf(withInfo({persistence: {rdb_bgsave_in_progress: 1}})),
		/^warning: a background save runs/,
	],
	[
		'shutdown-save',
		'an AOF that cannot be written',
		factsOf(withInfo({persistence: {aof_enabled: 1, aof_last_write_status: 'err'}})),
		/^warning: the AOF cannot be written/,
	],
	[
		'shutdown-save',
		'a cluster primary',
		factsOf(withInfo({cluster: {cluster_enabled: 1}}), {ownSlotCount: 5461}),
		/^warning: a cluster primary with 5,461 slots/,
	],
	[
		'shutdown-save',
		'a cluster whose slots are not told',
		factsOf(withInfo({cluster: {cluster_enabled: 1}})),
		/^warning: a cluster primary with - slots/,
	],
	[
		'shutdown-save',
		'a replica behind',
		factsOf(withInfo({replication: {slave0: 'ip=10.0.1.12,port=6379,state=online,offset=400,lag=0'}})),
		/^warning: 1 of 1 replica not caught up/,
	],
	[
		'shutdown-save',
		'a replica that has acknowledged nothing yet',
		factsOf(withInfo({replication: {slave0: 'ip=10.0.1.12,port=6379,state=online,offset=0,lag=0'}})),
		/^warning: 1 of 1 replica not caught up/,
	],
	[
		'shutdown-save',
		'a replica that is being fed',
		factsOf(withInfo({replication: {slave0: 'ip=10.0.1.12,port=6379,state=send_bulk,offset=0,lag=0'}})),
		/^warning: 1 of 1 replica not caught up/,
	],
];

for (const [id, title, facts, expected] of table) {
	test(`${id}: ${title}`, () => {
		const found = findings(id, facts);
		assert.equal(found.length, 1, found.join('\n'));
		assert.match(found[0] ?? '', expected);
	});
}

test('on a quiet server nothing is found', () => {
	assert.deepEqual(findings('bgsave', factsOf()), []);
	assert.deepEqual(findings('shutdown-save', factsOf()), []);
	const inSync = withInfo({replication: {slave0: 'ip=10.0.1.12,port=6379,state=online,offset=1000,lag=0'}});
	assert.deepEqual(findings('shutdown-save', factsOf(inSync)), []);
	const clusterReplica = withInfo({cluster: {cluster_enabled: 1}, replication: {role: 'slave'}});
	assert.deepEqual(findings('shutdown-save', factsOf(clusterReplica)), []);
});

test('a cluster primary without slots may stop', () => {
	const facts = factsOf(withInfo({cluster: {cluster_enabled: 1}}), {ownSlotCount: 0});
	assert.deepEqual(findings('shutdown-save', facts), []);
});

test('the facts say when it was saved, and what only the start time says is no save', () => {
	const lastSave = (facts: ServerFacts) =>
		actionRow('bgsave')
			.preflight(facts)
			.facts.find(([label]) => label === 'last save')?.[1];
	assert.equal(lastSave(factsOf()), '2023-11-14 22:13:20Z (1m00s ago), took 41s, ok');
	assert.equal(lastSave(factsOf(withInfo({persistence: {rdb_saves: 0}}))), 'none by this process');
	assert.equal(
		lastSave(factsOf(withInfo({persistence: {rdb_saves: '', rdb_last_bgsave_time_sec: -1}}))),
		'none by this process',
	);
});

/** Keys of the menu itself: quit, down, up, and `R` for a restart. */
const menuKeys = [...'qjkR'];

/** The group of a row that is not about the selected row. A command to copy has a group of its own. */
const groupInMenu = (id: ActionName) => (catalogue.some(row => row.id === id) ? groupOf(id) : 'To copy');

const twiceIn = (list: readonly string[]) => list.filter((entry, index) => list.indexOf(entry) !== index);

test('an action has a lower-case letter of its own in its group, and an id of its own; groups have capitals', () => {
	const rows = [...catalogue, ...shownCommands];
	for (const group of menuGroups) {
		const letters = rows.filter(({id}) => groupInMenu(id) === group).map(({letter}) => letter);
		assert.deepEqual(twiceIn(letters), [], `letters that are used twice in ${group}`);
		assert.deepEqual(
			letters.filter(letter => !/^[a-z]$/.test(letter) || menuKeys.includes(letter)),
			[],
			`letters of ${group} that are keys of the menu or none`,
		);
	}

	const groups = menuGroups.flatMap(group => groupLetter(group) ?? []);
	assert.deepEqual(twiceIn([...groups, ...menuKeys]), []);
	assert.ok(groups.every(letter => /^[A-Z]$/.test(letter)));
	assert.deepEqual(twiceIn(rows.map(({id}) => id)), [], 'ids that are used twice');
});

test('every setting that an action changes is polled, so that its form shows the value now', () => {
	const polled: readonly string[] = polledSettings;
	const changed = catalogue.flatMap(({command: [name, subcommand, setting]}) =>
		name === 'CONFIG' && subcommand === 'SET' && setting !== undefined ? [setting] : [],
	);
	assert.ok(changed.length >= 10, `only ${changed.length} actions change a setting`);
	assert.deepEqual(
		changed.filter(setting => !polled.includes(setting)),
		[],
		'missing in source/poll/polled-settings.ts',
	);
});

test('the menu says why an action is greyed', () => {
	const inMenu = (record: Parameters<typeof menuRows>[0], id: ActionId = 'bgsave') =>
		menuRows(record).find(row => row.id === id)?.whyNot ?? '';
	const why = (parts: Parameters<typeof recordFrom>[0], id?: ActionId) => inMenu(recordFrom(parts), id);
	assert.equal(why({info: quiet}), '');
	assert.equal(why({info: quiet}, 'shutdown-save'), '');
	assert.match(why({info: quiet, reach: 'down'}), /not answering \(down\)/);
	assert.match(why({info: quiet, reach: 'loading'}), /loading/);
	assert.match(why({info: quiet, role: 'sentinel'}), /Sentinel has no data/);
	assert.match(why({info: quiet}, 'sentinel-failover'), /for a Sentinel/);
	assert.match(why({info: {server: {}}}), /hides its run_id/);
	assert.equal(why({info: withInfo({persistence: {rdb_bgsave_in_progress: 1}})}), 'a background save runs already');
	const stopping = withInfo({server: {shutdown_in_milliseconds: 9000}});
	assert.match(why({info: stopping}, 'shutdown-save'), /shutting down: 9s left/);
	assert.equal(why({info: stopping}, 'shutdown-abort'), '');
	assert.match(why({info: quiet}, 'shutdown-abort'), /not shutting down/);
	assert.match(why({info: quiet}, 'script-kill'), /no script/);
	assert.equal(why({info: quiet, reach: 'busy'}, 'script-kill'), '');
	assert.match(why({info: quiet}, 'cluster-forget'), /no cluster node/);
	const record = {
		...recordFrom({info: quiet}),
		endpoint: {kind: 'tcp', host: 'x.cache.amazonaws.com', port: 6379},
	} as const;
	assert.equal(inMenu(record), 'ElastiCache forbids it; use aws elasticache create-snapshot');
	assert.equal(inMenu(record, 'shutdown-save'), 'ElastiCache forbids it; use aws elasticache reboot-cache-cluster');
	assert.match(inMenu(record, 'set-maxmemory'), /ElastiCache forbids CONFIG/);
	assert.match(inMenu(record, 'shutdown-nosave'), /ElastiCache forbids it/);
});

test('a managed service is known by its name or by what it says of itself', () => {
	const loopback = {kind: 'tcp', host: '127.0.0.1', port: 6379} as const;
	assert.equal(serviceInstead('save', loopback, infoOf(quiet)), undefined);
	assert.match(serviceInstead('save', loopback, infoOf({server: {os: 'Amazon ElastiCache'}})) ?? '', /ElastiCache/);
	assert.match(serviceInstead('save', {...loopback, host: 'c.redis.cache.windows.net'}, undefined) ?? '', /Azure/);
});

test('what answers must be the process and the role of the plan', () => {
	const target = {address: '10.0.1.11:6379' as NodeAddress, runId: 'a'.repeat(40), role: 'primary'} as const;
	assert.equal(identityChange(target, infoOf(quiet)), undefined);
	assert.match(
		identityChange(target, infoOf(withInfo({server: {run_id: 'b'.repeat(40)}}))) ?? '',
		/has run_id bbbbbbbb, not aaaaaaaa/,
	);
	assert.match(identityChange(target, infoOf({replication: {role: 'master'}})) ?? '', /hides its run_id/);
	assert.match(
		identityChange(target, infoOf(withInfo({replication: {role: 'slave'}}))) ?? '',
		/is now replica, not primary/,
	);
});

for (const [name, sections, expected] of [
	['of a primary with data, which is lost', quiet, undefined],
	['of an empty primary', {...quiet, keyspace: {}}, ['REPLICAOF', 'NO', 'ONE']],
	[
		'of a replica',
		withInfo({replication: {role: 'slave', master_host: '10.0.1.9', master_port: 6379}}),
		['REPLICAOF', '10.0.1.9', '6379'],
	],
] as const) {
	test(`the way back from REPLICAOF ${name}`, () => {
		assert.deepEqual(actionRow('replicaof').preflight(factsOf(sections)).revert, expected);
	});
}
