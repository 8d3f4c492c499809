import assert from 'node:assert/strict';
import test from 'node:test';
import type {LocalEvidence} from '../../source/domain/host-evidence.js';
import {messageText} from '../../source/domain/message.js';
import {cpuMain, cpuSteal, cpuThrottle, ioThreads, netBw} from '../../source/rules/cpu-network.js';
import {firingOf} from '../harness/firing-of.js';
import {clientOf, type Sections} from '../harness/records.js';
import {emptyHost, emptyKernel, type FactsParts, factsOf, testRule} from '../harness/rule-cases.js';

/** Counters that were 0 a second ago. */
const grown = (section: string, fields: Sections[string], rest: Sections = {}): FactsParts => ({
	info: {...rest, [section]: fields},
	earlier: {[section]: Object.fromEntries(Object.keys(fields).map(name => [name, 0]))},
});

const processor = (main: number, fields: Sections[string] = {}) =>
	grown('cpu', {
		used_cpu_user: main,
		used_cpu_sys: 0,
		used_cpu_user_main_thread: main,
		used_cpu_sys_main_thread: 0,
		...fields,
	});

/** A command of a server whose commands take nine tenths of the time. */
const commandOf = (command: string, timeShare: number) => ({
	command,
	timeShare,
	calls: 100,
	callsPerSecond: 9000 * timeShare,
	meanMicroseconds: 100,
	failuresPerSecond: 0,
});
/** The same with an append-only file. */
const withAof = (parts: FactsParts): FactsParts => ({...parts, info: {...parts.info, persistence: {aof_enabled: 1}}});
testRule(cpuMain, [
	['idle', processor(0.1), 'clear'],
	['busy', processor(0.8), 'warning', /^main thread is 80% busy$/],
	['saturated', processor(0.95), 'critical'],
	[
		'one command takes most of the time',
		{...processor(0.95), record: {commands: [commandOf('hincrby', 0.2), commandOf('exec', 0.7)]}},
		'critical',
		/^main thread is 95% busy: EXEC takes most of the time$/,
	],
	[
		'no command takes most of the time',
		{...processor(0.95), record: {commands: [commandOf('get', 0.3), commandOf('set', 0.4)]}},
		'critical',
		/^main thread is 95% busy$/,
	],
	[
		'waits for the disk of its append-only file, which Valkey counts as active',
		withAof(processor(0.1, {used_active_time_main_thread: 0.99})),
		'clear',
	],
	[
		'the same while it waits for a processor',
		{
			...withAof(processor(0.3, {used_active_time_main_thread: 0.99})),
			host: {kernel: {...emptyKernel, processorPressure: 0.8}},
		},
		'critical',
	],
	[
		'active and with a processor, with an append-only file',
		withAof(processor(0.95, {used_active_time_main_thread: 0.95})),
		'critical',
	],
	['waits actively for its I/O threads', processor(1, {used_active_time_main_thread: 0.2}), 'clear'],
	[
		'before Redis 6.2, the whole process',
		grown('cpu', {used_cpu_user: 0.7, used_cpu_sys: 0.25}),
		'critical',
		/^process takes 95% of a core$/,
	],
	[
		'all threads of a process that does not tell of its main thread',
		grown('cpu', {used_cpu_user: 2.5, used_cpu_sys: 0}),
		'warning',
		/^process takes 2\.5 cores$/,
	],
	['no processor times in INFO', {}, 'absent'],
]);

/** INFO of a second: processor time, active time, new connections, commands and the bytes of their replies. */
const second = (
	[processorTime, active]: readonly [number, number?],
	[connections, commands, bytes = 76_000]: readonly [number, number, number?],
): FactsParts => {
	const cpu = {
		used_cpu_user: processorTime,
		used_cpu_sys: 0,
		used_cpu_user_main_thread: processorTime,
		used_cpu_sys_main_thread: 0,
		...(active === undefined ? {} : {used_active_time_main_thread: active}),
	};
	const stats = {
		total_connections_received: connections,
		total_commands_processed: commands,
		total_net_input_bytes: 11_000,
		total_net_output_bytes: bytes,
	};
	const zero = (fields: object) => Object.fromEntries(Object.keys(fields).map(name => [name, 0]));
	return {info: {cpu, stats}, earlier: {cpu: zero(cpu), stats: zero(stats)}};
};

const rateOf = (command: string, callsPerSecond: number, meanMicroseconds: number, timeShare: number) => ({
	...commandOf(command, timeShare),
	callsPerSecond,
	meanMicroseconds,
});

