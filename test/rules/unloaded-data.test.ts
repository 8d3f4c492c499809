import assert from 'node:assert/strict';
import {test} from 'node:test';
import type {DataFilesEvidence, ProcessEvidence} from '../../source/domain/host-evidence.js';
import {messageText} from '../../source/domain/message.js';
import {perNotLoaded} from '../../source/rules/unloaded-data.js';
import {firingOf} from '../harness/firing-of.js';
import type {Sections} from '../harness/records.js';
import {type FactsParts, factsOf, testRule} from '../harness/rule-cases.js';

const {nowMs} = factsOf({});
const ago = (seconds: number): number => nowMs - seconds * 1000;

/** The server's process started half a minute ago. */
const started = (files: Partial<DataFilesEvidence>, info: Sections, startedSeconds = 30): FactsParts => ({
	info: {...info, keyspace: {db0: 'keys=11,expires=0'}},
	host: {
		process: {processId: 7, startedAtMs: ago(startedSeconds)} as ProcessEvidence,
		dataFiles: {rdb: undefined, appendOnly: undefined, ...files},
	},
});
const aof = (isOn: boolean, loaded = 0): Sections => ({
	persistence: {aof_enabled: isOn ? 1 : 0, rdb_last_load_keys_loaded: loaded},
});
const rdb = (writtenSeconds: number, sizeBytes = 500_000) => ({
	path: '/data/dump.rdb',
	sizeBytes,
	modifiedAtMs: ago(writtenSeconds),
});
const appendOnly = (bornSeconds: number, writtenSeconds = 0, sizeBytes = 500_000) => ({
	path: '/data/appendonlydir',
	sizeBytes,
	modifiedAtMs: ago(writtenSeconds),
	bornAtMs: ago(bornSeconds),
});

/** The server's process started half a minute ago in another folder than the process before. */
const elsewhere = (
	earlier: Partial<DataFilesEvidence>,
	info: Sections,
	files: Partial<DataFilesEvidence> = {},
	configFile?: {readonly path: string; readonly setsPassword: boolean},
): FactsParts => {
	const parts = started(files, info);
	const earlierFolder = {path: '/data', files: {rdb: undefined, appendOnly: undefined, ...earlier}, configFile};
	return {...parts, host: {...parts.host, earlierFolder}};
};

