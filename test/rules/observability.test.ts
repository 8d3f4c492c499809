import assert from 'node:assert/strict';
import test from 'node:test';
import {ThreadTimes} from '../../source/derive/thread-times.js';
import type {ProcessEvidence} from '../../source/domain/host-evidence.js';
import {messageText} from '../../source/domain/message.js';
import {findingText} from '../../source/rules/finding.js';
import {cfgLat, latMonOff, latSlowlogNew, latSlowlogOff} from '../../source/rules/observability.js';
import {firingOf} from '../harness/firing-of.js';
import {recordFrom} from '../harness/records.js';
import {emptyHost, emptyKernel, type FactsParts, factsOf, testRule} from '../harness/rule-cases.js';
import {sampleOf} from '../harness/samples.js';

const {nowMs} = factsOf({});
const slowlog = (perMinute: number, atMs = nowMs): FactsParts => ({
	record: {slowlog: {atMs, value: {entries: [], lost: 0, perMinute}}},
});
const slow = (durationMs: number, command: string, clientName = 'app') => ({
	id: durationMs,
	atMs: nowMs - 5000,
	durationMicroseconds: durationMs * 1000,
	arguments: [command, 'k'],
	clientAddress: '10.0.0.9:5000',
	clientName,
});
const entries = (perMinute: number, ...list: ReadonlyArray<ReturnType<typeof slow>>): FactsParts => ({
	record: {slowlog: {atMs: nowMs, value: {entries: list, lost: 0, perMinute}}},
});

