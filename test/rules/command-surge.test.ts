import assert from 'node:assert/strict';
import test from 'node:test';
import type {CommandRate} from '../../source/derive/command-rates.js';
import {messageText} from '../../source/domain/message.js';
import {cpuSurge, rateBefore} from '../../source/rules/command-surge.js';
import {firingOf} from '../harness/firing-of.js';
import {clientOf} from '../harness/records.js';
import {emptyHost, emptyKernel, type FactsParts, factsOf, testRule} from '../harness/rule-cases.js';

const {nowMs} = factsOf({});

const called = (command: string, callsPerSecond: number, calls = callsPerSecond): CommandRate => ({
	command,
	calls,
	callsPerSecond,
	callsOfInterval: callsPerSecond,
	meanMicroseconds: 2,
	timeShare: 0.9,
	failuresPerSecond: 0,
});

type Load = {
	/** The commands a second in each of the last steps of ten seconds. */
	readonly before?: readonly number[];
	/** The calls of GET a second. */
	readonly gets?: number;
	/** The calls of GET since the start. */
	readonly calls?: number;
	/** The calls of SET and of HGET a second. */
	readonly others?: number;
	readonly more?: number;
	/** Share of a core that the main thread uses. */
	readonly used?: number;
	readonly names?: readonly string[];
	readonly uptime?: number;
	readonly parts?: FactsParts;
};

/** A server that gets GETs, in two samples a second apart. */
function load({
	before = [],
	gets = 150_000,
	calls = gets,
	others = 0,
	more = 0,
	used = 0.65,
	names = ['cart-sync'],
	uptime = 86_400,
	parts = {},
}: Load): FactsParts {
	const all = gets + others + more;
	let total = 1000;
	const totals = [
		total,
		...before.map(rate => {
			total += rate * 10;
			return total;
		}),
	];
	const cpu = (seconds: number) => ({used_cpu_user_main_thread: seconds, used_cpu_sys_main_thread: 0});
	return {
		info: {
			server: {uptime_in_seconds: uptime},
			stats: {total_commands_processed: total + all},
			cpu: {used_cpu_user: 9 + used, used_cpu_sys: 0, ...cpu(9 + used)},
		},
		earlier: {
			stats: {total_commands_processed: total},
			cpu: {used_cpu_user: 9, used_cpu_sys: 0, ...cpu(9)},
		},
		past: before.length === 0 ? [] : totals.map(value => ({stats: {total_commands_processed: value}})),
		...parts,
		record: {
			commands: [called('get', gets, calls), called('set', others), called('hget', more)],
			clients: {
				atMs: nowMs,
				value: names.map((name, at) => clientOf({id: at + 1, name, command: 'get', idleSeconds: 0})),
			},
			...parts.record,
		},
	};
}

const quiet = [100, 100, 100, 100];
const waits = (ms: number, atMs: number) => ({
	atMs,
	value: {...emptyHost, process: theProcess, waits: {readAtMs: atMs, processorWaitNs: ms * 1e6}},
});
const theProcess = {
	processId: 7,
	namespaceProcessId: 7,
	name: 'redis-server',
	state: 'running',
	waitsIn: undefined,
	userId: 0,
	residentBytes: 1,
	swappedBytes: 0,
	hugePageBytes: 0,
	usesHugePages: false,
	openFiles: 1,
	openFilesLimit: 1024,
	oomScoreAdjustment: 0,
	workingFolder: '/',
	hasOwnRoot: false,
} as const;

/** The clients by name and age; the first sends SET. */
const aged = (...rows: ReadonlyArray<readonly [name: string, ageSeconds: number]>) => ({
	atMs: nowMs,
	value: rows.map(([name, ageSeconds], id) =>
		clientOf({id, name, ageSeconds, command: id === 0 ? 'set' : 'get', idleSeconds: 0}),
	),
});