/** Commands of a server with a connection for each request: hardly any time, most of it in the INFO of redis-top. */
const few = [rateOf('info', 1, 9000, 0.7), rateOf('set', 110, 20, 0.2), rateOf('get', 140, 8, 0.1)];
const connecting = {
	atMs: 0,
	value: [
		clientOf({id: 3, name: 'api-1', command: 'set'}),
		...[40, 41, 42].map(id => clientOf({id, address: `127.0.0.31:${id}`, ageSeconds: 0, command: 'NULL'})),
	],
};
const withTls = {certificateExpiresAtMs: 1e13};
testRule(cpuMain, [
	[
		'a TLS connection for each request, on a machine short of processor time',
		{...second([0.14, 0.98], [36, 250]), ...withTls, record: {commands: few, clients: connecting}},
		'critical',
		/^main thread is 98% busy: new TLS connections from 127\.0\.0\.31 take most of the time, 36\/s$/,
	],
	[
		'a TLS connection for each request, before Valkey 9.1',
		{...second([0.97], [240, 700]), ...withTls, record: {commands: few}},
		'critical',
		/^main thread is 97% busy: new TLS connections take most of the time, 240\/s$/,
	],
	[
		'a connection for each request without TLS',
		{...second([0.95], [6000, 12_000]), record: {commands: [rateOf('get', 6000, 2, 0.8)]}},
		'critical',
		/^main thread is 95% busy: new connections take most of the time, 6\.00k\/s$/,
	],
	[
		'few connections, and work that nothing explains: no command is the cause',
		{...second([0.95], [2, 250]), ...withTls, record: {commands: few}},
		'critical',
		/^main thread is 95% busy$/,
	],
	[
		'connections that would each take longer than any handshake',
		{...second([0.95], [12, 100]), ...withTls, record: {commands: few}},
		'critical',
		/^main thread is 95% busy$/,
	],
	[
		'connections beside a command that takes the time',
		{...second([0.95], [36, 250]), ...withTls, record: {commands: [rateOf('hgetall', 2, 450_000, 0.99)]}},
		'critical',
		/^main thread is 95% busy: HGETALL takes most of the time$/,
	],
	[
		'many short commands: the reading and writing for them takes the time',
		{...second([0.95], [20, 60_000]), ...withTls, record: {commands: [rateOf('get', 60_000, 1, 0.9)]}},
		'critical',
		/^main thread is 95% busy: GET takes most of the time$/,
	],
	[
		'large replies: the writing of them takes the time',
		{...second([0.95], [1, 900, 600e6]), record: {commands: [rateOf('get', 900, 90, 0.9)]}},
		'critical',
		/^main thread is 95% busy: GET takes most of the time$/,
	],
	[
		'INFO of redis-top alone has the time of commands',
		{
			...second([0.95], [1, 20_000]),
			record: {commands: [rateOf('info', 1, 500_000, 0.9), rateOf('get', 9000, 4, 0.1)]},
		},
		'critical',
		/^main thread is 95% busy$/,
	],
]);

test('cpu.main: no connection is closed where clients connect for each request', () => {
	const parts = {...second([0.97], [240, 700]), ...withTls, record: {commands: few, clients: connecting}};
	const {culprit, next} = firingOf(cpuMain, parts);
	assert.equal(culprit, undefined);
	assert.match(messageText(next[0]?.text ?? ''), /^let 127\.0\.0\.31 keep its connections: a pool/);
});

const kernel = (total: number, stolen: number) => ({...emptyKernel, processorTime: {total, stolen}});

const stolen = (before: readonly [number, number] | undefined, after: readonly [number, number]): FactsParts => {
	const {host} = factsOf({host: {kernel: kernel(...(before ?? [0, 0]))}}).record;
	return {host: {kernel: kernel(...after)}, record: before === undefined ? {} : {hostBefore: host}};
};

testRule(cpuSteal, [
	['nothing stolen', stolen([1000, 10], [3000, 10]), 'clear'],
	['a tenth stolen', stolen([1000, 10], [3000, 210]), 'warning', /^loses 10% of its processor time: /],
	['a tenth since the start of the machine, none lately', stolen([1000, 100], [3000, 110]), 'clear'],
	['one reading', stolen(undefined, [3000, 2000]), 'pending'],
	['counters that were reset', stolen([3000, 2000], [10, 1]), 'pending'],
	['the kernel does not show it', {host: {}}, 'absent'],
	['the machine was not read yet', {}, 'unseen'],
]);

const threads = (clients: readonly number[], uptime = 60, io = 10): FactsParts => ({
	config: {'io-threads': '4'},
	info: {
		server: {uptime_in_seconds: uptime},
		stats: {io_threaded_reads_processed: io, io_threaded_writes_processed: 0},
		threads: Object.fromEntries(
			clients.map((count, index) => [`io_thread_${index}`, `clients=${count},reads=1,writes=1`]),
		),
	},
});

testRule(ioThreads, [
	['one thread', {...threads([]), config: {'io-threads': '1'}}, 'clear'],
	['used I/O threads', threads([], 100_000, 5), 'clear'],
	['unused so far', threads([], 3600, 0), 'clear'],
	['unused for a day', threads([], 100_000, 0), 'info', /^has never needed its 4 I\/O threads$/],
	['unused for a day, with --strict', {...threads([], 100_000, 0), settings: {isStrict: true}}, 'warning'],
	['clients spread evenly', threads([0, 40, 41, 39]), 'clear'],
	[
		'one thread has nearly all clients',
		threads([0, 90, 5, 5]),
		'info',
		/^clients are spread unevenly over its I\/O threads, from 5 to 90 clients a thread$/,
	],
	['few clients', threads([0, 6, 0, 0]), 'clear'],
	['before Redis 6.0', {...threads([]), info: {server: {uptime_in_seconds: 5}}}, 'absent'],
	['settings not answered yet', {info: threads([]).info ?? {}}, 'pending'],
]);

