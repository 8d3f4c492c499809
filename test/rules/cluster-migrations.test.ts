import type {AtomicMigration} from '../../source/domain/slot-migration.js';
import {cluAsmBuf, cluOrphanKeys, cluTrim, cluWritePause} from '../../source/rules/cluster-migrations.js';
import {cluRaftLeaderless} from '../../source/rules/cluster-raft.js';
import {sixViews, viewFrom} from '../cluster/views.js';
import {sampledAtMs} from '../harness/records.js';
import {type FactsParts, testRule} from '../harness/rule-cases.js';
import {type ClusterCase, testClusterRule, well} from './cluster-cases.js';

// The fields of Redis 8.4 and of Valkey 9.2 are made up after their documentation and their sources.
const clusterInfo = (port: number, fields: Readonly<Record<string, string>>): ClusterCase => ({
	...well,
	parts: {[port]: {clusterInfo: {atMs: sampledAtMs, value: new Map(Object.entries(fields))}}},
});

const trim = (jobs: number, keys: number, trimmed: number): ClusterCase =>
	clusterInfo(17051, {
		cluster_slot_migration_active_trim_running: String(jobs),
		cluster_slot_migration_active_trim_current_job_keys: String(keys),
		cluster_slot_migration_active_trim_current_job_trimmed: String(trimmed),
	});

testClusterRule(cluTrim, [
	['nothing is deleted', trim(0, 0, 0), undefined],
	[
		'a job stands',
		trim(1, 5000, 1200),
		/^warning 17051: does not delete the keys of slots that moved away, 1,200 of 5,000 keys deleted, none for a minute$/,
	],
	['a job at its end', trim(1, 5000, 5000), undefined],
	['a job that waits', trim(1, 0, 0), undefined],
]);

const migration = (parts: Partial<AtomicMigration>): ClusterCase => ({
	...well,
	parts: {
		17050: {
			slotMigrations: {
				atMs: sampledAtMs,
				value: [
					{
						name: 'm1',
						operation: 'migrate',
						slots: [{first: 0, last: 99}],
						source: 'a',
						target: 'b',
						state: 'completed',
						message: '',
						createdMs: sampledAtMs - 60_000,
						updatedMs: sampledAtMs - 30_000,
						remainingBytes: undefined,
						...parts,
					},
				],
			},
		},
	},
});

testClusterRule(cluWritePause, [
	['a short pause', migration({writePauseMs: 20}), undefined],
	[
		'a long pause',
		migration({writePauseMs: 2500}),
		/^warning -: migration of slots 0-99 \(100 slots\) paused their writes, for 2\.5s, 30s ago$/,
	],
	['long ago', migration({writePauseMs: 2500, updatedMs: sampledAtMs - 700_000}), undefined],
	['not told', migration({}), undefined],
]);

testRule(cluAsmBuf, [
	[
		'Redis',
		{
			info: {
				memory: {
					maxmemory: 1_000_000_000,
					mem_cluster_slot_migration_output_buffer: 150_000_000,
					mem_cluster_slot_migration_input_buffer: 0,
				},
			},
		},
		'warning',
		/^holds 143M in buffers of a slot migration, 15 ?% of maxmemory$/,
	],
	[
		'Valkey',
		{
			info: {
				memory: {maxmemory: 1_000_000_000, mem_cluster_slot_import: 60_000_000, mem_cluster_slot_export: 60_000_000},
			},
		},
		'warning',
	],
	['small', {info: {memory: {maxmemory: 1_000_000_000, mem_cluster_slot_export: 6000}}}, 'clear'],
	['no limit', {info: {memory: {maxmemory: 0, mem_cluster_slot_export: 600_000_000}}}, 'clear'],
	['a version without such buffers', {info: {memory: {maxmemory: 100}}}, 'absent', /Redis 8\.4/],
]);

const raft = (leader: string, committed = '10', applied = '10') =>
	clusterInfo(17050, {
		cluster_raft_role: 'follower',
		cluster_raft_leader: leader,
		cluster_raft_commit_index: committed,
		cluster_raft_last_applied: applied,
	});

testClusterRule(cluRaftLeaderless, [
	['a cluster without Raft', {...well, views: sixViews()}, undefined],
	['a leader', raft('a'.repeat(40)), undefined],
	['no leader', raft(''), /^critical -: the cluster has no Raft leader, 1 of 1 nodes say so$/],
	['a leader of zeros', raft('0'.repeat(40)), /^critical/],
	[
		'nothing is applied',
		raft('a'.repeat(40), '14', '10'),
		/^warning 17050: does not apply what the cluster has agreed on, 4 changes wait$/,
	],
]);

const own = viewFrom(17050).nodes;

const foreign = (
	isWhole: boolean,
	counts: Readonly<Record<number, number>>,
	parts: FactsParts['record'] = {},
): FactsParts => ({
	info: {cluster: {cluster_enabled: 1}},
	record: {
		role: 'primary',
		clusterNodes: {atMs: sampledAtMs, value: own},
		foreignKeys: {
			atMs: sampledAtMs,
			value: {isWhole, countOfSlot: new Map(Object.entries(counts).map(([slot, keys]) => [Number(slot), keys]))},
		},
		...parts,
	},
});

testRule(cluOrphanKeys, [
	[
		'keys in slots of other nodes',
		foreign(true, {6000: 3, 12182: 40}),
		'warning',
		/^holds 43 keys that nobody can reach: in 2 slots of other nodes, most in slot 12182$/,
	],
	[
		'found before all slots are counted',
		foreign(false, {6000: 3}),
		'warning',
		/^holds 3 keys .* in 1 slot of other nodes/,
	],
	['none', foreign(true, {}), 'clear'],
	['the slot came back', foreign(true, {100: 3}), 'clear'],
	[
		'its keys are deleted now',
		foreign(
			true,
			{6000: 3},
			{
				clusterInfo: {
					atMs: sampledAtMs,
					value: new Map([['cluster_slot_migration_active_trim_running', '1']]),
				},
			},
		),
		'clear',
	],
	['not all slots are counted', foreign(false, {}), 'pending', /panel 8/],
	['nothing was counted', {info: {cluster: {cluster_enabled: 1}}}, 'pending'],
	['no cluster', {info: {cluster: {cluster_enabled: 0}}}, 'clear'],
	[
		'denied',
		{
			info: {cluster: {cluster_enabled: 1}},
			record: {blind: [{command: 'CLUSTER COUNTKEYSINSLOT', kind: 'denied', why: 'NOPERM', grant: undefined}]},
		},
		'denied',
	],
]);
