import assert from 'node:assert/strict';
import test from 'node:test';
import type {FolderEvidence, LogEvidence, ProcessEvidence} from '../../source/domain/host-evidence.js';
import {messageText} from '../../source/domain/message.js';
import {cfgSaveOff, perDirty, perNone, perRdbFail, perSlowSave, perStale} from '../../source/rules/rdb.js';
import {evidenceOf, firingOf} from '../harness/firing-of.js';
import type {Sections} from '../harness/records.js';
import {type FactsParts, factsOf, testRule} from '../harness/rule-cases.js';

const nowMs = factsOf({}).nowMs;
const persistence = (fields: Sections[string]): Sections => ({persistence: fields});
const saved = {save: '3600 1 300 100', 'stop-writes-on-bgsave-error': 'yes'};
const denied: FactsParts['record'] = {
	blind: [{command: 'CONFIG GET', kind: 'denied', why: 'NOPERM no rights', grant: '+config|get'}],
};

const failed = persistence({rdb_last_bgsave_status: 'err'});
const diskFull = (agoSeconds: number): LogEvidence => ({
	source: 'log',
	lines: [],
	remarks: [
		{
			id: 'disk-full',
			severity: 'critical',
			rules: ['per.rdb_fail'],
			meaning: '',
			line: 'No space left on device',
			atMs: nowMs - agoSeconds * 1000,
			count: 1,
		},
	],
});
/** The log with a newer line of so many seconds ago about a failed save. */
const afterwards = (log: LogEvidence, id: string, line: string, agoSeconds: number): LogEvidence => {
	const [remark] = log.remarks;
	assert.ok(remark);
	return {...log, remarks: [{...remark, id, line, atMs: nowMs - agoSeconds * 1000}, ...log.remarks]};
};

const resyncing: Sections = {
	...failed,
	replication: {role: 'master', slave0: 'ip=10.0.1.12,port=6379,state=wait_bgsave,offset=0,lag=0'},
};
testRule(perRdbFail, [
	['the last save succeeded', {info: persistence({rdb_last_bgsave_status: 'ok'})}, 'clear'],
	['it failed', {info: failed, config: saved}, 'critical', /^last background save failed$/],
	[
		'it failed, and writes go on',
		{
			info: persistence({rdb_last_bgsave_status: 'err', rdb_changes_since_last_save: 5000}),
			config: {...saved, 'stop-writes-on-bgsave-error': 'no'},
		},
		'critical',
		/^last background save failed, 5\.00k changes unsaved, and writes go on$/,
	],
	[
		'it failed, and the log of a moment ago says why',
		{info: failed, config: saved, host: {log: diskFull(60)}},
		'critical',
		/^last background save failed: its disk is full$/,
	],
	[
		'it failed, and the log of yesterday is another matter',
		{info: failed, config: saved, host: {log: diskFull(86_400)}},
		'critical',
		/^last background save failed$/,
	],
	[
		'the newest line says only that it failed, and the line before says why',
		{info: failed, config: saved, host: {log: afterwards(diskFull(60), 'save-failed', 'Background saving error', 59)}},
		'critical',
		/^last background save failed: its disk is full$/,
	],
	[
		'the line that says why is of another failure',
		{info: failed, config: saved, host: {log: afterwards(diskFull(60), 'save-failed', 'Background saving error', 2)}},
		'critical',
		/^last background save failed$/,
	],
	[
		'a signal killed the process that saves',
		{
			info: failed,
			config: saved,
			host: {log: afterwards(diskFull(600), 'save-killed', '7:M # Background saving terminated by signal 9', 2)},
		},
		'critical',
		/^last background save failed: signal 9 killed the save$/,
	],
	['it failed, and saving is off since', {info: failed, config: {save: ''}}, 'warning'],
	['it failed, and CONFIG GET is denied', {info: failed, record: denied}, 'critical'],
	['not in INFO', {info: persistence({})}, 'absent'],
	[
		'a replica waits for the file of a full resync',
		{info: resyncing, config: {save: '', 'repl-diskless-sync': 'no'}},
		'critical',
		/^cannot give its replicas their data: its RDB file cannot be written$/,
	],
	[
		'a replica gets its data without a file',
		{info: resyncing, config: {save: '', 'repl-diskless-sync': 'yes'}},
		'warning',
		/^last background save failed$/,
	],
	['nobody tells how replicas get their data', {info: resyncing, config: {save: ''}}, 'warning'],
	[
		'full resyncs repeat',
		{
			info: {...failed, stats: {sync_full: 9}},
			past: [{stats: {sync_full: 4}}, {stats: {sync_full: 9}}],
			config: {save: '', 'repl-diskless-sync': 'no'},
		},
		'critical',
	],
]);

