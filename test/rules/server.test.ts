import assert from 'node:assert/strict';
import test from 'node:test';
import type {SupervisorEvidence} from '../../source/domain/host-evidence.js';
import {messageText} from '../../source/domain/message.js';
import {replyFailure} from '../../source/parse/reply-error.js';
import {connFlapping} from '../../source/rules/connectivity.js';
import {srvCrashLoop} from '../../source/rules/crash-loop.js';
import {
	srvAsyncLoading,
	srvClock,
	srvLoading,
	srvLoadingStuck,
	srvRestarted,
	srvShutdown,
} from '../../source/rules/server.js';
import {firingOf} from '../harness/firing-of.js';
import {recordFrom, refusedConnection, type Sections} from '../harness/records.js';
import {type FactsParts, factsOf, testRule} from '../harness/rule-cases.js';

const {nowMs} = factsOf({});

const before = {maxmemory: '104857600', save: '3600 1', appendonly: 'yes', dir: '/a'};

/** A restart five seconds ago, with these settings now. */
const restartedWith = (config: Readonly<Record<string, string>> | undefined): FactsParts => ({
	watch: {restartedAtMs: nowMs - 5000, settingsBeforeRestart: new Map(Object.entries(before))},
	...(config === undefined ? {} : {config}),
});

test('srv.restarted: the first step sets back what the restart changed', () => {
	const [first] = firingOf(srvRestarted, restartedWith({...before, maxmemory: '0', save: ''})).next;
	assert.match(
		messageText(first?.text ?? ''),
		/^set them back if nobody meant that: CONFIG SET maxmemory 104857600, CONFIG SET save '3600 1', then write it/,
	);
});

testRule(srvRestarted, [
	['never seen', {info: {server: {uptime_in_seconds: 3}}}, 'clear'],
	['a minute ago', {watch: {restartedAtMs: nowMs - 60_000}}, 'warning', /^restarted 1m00s ago$/],
	['a replica, as in a rolling restart', {watch: {restartedAtMs: nowMs - 60_000}, record: {role: 'replica'}}, 'info'],
	[
		'a replica that calls itself a primary while it loads',
		{watch: {restartedAtMs: nowMs - 5000, roleBeforeRestart: 'replica'}, record: {role: 'primary'}},
		'info',
	],
	[
		'a replica that was promoted a while after its restart',
		{watch: {restartedAtMs: nowMs - 90_000, roleBeforeRestart: 'replica'}, record: {role: 'primary'}},
		'info',
	],
	[
		'a primary whose replicas have not answered since',
		{
			watch: {restartedAtMs: nowMs - 1000, roleBeforeRestart: 'primary', historyBeforeRestart: 'x'},
			record: {role: 'primary'},
		},
		'info',
	],
	[
		'a primary whose replicas have answered since',
		{watch: {restartedAtMs: nowMs - 1000, roleBeforeRestart: 'primary'}, record: {role: 'primary'}},
		'warning',
	],
	['a Sentinel, which has no data', {watch: {restartedAtMs: nowMs - 5000}, record: {role: 'sentinel'}}, 'info'],
	[
		'with other settings',
		restartedWith({maxmemory: '0', save: '', appendonly: 'no', dir: '/b'}),
		'warning',
		/^restarted 5s ago, with other settings: maxmemory is 0B, was 100M; save is "", was "3600 1" and 1 more$/,
	],
	['with the same settings, in another folder', restartedWith({...before, dir: '/b'}), 'warning', /^restarted 5s ago$/],
	['with settings that are not read again yet', restartedWith(undefined), 'warning', /^restarted 5s ago$/],
	['long ago', {watch: {restartedAtMs: nowMs - 700_000}}, 'clear'],
]);

const restarts = (...ago: number[]): FactsParts => ({
	watch: {restartsAtMs: ago.map(seconds => nowMs - seconds * 1000), restartedAtMs: nowMs - (ago.at(-1) ?? 0) * 1000},
});
const everyFiveSeconds = [41, 36, 31, 26, 21, 16, 11, 6, 1];
/** Starts that a log tells, each by another process, 1, 2 …; `running` are other servers of the machine. */
const logged = (ago: readonly number[], running: readonly number[] = []): FactsParts => ({
	record: {failure: refusedConnection},
	host: {
		servers: running.map(processId => ({
			processId,
			name: 'redis-server',
			state: 'sleeping',
			listens: [],
			title: undefined,
		})),
		log: {
			source: '/var/log/redis.log',
			lines: [],
			starts: ago.map((seconds, index) => ({processId: index + 1, atMs: nowMs - seconds * 1000})),
			remarks: [
				{
					id: 'rdb-broken',
					severity: 'critical',
					rules: [],
					meaning: 'it could not start: the RDB file is damaged',
					line: '7:M Short read or OOM loading DB',
					atMs: nowMs,
					count: 4,
				},
			],
		},
	},
});

