import assert from 'node:assert/strict';
import test from 'node:test';
import fc from 'fast-check';
import {hostFacts} from '../../source/diagnose/host-lines.js';
import {hostRemarks} from '../../source/diagnose/host-remarks.js';
import type {FoundServer, LocalEvidence, ProcessEvidence} from '../../source/domain/host-evidence.js';
import {messageText} from '../../source/domain/message.js';
import {readServerLog} from '../../source/parse/server-log.js';

const nowMs = Date.UTC(2026, 10, 24, 12);

const process: ProcessEvidence = {
	processId: 7,
	namespaceProcessId: 7,
	name: 'redis-server',
	state: 'sleeping',
	waitsIn: undefined,
	userId: 0,
	residentBytes: 1,
	swappedBytes: 0,
	hugePageBytes: 0,
	usesHugePages: false,
	openFiles: 10,
	openFilesLimit: 1024,
	oomScoreAdjustment: 0,
	workingFolder: '/data',
	hasOwnRoot: false,
};

const server: FoundServer = {
	processId: 7,
	name: 'redis-server',
	state: 'sleeping',
	listens: [{address: '127.0.0.1', port: 6379}],
	title: '127.0.0.1:6379',
};

const listener = {address: '127.0.0.1', port: 6379, queued: 0, processId: 7, processName: 'redis-server'};

const healthy: LocalEvidence = {
	kind: 'here',
	process,
	listeners: [listener],
	servers: [server],
	supervisor: {kind: 'none'},
	oomKills: [],
	log: undefined,
	folder: undefined,
	kernel: {
		overcommitMemory: 1,
		transparentHugePages: 'madvise',
		maximumBacklog: 4096,
		totalMemoryBytes: 100,
		availableMemoryBytes: 50,
		totalSwapBytes: 0,
		freeSwapBytes: 0,
		clockSource: 'tsc',
	},
	cgroup: undefined,
	gaps: [],
};

const gone: Partial<LocalEvidence> = {process: undefined, listeners: [], servers: []};
const folder = {
	path: '/data',
	freeBytes: 50,
	totalBytes: 100,
	freeInodes: 9,
	isWritable: true,
	rights: '0:0 755',
	isReadOnlyMount: false,
};
const kill = {atMs: nowMs - 60_000, processId: 7, name: 'redis-server', line: 'Killed process 7 (redis-server)'};
const earlierProcess = {processId: 7, seenAtMs: nowMs - 61_000};
const unit = {
	kind: 'systemd',
	unit: 'redis-server.service',
	state: 'failed/failed',
	lastExit: 'oom-kill',
	restarts: 3,
} as const;

const cases: ReadonlyArray<
	readonly [
		name: string,
		evidence: Partial<LocalEvidence>,
		isUnreachable: boolean,
		ids: readonly string[],
		words: RegExp,
	]