test('per.rdb_fail: a line of the server’s log is evidence, quoted', () => {
	const line = 'Write error saving DB on disk: No space left on device';
	const remark = {id: 'disk-full', severity: 'critical', rules: ['per.rdb_fail'], meaning: '', line, count: 1} as const;
	const firing = firingOf(perRdbFail, {
		info: failed,
		host: {log: {source: 'log', lines: [line], remarks: [{...remark, atMs: undefined}]}},
	});
	assert.equal(evidenceOf(firing).log, `<quote ${line}>`);
});

const overdue = (agoSeconds: number, changes: number, rest: Sections[string] = {}): Sections =>
	persistence({
		rdb_last_save_time: nowMs / 1000 - agoSeconds,
		rdb_changes_since_last_save: changes,
		rdb_last_bgsave_time_sec: 1,
		...rest,
	});
testRule(perStale, [
	['just saved', {info: overdue(60, 500), config: saved}, 'clear'],
	[
		'twice the longest window is over',
		{info: overdue(7300, 500), config: saved},
		'warning',
		/^has not saved for 2h01m, save "3600 1 300 100"$/,
	],
	['two days', {info: overdue(173_000, 500), config: saved}, 'critical'],
	['nothing has changed', {info: overdue(173_000, 0), config: saved}, 'clear'],
	[
		'never saved',
		{info: overdue(7300, 500, {rdb_last_bgsave_time_sec: -1}), config: saved},
		'warning',
		/^has not saved since it started 2h01m ago, /,
	],
	['an append-only file is kept', {info: overdue(7300, 500, {aof_enabled: 1}), config: saved}, 'clear'],
	['a save runs', {info: overdue(7300, 500, {rdb_bgsave_in_progress: 1}), config: saved}, 'clear'],
	['saving is off', {info: overdue(7300, 500), config: {save: ''}}, 'clear'],
	['CONFIG GET is denied', {info: overdue(7300, 500), record: denied}, 'denied', /NOPERM/],
	['CONFIG GET was not answered yet', {info: overdue(7300, 500)}, 'pending'],
]);

const dirty = (changes: number, rest: Sections[string] = {}): Sections =>
	persistence({rdb_changes_since_last_save: changes, aof_enabled: 0, rdb_bgsave_in_progress: 0, ...rest});
testRule(perDirty, [
	['some changes', {info: dirty(50_000), config: saved}, 'clear'],
	['millions', {info: dirty(2_000_000), config: saved}, 'warning', /^has 2\.00M unsaved changes$/],
	['millions in a declared cache', {info: dirty(2_000_000), config: saved, settings: {isCache: true}}, 'clear'],
	['in the append-only file', {info: dirty(2_000_000, {aof_enabled: 1}), config: saved}, 'clear'],
	['a save runs', {info: dirty(2_000_000, {rdb_bgsave_in_progress: 1}), config: saved}, 'clear'],
	['saving is off', {info: dirty(2_000_000), config: {save: ''}}, 'clear'],
	['CONFIG GET is denied', {info: dirty(2_000_000), record: denied}, 'denied'],
]);

const holding = (keys: number, aofEnabled = 0): Sections => ({
	persistence: {aof_enabled: aofEnabled},
	keyspace: keys === 0 ? {} : {db0: `keys=${keys},expires=0`},
});
testRule(perNone, [
	[
		'nothing is written to disk',
		{info: holding(5), config: {save: ''}},
		'info',
		/^keeps its data in memory only: no save points, no append-only file$/,
	],
	['advice is a warning with --strict', {info: holding(5), config: {save: ''}, settings: {isStrict: true}}, 'warning'],
	['a declared cache', {info: holding(5), config: {save: ''}, settings: {isCache: true}}, 'clear'],
	['no keys', {info: holding(0), config: {save: ''}}, 'clear'],
	['it saves', {info: holding(5), config: saved}, 'clear'],
	['an append-only file', {info: holding(5, 1), config: {save: ''}}, 'clear'],
	['CONFIG GET is denied', {info: holding(5), record: denied}, 'denied', /CONFIG GET/],
]);

