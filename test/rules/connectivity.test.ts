import type {Failure} from '../../source/domain/sample.js';
import {replyFailure} from '../../source/parse/reply-error.js';
import {socketFailure} from '../../source/parse/socket-error.js';
import {connAuth, connNoperm, connRtt, connStale} from '../../source/rules/access.js';
import {
	connFlapping,
	connRefused,
	connRefusing,
	connUnreachable,
	connUnresponsive,
} from '../../source/rules/connectivity.js';
import {
	srvAsyncLoading,
	srvClock,
	srvFailover,
	srvLoading,
	srvLoadingStuck,
	srvRestarted,
	srvShutdown,
} from '../../source/rules/server.js';
import {srvBusy, srvPaused} from '../../source/rules/server-busy.js';
import {clientOf, type Sections} from '../harness/records.js';
import {type FactsParts, factsOf, testRule} from '../harness/rule-cases.js';

const nowMs = factsOf({}).nowMs;

/** The node fails, and answered last so many seconds ago (never: undefined). */
const failing = (failure: Failure, lastSeconds?: number, rest: FactsParts = {}): FactsParts => ({
	...rest,
	record: {
		...rest.record,
		failure,
		...(lastSeconds === undefined ? {} : {lastReplyAtMs: nowMs - lastSeconds * 1000}),
	},
});
const socket = (code: string) => socketFailure(code, '');
const owed = (seconds: number, rest: FactsParts = {}): FactsParts =>
	failing(socket('TIMEOUT'), seconds, {...rest, record: {pendingSinceMs: nowMs - seconds * 1000}});

/** A sentinel that was heard on a data node and never reached. */
const heard = {origin: 'hello', lastReplyAtMs: undefined} as const;

testRule(connRefused, [
	['it answers', {}, 'clear'],
	[
		'nothing listens, nobody knows since when',
		failing(socket('ECONNREFUSED'), 100_000),
		'critical',
		/^refuses connections/,
	],
	['it may be restarting', failing(socket('ECONNREFUSED'), 20), 'warning'],
	['it has not come back within a minute', failing(socket('ECONNREFUSED'), 61), 'critical'],
	['the socket file is gone', failing(socket('ENOENT'), 100), 'critical'],
	['another failure is another rule’s', failing(socket('ETIMEDOUT'), 100), 'clear'],
	['only announced', failing(socket('ECONNREFUSED'), undefined, {record: heard}), 'clear'],
]);

testRule(connUnreachable, [
	['it answers', {}, 'clear'],
	...['ENOTFOUND', 'EAI_AGAIN', 'EHOSTUNREACH', 'ENETUNREACH', 'ETIMEDOUT'].map(
		code => [code, failing(socket(code)), 'critical'] as const,
	),
	['refused is another rule’s', failing(socket('ECONNREFUSED')), 'clear'],
	[
		'an address that is good where others stand',
		failing(socket('ECONNREFUSED'), undefined, {record: heard}),
		'warning',
		/^is announced and can't be reached from here, .*--nat-map/,
	],
	['the same without a route', failing(socket('EHOSTUNREACH'), undefined, {record: heard}), 'warning'],
	['owing a reply is no outage of the network', owed(20), 'clear'],
]);

const host = (state: 'stopped' | 'disk-wait' | 'running'): FactsParts => ({
	host: {
		process: {
			processId: 77,
			namespaceProcessId: 77,
			name: 'redis-server',
			state,
			waitsIn: undefined,
			userId: undefined,
			residentBytes: undefined,
			swappedBytes: undefined,
			hugePageBytes: undefined,
			usesHugePages: undefined,
			openFiles: undefined,
			openFilesLimit: undefined,
			oomScoreAdjustment: undefined,
			workingFolder: undefined,
			hasOwnRoot: false,
		},
	},
});

testRule(connUnresponsive, [
	['it answers', {}, 'clear'],
	['half a second is nothing', owed(0.5), 'clear'],
	['one long command', owed(2), 'warning', /gives no reply/],
	['hung', owed(6), 'critical'],
	['stopped, as this machine sees it', owed(2, host('stopped')), 'critical', /is stopped/],
	['waiting for a disk', owed(6, host('disk-wait')), 'critical', /waits for a disk/],
	['refused', failing(socket('ECONNREFUSED')), 'clear'],
]);

const pings = (...values: number[]): FactsParts => ({record: {pings: values}});
const quick = Array.from({length: 40}, () => 0.4);
testRule(connRtt, [
	['quick', pings(...quick), 'clear'],
	['a few hiccups of this machine', pings(...quick, 300, 20, 30, 40, 50), 'clear'],
	['slow again and again', pings(...quick, 30, 31, 32, 33, 34, 35), 'warning'],
	['very slow', pings(...quick, 300, 310, 320, 330, 340, 350), 'critical'],
	['a far server is not a slow one', pings(...quick.map(() => 180)), 'clear'],
	['too few', pings(0.4, 200, 200, 200), 'pending'],
	['gaps don’t count', {record: {pings: [...quick.slice(0, 20), ...quick.map(() => Number.NaN)]}}, 'pending'],
]);

const losses = (...ago: number[]): FactsParts => ({watch: {lossesAtMs: ago.map(seconds => nowMs - seconds * 1000)}});
testRule(connFlapping, [
	['once', losses(10), 'clear'],
	['three times within a minute', losses(50, 30, 10), 'warning'],
	['three times, but long ago', losses(150, 130, 10), 'clear'],
]);