> = [
	['healthy', {}, false, [], /^$/],
	['stopped', {process: {...process, state: 'stopped'}}, true, ['process-stopped'], /stopped, by a signal/],
	[
		'held by a debugger',
		{process: {...process, state: 'stopped', suspendedBy: {kind: 'debugger', processId: 9, name: 'gdb'}}},
		true,
		['process-suspended'],
		/gdb \(process 9\) holds its process/,
	],
	[
		'waiting for a disk',
		{process: {...process, state: 'disk-wait', waitsIn: 'io_schedule'}},
		true,
		['process-waits-for-disk'],
		/in io_schedule/,
	],
	[
		'a zombie',
		{process: {...process, state: 'zombie'}, listeners: [], servers: [{...server, state: 'zombie', listens: []}]},
		true,
		['process-zombie', 'no-server'],
		/zombie/,
	],
	['no server at all', gone, true, ['no-server'], /no Redis or Valkey process runs/],
	['no server, though all is well', gone, false, [], /^$/],
	[
		'another port',
		{...gone, servers: [{...server, listens: [{address: '::', port: 6380}]}]},
		true,
		['other-port'],
		/redis-server \(process 7\) on \[::\]:6380/,
	],
	[
		'another address',
		{listeners: [{...listener, address: '10.0.0.5'}]},
		true,
		['other-address'],
		/listens on 10\.0\.0\.5 only/,
	],
	[
		'another program',
		{process: undefined, servers: [], listeners: [{...listener, processId: 9, processName: 'nginx'}]},
		true,
		['port-owner'],
		/belongs to nginx/,
	],
	[
		'a tunnel',
		{process: undefined, servers: [], listeners: [{...listener, processId: 9, processName: 'ssh'}]},
		true,
		['port-owner'],
		/behind it, elsewhere/,
	],
	[
		'a container',
		{process: undefined, servers: [], listeners: [{...listener, processId: 9, processName: 'docker-proxy'}]},
		false,
		['port-owner'],
		/published for a container/,
	],
	[
		'killed for memory',
		{...gone, earlierProcess, oomKills: [kill], supervisor: unit},
		true,
		['oom-killed', 'supervisor', 'ended', 'no-server'],
		/killed redis-server.*11:59:00/,
	],
	[
		'killed for memory last week',
		{...gone, earlierProcess, oomKills: [{...kill, atMs: nowMs - 7 * 86_400_000}]},
		true,
		['ended', 'no-server'],
		/./,
	],
	['another server killed', {...gone, oomKills: [{...kill, processId: 13_839}]}, true, ['no-server'], /./],
	['another server killed, and this one serves', {oomKills: [{...kill, processId: 13_839}]}, false, [], /^$/],
	[
		'a container that ended',
		{
			...gone,
			supervisor: {
				kind: 'container',
				engine: 'docker',
				id: 'ab',
				name: 'cache',
				state: 'exited',
				lastExit: 'exit code 137',
				restarts: 0,
			},
		},
		true,
		['supervisor', 'no-server'],
		/container cache is exited, exit code 137/,
	],
	['a full disk', {folder: {...folder, freeBytes: 1}}, false, ['disk-full'], /is full/],
	['no rights', {folder: {...folder, isWritable: false}}, false, ['dir-not-writable'], /may not write/],
	['read-only', {folder: {...folder, isReadOnlyMount: true}}, false, ['read-only-mount'], /mounted read-only/],
	['a folder that is gone', {folder: {...folder, isMissing: true}}, false, ['dir-gone'], /\/data.* is gone/],
	['no inodes', {folder: {...folder, freeInodes: 0}}, false, ['no-inodes'], /no inode/],
	[
		'unknown room',
		{folder: {...folder, freeBytes: undefined, totalBytes: undefined, freeInodes: undefined, isWritable: undefined}},
		false,
		[],
		/^$/,
	],
	['a full accept queue', {listeners: [{...listener, queued: 400}]}, true, ['accept-queue'], /400 connections wait/],
	[
		'a log that tells',
		{
			...gone,
			log: {
				source: '/l',
				lines: [],
				remarks: [
					{id: 'crashed', severity: 'critical', rules: [], meaning: 'it crashed', line: 'x', atMs: undefined, count: 1},
				],
			},
		},
		true,
		['log-crashed', 'no-server'],
		/its log: it crashed/,
	],
];

for (const [name, evidence, isUnreachable, ids, words] of cases) {
	test(name, () => {
		const endpoint = {kind: 'tcp', host: '127.0.0.1', port: 6379} as const;
		const refused = isUnreachable ? [endpoint.host] : [];
		const remarks = hostRemarks({evidence: {...healthy, ...evidence}, endpoint, isUnreachable, refused, nowMs});
		assert.deepEqual(
			remarks.map(({id}) => id),
			ids,
		);
		assert.match(remarks[0]?.text ?? '', words);
	});
}

test('bind is blamed only where every address of the name refuses the connection', () => {
	const remarksOn = (host: string, refused: readonly string[], bound = '127.0.0.1') =>
		hostRemarks({
			evidence: {...healthy, listeners: [{...listener, address: bound}]},
			endpoint: {kind: 'tcp', host, port: 6379},
			isUnreachable: true,
			refused,
			nowMs,
		}).map(({text}) => text);
	const only = ['the server listens on 127.0.0.1 only (bind)'];
	assert.deepEqual(remarksOn('10.0.0.5', ['10.0.0.5']), only);
	assert.deepEqual(remarksOn('cache-1', ['10.0.0.5']), only);
	assert.deepEqual(remarksOn('localhost', []), [], 'it is hung');
	assert.deepEqual(remarksOn('cache-1', [], '10.0.0.5'), [], 'it is hung');
	assert.deepEqual(remarksOn('cache-1', ['10.0.0.5'], '10.0.0.5'), [], 'something rejects');
	assert.deepEqual(remarksOn('10.0.0.5', []), [], 'packets are dropped');
});

test('bind is not blamed where several servers have the port, each at an address of its own', () => {
	const remarks = hostRemarks({
		evidence: {...healthy, listeners: [listener, {...listener, address: '127.0.0.2', processId: 8}]},
		endpoint: {kind: 'tcp', host: '127.0.0.3', port: 6379},
		isUnreachable: true,
		refused: ['127.0.0.3'],
		nowMs,
	});
	assert.deepEqual(
		remarks.filter(({id}) => id === 'other-address'),
		[],
	);
});