testRule(perNotLoaded, [
	[
		'AOF was put into the config file, and the RDB file is left aside',
		started({rdb: rdb(31), appendOnly: appendOnly(30)}, aof(true)),
		'critical',
		/^started without its data, 11 keys now, 488K in \/data\/dump\.rdb: AOF is new, RDB not read$/,
	],
	['AOF was there before', started({rdb: rdb(31), appendOnly: appendOnly(9000)}, aof(true)), 'clear'],
	[
		'AOF was switched on at run time',
		started({rdb: rdb(9000), appendOnly: appendOnly(3000)}, aof(true, 20_000), 8000),
		'clear',
	],
	['a save has replaced the RDB file', started({rdb: rdb(5), appendOnly: appendOnly(30)}, aof(true)), 'clear'],
	[
		'a new server was filled and saved within seconds of its start',
		started({rdb: rdb(28), appendOnly: appendOnly(30)}, {persistence: {...aof(true).persistence, rdb_saves: 1}}),
		'clear',
	],
	[
		'the same, and it has not saved yet',
		started({rdb: rdb(31), appendOnly: appendOnly(30)}, {persistence: {...aof(true).persistence, rdb_saves: 0}}),
		'critical',
	],
	[
		'an earlier version has saved since its start, and its folder was read before',
		started(
			{rdb: rdb(31), appendOnly: appendOnly(30)},
			{persistence: {...aof(true).persistence, rdb_last_save_time: Math.floor(ago(10) / 1000)}},
		),
		'clear',
	],
	[
		'an earlier version gives its start as the time of its last save',
		started(
			{rdb: rdb(31), appendOnly: appendOnly(30)},
			{persistence: {...aof(true).persistence, rdb_last_save_time: Math.floor(ago(30) / 1000)}},
		),
		'critical',
	],
	['the RDB file is tiny', started({rdb: rdb(31, 300), appendOnly: appendOnly(30)}, aof(true)), 'clear'],
	['two days ago', started({rdb: rdb(172_801), appendOnly: appendOnly(172_800)}, aof(true), 172_800), 'clear'],
	[
		'AOF was taken out of the config file, and its newer file is left aside',
		started({rdb: rdb(9000), appendOnly: appendOnly(90_000, 31)}, aof(false)),
		'critical',
		/in \/data\/appendonlydir: AOF is off, its file not read$/,
	],
	[
		'nothing tells whether it uses AOF, because it does not answer yet or any more',
		started({rdb: rdb(9000), appendOnly: appendOnly(90_000, 31)}, {}),
		'absent',
	],
	[
		'an append-only file of last year',
		started({rdb: rdb(9000), appendOnly: appendOnly(40_000_000, 30_000_000)}, aof(false)),
		'clear',
	],
	[
		'it was started in another folder, which is empty',
		elsewhere({rdb: rdb(31)}, aof(false)),
		'critical',
		/^started without its data, 11 keys now, 488K in \/data\/dump\.rdb: it was started in another folder$/,
	],
	[
		'it was started in another folder with AOF, which began there',
		elsewhere({appendOnly: appendOnly(90_000, 31)}, aof(true), {appendOnly: appendOnly(30)}),
		'critical',
		/in \/data\/appendonlydir: it was started in another folder$/,
	],
	[
		'it was started without its config file',
		elsewhere({rdb: rdb(31)}, aof(false), {}, {path: '/etc/cache.conf', setsPassword: false}),
		'critical',
		/in \/data\/dump\.rdb: it was started without its config file$/,
	],
	[
		'it was started without its config file, which sets a password',
		elsewhere({rdb: rdb(31)}, aof(false), {}, {path: '/etc/cache.conf', setsPassword: true}),
		'critical',
		/: it was started without its config file, so without password$/,
	],
	[
		'it was started with another config file',
		elsewhere(
			{rdb: rdb(31)},
			{...aof(false), server: {config_file: '/etc/redis.conf'}},
			{},
			{
				path: '/srv/cache.conf',
				setsPassword: true,
			},
		),
		'critical',
		/in \/data\/dump\.rdb: it was started with another config file than before$/,
	],
	[
		'it was started with another config file, and loaded its data',
		elsewhere(
			{rdb: rdb(31)},
			{...aof(false, 20_000), server: {config_file: '/etc/redis.conf'}},
			{rdb: rdb(31)},
			{
				path: '/srv/cache.conf',
				setsPassword: true,
			},
		),
		'clear',
	],
	['its data were moved to the other folder', elsewhere({rdb: rdb(31)}, aof(false, 20_000), {rdb: rdb(31)}), 'clear'],
	['it has data in the other folder', elsewhere({rdb: rdb(31)}, aof(false), {rdb: rdb(900)}), 'clear'],
	['the file in the earlier folder is of last week', elsewhere({rdb: rdb(600_000)}, aof(false)), 'clear'],
	['the earlier folder has no data', elsewhere({}, aof(false)), 'clear'],
	['AOF is off, and was never on', started({rdb: rdb(31)}, aof(false)), 'clear'],
	['the machine does not show the files', {info: aof(true), host: {}}, 'unseen'],
]);

test('the steps start a server with the config file that it was started without', () => {
	const stepsOf = (configFile?: {readonly path: string; readonly setsPassword: boolean}) => {
		const parts = elsewhere({rdb: rdb(31)}, aof(false), {}, configFile);
		const info = {...parts.info, server: {executable: '/opt/valkey-server', config_file: ''}};
		return firingOf(perNotLoaded, {...parts, info}).next.map(({text}) => messageText(text));
	};
	const steps = stepsOf({path: '/etc/cache.conf', setsPassword: true});
	assert.match(steps[0] ?? '', /^start it with its config file: \/etc\/cache\.conf/);
	assert.match(steps[1] ?? '', /SHUTDOWN NOSAVE$/);
	assert.equal(steps[2], '/opt/valkey-server /etc/cache.conf');
	assert.ok(steps.every(text => !text.includes('write `dir`')));
	assert.ok(stepsOf().some(text => text.includes('write `dir`')));
});

test('both config files are named where the server was started with another one', () => {
	const parts = elsewhere({rdb: rdb(31)}, aof(false), {}, {path: '/srv/cache.conf', setsPassword: false});
	const info = {...parts.info, server: {executable: '/opt/valkey-server', config_file: '/etc/redis.conf'}};
	const {next, evidence, meaning} = firingOf(perNotLoaded, {...parts, info});
	assert.match(messageText(next[0]?.text ?? ''), /^start it with its earlier config file: \/srv\/cache\.conf/);
	assert.ok(evidence.some(({value}) => typeof value === 'object' && messageText(value) === '/etc/redis.conf'));
	assert.doesNotMatch(messageText(meaning), /default settings/);
});

test('per.not_loaded: the step names the file that is to be copied', () => {
	const {next} = firingOf(perNotLoaded, started({rdb: rdb(31), appendOnly: appendOnly(30)}, aof(true)));
	assert.equal(messageText(next[1]?.text ?? ''), 'copy dump.rdb now: the next save or rewrite replaces it');
});
