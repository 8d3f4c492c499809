import assert from 'node:assert/strict';
import test from 'node:test';
import type {LogEvidence, ProcessEvidence} from '../../source/domain/host-evidence.js';
import {messageText} from '../../source/domain/message.js';
import {socketFailure} from '../../source/parse/socket-error.js';
import {cfgAlways, perAofPending, perAofRewrite, perAofWrite} from '../../source/rules/aof.js';
import {perAofBloat} from '../../source/rules/aof-bloat.js';
import {perFsync} from '../../source/rules/fsync.js';
import {firingOf} from '../harness/firing-of.js';
import type {Sections} from '../harness/records.js';
import {emptyKernel, type FactsParts, factsOf, testRule} from '../harness/rule-cases.js';

const {nowMs} = factsOf({});
const mega = 1024 * 1024;
const persistence = (fields: Sections[string]): Sections => ({persistence: fields});
const aof = (fields: Sections[string]): Sections => persistence({aof_enabled: 1, ...fields});

const unwritten = persistence({aof_last_write_status: 'err'});
testRule(perAofWrite, [
	['written', {info: persistence({aof_last_write_status: 'ok'})}, 'clear'],
	['not written', {info: unwritten}, 'critical', /^refuses writes \(MISCONF\): cannot write its append-only file$/],
	[
		'not written on a replica',
		{info: unwritten, record: {role: 'replica'}},
		'critical',
		/^cannot write its append-only file$/,
	],
	['not in INFO', {info: persistence({})}, 'absent'],
]);

test('per.aof_write: the effect on a primary is refused writes, and a replica has no clients that write', () => {
	assert.equal(firingOf(perAofWrite, {info: unwritten}).effect, 'writes-refused');
	assert.equal(firingOf(perAofWrite, {info: unwritten, record: {role: 'replica'}}).effect, 'data-at-risk');
});

testRule(perAofRewrite, [
	['the last rewrite succeeded', {info: persistence({aof_last_bgrewrite_status: 'ok'})}, 'clear'],
	[
		'failed once',
		{info: persistence({aof_last_bgrewrite_status: 'err'})},
		'warning',
		/^failed to rewrite its append-only file$/,
	],
	[
		'failed three times in a row',
		{info: persistence({aof_last_bgrewrite_status: 'err', aof_rewrites_consecutive_failures: 3})},
		'critical',
		/, 3 times in a row$/,
	],
	[
		'a signal killed the child',
		{
			info: persistence({aof_last_bgrewrite_status: 'err'}),
			host: {
				log: {
					source: '/var/log/redis.log',
					lines: [],
					remarks: [
						{
							id: 'rewrite-killed',
							severity: 'warning',
							meaning: 'a signal killed it',
							rules: ['per.aof_rewrite'],
							line: '7:M # Background AOF rewrite terminated by signal 9',
							atMs: factsOf({}).nowMs - 4000,
							count: 1,
						},
					],
				},
			},
		},
		'warning',
		/^failed to rewrite its append-only file: signal 9 killed the rewrite$/,
	],
	['not in INFO', {info: persistence({})}, 'absent'],
]);

testRule(perAofPending, [
	['AOF is off', {info: persistence({aof_enabled: 0, aof_rewrite_in_progress: 0})}, 'clear'],
	[
		'the first file',
		{info: aof({aof_rewrite_in_progress: 1, aof_current_size: 0})},
		'warning',
		/^writes its first append-only file$/,
	],
	['a later rewrite', {info: aof({aof_rewrite_in_progress: 1, aof_current_size: 5 * mega})}, 'clear'],
	['not in INFO', {info: persistence({})}, 'absent'],
]);

const delayed = (count: number): Sections => aof({aof_delayed_fsync: count});
/** A log with so many lines about slow fsyncs, the newest of so many seconds ago. */
const slowFsyncs = (count: number, agoSeconds: number): LogEvidence => {
	const line = {id: 'fsync-slow', severity: 'warning', meaning: 'the disk is too slow', count} as const;
	const atMs = factsOf({}).nowMs - agoSeconds * 1000;
	return {
		source: '/var/log/redis.log',
		lines: [],
		happened: [{...line, atMs: atMs - 3000 * count}],
		remarks: [{...line, atMs, rules: ['per.fsync'], line: 'Asynchronous AOF fsync is taking too long'}],
	};
};

/** A second of event loop cycles of this mean, in which the main thread used a processor for so long. */
const cycles = (count: number, meanMs: number, processorSeconds = 0, appendfsync = 'always'): FactsParts => {
	const at = (factor: number): Sections => ({
		...delayed(5),
		stats: {eventloop_cycles: 1000 + factor * count, eventloop_duration_sum: 1000 + factor * count * meanMs * 1000},
		cpu: {used_cpu_user_main_thread: 10 + factor * processorSeconds, used_cpu_sys_main_thread: 5},
	});
	return {info: at(1), earlier: at(0), config: {appendfsync}};
};