/** The same, and the kernel killed the processes with these ids. */
const killed = (processIds: readonly number[], scope = 'Memory cgroup out of memory'): FactsParts => {
	const {host, ...rest} = logged(everyFiveSeconds);
	const oomKills = processIds.map((processId, index) => ({
		processId,
		atMs: nowMs - index * 5000,
		name: 'redis-server',
		line: `${scope}: Killed process ${processId} (redis-server)`,
	}));
	return {...rest, host: {...host, oomKills}};
};

const unit = (parts: Partial<Extract<SupervisorEvidence, {kind: 'systemd'}>>): SupervisorEvidence => ({
	kind: 'systemd',
	unit: 'redis.service',
	state: 'active/running',
	lastExit: undefined,
	restarts: 0,
	...parts,
});

/** A server that is restarted in equal intervals and loads its data now. */
const loadingLoop = (everySeconds: number, loadedSeconds: number, share: number): FactsParts => ({
	...restarts(...[2, 1, 0].map(times => times * everySeconds + loadedSeconds)),
	info: {
		persistence: {
			loading: 1,
			loading_start_time: nowMs / 1000 - loadedSeconds,
			loading_loaded_perc: share * 100,
		},
	},
});

testRule(srvCrashLoop, [
	[
		'the kernel killed processes that its log names',
		killed([9, 8]),
		'critical',
		/, about every 5s: killed at the memory limit of its control group$/,
	],
	[
		'the same, and the machine had no memory',
		killed([9, 8], 'Out of memory'),
		'critical',
		/: killed, as the machine was out of memory$/,
	],
	['the kernel killed one of them: a server of the same log may be another', killed([9, 800]), 'critical', /damaged$/],
	['never restarted', {}, 'clear'],
	['restarted twice', restarts(9, 4), 'clear'],
	['three times, long ago', restarts(900, 800, 700), 'clear'],
	[
		'each five seconds',
		restarts(...everyFiveSeconds),
		'critical',
		/^restarted 9 times, in the last minute, about every 5s$/,
	],
	[
		'each five seconds, and down now',
		{...restarts(...everyFiveSeconds), record: {failure: refusedConnection}},
		'critical',
		/^restarted 9 times/,
	],
	[
		'each forty seconds',
		restarts(81, 41, 1),
		'critical',
		/^restarted 3 times, in the last two minutes, about every 40s$/,
	],
	['each five seconds, and up for half a minute', restarts(46, 41, 36, 31), 'clear'],
	[
		'each time before its load is over',
		loadingLoop(18, 10, 0.12),
		'critical',
		/^restarted 3 times, in the last minute, about every 18s: ended before its load of 1m23s is over$/,
	],
	[
		'after loads that were over in time',
		loadingLoop(18, 2, 0.4),
		'critical',
		/^restarted 3 times, in the last minute, about every 18s$/,
	],
	[
		'by its log',
		logged([20, 15, 10, 5]),
		'critical',
		/^restarted 3 times, in the last minute, about every 5s: its RDB file is damaged$/,
	],
	['by its log, with too few', logged([15, 10, 5]), 'clear'],
	['by its log, of other servers that run', logged([20, 15, 10, 5], [1, 2, 3]), 'clear'],
	['by its log, long ago', logged([920, 915, 910, 905]), 'clear'],
	[
		'by the counter of its unit',
		{watch: {unitRestartsAtMs: [20, 14, 8, 2].map(ago => nowMs - ago * 1000)}},
		'critical',
		/^restarted 4 times, in the last minute, about every 6s$/,
	],
	[
		'systemd waits for the next start',
		{host: {supervisor: unit({restarts: 7, state: 'activating/auto-restart'})}, record: {failure: refusedConnection}},
		'critical',
		/^restarted 7 times, by systemd, which is about to do it again$/,
	],
	[
		'systemd has given up',
		{host: {supervisor: unit({restarts: 5, state: 'failed/failed', lastExit: 'start-limit-hit, exited 1'})}},
		'critical',
		/^restarted 5 times, by systemd, which has given up$/,
	],
	['restarts of a unit, last year', {host: {supervisor: unit({restarts: 7, state: 'active/running'})}}, 'clear'],
	[
		'a unit that is not known to be its own',
		{host: {supervisor: unit({restarts: 7, state: 'activating/auto-restart', isGuess: true})}},
		'clear',
	],
]);