testRule(latSlowlogNew, [
	['ten a minute', slowlog(10), 'clear'],
	['eleven a minute', slowlog(11), 'warning', /^ran 11 slow commands/],
	['eleven a minute when the log was last read, two minutes ago', slowlog(11, nowMs - 120_000), 'clear'],
	[
		'the worst is named',
		entries(11, slow(7800, 'eval', 'cron-report'), slow(12, 'time')),
		'warning',
		/^ran EVAL for 7\.8\d* s from cron-report, 5s ago, slowest of 2 logged$/,
	],
	[
		'long moves of keys that take most of the time',
		entries(4, slow(4100, 'migrate', ''), slow(3700, 'migrate', ''), slow(200, 'migrate', '')),
		'critical',
		/^ran MIGRATE for 4\.1\d* s from 10\.0\.0\.9:5000, 5s ago, slowest of 3 logged$/,
	],
	[
		'the same that took most of the time before',
		entries(4, ...[4100, 3700].map(ms => ({...slow(ms, 'migrate', ''), atMs: nowMs - 20_000}))),
		'warning',
		/^ran MIGRATE for 4\.1/,
	],
	[
		'one command that took seconds',
		entries(1, slow(10_000, 'debug', '')),
		'warning',
		/^ran DEBUG for 10\.?0* s from 10\.0\.0\.9:5000, 5s ago$/,
	],
	[
		'a few that all clients feel',
		entries(4, slow(240, 'del', 'purge-job'), slow(230, 'del', 'purge-job'), slow(210, 'del', 'purge-job')),
		'warning',
		/^ran DEL k for 240 ms from purge-job, 5s ago, slowest of 3 logged$/,
	],
	[
		'a deletion of several keys',
		entries(1, {...slow(2400, 'del'), arguments: ['del', 'a', 'b']}),
		'warning',
		/^ran DEL for 2\.40* s from app, 5s ago$/,
	],
	[
		'a key that is too long for a title',
		entries(1, {...slow(2400, 'del'), arguments: ['del', 'k'.repeat(41)]}),
		'warning',
		/^ran DEL for 2\.40* s from app, 5s ago$/,
	],
	[
		'two of one client within ten seconds',
		entries(2, slow(329, 'del', 'nightly-cleanup'), {...slow(171, 'del', 'nightly-cleanup'), atMs: nowMs - 15_000}),
		'warning',
		/^ran DEL k for 329 ms from nightly-cleanup, 5s ago, slowest of 2 logged$/,
	],
	[
		'two within ten seconds of one host whose clients have no name',
		entries(2, slow(240, 'del', ''), {...slow(230, 'del', ''), clientAddress: '10.0.0.9:5001'}),
		'warning',
	],
	[
		'two of one client, a quarter of a minute apart',
		entries(2, slow(240, 'del'), {...slow(230, 'del'), atMs: nowMs - 20_000}),
		'clear',
	],
	['the same of two clients', entries(2, slow(240, 'del', 'api'), slow(230, 'del', 'worker')), 'clear'],
	['two different ones of one client', entries(2, slow(240, 'sort'), slow(230, 'zunionstore')), 'clear'],
	['two of which one took less than a tenth of a second', entries(2, slow(240, 'del'), slow(90, 'del')), 'clear'],
	['a reshard moves two large keys', entries(2, slow(240, 'migrate', ''), slow(230, 'migrate', '')), 'clear'],
	[
		'a reshard brings two large keys',
		entries(2, slow(240, 'restore-asking', ''), slow(230, 'restore-asking', '')),
		'clear',
	],
	['two rewrites of the config file on a slow disk', entries(2, slow(240, 'config'), slow(230, 'config')), 'clear'],
	[
		'a batch of UNLINK',
		entries(4, slow(12, 'unlink'), slow(11, 'unlink'), slow(13, 'unlink'), slow(14, 'unlink')),
		'clear',
	],
	[
		'an analyst walks through the keys',
		entries(4, slow(24, 'scan'), slow(25, 'scan'), slow(31, 'scan'), slow(29, 'scan')),
		'clear',
	],
	[
		'two that add up to a second',
		entries(2, slow(560, 'del', 'purge-job'), slow(480, 'del', 'purge-job')),
		'warning',
		/^ran DEL k for 560 ms from purge-job, 5s ago, slowest of 2 logged$/,
	],
	...['migrate', 'RESTORE', 'psync', 'config'].map(
		command =>
			[
				`two planned ones that add up to a second: ${command}`,
				entries(2, slow(560, command), slow(480, command)),
				'clear',
			] as const,
	),
	['two that nearly add up to a second', entries(2, slow(560, 'del'), slow(430, 'sort')), 'clear'],
	['one of most of a second', entries(1, slow(900, 'del')), 'clear'],
	['one that took little', entries(1, slow(26, 'zadd')), 'clear'],
	['a long one of an hour ago', entries(0, {...slow(10_000, 'debug'), atMs: nowMs - 3_600_000}), 'clear'],
	['every command is logged', {...slowlog(500), config: {'slowlog-log-slower-than': '0'}}, 'clear'],
	['SLOWLOG GET not answered yet', {}, 'pending'],
]);

/** The readings of the main thread's processor time, in milliseconds since the first, one each second until now. */
const threadUsed = (...usedMs: readonly number[]): Pick<FactsParts, 'watch'> => {
	const threadTimes = new ThreadTimes();
	for (const [index, used] of usedMs.entries()) {
		threadTimes.note(
			sampleOf(
				{cpu: {used_cpu_user_main_thread: 5 + used / 1000, used_cpu_sys_main_thread: 0}},
				600_000 - (usedMs.length - 1 - index) * 1000,
			),
		);
	}

	return {watch: {threadTimes}};
};