/** A second in which the server used a processor for so many tenths, by the figures of its process. */
const withProcessor = (tenths: number): Sections => ({
	...delayed(0),
	cpu: {used_cpu_user: 5 + tenths / 10, used_cpu_sys: 5},
});

/** A server with `appendfsync always` that does not report its event loop, in a wait for the disk. */
const beforeEventLoop = (parts: FactsParts = {}, process: Partial<ProcessEvidence> = {}): FactsParts => ({
	info: withProcessor(1),
	earlier: withProcessor(0),
	config: {appendfsync: 'always', dir: '/data'},
	roundTripMs: 250,
	earlierRoundTripMs: 190,
	host: {
		process: {processId: 77, state: 'disk-wait', swappedBytes: 0, ...process} as ProcessEvidence,
		waits: {readAtMs: 0, disk: {name: 'sdb', busyMs: 0, requests: 0, requestsMs: 0}},
	},
	...parts,
});

/** The same wait, of which the reply before came late: no use of the processor is known. */
const afterLate = (slowCommandMs?: number): FactsParts => {
	const {earlier: _, ...parts} = beforeEventLoop();
	const entry = {id: 1, atMs: nowMs - 5000, arguments: ['KEYS', '*'], clientAddress: '', clientName: ''};
	const entries = slowCommandMs === undefined ? [] : [{...entry, durationMicroseconds: slowCommandMs * 1000}];
	return {
		...parts,
		record: {pings: [...atOnce, 700, 810, 760], slowlog: {atMs: nowMs, value: {entries, lost: 0, perMinute: 1}}},
	};
};
const atOnce = [0.3, 0.4, 0.3, 0.5, 0.3, 0.4, 0.3];

test('per.fsync: a wait of a tenth of a second for the disk at every write is told with the first sample', () => {
	assert.equal(firingOf(perFsync, afterLate()).isCertain, true);
	assert.equal(firingOf(perFsync, beforeEventLoop({roundTripMs: 50, earlierRoundTripMs: 60})).isCertain, false);
});

test('per.fsync: the steps help against a slow disk, and ask only what a server with everysec has', () => {
	const {next} = firingOf(perFsync, {info: delayed(7), past: [delayed(5), delayed(6), delayed(7)]});
	const steps = next.map(({text}) => messageText(text)).join('\n');
	assert.match(steps, /faster disk.*\n.*CONFIG SET appendfsync no\n.*loses up to 30 s/);
	assert.doesNotMatch(steps, /aof-fsync-always/);
});

const beside = (child: string): FactsParts => ({
	info: aof({aof_delayed_fsync: 7, [child]: 1}),
	past: [delayed(5), delayed(6), delayed(7)],
});

test('per.fsync: beside a rewrite, the first steps are to let it end, and to sync nothing meanwhile', () => {
	const {next} = firingOf(perFsync, beside('aof_rewrite_in_progress'));
	const steps = next.map(({text}) => messageText(text)).join('\n');
	assert.match(steps, /^let its own AOF rewrite end.*\n.*CONFIG SET no-appendfsync-on-rewrite yes\n.*30 s of writes\n/);
	assert.doesNotMatch(steps, /CONFIG GET no-appendfsync-on-rewrite/);
});