const saving = (seconds: number, rest: Sections[string] = {}): Sections =>
	persistence({rdb_current_bgsave_time_sec: seconds, rdb_last_bgsave_time_sec: 20, ...rest});
test('a failed save offers the next save only if the folder can be written to', () => {
	const folder = {path: '/data', rights: 'root:root 755'} as const;
	const of = (isWritable: boolean | undefined) =>
		firingOf(perRdbFail, {info: failed, config: saved, host: {folder: {...folder, isWritable} as FolderEvidence}});
	assert.equal(of(true).action, 'bgsave');
	assert.equal(of(undefined).action, 'bgsave');
	assert.equal(of(false).action, undefined);
	assert.equal(messageText(of(false).next?.[0]?.text ?? ''), 'chown the folder to the user of the server');
	const known = firingOf(perRdbFail, {
		info: failed,
		config: saved,
		host: {
			folder: {...folder, isWritable: false} as FolderEvidence,
			process: {processId: 7, userId: 65_534} as ProcessEvidence,
		},
	});
	assert.equal(messageText(known.next?.[0]?.text ?? ''), 'chown the folder to the user of the server, id 65534');
});

const emptyFolder: FolderEvidence = {
	path: '/data',
	freeBytes: undefined,
	totalBytes: undefined,
	freeInodes: undefined,
	isWritable: undefined,
	rights: undefined,
	isReadOnlyMount: undefined,
};

/** What is said about a failed save whose log ends with this error, and its sentences. */
function savedWith(error: string, folder: Partial<FolderEvidence> = {}) {
	const id = /No space|quota/.test(error) ? 'disk-full' : 'no-right-to-dir';
	const line = `Failed opening the temp RDB file temp-9.rdb (in server root dir /data) for saving: ${error}`;
	const log = diskFull(60);
	const remarks = log.remarks.map(remark => ({...remark, id, line}));
	const {reason, next} = firingOf(perRdbFail, {
		info: failed,
		config: {...saved, dir: '/data'},
		host: {log: {...log, remarks}, folder: {...emptyFolder, ...folder}},
	});
	return {reason, next: (next ?? []).map(({text}) => messageText(text))};
}

test('the error of the system that ends the line of the log is the reason, with a step of its own', () => {
	for (const [error, reason, step, command] of [
		['Permission denied', 'it may not write into its folder', /^df -h/, /^df -h/],
		[
			'Read-only file system',
			'its file system is read-only',
			/^mount its file system for writing/,
			/^findmnt -T \/data$/,
		],
		['Too many open files', 'its open files are at their limit', /^raise the limit of open files/, /\/limits$/],
		['Disk quota exceeded', 'its disk quota is used up', /^raise the disk quota/, /^df -h/],
		['No space left on device', 'its disk is full', /^free or add disk space/, /^df -h/],
	] as const) {
		const of = savedWith(error);
		assert.equal(of.reason, reason);
		assert.match(of.next[0] ?? '', step);
		assert.ok(
			of.next.some(text => command.test(text)),
			error,
		);
	}

	const inodes = savedWith('No space left on device', {freeInodes: 0, freeBytes: 1e9});
	assert.equal(inodes.reason, 'its disk has no free inodes');
	assert.match(inodes.next[0] ?? '', /^delete small files/);
});

test('a folder on a read-only file system is mounted again, and one that is gone is made again', () => {
	const readOnly = savedWith('Read-only file system', {isReadOnlyMount: true});
	assert.match(readOnly.next[0] ?? '', /^mount its file system for writing again: /);
	assert.equal(readOnly.next[1], 'findmnt -T /data');
	assert.ok(!readOnly.next.some(text => text.includes('ls -ld')));
	const gone = savedWith('No such file or directory', {isMissing: true});
	assert.equal(gone.reason, 'its folder is gone');
	assert.match(gone.next[0] ?? '', /^make it again with the same owner, or mount it; /);
	assert.ok(gone.next.some(text => text.includes('redis-cli --rdb')));
});