/** The thread used 8 ms around the slow commands of five seconds ago, which took far longer. */
const idleThread = threadUsed(0, 2, 4, 10, 12, 14, 16, 18, 20);
const busyThread = threadUsed(0, 2, 4, 800, 900, 902, 904, 906, 908);
const busyMachine = {kernel: {...emptyKernel, processorPressure: 0.9}};
const crowded = (runnable: number) => ({
	kernel: {...emptyKernel, processorPressure: 0.9, processorTime: {total: 1, stolen: 0, runnable, processors: 2}},
});
/** The server's own group stood still in half of its periods, and no thread waits for the machine. */
const ofItsLimit = {
	host: {
		...crowded(1),
		cgroup: {
			limitBytes: undefined,
			usedBytes: 1,
			oomKills: 0,
			processorQuota: {cores: 0.05, periods: 100, throttled: 53},
		},
	},
};
const threeForEach = crowded(6);
const process = {processId: 77} as ProcessEvidence;
/** The server's thread waited for 200 ms of the ten seconds between two readings of its machine. */
const waitedUntil = (ms: number) => ({process, waits: {processorWaitNs: ms * 1e6}});
const spared = {...crowded(6), ...waitedUntil(1200)};
const withHost = (parts: FactsParts, host: NonNullable<FactsParts['host']>): FactsParts => ({
	...parts,
	host,
	record: {...parts.record, hostBefore: {atMs: nowMs - 10_000, value: {...emptyHost, ...waitedUntil(1000)}}},
});
const manyForEach = crowded(12);
const sibling = (host: string, processorPressure: number) =>
	recordFrom({
		address: `${host}:6380`,
		host: {atMs: nowMs, value: {...emptyHost, kernel: {...emptyKernel, processorPressure}}},
	});
/** The thread used 30 ms around the slow commands of five seconds ago: most of what each of them took. */
const sharedThread = threadUsed(0, 2, 4, 20, 34, 36, 38, 40, 42);
/** The thread used 15 ms around each of the slow commands, which were a second and more apart. */
const briefThread = threadUsed(...Array.from({length: 40}, (_, at) => 7 * at));
const brief = Array.from({length: 8}, (_, at) => ({...slow(22 + at, 'unlink'), atMs: nowMs - 5000 - 3000 * at}));
const twelve = Array.from({length: 12}, (_, at) => slow(34 + at, 'set'));