/** A lock script that calls three commands; the time of all commands that are not scripts has the rest. */
function scripted({
	evals = 12_000,
	evalTime = 0.8,
	all = 48_000,
}: {
	readonly evals?: number;
	readonly evalTime?: number;
	readonly all?: number;
}): FactsParts {
	const timed = (rate: CommandRate, timeShare: number): CommandRate => ({...rate, timeShare});
	return load({
		before: quiet,
		gets: all,
		parts: {
			record: {
				commands: [
					timed(called('eval', evals), evalTime),
					timed(called('get', all * 0.75), 1 - evalTime),
					timed(called('set', 60), 0),
				],
				clients: {
					atMs: nowMs,
					value: [
						clientOf({id: 1, name: 'order-worker', command: 'eval', idleSeconds: 0}),
						clientOf({id: 2, name: 'web', command: 'get', idleSeconds: 0}),
						clientOf({id: 3, name: 'cart', command: 'get', idleSeconds: 0}),
					],
				},
			},
		},
	});
}

testRule(cpuSurge, [
	[
		'one client sends far more than before, and the thread is busy',
		load({before: quiet}),
		'warning',
		/^gets 150k\/s GET from cart-sync, 100\/s commands before, its main thread is 65% busy$/,
	],
	[
		'the thread is not busy, and waits for a processor',
		load({
			before: quiet,
			used: 0.35,
			parts: {record: {hostBefore: waits(0, nowMs - 3000), host: waits(1200, nowMs)}},
		}),
		'warning',
		/35% busy, and waits for a processor 40% of the time$/,
	],
	['the thread has much time left', load({before: quiet, used: 0.35}), 'info'],
	['clients of several names', load({before: quiet, names: ['web', 'cart-sync']}), 'info', /from web and 1 more/],
	['a rise of a daily peak', load({before: [20_000, 20_000, 20_000]}), 'clear'],
	['as high a few minutes ago', load({before: [100, 140_000, 100, 100, 100, 100]}), 'clear'],
	['few commands in all', load({before: quiet, gets: 9000}), 'clear'],
	['no command has most calls', load({before: quiet, others: 60_000, gets: 60_000, more: 60_000}), 'clear'],
	['usual for this server', load({before: Array.from({length: 60}, () => 150_000), calls: 86_400 * 100_000}), 'clear'],
	[
		'the rise began half a minute ago',
		load({before: [100, 100, 40_000, 150_000, 150_000, 150_000]}),
		'warning',
		/, 100\/s commands before/,
	],
	[
		'a first look: far above the average of its life',
		load({calls: 2_000_000, uptime: 6000}),
		'warning',
		/^gets 150k\/s GET from cart-sync, 333\/s since its start/,
	],
	['a first look: usual for its life', load({calls: 86_400 * 100_000}), 'clear'],
	[
		'a first look soon after the start: a client that came later than another',
		load({calls: 2_000_000, uptime: 60, parts: {record: {clients: aged(['web', 50], ['cart-sync', 10])}}}),
		'warning',
		/^gets 150k\/s GET from cart-sync, 33\.3k\/s since its start/,
	],
	[
		'a first look soon after the start: the load that all servers get',
		load({calls: 2_000_000, uptime: 60, parts: {record: {clients: aged(['web', 50], ['cart-sync', 45])}}}),
		'clear',
	],
	[
		'a script has a quarter of the calls, and those that it calls are the others',
		scripted({}),
		'warning',
		/^gets 12\.0k\/s EVAL from order-worker, 100\/s commands before/,
	],
	['a few scripts beside reads that take most of the time', scripted({evalTime: 0.1}), 'info', /^gets 36\.0k\/s GET/],
	['a script calls many commands', scripted({evals: 900}), 'warning', /^gets 900\/s EVAL from order-worker/],
	['a script calls few commands', scripted({evals: 900, all: 9000}), 'clear'],
	[
		'the machine is busy, also by this',
		load({
			before: quiet,
			used: 0.2,
			parts: {host: {kernel: {...emptyKernel, processorPressure: 0.98}}},
		}),
		'warning',
	],
	[
		'the machine is busy, and the server takes little',
		load({
			before: quiet,
			used: 0.05,
			parts: {host: {kernel: {...emptyKernel, processorPressure: 0.98}}},
		}),
		'info',
	],
	['a first look: a daily peak', load({calls: 86_400 * 20_000}), 'clear'],
	['a first look: just started', load({calls: 1_500_000, uptime: 20}), 'clear'],
	['the load of a failed primary', load({before: quiet, parts: {watch: {roleChangedAtMs: nowMs - 60_000}}}), 'clear'],
	['commands are not counted yet', {info: {stats: {total_commands_processed: 5}}}, 'pending'],
]);