test('where writes go on after a failed save, a step ends that', () => {
	const of = (value: string) =>
		firingOf(perRdbFail, {info: failed, config: {...saved, 'stop-writes-on-bgsave-error': value}}).next.map(({text}) =>
			messageText(text),
		);
	assert.match(of('no').at(-1) ?? '', /CONFIG SET stop-writes-on-bgsave-error yes/);
	assert.doesNotMatch(of('yes').join(' '), /stop-writes/);
});

const tenth = {current_save_keys_processed: 10, current_save_keys_total: 100};
const stuck: FactsParts = {info: saving(400, tenth), earlier: saving(399, tenth)};
const moving: FactsParts = {...stuck, earlier: saving(399, {...tenth, current_save_keys_processed: 9})};
testRule(perSlowSave, [
	['no save runs', {info: saving(-1)}, 'clear'],
	['a usual one', {info: saving(40)}, 'clear'],
	['for long', {info: saving(400)}, 'warning', /^background save has run for 6m40s$/],
	['as long as the last one', {info: saving(400, {rdb_last_bgsave_time_sec: 380})}, 'clear'],
	['for long, and it moves', moving, 'warning', /, 10% of the keys are saved$/],
	['for long, and it is stuck', stuck, 'critical', /, 10% of the keys are saved$/],
	['not in INFO', {info: persistence({})}, 'absent'],
]);

test('per.slow_save: data is at risk once the save is stuck', () => {
	assert.equal(firingOf(perSlowSave, stuck).effect, 'data-at-risk');
	assert.equal(firingOf(perSlowSave, moving).effect, undefined);
});

testRule(cfgSaveOff, [
	['a failed save stops writes', {config: {save: '3600 1', 'stop-writes-on-bgsave-error': 'yes'}}, 'clear'],
	[
		'a failed save stops nothing',
		{config: {save: '3600 1', 'stop-writes-on-bgsave-error': 'no'}},
		'info',
		/^accepts writes after a failed save: stop-writes-on-bgsave-error no$/,
	],
	['saving is off', {config: {save: '', 'stop-writes-on-bgsave-error': 'no'}}, 'clear'],
	['CONFIG GET was not answered yet', {}, 'pending'],
]);

test('a save is offered only where it can succeed: not on a full disk, and not where replicas wait for the file', () => {
	const actionOf = (parts: FactsParts) => firingOf(perRdbFail, parts).action;
	const own: FactsParts = {info: failed, config: saved, host: {}};
	assert.equal(actionOf(own), 'bgsave');
	assert.equal(actionOf({info: failed, config: saved}), undefined, 'before the first look at the machine');
	assert.equal(actionOf({...own, host: {log: diskFull(60)}}), undefined);
	const waiting: FactsParts = {
		...own,
		info: {...failed, replication: {role: 'master', slave0: 'ip=10.0.1.12,port=6379,state=wait_bgsave,offset=0,lag=0'}},
		record: {role: 'primary'},
	};
	assert.equal(actionOf({...waiting, config: {...saved, 'repl-diskless-sync': 'yes'}}), 'bgsave');
	const {action, next} = firingOf(perRdbFail, {...waiting, config: {...saved, 'repl-diskless-sync': 'no'}});
	assert.equal(action, undefined);
	assert.match(messageText(next[0]?.text ?? ''), /CONFIG SET repl-diskless-sync yes/);
	// Where writes are refused too, only room on the disk ends both.
	const steps = (config: Readonly<Record<string, string>>) =>
		firingOf(perRdbFail, {
			...waiting,
			host: {log: diskFull(60)},
			config: {...saved, 'repl-diskless-sync': 'no', ...config},
		}).next.map(({text}) => messageText(text));
	const refused = steps({});
	assert.match(refused[0] ?? '', /^free or add disk space/);
	assert.equal(refused.filter(text => /repl-diskless-sync yes/.test(text)).length, 1);
	assert.ok(
		refused.includes('with that replicas get their data without a file; writes stay refused until a save succeeds'),
	);
	assert.match(steps({'stop-writes-on-bgsave-error': 'no'})[0] ?? '', /CONFIG SET repl-diskless-sync yes$/);
});
