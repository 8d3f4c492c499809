import type {FolderEvidence} from '../../source/domain/host-evidence.js';
import {perAofBloat, perAofPending, perAofRewrite, perAofWrite, perFsync} from '../../source/rules/aof.js';
import {perCow, perDisk, perForkSlow} from '../../source/rules/fork-and-disk.js';
import {perDirty, perNone, perRdbFail, perSlowSave, perStale} from '../../source/rules/rdb.js';
import {perDir, perMisconf} from '../../source/rules/write-refusal.js';
import type {Sections} from '../harness/records.js';
import {type FactsParts, factsOf, testRule} from '../harness/rule-cases.js';

const nowMs = factsOf({}).nowMs;
const mega = 1024 * 1024;
const persistence = (fields: Sections[string]): Sections => ({persistence: fields});
const saved = {save: '3600 1 300 100', 'stop-writes-on-bgsave-error': 'yes'};
const denied: FactsParts['record'] = {
	blind: [{command: 'CONFIG GET', kind: 'denied', why: 'NOPERM no rights', grant: '+config|get'}],
};

const failed = persistence({rdb_last_bgsave_status: 'err', aof_enabled: 0, aof_last_write_status: 'ok'});
testRule(perMisconf, [
	['all is well', {info: persistence({rdb_last_bgsave_status: 'ok'})}, 'clear'],
	[
		'a failed save refuses writes, whether anybody writes or not',
		{info: failed, config: saved},
		'critical',
		/RDB save failed/,
	],
	['nothing is saved on purpose', {info: failed, config: {...saved, save: ''}, earlier: {}}, 'absent'],
	['writes go on in spite of it', {info: failed, config: {...saved, 'stop-writes-on-bgsave-error': 'no'}}, 'absent'],
	['a replica takes its primary’s writes', {info: failed, config: saved, record: {role: 'replica'}}, 'absent'],
	[
		'the append-only file',
		{info: persistence({aof_enabled: 1, aof_last_write_status: 'err', rdb_last_bgsave_status: 'ok'})},
		'critical',
		/append-only/,
	],
	[
		'refused writes are counted',
		{
			info: {...failed, errorstats: {errorstat_MISCONF: 'count=12'}},
			earlier: {errorstats: {errorstat_MISCONF: 'count=2'}},
		},
		'critical',
	],
	['neither said nor counted', {info: persistence({})}, 'absent'],
]);

testRule(perRdbFail, [
	['the last save was good', {info: persistence({rdb_last_bgsave_status: 'ok'})}, 'clear'],
	['it failed', {info: failed, config: saved}, 'critical'],
	['it failed, and nothing is saved any more', {info: failed, config: {save: ''}}, 'warning'],
	['it failed, and nobody may ask for the settings', {info: failed, record: denied}, 'critical'],
	['not said', {info: persistence({})}, 'absent'],
]);

testRule(perAofWrite, [
	['written', {info: persistence({aof_last_write_status: 'ok'})}, 'clear'],
	['not written', {info: persistence({aof_last_write_status: 'err'})}, 'critical'],
	['not said', {info: persistence({})}, 'absent'],
]);

testRule(perAofRewrite, [
	['done', {info: persistence({aof_last_bgrewrite_status: 'ok'})}, 'clear'],
	['failed once', {info: persistence({aof_last_bgrewrite_status: 'err'})}, 'warning'],
	[
		'again and again',
		{info: persistence({aof_last_bgrewrite_status: 'err', aof_rewrites_consecutive_failures: 3})},
		'critical',
		/3 times/,
	],
	['not said', {info: persistence({})}, 'absent'],
]);

const aof = (fields: Sections[string]): Sections => persistence({aof_enabled: 1, ...fields});
testRule(perAofPending, [
	['off', {info: persistence({aof_enabled: 0, aof_rewrite_in_progress: 0})}, 'clear'],
	['the first file', {info: aof({aof_rewrite_in_progress: 1, aof_current_size: 0})}, 'warning'],
	['a later rewrite', {info: aof({aof_rewrite_in_progress: 1, aof_current_size: 5 * mega})}, 'clear'],
	['not said', {info: persistence({})}, 'absent'],
]);