testRule(connAuth, [
	['it answers', {}, 'clear'],
	['no password given', failing(replyFailure('NOAUTH Authentication required.')), 'critical', /password/],
	[
		'the wrong one, or a user that is off',
		failing(replyFailure('WRONGPASS invalid username-password pair or user is disabled.')),
		'critical',
		/wrong user or password, or the user is off/,
	],
	['as servers before 6 say it', failing(replyFailure('ERR invalid password')), 'critical'],
	['rights are another rule’s', failing(replyFailure('NOPERM this user has no permissions')), 'clear'],
]);

testRule(connRefusing, [
	['it answers', {}, 'clear'],
	['maxclients', failing(replyFailure('ERR max number of clients reached')), 'critical', /maxclients/],
	['protected mode', failing(replyFailure('DENIED Redis is running in protected mode')), 'critical'],
	['TLS on a plain port', failing(socket('TLS_TO_PLAIN')), 'critical'],
	['credentials are another rule’s', failing(replyFailure('NOAUTH')), 'clear'],
	['busy is another rule’s', failing(replyFailure('BUSY Redis is busy running a script')), 'clear'],
]);

const blind = (kind: 'denied' | 'absent'): FactsParts => ({
	record: {blind: [{command: 'SLOWLOG GET', kind, why: 'NOPERM', grant: '+slowlog|get'}]},
});
testRule(connNoperm, [
	['all rights', {}, 'clear'],
	['one denied', blind('denied'), 'info', /SLOWLOG GET/],
	['what the server doesn’t have is no matter of rights', blind('absent'), 'clear'],
]);

testRule(connStale, [
	['fresh', {}, 'clear'],
	['failing, but the data is new', failing(socket('ECONNREFUSED'), 2), 'clear'],
	['four intervals old', failing(socket('ECONNREFUSED'), 4), 'warning'],
	['old', failing(socket('ECONNREFUSED'), 16), 'critical'],
	['slow polling is no staleness', failing(socket('ECONNREFUSED'), 16, {record: {intervalMs: 8000}}), 'clear'],
]);

testRule(srvRestarted, [
	['never seen', {info: {server: {uptime_in_seconds: 3}}}, 'clear'],
	['a minute ago', {watch: {restartedAtMs: nowMs - 60_000}}, 'warning', /1m00s ago/],
	['no news any more', {watch: {restartedAtMs: nowMs - 700_000}}, 'clear'],
]);

const clock = (offsetSeconds: number): FactsParts => ({
	info: {server: {server_time_usec: (nowMs + offsetSeconds * 1000) * 1000}},
});
testRule(srvClock, [
	['the same', clock(0.2), 'clear'],
	['ahead', clock(9), 'info', /9s ahead/],
	['behind', clock(-60), 'info', /behind/],
	['before Redis 6.2', {info: {server: {}}}, 'absent'],
]);

const loading = (fields: Sections[string] = {}): Sections => ({persistence: {loading: 1, ...fields}});
testRule(srvLoading, [
	['done', {info: {persistence: {loading: 0}}}, 'clear'],
	['under way', {info: loading({loading_loaded_perc: '41.20', loading_eta_seconds: 12})}, 'warning', /41%, 12s left/],
	['before INFO could say so', failing(replyFailure('LOADING Redis is loading the dataset in memory')), 'warning'],
]);

testRule(srvLoadingStuck, [
	['not loading', {info: {persistence: {loading: 0}}}, 'clear'],
	['getting on', {info: loading({loading_loaded_bytes: 20}), earlier: loading({loading_loaded_bytes: 10})}, 'clear'],
	['at rest', {info: loading({loading_loaded_bytes: 10}), earlier: {}, heldSeconds: 5}, 'info'],
	['at rest for long', {info: loading({loading_loaded_bytes: 10}), earlier: {}, heldSeconds: 31}, 'critical'],
	['the first sample', {info: loading({loading_loaded_bytes: 10})}, 'pending'],
]);

testRule(srvAsyncLoading, [
	['no', {info: {persistence: {async_loading: 0}}}, 'clear'],
	['yes', {info: {persistence: {async_loading: 1}}}, 'info'],
	['before Redis 7', {info: {persistence: {}}}, 'absent'],
]);

testRule(srvBusy, [
	['it answers', {}, 'clear'],
	['a script', failing(replyFailure('BUSY Redis is busy running a script. You can only call SCRIPT KILL')), 'critical'],
	['a hung server says nothing', owed(20), 'clear'],
]);

testRule(srvShutdown, [
	['no', {info: {server: {}}}, 'clear'],
	['waiting for replicas', {info: {server: {shutdown_in_milliseconds: 9229}}}, 'critical', /9\.2 s/],
]);

const clients = (flags: string, command: string): FactsParts => ({
	record: {clients: {atMs: nowMs, value: [clientOf({id: 1, flags, command})]}},
});
testRule(srvPaused, [
	['Valkey says so', {info: {clients: {paused_reason: 'client_pause'}}}, 'warning', /client_pause/],
	['Valkey says no', {info: {clients: {paused_reason: 'none'}}}, 'clear'],
	['a write that is held back', {info: {clients: {blocked_clients: 1}}, ...clients('b', 'set')}, 'warning', /set/],
	['BLPOP waits by nature', {info: {clients: {}}, ...clients('b', 'blpop')}, 'clear'],
	['nobody asked', {info: {clients: {}}}, 'absent'],
]);

const failover = (phase: string): Sections => ({replication: {master_failover_state: phase}});
testRule(srvFailover, [
	['none', {info: failover('no-failover')}, 'clear'],
	['under way', {info: failover('waiting-for-sync'), heldSeconds: 2}, 'warning'],
	['stuck', {info: failover('failover-in-progress'), heldSeconds: 31}, 'critical'],
	['before Redis 6.2', {info: {replication: {}}}, 'absent'],
]);