testRule(latSlowlogNew, [
	[
		'the thread ran for most of one command, but for little of all together',
		{...entries(12, ...twelve), ...sharedThread, host: busyMachine},
		'info',
		/^is held up for up to 45\.?0* ms within commands, 12 slow commands in the last minute, .*: its machine is short/,
	],
	[
		'the thread ran for most of the only command',
		{...entries(12, slow(45, 'set')), ...sharedThread, host: busyMachine},
		'warning',
		/^ran SET .* for 45/,
	],
	[
		'the thread did not run: this machine is short of processor time',
		{...entries(12, ...twelve), ...idleThread, host: busyMachine},
		'info',
		/^is held up for up to 45\.?0* ms within commands, 12 slow commands in the last minute, .*: its machine is short/,
	],
	[
		'the thread did not run: another node shows that the machine is short of processor time',
		{...entries(12, ...twelve), ...idleThread, nodes: [sibling('10.0.1.11', 0.9)]},
		'info',
	],
	[
		'the thread did not run, and the machine is not known',
		{...entries(12, ...twelve), ...idleThread, nodes: [sibling('10.0.1.12', 0.9)]},
		'warning',
		/: its thread got no processor, or waited for memory$/,
	],
	[
		'a busy machine: many small commands that took a little longer than the limit, and used half of it',
		{...entries(12, ...brief), ...briefThread, host: busyMachine},
		'clear',
	],
	[
		'another node shows the busy machine',
		{...entries(12, ...brief), ...briefThread, nodes: [sibling('10.0.1.11', 0.9)]},
		'clear',
	],
	[
		'the same on a machine that is not busy',
		{...entries(12, ...brief), ...briefThread},
		'warning',
		/^ran UNLINK k for 27/,
	],
	[
		'a busy machine, and most of the commands used far more than the limit',
		{...entries(12, ...twelve), ...busyThread, host: busyMachine},
		'warning',
		/^ran SET k for 45/,
	],
	['the thread ran', {...entries(12, ...twelve), ...busyThread, host: busyMachine}, 'warning', /^ran SET k for 45/],
	[
		'the thread ran for one long command, and did not for the others',
		{
			...entries(13, ...twelve, {...slow(2000, 'lrange', 'feed'), atMs: nowMs - 2000}),
			...threadUsed(0, 2, 4, 10, 12, 14, 1980, 2000, 2002),
			host: busyMachine,
		},
		'warning',
		/^ran LRANGE k for 2\.?0* s from feed/,
	],
	[
		'a script that ran for seconds and waited for longer',
		{
			...entries(1, slow(8400, 'eval', 'cron-report')),
			...threadUsed(...Array.from({length: 16}, (_, at) => (at < 2 ? 0 : Math.min(at - 1, 8) * 300))),
			host: busyMachine,
		},
		'warning',
		/^ran EVAL k? ?for 8\.4/,
	],
	[
		'a command that sleeps by itself',
		{...entries(1, slow(10_000, 'debug')), ...threadUsed(...Array.from({length: 30}, (_, at) => at))},
		'warning',
		/^ran DEBUG for 10/,
	],
	[
		'one command for which the thread ran, on a machine short of processor time',
		{...entries(1, slow(682, 'del', 'purge-job')), ...busyThread, host: threeForEach},
		'warning',
		/^ran DEL k for 682 ms from purge-job, 5s ago$/,
	],
	[
		'one command for which the thread did not run, on such a machine',
		{...entries(1, slow(682, 'del')), ...idleThread, host: threeForEach},
		'clear',
	],
	[
		'one command that the waits explain: six threads for each processor',
		{...entries(1, slow(580, 'del')), ...busyThread, host: manyForEach},
		'clear',
	],
	[
		'the same, and the thread was seen to be held by this command',
		{
			...entries(1, slow(580, 'del', 'purge-job')),
			host: manyForEach,
			watch: {heavyCommand: {command: 'del', ownMs: 180, atMs: nowMs - 4000}},
		},
		'warning',
		/^ran DEL k for 580 ms from purge-job/,
	],
	[
		'the same, and its own work took a moment only',
		{
			...entries(1, slow(580, 'del')),
			host: manyForEach,
			watch: {heavyCommand: {command: 'del', ownMs: 40, atMs: nowMs - 4000}},
		},
		'clear',
	],
	[
		'the same, and the thread was seen to be held by another command',
		{
			...entries(1, slow(580, 'del')),
			host: manyForEach,
			watch: {heavyCommand: {command: 'keys', ownMs: 180, atMs: nowMs - 4000}},
		},
		'clear',
	],
	[
		'one command that took little, on such a machine',
		{
			...entries(1, slow(90, 'del')),
			host: threeForEach,
			watch: {heavyCommand: {command: 'del', ownMs: 80, atMs: nowMs}},
		},
		'clear',
	],
	[
		'one move of a key, on such a machine',
		{...entries(1, slow(682, 'migrate')), ...busyThread, host: threeForEach},
		'clear',
	],
	[
		'one command on a machine whose processors are free',
		{...entries(1, slow(682, 'del')), host: {kernel: {...emptyKernel, processorPressure: 0.5}}},
		'clear',
	],
	[
		'one command while the pressure comes from the limit of the server’s own group',
		{...entries(1, slow(682, 'del')), ...ofItsLimit},
		'clear',
	],
	[
		'one command on a busy machine on which the server hardly waits',
		withHost(entries(1, slow(682, 'del')), spared),
		'clear',
	],
	[
		'one command, while every command is logged',
		{...entries(1, slow(682, 'del')), host: threeForEach, config: {'slowlog-log-slower-than': '0'}},
		'clear',
	],
	[
		'the readings do not reach back to the command',
		{...entries(12, ...twelve), ...threadUsed(0, 2, 4), host: busyMachine},
		'warning',
		/^ran SET/,
	],
]);