const overdue = (agoSeconds: number, changes: number, rest: Sections[string] = {}): Sections =>
	persistence({
		rdb_last_save_time: nowMs / 1000 - agoSeconds,
		rdb_changes_since_last_save: changes,
		rdb_last_bgsave_time_sec: 1,
		...rest,
	});
testRule(perStale, [
	['just saved', {info: overdue(60, 500), config: saved}, 'clear'],
	['two windows passed', {info: overdue(7300, 500), config: saved}, 'warning', /^last save 2h01m ago/],
	['two days', {info: overdue(173_000, 500), config: saved}, 'critical'],
	['nothing to save', {info: overdue(173_000, 0), config: saved}, 'clear'],
	[
		'never saved',
		{info: overdue(7300, 500, {rdb_last_bgsave_time_sec: -1}), config: saved},
		'warning',
		/not saved since its start/,
	],
	['an append-only file is kept', {info: overdue(7300, 500, {aof_enabled: 1}), config: saved}, 'clear'],
	['a save runs', {info: overdue(7300, 500, {rdb_bgsave_in_progress: 1}), config: saved}, 'clear'],
	['nothing is saved on purpose', {info: overdue(7300, 500), config: {save: ''}}, 'clear'],
	['settings may not be asked for', {info: overdue(7300, 500), record: denied}, 'denied', /NOPERM/],
	['settings are still to come', {info: overdue(7300, 500)}, 'pending'],
]);

const dirty = (changes: number, rest: Sections[string] = {}): Sections =>
	persistence({rdb_changes_since_last_save: changes, aof_enabled: 0, rdb_bgsave_in_progress: 0, ...rest});
testRule(perDirty, [
	['some', {info: dirty(50_000), config: saved}, 'clear'],
	['millions', {info: dirty(2_000_000), config: saved}, 'warning', /2\.00M/],
	['millions of a cache', {info: dirty(2_000_000), config: saved, settings: {isCache: true}}, 'clear'],
	['in the append-only file', {info: dirty(2_000_000, {aof_enabled: 1}), config: saved}, 'clear'],
	['nothing is saved on purpose', {info: dirty(2_000_000), config: {save: ''}}, 'clear'],
	['settings may not be asked for', {info: dirty(2_000_000), record: denied}, 'denied'],
]);

const holding = (keys: number, aofEnabled = 0): Sections => ({
	persistence: {aof_enabled: aofEnabled},
	keyspace: keys === 0 ? {} : {db0: `keys=${keys},expires=0`},
});
testRule(perNone, [
	['nothing is ever written', {info: holding(5), config: {save: ''}}, 'info', /memory only/],
	[
		'advice counts where it was asked for',
		{info: holding(5), config: {save: ''}, settings: {isStrict: true}},
		'warning',
	],
	['a declared cache', {info: holding(5), config: {save: ''}, settings: {isCache: true}}, 'clear'],
	['it holds nothing', {info: holding(0), config: {save: ''}}, 'clear'],
	['it saves', {info: holding(5), config: saved}, 'clear'],
	['an append-only file', {info: holding(5, 1), config: {save: ''}}, 'clear'],
	['settings may not be asked for', {info: holding(5), record: denied}, 'denied', /CONFIG GET/],
]);

const saving = (seconds: number, rest: Sections[string] = {}): Sections =>
	persistence({rdb_current_bgsave_time_sec: seconds, rdb_last_bgsave_time_sec: 20, ...rest});
testRule(perSlowSave, [
	['none runs', {info: saving(-1)}, 'clear'],
	['a usual one', {info: saving(40)}, 'clear'],
	['for long', {info: saving(400)}, 'warning'],
	['as long as usual', {info: saving(400, {rdb_last_bgsave_time_sec: 380})}, 'clear'],
	[
		'and gets nowhere',
		{
			info: saving(400, {current_save_keys_processed: 10, current_save_keys_total: 100}),
			earlier: saving(399, {current_save_keys_processed: 10, current_save_keys_total: 100}),
		},
		'critical',
		/10% of the keys/,
	],
	['not said', {info: persistence({})}, 'absent'],
]);

