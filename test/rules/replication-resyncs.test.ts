import {repDiscTotal, repDualchannel, repFlapping, repFullsyncStorm} from '../../source/rules/replication-resyncs.js';
import type {Sections} from '../harness/records.js';
import {type FactsParts, testRule} from '../harness/rule-cases.js';

const mega = 1024 * 1024;
const asReplica = (fields: Sections[string], rest: FactsParts = {}): FactsParts => ({
	...rest,
	info: {replication: {role: 'slave', master_host: '10.0.1.9', master_port: 6379, ...fields}},
	record: {role: 'replica'},
});

const resyncs = (full: number, refused: number, replicas = 1): Sections => ({
	stats: {sync_full: full, sync_partial_err: refused},
	replication: {role: 'master', connected_slaves: replicas},
});
testRule(repFullsyncStorm, [
	['none', {info: resyncs(1, 0), past: [resyncs(1, 0), resyncs(1, 0)]}, 'clear'],
	[
		'one after the other',
		{info: resyncs(4, 2), past: [resyncs(1, 0), resyncs(2, 1)]},
		'critical',
		/^gave its replicas 3 full resyncs, within ten minutes$/,
	],
	['new replicas', {info: resyncs(3, 0, 3), past: [resyncs(0, 0, 0), resyncs(2, 0, 2)]}, 'clear'],
	[
		'a replica that returns after a restart of the primary',
		{info: resyncs(1, 1, 1), past: [resyncs(0, 0, 1), resyncs(1, 1, 1)]},
		'clear',
	],
	['not in INFO', {info: {stats: {}}}, 'absent'],
]);

const partial = (resynced: number, replicas = 1): Sections => ({
	stats: {sync_partial_ok: resynced},
	replication: {role: 'master', connected_slaves: replicas},
});
testRule(repFlapping, [
	['none', {info: partial(1), past: [partial(1), partial(1)]}, 'clear'],
	[
		'every few seconds',
		{info: partial(9), past: [partial(2), partial(4), partial(7)]},
		'warning',
		/^has a link to a replica that breaks again and again, 7 partial resyncs within two minutes$/,
	],
	[
		'one for each of six replicas, after a failover',
		{info: partial(6, 6), past: [partial(0, 6), partial(6, 6)]},
		'clear',
	],
	['a day ago', {info: partial(90), past: [partial(90), partial(90)]}, 'clear'],
	['not in INFO', {info: {stats: {}}}, 'absent'],
]);

testRule(repDualchannel, [
	['little', asReplica({replicas_repl_buffer_size: 0}), 'clear'],
	[
		'most of the limit',
		asReplica({replicas_repl_buffer_size: 200 * mega}),
		'warning',
		/^buffers 200M of writes during a full resync, 78% of the limit$/,
	],
	['by the name that Redis 8 gives it', asReplica({replica_full_sync_buffer_size: 200 * mega}), 'warning'],
	[
		'no limit',
		asReplica({replicas_repl_buffer_size: 200 * mega}, {config: {'client-output-buffer-limit': 'replica 0 0 0'}}),
		'clear',
	],
	['not in INFO', asReplica({}), 'absent'],
]);

testRule(repDiscTotal, [
	['the first attempt', asReplica({master_current_sync_attempts: 1}), 'clear'],
	['the fifth', asReplica({master_current_sync_attempts: 5}), 'info', /^needs 5 attempts for one resync$/],
	['before 8.2', asReplica({}), 'absent'],
]);
