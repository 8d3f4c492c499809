import type {DataFilesEvidence, ProcessEvidence} from '../../source/domain/host-evidence.js';
import {perNotLoaded} from '../../source/rules/unloaded-data.js';
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
): FactsParts => {
	const parts = started(files, info);
	const earlierFolder = {path: '/data', files: {rdb: undefined, appendOnly: undefined, ...earlier}};
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
	['its data were moved to the other folder', elsewhere({rdb: rdb(31)}, aof(false, 20_000), {rdb: rdb(31)}), 'clear'],
	['it has data in the other folder', elsewhere({rdb: rdb(31)}, aof(false), {rdb: rdb(900)}), 'clear'],
	['the file in the earlier folder is of last week', elsewhere({rdb: rdb(600_000)}, aof(false)), 'clear'],
	['the earlier folder has no data', elsewhere({}, aof(false)), 'clear'],
	['AOF is off, and was never on', started({rdb: rdb(31)}, aof(false)), 'clear'],
	['the machine does not show the files', {info: aof(true), host: {}}, 'unseen'],
]);