const forked = (forks: number, ms: number): Sections => ({stats: {total_forks: forks, latest_fork_usec: ms * 1000}});
testRule(perForkSlow, [
	['a quick one', {info: forked(2, 5), earlier: forked(1, 5)}, 'clear'],
	['a slow one', {info: forked(2, 200), earlier: forked(1, 5)}, 'warning', /200 ms/],
	['a very slow one', {info: forked(2, 1500), earlier: forked(1, 5)}, 'critical'],
	['the one of long ago', {info: forked(2, 1500), earlier: forked(2, 1500)}, 'clear'],
	['the first sample', {info: forked(2, 1500)}, 'pending'],
	['before Redis 6.2', {info: {stats: {latest_fork_usec: 5}}, earlier: {}}, 'absent'],
]);

const copied = (last: number, now: number): Sections => ({
	persistence: {rdb_last_cow_size: last * mega, current_cow_peak: now * mega},
	memory: {used_memory_rss: 500 * mega},
});
testRule(perCow, [
	['little', {info: copied(10, 0)}, 'clear'],
	['the last one', {info: copied(300, 0)}, 'info', /last save/],
	['the one that runs', {info: copied(10, 300)}, 'warning', /that runs/],
	['not said', {info: {memory: {used_memory_rss: 5}, persistence: {}}}, 'absent'],
]);

const delayed = (count: number): Sections => aof({aof_delayed_fsync: count});
testRule(perFsync, [
	['none', {info: delayed(5), earlier: delayed(5)}, 'clear'],
	['some', {info: delayed(7), earlier: delayed(5)}, 'warning'],
	['no append-only file', {info: persistence({aof_enabled: 0})}, 'clear'],
	['the first sample', {info: delayed(7)}, 'pending'],
]);

const sized = (size: number, base: number, rest: Sections[string] = {}): Sections =>
	aof({aof_current_size: size * mega, aof_base_size: base * mega, ...rest});
testRule(perAofBloat, [
	['twice', {info: sized(200, 100)}, 'clear'],
	['four times', {info: sized(400, 100)}, 'info'],
	['a small one', {info: sized(40, 1)}, 'clear'],
	['never read nor rewritten', {info: sized(400, 0)}, 'clear'],
	['a rewrite is due', {info: sized(400, 100, {aof_rewrite_scheduled: 1})}, 'clear'],
	['not said', {info: aof({})}, 'absent'],
]);

const folder = (parts: Partial<FolderEvidence>): FactsParts => ({
	info: {memory: {used_memory: 100 * mega}},
	host: {
		folder: {
			path: '/data',
			freeBytes: undefined,
			totalBytes: undefined,
			freeInodes: undefined,
			isWritable: undefined,
			rights: undefined,
			isReadOnlyMount: undefined,
			...parts,
		},
	},
});
testRule(perDisk, [
	['room', folder({freeBytes: 5000 * mega, totalBytes: 10_000 * mega}), 'clear'],
	['not for a dump', folder({freeBytes: 110 * mega, totalBytes: 500 * mega}), 'warning'],
	['nearly full', folder({freeBytes: 50 * mega, totalBytes: 10_000 * mega}), 'critical'],
	['a full disk with room for many dumps', folder({freeBytes: 5000 * mega, totalBytes: 100_000 * mega}), 'clear'],
	['another machine', {info: {memory: {used_memory: 5}}}, 'unseen'],
]);

testRule(perDir, [
	['writable', folder({isWritable: true}), 'clear'],
	['not writable', folder({isWritable: false, rights: '0:0 755'}), 'warning'],
	['nothing is saved', {...folder({isWritable: false}), config: {save: ''}}, 'info'],
	['mounted read-only', folder({isReadOnlyMount: true}), 'warning'],
	['can’t be told', folder({}), 'clear'],
	['another machine', {}, 'unseen'],
]);