test('a crash loop is one finding, without further ones about restarts, refusals and lost connections', () => {
	const watch = {...restarts(...everyFiveSeconds).watch, lossesAtMs: [40, 30, 20, 10].map(ago => nowMs - ago * 1000)};
	for (const rule of [srvRestarted, connFlapping]) {
		assert.equal(rule.evaluate(factsOf({watch}), 0).kind, 'clear', rule.id);
	}
});

const clock = (offsetSeconds: number): FactsParts => ({
	info: {server: {server_time_usec: (nowMs + offsetSeconds * 1000) * 1000}},
});
testRule(srvClock, [
	['the same', clock(0.2), 'clear'],
	['ahead', clock(9), 'info', /^has its clock 9s ahead, compared with this machine$/],
	['behind', clock(-59), 'info', /59s behind/],
	[
		'by an hour',
		clock(3600),
		'warning',
		/1h00m ahead, compared with this machine: its keys expire that much too early$/,
	],
	['by an hour, behind', clock(-3600), 'warning', /too late$/],
	[
		'by an hour, as another server',
		{...clock(3600), nodes: [recordFrom({address: '10.0.1.2:6379', atMs: nowMs, info: clock(3590).info ?? {}})]},
		'info',
	],
	['before Redis 6.2', {info: {server: {}}}, 'absent'],
]);

const loading = (fields: Sections[string] = {}): Sections => ({persistence: {loading: 1, ...fields}});
testRule(srvLoading, [
	['done', {info: {persistence: {loading: 0}}}, 'clear'],
	[
		'running',
		{info: loading({loading_loaded_perc: '41.20', loading_eta_seconds: 12})},
		'warning',
		/^is loading its data set, 41%, 12s left$/,
	],
	['a replica, in a planned restart', {info: loading(), record: {role: 'replica'}, heldSeconds: 20}, 'info'],
	[
		'a replica of a cluster, which calls itself a primary',
		{info: loading(), watch: {restartedAtMs: nowMs - 5000, roleBeforeRestart: 'replica'}, heldSeconds: 5},
		'info',
	],
	['a replica, for long', {info: loading(), record: {role: 'replica'}, heldSeconds: 61}, 'warning'],
	...(
		[
			[61, 'warning'],
			[20, 'info'],
		] as const
	).map(
		([seconds, expected]) =>
			[
				`a replica that began to load ${seconds}s before the first look`,
				{
					info: {
						...loading({loading_start_time: 1_764_000_000}),
						server: {server_time_usec: (1_764_000_000 + seconds) * 1_000_000},
					},
					record: {role: 'replica'},
				},
				expected,
			] as const,
	),
	[
		'before INFO could say so',
		{record: {failure: replyFailure('LOADING Redis is loading the dataset in memory')}},
		'warning',
		/^is loading its data set$/,
	],
]);

const longLoad = loading({loading_loaded_perc: '7.00', loading_eta_seconds: 145});
testRule(srvLoading, [
	['a primary, for a minute and more in all', {info: longLoad, record: {role: 'primary'}}, 'critical', /2m25s left$/],
	['a replica, for as long', {info: longLoad, record: {role: 'replica'}}, 'info'],
	[
		'a primary of a cluster, which elects another',
		{info: {...longLoad, cluster: {cluster_enabled: 1}}, record: {role: 'primary'}},
		'warning',
	],
]);

testRule(srvLoadingStuck, [
	['not loading', {info: {persistence: {loading: 0}}}, 'clear'],
	['getting on', {info: loading({loading_loaded_bytes: 20}), earlier: loading({loading_loaded_bytes: 10})}, 'clear'],
	['at rest', {info: loading({loading_loaded_bytes: 10}), earlier: {}, heldSeconds: 5}, 'info'],
	[
		'at rest for long',
		{info: loading({loading_loaded_bytes: 10, loading_loaded_perc: '3.00'}), earlier: {}, heldSeconds: 31},
		'critical',
		/^makes no progress loading, at 3\.0% of its data set$/,
	],
	['the first sample', {info: loading({loading_loaded_bytes: 10})}, 'pending'],
]);