test('cpu.surge: of clients with one command, the one that sends nearly all of it is named', () => {
	const traffic = (commands: number) => ({inBytes: 1, outBytes: 1, commands});
	const value = [
		clientOf({id: 1, name: 'web', command: 'get', idleSeconds: 0, perSecond: traffic(100)}),
		clientOf({id: 2, name: 'cart-sync', command: 'get', idleSeconds: 0, perSecond: traffic(149_000)}),
	];
	const {culprit, next} = firingOf(cpuSurge, load({before: quiet, parts: {record: {clients: {atMs: nowMs, value}}}}));
	assert.deepEqual(culprit, {command: 'GET', client: {kind: 'client', name: 'cart-sync'}});
	assert.equal(messageText(next[0]?.text ?? ''), 'let cart-sync send GET less often, or stop it');
});

test('the rate before a rise is the highest before its first step', () => {
	const readings = (...rates: readonly number[]) => {
		let value = 0;
		return [0, ...rates].map((rate, at) => {
			value += rate * 10;
			return {atMs: at * 10_000, value};
		});
	};
	assert.equal(rateBefore(readings(), 900), undefined);
	assert.equal(rateBefore(readings(10, 20, 10, 100, 900, 900), 900), 20);
	assert.equal(rateBefore(readings(10, 20, 12), 900), 20);
	assert.equal(rateBefore(readings(100, 900, 900), 900), undefined, 'the rise began in the first step');
	assert.equal(rateBefore(readings(900, 900), 900), undefined);
});

test('cpu.surge: connections without a name are told by their host, a single one by its address', () => {
	const at = (...addresses: readonly string[]) => {
		const value = addresses.map((address, id) => clientOf({id, name: '', address, command: 'get', idleSeconds: 0}));
		return firingOf(cpuSurge, load({before: quiet, parts: {record: {clients: {atMs: nowMs, value}}}}));
	};
	assert.deepEqual(at('10.0.0.9:40', '10.0.0.9:41').culprit?.client, {kind: 'host', name: '10.0.0.9'});
	assert.deepEqual(at('10.0.0.9:40').culprit?.client, {kind: 'client', name: '10.0.0.9:40'});
	const several = at('10.0.0.8:1', '10.0.0.9:40', '10.0.0.9:41');
	assert.match(messageText(several.problem), / from 10\.0\.0\.9 and 1 more,/);
	assert.equal(several.severity, 'info');
});

test('cpu.surge: of clients with one command, the one with the buffers of many commands is named', () => {
	const of = (ofWeb: number, ofSync: number) => {
		const value = [
			clientOf({id: 1, name: 'web', command: 'get', idleSeconds: 0, totalMemoryBytes: ofWeb}),
			clientOf({id: 2, name: 'cart-sync', command: 'get', idleSeconds: 0, totalMemoryBytes: ofSync}),
		];
		return firingOf(cpuSurge, load({before: quiet, parts: {record: {clients: {atMs: nowMs, value}}}})).culprit?.client;
	};
	assert.deepEqual(of(1900, 40_000), {kind: 'client', name: 'cart-sync'});
	assert.equal(of(1900, 12_000), undefined, 'no query buffer of its own');
	assert.equal(of(20_000, 40_000), undefined, 'both have buffers');
});