const sentBytes = (bytes: number, limit: number): FactsParts => ({
	...grown('stats', {total_net_output_bytes: bytes, total_net_input_bytes: 1000}),
	thresholds: {'net.bw.limit': limit},
});

testRule(netBw, [
	['no limit is set', sentBytes(900, 0), 'clear'],
	['70 % of the limit', sentBytes(700_000, 1_000_000), 'clear'],
	['90 % of the limit', sentBytes(900_000, 1_000_000), 'warning', /^sends 90% of its network limit, .* of /],
	['the first sample', {info: {stats: {total_net_output_bytes: 5}}, thresholds: {'net.bw.limit': 10}}, 'pending'],
]);

const group = (periods: number, throttled: number, cores = 0.05): Partial<LocalEvidence> => ({
	cgroup: {limitBytes: undefined, usedBytes: 1, oomKills: 0, processorQuota: {cores, periods, throttled}},
});
const hostBefore = (periods: number, throttled: number): NonNullable<FactsParts['record']> => ({
	hostBefore: {atMs: 0, value: {...emptyHost, ...group(periods, throttled)}},
});
/** The processor time that the server itself has used, seconds. */
const cpu = (used: number) => ({cpu: {used_cpu_user: 10 + used, used_cpu_sys: 1}});
testRule(cpuThrottle, [
	[
		'stood still in many periods since the group was created',
		{host: group(39, 17)},
		'warning',
		/^is held at 0\.05 processors, it stood still in 44% of the periods: the processor limit of its control group$/,
	],
	['did so only long ago', {host: group(1100, 100), record: hostBefore(1000, 100)}, 'clear'],
	[
		'does so in the last second, and seldom before',
		{host: group(1010, 104), record: hostBefore(1000, 100)},
		'warning',
		/in 40% of the periods/,
	],
	['hardly ran since the last reading', {host: group(1004, 504), record: hostBefore(1000, 500)}, 'clear'],
	['does so now', {host: group(1100, 150), record: hostBefore(1000, 100)}, 'warning', /in 50% of the periods/],
	[
		'while a save runs in a process of its own',
		{host: group(39, 17), info: {persistence: {rdb_bgsave_in_progress: 1}}},
		'warning',
		/in 44% of the periods, while a save runs: the processor limit of its control group$/,
	],
	[
		'while a save runs, and the server itself takes little',
		{
			host: group(39, 17),
			info: {persistence: {rdb_bgsave_in_progress: 1}, ...cpu(0.002)},
			earlier: cpu(0),
		},
		'warning',
		/^is held at 0\.05 processors, used up by its save, .* while a save runs: the child process of a save uses the limit up$/,
	],
	[
		'while a save runs, and the server itself takes most',
		{
			host: group(39, 17),
			info: {persistence: {rdb_bgsave_in_progress: 1}, ...cpu(0.04)},
			earlier: cpu(0),
		},
		'warning',
		/while a save runs: the processor limit of its control group$/,
	],
	[
		'no save runs, and the server itself takes little',
		{host: group(39, 17), info: cpu(0.002), earlier: cpu(0)},
		'warning',
		/in 44% of the periods: the processor limit of its control group$/,
	],
	[
		'while the append-only file is rewritten',
		{host: group(39, 17), info: {persistence: {rdb_bgsave_in_progress: 0, aof_rewrite_in_progress: 1}}},
		'warning',
		/in 44% of the periods, while a rewrite of the append-only file runs: /,
	],
	[
		'while nothing else runs',
		{host: group(39, 17), info: {persistence: {rdb_bgsave_in_progress: 0, aof_rewrite_in_progress: 0}}},
		'warning',
		/in 44% of the periods: /,
	],
	['a few periods say nothing', {host: group(10, 10)}, 'clear'],
	['now and then', {host: group(1000, 90)}, 'clear'],
	['no limit', {host: {cgroup: {limitBytes: undefined, usedBytes: 1, oomKills: 0}}}, 'clear'],
	['no process', {host: {}}, 'unseen'],
	['another machine', {}, 'unseen'],
]);

test('cpu.main: the client that causes the load is the first step', () => {
	const clients = {atMs: 0, value: [clientOf({id: 1, name: 'cart-sync', command: 'get', idleSeconds: 0})]};
	const stepOf = (record: FactsParts['record']) =>
		messageText(firingOf(cpuMain, {...processor(0.95), record: record ?? {}}).next[0]?.text ?? '');
	assert.equal(stepOf({commands: [commandOf('get', 0.9)], clients}), 'let cart-sync send GET less often, or stop it');
	assert.match(stepOf({commands: [commandOf('get', 0.9)]}), /^see which commands/);
	assert.match(stepOf({clients}), /^see which commands/);
});
