import assert from 'node:assert/strict';
import {test} from 'node:test';
import {newerRates} from '../../../source/derive/newer-rates.js';
import type {NodeRecord} from '../../../source/state/monitor-state.js';
import type {Panel} from '../../../source/views/panel.js';
import {clusterPanel} from '../../../source/views/panels/cluster/cluster.js';
import {commandsPanel} from '../../../source/views/panels/commands/commands.js';
import {keysPanel} from '../../../source/views/panels/keys/keys.js';
import {memoryPanel} from '../../../source/views/panels/memory/memory.js';
import {persistencePanel} from '../../../source/views/panels/persistence/persistence.js';
import {slowlogPanel} from '../../../source/views/panels/slowlog/slowlog.js';
import {panelText} from '../../harness/panel-text.js';
import {panelInput, type RecordParts, recordFrom, type Sections, sampledAtMs} from '../../harness/records.js';
import {sampleOf} from '../../harness/samples.js';
import {clusterRecord, sixPorts} from '../../topology/fleets.js';

/*
Fields of Redis 8.4, 8.8 and 8.10 and of Valkey 9.2 are made up after their documentation: no such server was there. Those of
Redis 8.0 and Valkey 9.1 are of captured replies.
*/

const shown = (panel: Panel, ...records: readonly NodeRecord[]): string =>
	panelText(panel, panelInput(records), {width: 100, height: 30}).join('\n');

const recordWith = (info: Sections, earlier: Sections = {}, parts: RecordParts = {}): NodeRecord =>
	recordFrom({
		...parts,
		info,
		newerRates: newerRates(
			sampleOf({server: {run_id: 'run-1'}, ...earlier}, 0),
			sampleOf({server: {run_id: 'run-1'}, ...info}, 2000),
		),
	});

const slow = (count: number) => ({
	stats: {
		slowlog_commands_count: count,
		slowlog_commands_time_ms_sum: 100 * count,
		slowlog_commands_time_ms_max: 412,
		commands_per_parse_batch_sum: 30 * count,
		commands_per_parse_batch_cnt: 10 * count,
	},
});

test('slow commands that the log no longer holds are counted on panel 6, and the batches of clients on panel 5', () => {
	const node = recordWith(slow(40), slow(36));
	assert.match(shown(slowlogPanel, node), / slow +2\.0\/s, 20% of the time {2}in all 40 {2}longest 412/);
	assert.match(shown(commandsPanel, node), /commands a read 3\.0/);
	assert.doesNotMatch(shown(slowlogPanel, recordFrom({})), / slow {4}/);
	assert.doesNotMatch(shown(commandsPanel, recordFrom({})), /commands a read/);
});

test('hash fields that expire stand on panel K by the names of Redis and of Valkey', () => {
	const redis = recordWith(
		{keyspace: {db0: 'keys=9,expires=0,avg_ttl=0,subexpiry=4'}, stats: {expired_subkeys: 30}},
		{stats: {expired_subkeys: 10}},
	);
	assert.match(shown(keysPanel, redis), /keys with fields that expire 4 {2}fields expired 10\/s, in all 30/);
	const valkey = recordWith({
		keyspace: {db0: 'keys=9,expires=0,avg_ttl=0,keys_with_volatile_items=4'},
		stats: {expired_fields: 30, expired_keys_with_volatile_items_stale_perc: 2},
	});
	assert.match(shown(keysPanel, valkey), /keys with fields that expire 4 .*stale 2\.0%/);
	const none = {keyspace: {db0: 'keys=9,expires=0,subexpiry=0'}, stats: {expired_subkeys: 0}};
	assert.doesNotMatch(shown(keysPanel, recordWith(none)), /fields that expire/);
});

test('a backup of the server stands on panel 7', () => {
	const backup = (state: string, problem = '') => ({
		backup: {atMs: sampledAtMs, value: {state, problem, startedMs: sampledAtMs - 60_000, sealedMs: undefined}},
	});
	const info = {persistence: {backup_in_progress: 1}};
	assert.match(
		shown(persistencePanel, recordFrom({info, ...backup('incrementing')})),
		/backup +incrementing for 1m00s/,
	);
	assert.match(shown(persistencePanel, recordFrom({info, ...backup('failed', 'disk full')})), /!! failed disk full/);
	assert.match(shown(persistencePanel, recordFrom({info})), /backup +under way/);
	assert.doesNotMatch(shown(persistencePanel, recordFrom({})), /backup/);
});

test('the buffers of a slot migration stand on panel 2, by the names of Redis and of Valkey', () => {
	const redis = {mem_cluster_slot_migration_input_buffer: 2048, mem_cluster_slot_migration_output_buffer: 0};
	const valkey = {mem_cluster_slot_import: 0, mem_cluster_slot_export: 4096};
	assert.match(shown(memoryPanel, recordFrom({info: {memory: redis}})), /cluster .*slots in 2\.00K out 0B/);
	assert.match(shown(memoryPanel, recordFrom({info: {memory: valkey}})), /cluster .*slots in 0B out 4\.00K/);
	assert.doesNotMatch(shown(memoryPanel, recordFrom({})), /slots in/);
});

test('keys that a node still deletes after a migration stand on panel 8, and the Raft role where there is one', () => {
	const clusterInfo = {
		atMs: sampledAtMs,
		value: new Map([
			['cluster_state', 'ok'],
			['cluster_slot_migration_active_trim_running', '1'],
			['cluster_slot_migration_active_trim_current_job_keys', '5000'],
			['cluster_slot_migration_active_trim_current_job_trimmed', '1200'],
			['cluster_raft_role', 'follower'],
			['cluster_raft_leader', ''],
			['cluster_raft_current_term', '3'],
		]),
	};
	const nodes = sixPorts.map(port => clusterRecord(port, {}, port === 17_050 ? {clusterInfo} : {}));
	const text = shown(clusterPanel, ...nodes);
	assert.match(text, /127\.0\.0\.1:17050 deletes moved keys: 1,200 of 5,000/);
	assert.match(text, /raft !! no leader, term 3/);
});
