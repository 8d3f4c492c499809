import assert from 'node:assert/strict';
import test from 'node:test';
import {endInLog, type ProcessEnd} from '../../source/derive/process-end.js';
import type {FolderEvidence} from '../../source/domain/host-evidence.js';
import {messageText} from '../../source/domain/message.js';
import {readServerLog} from '../../source/parse/server-log.js';
import {stepsAfterEnd} from '../../source/rules/end-steps.js';
import {type FactsParts, factsOf} from '../harness/rule-cases.js';

const valkey = {server: {redis_version: '7.2.4', server_name: 'valkey', valkey_version: '8.1.0'}};
const folder = {path: '/var/lib/kv'} as FolderEvidence;

/** The steps after a process ended with a line of its log. */
const stepsOf = (id: string, line: string, parts: FactsParts = {}): string[] => {
	const end: ProcessEnd = {
		remark: {id, severity: 'critical', rules: [], meaning: '', line, atMs: undefined, count: 1},
		reason: '',
	};
	return stepsAfterEnd(end, factsOf(parts)).map(({text}) => messageText(text));
};

const badFormat = (tool: string) =>
	`7:M # Bad file format reading the append only file appendonly.aof.1.incr.aof: make a backup of your AOF file, then use ./${tool} --fix <filename.manifest>`;

test('the tool for a damaged append-only file is that of the product, and the manifest is named', () => {
	assert.ok(
		stepsOf('aof-broken', badFormat('valkey-check-aof'), {host: {folder}}).includes(
			'valkey-check-aof --fix /var/lib/kv/appendonlydir/appendonly.aof.manifest   # cuts the file at the damage',
		),
	);
	assert.ok(
		stepsOf('aof-broken', badFormat('redis-check-aof'), {config: {dir: '/data', appenddirname: 'aof'}}).includes(
			'redis-check-aof --fix /data/aof/appendonly.aof.manifest   # cuts the file at the damage',
		),
	);
});

test('without its folder, or in a file of before Redis 7.0, the manifest is a word to fill in', () => {
	const fill = /then redis-check-aof --fix MANIFEST/;
	assert.match(stepsOf('aof-broken', badFormat('redis-check-aof'))[0] ?? '', fill);
	assert.match(
		stepsOf('aof-broken', '7:M # Unexpected end of file reading the append only file', {host: {folder}})[0] ?? '',
		fill,
	);
});

test('without a tool in the log, the product decides', () => {
	const line = '7:M # Bad file format reading the append only file';
	assert.match(stepsOf('aof-broken', line, {info: valkey})[0] ?? '', /valkey-check-aof/);
	assert.match(stepsOf('aof-broken', line)[0] ?? '', / redis-check-aof/);
	assert.match(stepsOf('rdb-broken', 'Short read or OOM loading DB', {info: valkey})[0] ?? '', /valkey-check-rdb FILE/);
});

test('the RDB file is named where its folder and its name are known', () => {
	assert.deepEqual(
		stepsOf('rdb-broken', 'Short read or OOM loading DB', {host: {folder}, config: {dbfilename: 'dump.rdb'}}),
		[
			'copy the file away; start from a backup or a replica',
			'redis-check-rdb /var/lib/kv/dump.rdb   # says where it is damaged',
		],
	);
});

test('a file that no older version reads is kept before any other start', () => {
	const line = "Can't handle RDB format version 12";
	const [first, second] = stepsOf('rdb-newer', line, {host: {folder}, config: {dbfilename: 'dump.rdb'}});
	assert.match(first ?? '', /^start the version that wrote the file again/);
	assert.match(second ?? '', /^copy \/var\/lib\/kv\/dump\.rdb away before any other start/);
	assert.match(stepsOf('rdb-newer', line)[1] ?? '', /^copy its RDB file away/);
	const aof = stepsOf('aof-unknown-command', "Unknown command 'HSETEX' reading the append only file");
	assert.match(aof[1] ?? '', /^copy its appendonlydir away before any other start/);
});