testRule(perFsync, [
	[
		'its own rewrite writes to the disk',
		beside('aof_rewrite_in_progress'),
		'warning',
		/^waits for the disk while its own AOF rewrite writes, 2 times within a minute: an fsync takes longer than 2 s$/,
	],
	[
		'its own save writes to the disk',
		beside('rdb_bgsave_in_progress'),
		'warning',
		/^waits for the disk while its own RDB save writes, /,
	],
	[
		'a rewrite beside which no fsync is delayed',
		{info: aof({aof_delayed_fsync: 5, aof_rewrite_in_progress: 1}), past: [delayed(5), delayed(5)]},
		'clear',
	],
	['no delayed fsync', {info: delayed(5), past: [delayed(5), delayed(5)]}, 'clear'],
	[
		'two delayed fsyncs within a minute, none of them in the last second',
		{info: delayed(7), earlier: delayed(7), past: [delayed(5), delayed(6), delayed(7)]},
		'warning',
		/^waits for the disk to sync its append-only file, 2 times within a minute: an fsync takes longer than 2 s$/,
	],
	['a single one, as at the start of a rewrite', {info: delayed(6), past: [delayed(5), delayed(6)]}, 'clear'],
	['two in ten minutes', {info: delayed(7), past: [delayed(5), ...Array.from({length: 7}, () => delayed(7))]}, 'clear'],
	[
		'redis-top has just started, the log has lines of the last minute, and one round trip is long',
		{
			info: delayed(7),
			earlier: delayed(7),
			host: {log: slowFsyncs(3, 5), process: {processId: 77, state: 'sleeping'} as ProcessEvidence},
			roundTripMs: 900,
			earlierRoundTripMs: 0.5,
		},
		'critical',
		/^makes commands wait up to 900 ms for its disk, again and again by its log/,
	],
	[
		'redis-top has just started, and the log has lines of the last minute',
		{info: delayed(7), host: {log: slowFsyncs(3, 5)}},
		'warning',
		/, again and again by its log: an fsync takes longer than 2 s$/,
	],
	['the log has a single line', {info: delayed(7), host: {log: slowFsyncs(1, 5)}}, 'clear'],
	['the log has lines of an hour ago', {info: delayed(7), host: {log: slowFsyncs(3, 3600)}}, 'clear'],
	['no append-only file', {info: persistence({aof_enabled: 0})}, 'clear'],
	[
		'every write waits for the disk',
		cycles(10, 90),
		'warning',
		/^makes commands wait 90\.0 ms for its disk, at every write: appendfsync always$/,
	],
	[
		'cycles of a fifth of a second',
		cycles(4, 200),
		'critical',
		/^makes commands wait 200 ms for its disk, at every write/,
	],
	[
		'a server without figures of its event loop, seen in a wait for the disk',
		beforeEventLoop(),
		'critical',
		/^makes commands wait 190 ms for its disk, at every write: appendfsync always, \/data on sdb$/,
	],
	[
		'the same round trips of less than a tenth of a second',
		{...beforeEventLoop(), roundTripMs: 50, earlierRoundTripMs: 60},
		'warning',
	],
	['the same with everysec', beforeEventLoop({config: {appendfsync: 'everysec', dir: '/data'}}), 'clear'],
	['the same, never seen in such a wait', beforeEventLoop({}, {state: 'sleeping'}), 'clear'],
	['the same, and its pages are read back from swap', beforeEventLoop({}, {swappedBytes: mega}), 'clear'],
	['the same, and the server computes', beforeEventLoop({info: withProcessor(9)}), 'clear'],
	[
		'the same, of which the reply before came late, so that no use of the processor is known',
		afterLate(),
		'critical',
		/^makes commands wait 700 ms for its disk, at every write: appendfsync always, \/data on sdb$/,
	],
	[
		'the same on a machine short of processor time',
		{...afterLate(), host: {...afterLate().host, kernel: {...emptyKernel, processorPressure: 0.9}}},
		'critical',
	],
	['the same, and a command took long', afterLate(800), 'clear'],
	[
		'the same wait seen, and the server answers at once',
		beforeEventLoop({roundTripMs: 0.4, earlierRoundTripMs: 0.5}),
		'clear',
	],
	[
		'fsyncs delayed again and again, and PINGs wait for seconds',
		{
			info: delayed(7),
			past: [delayed(5), delayed(6), delayed(7)],
			record: {pings: [0.3, 1500, 0.4, 1800, 0.3]},
			config: {dir: '/data'},
		},
		'critical',
		/^makes commands wait up to 1\.8 s for its disk, 2 times within a minute: an fsync to \/data takes longer than 2 s$/,
	],
	[
		'the same on a machine short of processor time',
		{
			info: delayed(7),
			past: [delayed(5), delayed(6), delayed(7)],
			record: {pings: [0.3, 1500, 0.4, 1800, 0.3]},
			host: {kernel: {...emptyKernel, processorPressure: 0.9}},
		},
		'warning',
	],
	[
		'the same during its own rewrite, which ends by itself',
		{...beside('aof_rewrite_in_progress'), record: {pings: [0.3, 1500, 0.4, 1800, 0.3]}},
		'warning',
		/^makes commands wait up to 1\.8 s for its disk while its own AOF rewrite writes, /,
	],
	[
		'a single late PING beside delayed fsyncs',
		{info: delayed(7), past: [delayed(5), delayed(6), delayed(7)], record: {pings: [0.3, 1500, 0.4, 0.3]}},
		'warning',
		/^waits for the disk to sync/,
	],
	['the same cycles, in which the thread works', cycles(10, 90, 0.9), 'clear'],
	['the same cycles with everysec', cycles(10, 90, 0, 'everysec'), 'clear'],
	['quick cycles', cycles(500, 0.1), 'clear'],
	[
		'cycles of some slices on a machine short of processor time',
		{...cycles(40, 20), host: {kernel: {...emptyKernel, processorPressure: 0.9}}},
		'clear',
	],
	[
		'far longer cycles on such a machine',
		{...cycles(10, 90), host: {kernel: {...emptyKernel, processorPressure: 0.9}}},
		'warning',
	],
	['the first sample', {info: delayed(7)}, 'clear'],
	['not in INFO', {info: aof({})}, 'absent'],
]);

