import assert from 'node:assert/strict';
import test from 'node:test';
import {serverConditions} from '../../source/diagnose/server-state.js';
import {parseInfo} from '../../source/parse/info.js';
import {fixture, fixtureServers} from '../harness/fixtures.js';

type Case = readonly [
	name: string,
	info: string,
	config: Readonly<Record<string, string>>,
	cluster: Readonly<Record<string, string>>,
	codes: readonly string[],
];

const cases: readonly Case[] = [
	['nothing known', '', {}, {}, []],
	[
		'loading',
		'# Persistence\nloading:1\nloading_loaded_perc:12.50\nloading_eta_seconds:7',
		{},
		{},
		['LOADING warning'],
	],
	['loading without figures', '# Persistence\nloading:1', {}, {}, ['LOADING warning']],
	['a failed save', '# Persistence\nrdb_last_bgsave_status:err', {save: '3600 1'}, {}, ['MISCONF_RDB critical']],
	['a failed save, settings denied', '# Persistence\nrdb_last_bgsave_status:err', {}, {}, ['MISCONF_RDB critical']],
	[
		'a failed save that stops nothing',
		'# Persistence\nrdb_last_bgsave_status:err',
		{'stop-writes-on-bgsave-error': 'no'},
		{},
		[],
	],
	['a failed save without save points', '# Persistence\nrdb_last_bgsave_status:err', {save: ''}, {}, []],
	['an AOF that fails', '# Persistence\naof_enabled:1\naof_last_write_status:err', {}, {}, ['MISCONF_AOF critical']],
	['an AOF that is off', '# Persistence\naof_enabled:0\naof_last_write_status:err', {}, {}, []],
	[
		'over the limit, noeviction',
		'# Memory\nused_memory:200\nmaxmemory:100\nmaxmemory_policy:noeviction',
		{},
		{},
		['OOM critical'],
	],
	['over the limit, evicting', '# Memory\nused_memory:200\nmaxmemory:100\nmaxmemory_policy:allkeys-lru', {}, {}, []],
	[
		'over the limit with replica buffers',
		'# Memory\nused_memory:120\nmaxmemory:100\nmaxmemory_policy:noeviction\nmem_not_counted_for_evict:30',
		{},
		{},
		[],
	],
	['no limit', '# Memory\nused_memory:200\nmaxmemory:0\nmaxmemory_policy:noeviction', {}, {}, []],
	['a limit and no reading', '# Memory\nmaxmemory:100\nmaxmemory_policy:noeviction', {}, {}, []],
	[
		'a lost primary, strict',
		'# Replication\nrole:slave\nmaster_link_status:down',
		{'replica-serve-stale-data': 'no'},
		{},
		['MASTERDOWN critical', 'READONLY info'],
	],
	[
		'a lost primary, lenient',
		'# Replication\nrole:slave\nmaster_link_status:down',
		{},
		{},
		['MASTERDOWN warning', 'READONLY info'],
	],
	['a replica', '# Replication\nrole:slave\nmaster_link_status:up\nslave_read_only:1', {}, {}, ['READONLY info']],
	['a writable replica', '# Replication\nrole:slave\nmaster_link_status:up\nslave_read_only:0', {}, {}, []],
	[
		'too few replicas',
		'# Replication\nrole:master\nmin_slaves_good_slaves:0',
		{'min-replicas-to-write': '1'},
		{},
		['NOREPLICAS critical'],
	],
	['enough replicas', '# Replication\nrole:master\nmin_slaves_good_slaves:1', {'min-replicas-to-write': '1'}, {}, []],
	['replicas, setting denied', '# Replication\nrole:master\nmin_slaves_good_slaves:0', {}, {}, []],
	['a failed cluster', '', {}, {cluster_state: 'fail', cluster_slots_ok: '0'}, ['CLUSTERDOWN critical']],
	['a cluster', '', {}, {cluster_state: 'ok'}, []],
];

for (const [name, info, config, cluster, codes] of cases) {
	test(name, () => {
		const found = serverConditions({
			info: parseInfo(info),
			config: new Map(Object.entries(config)),
			cluster: new Map(Object.entries(cluster)),
		});
		assert.deepEqual(
			found.map(({code, severity}) => `${code} ${severity}`),
			codes,
		);
	});
}

for (const server of fixtureServers) {
	test(`a healthy primary of ${server} has no condition`, () => {
		const info = parseInfo(fixture(server, 'primary/info-everything.txt'));
		const conditions = serverConditions({info, config: new Map(), cluster: new Map()});
		assert.deepEqual(conditions, []);
	});
}