const starts: ReadonlyArray<readonly [line: string, reason: string, step: RegExp]> = [
	[
		'Unrecoverable error: corrupted cluster config file "vars".',
		'its nodes.conf is damaged',
		/copy its nodes\.conf away/,
	],
	[
		'Sorry, the cluster configuration file nodes.conf is already used by a different Redis Cluster node.',
		'another process uses its nodes.conf',
		/stop that process/,
	],
	["Fatal: can't update cluster config file.", 'it could not write its nodes.conf', /free the disk/],
	[
		"The append log file appendonly.aof.1.incr.aof doesn't exist: No such file or directory",
		'a file of its append-only files is missing',
		/the manifest names the files/,
	],
	[
		"Fatal error: can't open the RDB file dump.rdb for reading: Permission denied",
		'it has no right to read its RDB file',
		/^give the files in its folder back to its user/,
	],
	[
		'Fatal error loading the DB: Permission denied. Exiting.',
		'it has no right to read its RDB file',
		/^give the files in its folder back to its user/,
	],
	[
		"Fatal error: can't open the append log file appendonly.aof.1.base.rdb for reading: Permission denied",
		'it has no right to read its append-only files',
		/^give the files in its folder back to its user/,
	],
	[
		"Fatal error: can't open the AOF manifest file appendonlydir/appendonly.aof.manifest for reading: Permission denied",
		'it has no right to read its append-only files',
		/^give the files in its folder back to its user/,
	],
	[
		"Can't open the append-only file appendonly.aof.1.incr.aof: Permission denied",
		'it has no right to write its append-only file',
		/^give the files in its folder back to its user/,
	],
	[
		"Can't open or create append-only dir appendonlydir: Permission denied",
		'it has no right to write into its folder',
		/^give the files in its folder back to its user/,
	],
	[
		"Can't open the append-only file appendonly.aof.1.incr.aof: Read-only file system",
		'its file system is read-only',
		/^mount its file system for writing again/,
	],
	[
		'Wrong signature trying to load DB from file',
		'its RDB file is damaged, or of another product',
		/^start what wrote the file again, as before the change/,
	],
	[
		'Unable to obtain the AOF file appendonly.aof.1.base.rdb length. stat: No such file or directory',
		'its file appendonly.aof.1.base.rdb is missing',
		/the manifest names the files/,
	],
	[
		'Configuring Redis with users defined in redis.conf and at the same setting an ACL file path is invalid. This setup is very likely to lead to configuration errors',
		'its config file has both users and an aclfile',
		/^move the user lines/,
	],
	[
		'Failed opening Unix socket: bind: No such file or directory',
		'the folder of its unixsocket is missing',
		/^make the folder of unixsocket/,
	],
	['Failed opening Unix socket: bind: Permission denied', 'it cannot make its unixsocket', /^make the folder/],
	['Aborting Redis startup because of ACL errors: x', 'its ACL file has a mistake or cannot be read', /aclfile/],
	["Can't load module from /opt/rejson.so: server aborting", 'a module could not be loaded', /its file/],
	[
		"Internal error in RDB reading offset 121, function at rdb.c:2872 -> The RDB file contains module data I can't load: no matching module type 'ReJSON-RL'",
		'it lacks the module ReJSON-RL, which its data needs',
		/^put that module back: loadmodule/,
	],
	[
		"The RDB file contains AUX module data I can't load: no matching module 'ft_index0'",
		'it lacks the module ft_index0, which its data needs',
		/^put that module back/,
	],
	[
		'Failed listening on port 6379 (tcp), aborting.',
		'it cannot listen: its port is taken, or its address is not here',
		/which process has the port/,
	],
	['Failed to configure TLS. Check logs for more info.', 'its certificate or key cannot be used', /tls-cert-file/],
	[
		'FATAL: Data file was created with a Redis server configured to handle more than 4 databases. Exiting',
		'its data has more databases than its config allows',
		/raise databases/,
	],
	[
		'Guru Meditation: Replica was unable to write command to disk. #server.c:4102',
		'it could not write to its disk, and ended itself',
		/free its disk/,
	],
];