const primary = recordFrom({address: '10.0.1.10:6379', info: {replication: {role: 'master'}}});
/** Two slow commands of a replica, and the slow log of its primary. */
const onReplica = (address: string, host = '10.0.1.10', ofPrimary: ReadonlyArray<ReturnType<typeof slow>> = []) => ({
	...entries(2, ...[682, 590].map(tookMs => ({...slow(tookMs, 'del', ''), clientAddress: address}))),
	info: {replication: {role: 'slave', master_host: host, master_port: 6379}},
	nodes: [{...primary, slowlog: {atMs: nowMs, value: {entries: ofPrimary, lost: 0, perMinute: 2}}}],
});
const replicaOf = (parts: ReturnType<typeof onReplica>): FactsParts => ({
	...parts,
	record: {...parts.record, role: 'replica'},
});

testRule(latSlowlogNew, [
	[
		'a replica repeats a command of its primary',
		replicaOf(onReplica('10.0.1.10:6379')),
		'warning',
		/^repeated DEL k of its primary for 682 ms, 5s ago, slowest of 2 logged$/,
	],
	[
		'and the primary knows who sent it',
		replicaOf(onReplica('10.0.1.10:6379', '10.0.1.10', [slow(700, 'DEL', 'purge-job')])),
		'warning',
		/^repeated DEL k of its primary for 682 ms from purge-job, 5s ago/,
	],
	[
		'the primary ran that command at another time',
		replicaOf(onReplica('10.0.1.10:6379', '10.0.1.10', [{...slow(700, 'DEL', 'purge-job'), atMs: nowMs - 40_000}])),
		'warning',
		/^repeated DEL k of its primary for 682 ms, 5s ago/,
	],
	[
		'the primary ran another command',
		replicaOf(onReplica('10.0.1.10:6379', '10.0.1.10', [slow(700, 'UNLINK', 'purge-job')])),
		'warning',
		/^repeated DEL k of its primary for 682 ms, 5s ago/,
	],
	[
		'a replica knows its primary by name',
		replicaOf(onReplica('10.0.1.10:6379', 'redis.internal')),
		'warning',
		/^repeated DEL k of its primary for 682 ms/,
	],
	[
		'a client of a replica',
		replicaOf(onReplica('10.0.1.10:43122', 'redis.internal')),
		'warning',
		/^ran DEL k for 682 ms from 10\.0\.1\.10:43122/,
	],
	[
		'a primary, and a client at such an address',
		{...onReplica('10.0.1.10:6379'), info: {replication: {role: 'master'}}},
		'warning',
		/^ran DEL k for 682 ms from 10\.0\.1\.10:6379/,
	],
]);

/** The steps of the finding about one slow command. */
const stepsOf = (words: readonly string[], clientName = 'backup-cron') =>
	firingOf(latSlowlogNew, entries(1, {...slow(4500, 'x', clientName), arguments: [...words]}))
		.next.map(({text}) => messageText(text))
		.join('\n');

for (const [words, steps] of [
	[['save'], /^send BGSAVE in place of SAVE: [^\n]*\nuntil then, stop backup-cron\n/],
	[['SHUTDOWN'], /^it saves before it stops/],
	[['bgsave'], /^the server copies its page tables/],
	[['PSYNC', '?', '-1'], /^the server copies its page tables/],
	[['flushall'], /^send FLUSHALL ASYNC in its place/],
	[['script', 'flush'], /^send SCRIPT FLUSH ASYNC in its place/],
	[['keys', 'a*'], /^send SCAN in place of KEYS/],
	[['debug', 'sleep', '5'], /^DEBUG is for tests/],
	[['client', 'list'], /^the answer grows with the number of clients/],
	[['config', 'set', 'maxmemory', '1'], /^ask why backup-cron sends it: panel 6 has its words/],
	[['memory', 'purge'], /^ask why backup-cron sends it/],
	[['ping'], /^the command itself is fast: look at the machine/],
] as const) {
	test(`a slow command without keys: ${words.join(' ')}`, () => {
		assert.match(stepsOf(words), steps);
		assert.doesNotMatch(stepsOf(words), /which keys/);
	});
}

