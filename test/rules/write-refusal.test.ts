import assert from 'node:assert/strict';
import test from 'node:test';
import type {FolderEvidence} from '../../source/domain/host-evidence.js';
import {messageText} from '../../source/domain/message.js';
import {socketFailure} from '../../source/parse/socket-error.js';
import {findingText} from '../../source/rules/finding.js';
import {perDir, perDrift, perMisconf} from '../../source/rules/write-refusal.js';
import {evidenceOf, firingOf} from '../harness/firing-of.js';
import type {Sections} from '../harness/records.js';
import {type FactsParts, factsOf, testRule} from '../harness/rule-cases.js';

const persistence = (fields: Sections[string]): Sections => ({persistence: fields});
const saved = {save: '3600 1 300 100', 'stop-writes-on-bgsave-error': 'yes'};
const failed = persistence({rdb_last_bgsave_status: 'err', aof_enabled: 0, aof_last_write_status: 'ok'});
const aofFailed = persistence({aof_enabled: 1, aof_last_write_status: 'err', rdb_last_bgsave_status: 'ok'});
const counted = (before: number, now: number, info: Sections): FactsParts => ({
	info: {...info, errorstats: {errorstat_MISCONF: `count=${now}`}},
	earlier: {errorstats: {errorstat_MISCONF: `count=${before}`}},
});

testRule(perMisconf, [
	['the last save succeeded', {info: persistence({rdb_last_bgsave_status: 'ok'})}, 'clear'],
	[
		'a failed save refuses writes, whether a client writes or not',
		{info: failed, config: saved},
		'critical',
		/^refuses writes \(MISCONF\): its last RDB save failed$/,
	],
	['saving is off', {info: failed, config: {...saved, save: ''}, earlier: {}}, 'absent'],
	[
		'a failed save does not stop writes',
		{info: failed, config: {...saved, 'stop-writes-on-bgsave-error': 'no'}},
		'absent',
	],
	['a replica accepts its primary’s writes', {info: failed, config: saved, record: {role: 'replica'}}, 'absent'],
	[
		'the append-only file cannot be written',
		{info: aofFailed},
		'critical',
		/^refuses writes \(MISCONF\): its append-only file cannot be written$/,
	],
	['MISCONF replies after a failed save', counted(2, 12, failed), 'critical', /RDB save failed$/],
	[
		'MISCONF replies, and neither file is known to fail',
		counted(2, 12, persistence({rdb_last_bgsave_status: 'ok'})),
		'critical',
		/^refuses writes \(MISCONF\)$/,
	],
	['no MISCONF reply since the sample before', counted(2, 2, failed), 'clear'],
	['neither said nor counted', {info: persistence({})}, 'absent'],
]);

test('per.misconf: the effect is refused writes, and the folder is a path that can be masked', () => {
	const firing = firingOf(perMisconf, {info: failed, config: {...saved, dir: '/srv/redis'}});
	assert.equal(firing.effect, 'writes-refused');
	assert.equal(firing.action, 'bgsave');
	assert.deepEqual(evidenceOf(firing), {
		rdb_last_bgsave_status: 'err',
		aof_last_write_status: 'ok',
		save: '3600 1 300 100',
		'stop-writes-on-bgsave-error': 'yes',
		dir: '<path /srv/redis>',
	});
	assert.equal(firingOf(perMisconf, {info: aofFailed}).action, 'set-appendonly');
});

const running = {appendonly: 'no', save: '3600 1 300 100', maxmemory: '0', 'maxmemory-policy': 'noeviction'};
const drift = (
	config: Readonly<Record<string, string>>,
	file: Readonly<Record<string, string>> | undefined,
	name = '/etc/redis/redis.conf',
): FactsParts => ({
	info: {server: {config_file: name}},
	config: {...running, ...config},
	host: file === undefined ? {} : {configFile: {path: name, settings: new Map(Object.entries(file))}},
});