for (const [line, reason, step] of starts) {
	test(`a process that ended with this line has a reason and steps: ${line.slice(0, 70)}`, () => {
		const time = '24 Nov 2026 11:22:33';
		const end = endInLog(
			readServerLog(
				'/var/log/redis.log',
				`7:C ${time}.000 * oO0OoO0OoO0Oo Redis is starting oO0OoO0OoO0Oo\n7:M ${time}.100 # === REDIS BUG REPORT START\n7:M ${time}.123 # ${line}\n`.replace(
					line.startsWith('Guru') ? '' : /7:M \S+ \S+ \S+ \S+ # ===.*\n/,
					'',
				),
			),
		);
		assert.equal(end && messageText(end.reason), reason);
		assert.match(messageText(stepsAfterEnd(end, factsOf({}))[0]?.text ?? ''), step);
	});
}

test('an end that the log does not show, or that needs no step, has none', () => {
	assert.deepEqual(stepsAfterEnd(undefined, factsOf({})), []);
	assert.deepEqual(stepsOf('other', 'x'), []);
});

test('the folder whose files the user may not read is named', () => {
	const steps = stepsOf(
		'data-unreadable',
		"Fatal error: can't open the RDB file dump.rdb for reading: Permission denied",
		{
			host: {folder},
		},
	);
	assert.match(steps[0] ?? '', /^give the files in \/var\/lib\/kv back to its user \(chown -R\)/);
	assert.equal(steps[1], 'ls -lnR /var/lib/kv');
});

test('a file that a server could not open while it ran is not why its process ended', () => {
	const lines = [
		"7:M 24 Nov 2026 11:22:33.100 # Can't open the append-only file appendonly.aof.1.incr.aof: Permission denied",
		'7:M 24 Nov 2026 11:22:34.100 * Background saving started by pid 9',
	];
	assert.equal(endInLog(readServerLog('/var/log/redis.log', lines.join('\n'))), undefined);
	assert.equal(endInLog(readServerLog('/var/log/redis.log', lines[0] ?? ''))?.remark.id, 'no-right-to-dir');
	const save =
		'9:C 24 Nov 2026 11:22:34.100 # Failed opening the temp RDB file temp-9.rdb for saving: Permission denied';
	assert.equal(endInLog(readServerLog('/var/log/redis.log', save)), undefined, 'a save failed, and the server ran on');
});

test('an address of bind that the machine lacks is named before its steps', () => {
	const lines = [
		'7:M 24 Nov 2026 11:22:33.100 # Warning: Could not create server TCP listening socket 10.9.9.9:6379: bind: Cannot assign requested address',
		'7:M 24 Nov 2026 11:22:33.101 # Failed listening on port 6379 (tcp), aborting.',
	];
	const end = endInLog(readServerLog('/var/log/redis.log', lines.join('\n')));
	assert.match(messageText(stepsAfterEnd(end, factsOf({}))[0]?.text ?? ''), /^correct bind in its config file/);
});

test('the beginning of an RDB file tells which product wrote it', () => {
	const steps = stepsOf('rdb-foreign', 'Wrong signature trying to load DB', {
		host: {folder},
		config: {dbfilename: 'd'},
	});
	assert.match(steps[1] ?? '', /^copy \/var\/lib\/kv\/d away before any other start/);
	assert.match(steps[2] ?? '', /^head -c 9 \/var\/lib\/kv\/d; echo /);
});

test('an append-only file that a running server misses is not why its process ended', () => {
	const lines = [
		'7:M 24 Nov 2026 11:22:33.100 # Unable to obtain the AOF file a.1.incr.aof length. stat: No such file or directory',
		'7:M 24 Nov 2026 11:22:34.100 * Background saving started by pid 9',
	];
	assert.equal(endInLog(readServerLog('/var/log/redis.log', lines.join('\n'))), undefined);
});