testRule(srvAsyncLoading, [
	['no', {info: {persistence: {async_loading: 0}}}, 'clear'],
	['yes', {info: {persistence: {async_loading: 1}}}, 'info'],
	['before Redis 7', {info: {persistence: {}}}, 'absent'],
]);

testRule(srvShutdown, [
	['no', {info: {server: {}}}, 'clear'],
	[
		'waiting for replicas',
		{info: {server: {shutdown_in_milliseconds: 9229}}},
		'critical',
		/^shuts down within 9\.2 s:/,
	],
	[
		'a replica of a primary that answers, as in a rolling restart',
		{
			info: {
				server: {shutdown_in_milliseconds: 9229},
				replication: {role: 'slave', master_host: '10.0.1.12', master_port: 6379},
			},
			record: {role: 'replica'},
			nodes: [recordFrom({address: '10.0.1.12:6379', role: 'primary'})],
		},
		'info',
	],
	[
		'a replica of a primary that is gone',
		{
			info: {
				server: {shutdown_in_milliseconds: 9229},
				replication: {role: 'slave', master_host: '10.0.1.12', master_port: 6379},
			},
			record: {role: 'replica'},
			nodes: [recordFrom({address: '10.0.1.12:6379', role: 'primary', failure: refusedConnection})],
		},
		'critical',
	],
]);

/** Why these rules are always evaluated. */
export const neverUnknown = {
	'srv.restarted': 'looks at what redis-top saw itself',
	'srv.crash_loop': 'looks at what redis-top saw itself',
	'srv.loading': 'every version prints the field, or replies LOADING',
	'srv.shutdown': 'the field is there only while the server shuts down',
} as const;

test('a loop of kills begins its steps with the memory, and does not ask for a reason that is known', () => {
	const texts = firingOf(srvCrashLoop, killed([9, 8])).next.map(({text}) => messageText(text));
	assert.match(texts[0] ?? '', /^raise the limit of its unit or container/);
	assert.doesNotMatch(texts.join(' '), /until the reason is known/);
});

for (const rule of [srvRestarted, srvCrashLoop, srvLoading, srvShutdown]) {
	test(`${rule.id}: never unknown: ${neverUnknown[rule.id]}`, () => {
		assert.equal(rule.evaluate(factsOf({}), 0).kind, 'clear');
	});
}

test('a server whose load never ends gets more time, and no repair of its files', () => {
	const {next} = firingOf(srvCrashLoop, loadingLoop(18, 10, 0.12));
	assert.match(messageText(next[0]?.text ?? ''), /^give the start more than 1m23s: the startup probe/);
});

test('a loop of starts that refuse a line of the config names the line, not the stop before', () => {
	const line = '7:M 24 Nov 2026 11:22:33.123 * User requested shutdown...';
	const remark = {id: 'asked-to-stop', severity: 'info', rules: [], meaning: 'somebody sent SHUTDOWN', line} as const;
	const log = {source: '/d/redis.log', lines: [line], remarks: [{...remark, atMs: undefined, count: 1}]};
	const configMistake = {
		path: '/etc/redis.conf',
		line: 10,
		text: 'commandlog-slow 1',
		why: 'not accepted',
		changedAtMs: 0,
	};
	const reasonOf = (refusedAtMs: number | undefined) => {
		const {reason, next} = firingOf(srvCrashLoop, {
			...restarts(...everyFiveSeconds),
			record: {failure: refusedConnection},
			host: {log, configMistake: {...configMistake, refusedAtMs, refusedBy: 'Redis 7.0.15'}},
		});
		return [messageText(reason ?? ''), messageText(next[0]?.text ?? '')];
	};

	const [reason, step] = reasonOf(nowMs - 1000);
	assert.equal(reason, 'Redis 7.0.15 does not accept config line 10 (commandlog-slow 1)');
	assert.match(step ?? '', /^correct line 10 of its config file/);
	assert.match(reasonOf(undefined)[0] ?? '', /^it was told to stop/);
});