test('a slow command whose keys are not known, and one with a key', () => {
	assert.match(stepsOf(['eval', 'return 1', '0']), /^let backup-cron do less in one script/);
	assert.match(
		stepsOf(['xreadgroup', 'GROUP', 'workers', 'w1', 'STREAMS', 'jobs', '0']),
		/^ask for fewer entries at once: COUNT; with an id in place of > /,
	);
	assert.match(stepsOf(['lrem', 'queue', '0', 'a']), /^use a set or sorted set in place of the list: /);
	assert.match(stepsOf(['sort', 'k']), /^keep a sorted set in its place: /);
	assert.match(stepsOf(['memory', 'usage', 'k']), /^see which keys: panel 6/);
	assert.match(stepsOf(['get', 'k']), /^see how large k is/);
});

const setting = (name: string, value: string): FactsParts => ({config: {[name]: value}});

testRule(latSlowlogOff, [
	['the default', setting('slowlog-log-slower-than', '10000'), 'clear'],
	[
		'off',
		setting('slowlog-log-slower-than', '-1'),
		'info',
		/^records no slow commands: slowlog-log-slower-than is -1$/,
	],
	['every command', setting('slowlog-log-slower-than', '0'), 'info', /^records every command as slow/],
	[
		'only commands over a second',
		setting('slowlog-log-slower-than', '1000001'),
		'info',
		/^records no slow commands under a second/,
	],
	['settings not answered yet', {}, 'pending'],
]);

testRule(latMonOff, [
	['on', setting('latency-monitor-threshold', '100'), 'clear'],
	['off', setting('latency-monitor-threshold', '0'), 'info', /^records no latency events/],
	['settings not answered yet', {}, 'pending'],
]);

testRule(cfgLat, [
	['on', {config: {'latency-tracking': 'yes'}}, 'clear'],
	['off', {config: {'latency-tracking': 'no'}}, 'info', /^has no latency percentiles/],
	['before Redis 7.0', {config: {}}, 'absent'],
]);

test('the move of a large key is named with its slot, and is to be let end', () => {
	const moved = (words: readonly string[], isCluster = true) => {
		const parts = entries(1, {...slow(7200, 'migrate', 'reshard'), arguments: ['MIGRATE', ...words]});
		const info = {cluster: {cluster_enabled: isCluster ? 1 : 0}};
		const found = firingOf(latSlowlogNew, {...parts, info});
		return [findingText(found, 'short'), messageText(found.next[0]?.text ?? '')] as const;
	};
	const arrived = entries(1, {
		...slow(1900, 'restore-asking', ''),
		arguments: ['RESTORE-ASKING', '{feed}:all', '0', '…'],
	});
	const {next} = firingOf(latSlowlogNew, {...arrived, info: {cluster: {cluster_enabled: 1}}});
	assert.match(
		messageText(next[0]?.text ?? ''),
		/^let it end, no failover meanwhile: \{feed\}:all \(slot 5677\) is large/,
	);
	const listed = (...keys: readonly string[]) => ['10.0.1.2', '6379', '', '0', '60000', 'KEYS', ...keys];
	assert.deepEqual(moved(listed('{feed}:all')), [
		'ran MIGRATE {feed}:all for 7.2 s from reshard',
		'let it end, no failover meanwhile: {feed}:all (slot 5677) is large, and blocks both servers',
	]);
	assert.equal(
		moved(['10.0.1.2', '6379', '{feed}:all', '0', '60000'])[0],
		'ran MIGRATE {feed}:all for 7.2 s from reshard',
	);
	assert.match(moved(listed('{feed}:all'), false)[1], /: \{feed\}:all is large/);
	assert.deepEqual(moved(listed('a', 'b')), [
		'ran MIGRATE for 7.2 s from reshard',
		'let it end, no failover meanwhile: what it moves is large, and blocks both servers',
	]);
	assert.equal(moved(['10.0.1.2', '6379', '', '0', '60000'])[0], 'ran MIGRATE for 7.2 s from reshard');
});