test('a file that a newer version wrote is not called damaged, and a damaged one is', () => {
	const told = (...lines: ReadonlyArray<readonly [second: number, text: string]>) =>
		hostRemarks({
			evidence: {
				...healthy,
				...gone,
				log: readServerLog(
					'/d/redis.log',
					lines.map(([second, text]) => `1:M 24 Nov 2026 11:22:${second}.123 # ${text}`).join('\n'),
				),
			},
			endpoint: {kind: 'tcp', host: '127.0.0.1', port: 6379},
			isUnreachable: true,
			refused: ['127.0.0.1'],
			nowMs,
		}).flatMap(({id}) => (id.startsWith('log-') ? [id] : []));
	const [newer, fatal] = [
		"Can't handle RDB format version 12",
		'Fatal error loading the DB, check server logs. Exiting.',
	];
	assert.deepEqual(told([33, newer], [33, fatal]), ['log-rdb-newer']);
	assert.deepEqual(told([33, fatal]), ['log-rdb-broken']);
	const missing = "The RDB file contains module data I can't load: no matching module type 'ReJSON-RL'";
	assert.deepEqual(told([33, missing], [33, fatal]), ['log-module-missing']);
	const denied = "Fatal error: can't open the RDB file dump.rdb for reading: Permission denied";
	assert.deepEqual(told([33, denied], [33, fatal]), ['log-data-unreadable']);
	assert.deepEqual(told([10, newer], [50, fatal]), ['log-rdb-broken', 'log-rdb-newer'], 'a later start');
});

test('a damaged append-only file is repaired with the tool and the manifest of its version, after a copy', () => {
	const stepsFor = (lines: string, parts: Partial<LocalEvidence> = {}) =>
		hostRemarks({
			evidence: {...healthy, ...gone, log: readServerLog('/d/redis.log', lines), ...parts},
			endpoint: {kind: 'tcp', host: '127.0.0.1', port: 6379},
			isUnreachable: true,
			refused: ['127.0.0.1'],
			nowMs,
		})
			.filter(({id}) => id === 'log-aof-broken')
			.flatMap(({next}) => next.map(({text}) => messageText(text)));
	const damaged = (tool: string, file: string) =>
		`7:M 24 Nov 2026 11:22:33.123 # Bad file format reading the append only file ${file}: make a backup of your AOF file, then use ./${tool} --fix <filename.manifest>\n`;
	const folder = {...healthy.folder, path: '/d'} as NonNullable<LocalEvidence['folder']>;
	assert.deepEqual(stepsFor(damaged('redis-check-aof', 'appendonly.aof.1.incr.aof'), {folder}), [
		'copy its appendonlydir away, and stop what starts it again',
		'redis-check-aof --fix /d/appendonlydir/appendonly.aof.manifest   # cuts the file at the damage',
		'what was written after the damage is lost: a replica or a backup may have more',
		'tail -n 50 /d/redis.log',
	]);
	assert.match(
		stepsFor(damaged('valkey-check-aof', 'a.aof.3.base.rdb'), {folder})[1] ?? '',
		/^valkey-check-aof --fix \/d\/appendonlydir\/a\.aof\.manifest/,
	);
	const restarted = `${damaged('redis-check-aof', 'x')}9:C 24 Nov 2026 11:23:33.123 * oO0OoO0OoO0Oo Redis is starting oO0OoO0OoO0Oo\n`;
	assert.deepEqual(stepsFor(restarted, {folder}), ['tail -n 50 /d/redis.log'], 'the end of an earlier process');
});

test('what could not be seen is said with its reason', () => {
	const facts = hostFacts({...healthy, gaps: [{what: 'dir', why: 'permission denied'}]});
	assert.ok(facts.some(([label, value]) => label === 'not seen' && value === 'dir: permission denied'));
	assert.deepEqual(hostFacts({kind: 'unavailable', why: 'no Linux'}), [['machine', 'no Linux']]);
});

test('any figures give lines', () => {
	const number = fc.option(fc.double({noNaN: false}), {nil: undefined});
	fc.assert(
		fc.property(number, number, number, (one, other, third) => {
			const evidence: LocalEvidence = {
				...healthy,
				process: {...process, residentBytes: one, openFilesLimit: other, openFiles: third},
				folder: {...folder, freeBytes: one, totalBytes: other},
				cgroup: {limitBytes: third, usedBytes: one, oomKills: other},
			};
			const endpoint = {kind: 'tcp', host: '127.0.0.1', port: 6379} as const;
			assert.ok(Array.isArray(hostRemarks({evidence, endpoint, isUnreachable: true, refused: [], nowMs})));
			assert.ok(hostFacts(evidence).every(([, value]) => typeof value === 'string'));
		}),
	);
});