testRule(perDrift, [
	[
		'the same values in another spelling',
		drift({maxmemory: '268435456'}, {maxmemory: '256mb', save: '3600 1 300 100', appendonly: 'NO'}),
		'clear',
	],
	['a setting that is not in the file has its default', drift({}, {}), 'clear'],
	[
		'an append-only file that the next start would load',
		drift({}, {appendonly: 'yes'}),
		'warning',
		/^runs with other settings than its config file has: appendonly no, not yes$/,
	],
	[
		'a server that has ended',
		{
			...drift({}, {appendonly: 'yes'}),
			record: {...drift({}, {appendonly: 'yes'}).record, failure: socketFailure('ECONNREFUSED', '')},
		},
		'clear',
	],
	['not in the file, and changed', drift({appendonly: 'yes'}, {}), 'warning', /: appendonly yes, not no$/],
	['saves switched off', drift({save: ''}, {save: '3600 1'}), 'warning', /: save "", not 3600 1$/],
	['saves switched off, on by default', drift({save: ''}, {}), 'warning', /: save "", not the default$/],
	['saves switched on, off in the file', drift({save: '60 1'}, {save: ''}), 'warning', /: save 60 1, not ""$/],
	['saves off in the file, too', drift({save: ''}, {save: ''}), 'clear'],
	[
		'another memory limit since a moment ago',
		{...drift({maxmemory: '100'}, {maxmemory: '1g'}), heldSeconds: 60},
		'info',
	],
	[
		'another memory limit since ten minutes',
		{...drift({maxmemory: '100'}, {maxmemory: '1g'}), heldSeconds: 600},
		'warning',
	],
	[
		'another memory limit at the first look',
		{...drift({maxmemory: '100'}, {maxmemory: '1g'}), watch: {foundAtMs: factsOf({}).nowMs}},
		'warning',
		/: maxmemory 100, not 1g$/,
	],
	['saves switched off a moment ago', {...drift({save: ''}, {save: '3600 1'}), heldSeconds: 60}, 'warning'],
	[
		'two differences',
		drift({maxmemory: '1', appendonly: 'yes'}, {}),
		'warning',
		/: appendonly yes, not no; maxmemory 1, not 0$/,
	],
	['started without a file', drift({}, undefined, ''), 'absent', /without a config file/],
	[
		'a file that cannot be read',
		{...drift({}, undefined), host: {gaps: [{what: 'config file', why: '/etc/redis/redis.conf: EACCES'}]}},
		'unseen',
		/EACCES/,
	],
	['on another machine', {info: {server: {config_file: '/a'}}, config: running}, 'unseen'],
	[
		'CONFIG GET is denied',
		{
			info: {server: {config_file: '/a'}},
			host: {configFile: {path: '/a', settings: new Map()}},
			record: {blind: [{command: 'CONFIG GET', kind: 'denied', why: 'NOPERM', grant: '+config|get'}]},
		},
		'denied',
	],
]);

for (const [name, facts, effect] of [
	['the append-only file', drift({}, {appendonly: 'yes'}), 'data-at-risk'],
	['the save points', drift({save: ''}, {save: '3600 1'}), 'data-at-risk'],
	['the memory limit', drift({maxmemory: '100'}, {maxmemory: '1g'}), undefined],
] as const) {
	test(`per.drift: data is at risk if the difference is about data: ${name}`, () => {
		assert.equal(firingOf(perDrift, facts).effect, effect);
	});
}

const folder = (parts: Partial<FolderEvidence>): FactsParts => ({
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

testRule(perDir, [
	['writable', folder({isWritable: true}), 'clear'],
	[
		'not writable',
		folder({isWritable: false, rights: '0:0 755'}),
		'warning',
		/^cannot write to \/data, where it saves: its user has no right to \(0:0 755\)$/,
	],
	['not writable, and nothing is saved', {...folder({isWritable: false}), config: {save: ''}}, 'info'],
	[
		'not writable, and only the append-only file is kept',
		{...folder({isWritable: false}), config: {save: ''}, info: persistence({aof_enabled: 1})},
		'warning',
	],
	['mounted read-only', folder({isReadOnlyMount: true}), 'warning', /where it saves: its file system is read-only$/],
	['gone', folder({isMissing: true}), 'warning', /^cannot write to \/data, where it saves: the folder is gone$/],
	['nothing is known of its rights', folder({}), 'clear'],
	['on another machine', {}, 'unseen'],
]);

test('per.dir: the folder can be masked wherever it is named', () => {
	const firing = firingOf(perDir, folder({isWritable: false}));
	assert.doesNotMatch(
		findingText(firing, 'long', () => '…'),
		/data/,
	);
	assert.deepEqual(evidenceOf(firing), {dir: '<path /data>'});
	assert.equal(firing.effect, 'data-at-risk');
});

for (const [name, facts, meaning] of [
	['before a save', {}, /^The next save fails, and then the server refuses writes\.$/],
	[
		'after a save that failed',
		{info: persistence({rdb_last_bgsave_status: 'err'})},
		/^Saves fail for it, and the server refuses writes until one succeeds\.$/,
	],
	[
		'after a save that failed, and writes go on',
		{config: {'stop-writes-on-bgsave-error': 'no'}, info: persistence({rdb_last_bgsave_status: 'err'})},
		/^Saves fail for it\. The server accepts writes that no save protects\.$/,
	],
	['writes go on', {config: {'stop-writes-on-bgsave-error': 'no'}}, /^The next save fails\. The server then accepts/],
	['of a replica', {record: {role: 'replica'}}, /^The next save fails\. The server then accepts/],
	[
		'only the append-only file is kept',
		{config: {save: ''}, info: persistence({aof_enabled: 1})},
		/^The next rewrite of/,
	],
	['nothing is saved', {config: {save: ''}}, /^Nothing is saved now\./],
] as ReadonlyArray<readonly [string, FactsParts, RegExp]>) {
	test(`per.dir: the meaning tells what holds at this moment: ${name}`, () => {
		const firing = firingOf(perDir, {
			...folder({isWritable: false}),
			...facts,
			config: {save: '3600 1', 'stop-writes-on-bgsave-error': 'yes', ...facts.config},
		});
		assert.match(messageText(firing.meaning), meaning);
	});
}