const sized = (size: number, base: number, rest: Sections[string] = {}): Sections =>
	aof({aof_current_size: size * mega, aof_base_size: base * mega, ...rest});
testRule(perAofBloat, [
	['twice its base', {info: sized(200, 100)}, 'clear'],
	[
		'four times its base',
		{info: sized(400, 100)},
		'info',
		/^has an append-only file of 400M, 100M after its last rewrite$/,
	],
	['a small file', {info: sized(40, 1)}, 'clear'],
	['never read nor rewritten, and the memory of the data is unknown', {info: sized(400, 0)}, 'clear'],
	[
		'never read nor rewritten, and far larger than the data',
		{info: {...sized(400, 0), memory: {used_memory: 21 * mega, used_memory_startup: mega}}},
		'info',
		/^has an append-only file of 400M, for 20\.0M of data$/,
	],
	[
		'never read nor rewritten, and not much larger than the data',
		{info: {...sized(400, 0), memory: {used_memory: 201 * mega, used_memory_startup: mega}}},
		'clear',
	],
	[
		'automatic rewriting is off, and the file is far larger than the data',
		{
			info: {...sized(400, 0), memory: {used_memory: 3 * mega, used_memory_startup: mega}},
			config: {'auto-aof-rewrite-percentage': '0'},
		},
		'warning',
		/^has an append-only file of 400M, for 2\.00M of data: automatic rewriting is off$/,
	],
	[
		'automatic rewriting is off, and a nightly rewrite would do',
		{info: sized(400, 100), config: {'auto-aof-rewrite-percentage': '0'}},
		'info',
	],
	['a rewrite is scheduled', {info: sized(400, 100, {aof_rewrite_scheduled: 1})}, 'clear'],
	['not in INFO', {info: aof({})}, 'absent'],
]);

testRule(cfgAlways, [
	['every second', {config: {appendfsync: 'everysec', appendonly: 'yes'}}, 'clear'],
	[
		'always',
		{config: {appendfsync: 'always', appendonly: 'yes'}},
		'info',
		/^waits for the disk at every write: appendfsync always$/,
	],
	['always, but AOF is off', {config: {appendfsync: 'always', appendonly: 'no'}}, 'clear'],
	['CONFIG GET was not answered yet', {}, 'pending'],
]);

/** A server that gave no reply for so many seconds, until so many seconds ago, while its process waited for a disk. */
const stalled = (
	forSeconds: number,
	agoSeconds: number,
	record: FactsParts['record'] = {},
	swappedBytes = 0,
): FactsParts => ({
	info: aof({aof_delayed_fsync: 0}),
	host: {process: {processId: 77, state: 'sleeping', swappedBytes} as ProcessEvidence},
	record: {
		diskWait: {fromMs: nowMs - 1000 * (agoSeconds + forSeconds), toMs: nowMs - 1000 * agoSeconds},
		...record,
	},
});
const longDelete: FactsParts['record'] = {
	slowlog: {
		atMs: nowMs,
		value: {
			entries: [
				{
					id: 1,
					atMs: nowMs - 9000,
					durationMicroseconds: 4_000_000,
					arguments: ['DEL', 'big'],
					clientAddress: '',
					clientName: '',
				},
			],
			lost: 0,
			perMinute: 1,
		},
	},
};

testRule(perFsync, [
	[
		'its process waited for a disk and gave no reply',
		stalled(5, 4),
		'warning',
		/^waited for the disk of its append-only file, no reply for 5s, until 4s ago: the disk takes no writes at times$/,
	],
	['a minute later', stalled(5, 61), 'clear'],
	['a short wait', stalled(1.5, 4), 'clear'],
	['no wait', stalled(5, 4, {diskWait: undefined}), 'clear'],
	['pages of the process are in swap', stalled(5, 4, {}, 4096), 'clear'],
	['a long command held it', stalled(5, 4, longDelete), 'clear'],
	[
		'it gives no reply again, which another rule tells',
		stalled(5, 4, {failure: socketFailure('TIMEOUT', '')}),
		'clear',
	],
]);

test('per.fsync: the first step looks at the disk of the folder, if that is known', () => {
	const parts = {info: delayed(7), earlier: delayed(7), past: [delayed(5), delayed(6), delayed(7)]};
	const first = (config?: Readonly<Record<string, string>>) =>
		messageText(firingOf(perFsync, config === undefined ? parts : {...parts, config}).next[0]?.text ?? '');
	assert.equal(first({dir: '/data'}), 'iostat -x 1 3; findmnt -T /data   # the disk of its folder');
	assert.equal(first(), 'iostat -x 1 3');
});
