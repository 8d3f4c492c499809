import assert from 'node:assert/strict';
import test from 'node:test';
import type {ConfigMistake} from '../../source/domain/config-evidence.js';
import type {Evaluation} from '../../source/domain/finding.js';
import type {
	LocalEvidence,
	LogEvidence,
	ProcessEvidence,
	SupervisorEvidence,
} from '../../source/domain/host-evidence.js';
import {messageText} from '../../source/domain/message.js';
import type {Failure} from '../../source/domain/sample.js';
import {statementMessage} from '../../source/domain/statement.js';
import {mebibyte} from '../../source/domain/threshold.js';
import {replyFailure, withLostPassword} from '../../source/parse/reply-error.js';
import {socketFailure} from '../../source/parse/socket-error.js';
import {explanations} from '../../source/rules/connection-explanations.js';
import {connFlapping, connRefused, connRefusing, connUnreachable} from '../../source/rules/connectivity.js';
import {isMistaken} from '../../source/rules/end-steps.js';
import {connUnresponsive} from '../../source/rules/unresponsive.js';
import type {NodeRecord} from '../../source/state/monitor-state.js';
import {viewFrom} from '../cluster/views.js';
import {firingOf} from '../harness/firing-of.js';
import {type RecordParts, recordFrom, refusedConnection, sampledAtMs} from '../harness/records.js';
import {type FactsParts, factsOf, testRule} from '../harness/rule-cases.js';

const {nowMs} = factsOf({});

/** The node fails, and replied last so many seconds ago; undefined: never. */
const failing = (failure: Failure, lastSeconds?: number, rest: FactsParts = {}): FactsParts => ({
	...rest,
	record: {
		...rest.record,
		failure,
		...(lastSeconds === undefined ? {} : {lastReplyAtMs: nowMs - lastSeconds * 1000}),
	},
});
const socket = (code: string) => socketFailure(code, '');

/** A reply has been pending for so many seconds. */
const pendingFor = (seconds: number, rest: FactsParts = {}): FactsParts =>
	failing(socket('TIMEOUT'), seconds, {...rest, record: {pendingSinceMs: nowMs - seconds * 1000}});

/** A process that is no server has the port on this machine. */
const portOf = (processName: string, queued = 0): FactsParts => ({
	record: {},
	host: {
		process: undefined,
		servers: [],
		listeners: [{address: '0.0.0.0', port: 6379, queued, processId: 968, processName}],
	},
});

/** A sentinel whose address a data node told, and that was never reached. */
const toldByOthers = {origin: 'hello', lastReplyAtMs: undefined} as const;

/** The server's process listens here, and started so many seconds ago. */
const listening = (startedSeconds: number, address = '0.0.0.0'): Partial<LocalEvidence> => ({
	listeners: [{address, port: 6379, queued: 0, processId: 7, processName: 'redis-server'}],
	process: {processId: 7, state: 'sleeping', startedAtMs: nowMs - startedSeconds * 1000} as ProcessEvidence,
});
const refusedSince = (seconds: number, host: Partial<LocalEvidence>): FactsParts => ({
	...failing(socket('ECONNREFUSED'), 100, {record: {failingSinceMs: nowMs - seconds * 1000}}),
	host,
});

/** The server is on another machine. */
const afar = {atMs: nowMs, value: {kind: 'elsewhere', why: 'the address is not one of this machine'}} as const;

/** The server refuses connections for two seconds, after a reply. */
const refusedLately = (host: Partial<LocalEvidence>): FactsParts => ({
	...failing(socket('ECONNREFUSED'), 3, {record: {failingSinceMs: nowMs - 2000}}),
	host,
});

/** A log in which a process started a minute ago, and which has a line of a known meaning from so many seconds ago. */
const loggedEnd = (id: string, line: string, agoSeconds: number): LogEvidence => ({
	source: '/var/log/redis.log',
	lines: [line],
	starts: [{processId: 7, atMs: nowMs - 60_000}],
	remarks: [
		{id, severity: 'critical', rules: [], meaning: 'it ended', line, atMs: nowMs - agoSeconds * 1000, count: 1},
	],
});

const lastLine = '7:S 24 Nov 2026 11:22:33.123 * PRIMARY <-> REPLICA sync: Finished with success';

/** The log of a process that is gone, which ends with this line. */
const endsWith = (line: string, host: Partial<LocalEvidence> = {}): Partial<LocalEvidence> => ({
	earlierProcess: {processId: 7, seenAtMs: nowMs - 20_000},
	log: {
		source: '/var/log/redis.log',
		lines: [line],
		starts: [{processId: 7, atMs: nowMs - 60_000}],
		remarks: [],
	},
	...host,
});

/** A server that SIGTERM stopped a minute after its start, and the first mistake in its config file. */
const mistaken = (
	parts: Partial<ConfigMistake>,
	agoSeconds = 20,
): Pick<LocalEvidence, 'log' | 'configMistake'> & {readonly log: LogEvidence} => ({
	log: loggedEnd('signalled', '7:signal-handler (1) Received SIGTERM scheduling shutdown...', agoSeconds),
	configMistake: {
		path: '/etc/valkey/valkey.conf',
		line: 9,
		text: 'maxmemory 4 gb',
		why: '2 words where one belongs',
		changedAtMs: nowMs - 40_000,
		...parts,
	},
});

/** A line of a file that is as old as the server, whose folder is gone. */
const goneFolder: Partial<ConfigMistake> = {
	changedAtMs: nowMs - 61_000,
	text: 'dir /data',
	why: 'no such folder',
	isMissingFolder: true,
};

test('a volume that is gone is to be mounted, and another node may take over meanwhile', () => {
	const finding = firingOf(connRefused, refusedSince(20, mistaken(goneFolder)));
	assert.match(
		messageText(finding.next[0]?.text ?? ''),
		/^mount its volume again, then start it: dir \/data, line 9 of /,
	);
	assert.equal(finding.meaning, 'A server does not start without the folder of its data or of its log.');
	assert.equal(isMistaken({rule: 'conn.refused', evidence: finding.evidence}), false);
	assert.equal(
		isMistaken({rule: 'conn.refused', evidence: firingOf(connRefused, refusedSince(20, mistaken({}))).evidence}),
		true,
	);
});

test('a line that a start refused since counts, however old the file is', () => {
	const refused = {changedAtMs: nowMs - 90_000, refusedBy: 'Redis 7.0.15'};
	const reason = ({refusedAtMs}: Pick<ConfigMistake, 'refusedAtMs'>) =>
		messageText(firingOf(connRefused, refusedSince(20, mistaken({...refused, refusedAtMs}))).reason ?? '');
	assert.equal(reason({refusedAtMs: nowMs - 2000}), 'Redis 7.0.15 does not accept config line 9 (maxmemory 4 gb)');
	assert.match(reason({refusedAtMs: nowMs - 70_000}), /SIGTERM/, 'it has started since');
	assert.match(reason({refusedAtMs: undefined}), /SIGTERM/);
});

test('a mistake in the config file comes first among the steps, with its file and line', () => {
	const {next, evidence} = firingOf(connRefused, refusedSince(20, mistaken({})));
	assert.equal(
		messageText(next[0]?.text ?? ''),
		'correct line 9 of its config file, then start it: 2 words where one belongs, in /etc/valkey/valkey.conf',
	);
	assert.ok(!next.some(({text}) => messageText(text).startsWith('start it again')));
	assert.ok(
		evidence.some(({value}) => typeof value === 'object' && messageText(value) === '/etc/valkey/valkey.conf, line 9'),
	);
});

const primary = recordFrom({address: '10.0.1.12:6379', role: 'primary'});
const replicaOfIt = {role: 'slave', master_host: '10.0.1.12', master_port: 6379};

/** A replica that refuses since its last reply, so many seconds ago. */
const refusedReplica = (lastSeconds: number, nodes: readonly NodeRecord[], rest: FactsParts = {}): FactsParts => ({
	...failing(socket('ECONNREFUSED'), lastSeconds, {
		...rest,
		record: {role: 'replica', failingSinceMs: nowMs - lastSeconds * 1000, ...rest.record},
	}),
	info: {replication: replicaOfIt},
	nodes,
});

const sibling = recordFrom({address: '10.0.1.13:6379', role: 'replica', info: {replication: replicaOfIt}});
const killedReplica = /^refuses connections, a replica of 10\.0\.1\.12:6379, which has no other: it was killed$/;
const inContainer: SupervisorEvidence = {
	kind: 'container',
	engine: 'docker',
	id: 'abc',
	name: undefined,
	state: undefined,
	lastExit: undefined,
	restarts: undefined,
};

test('the steps for a server that refuses from afar fit a bind to loopback and one that is not running', () => {
	const {next} = firingOf(
		connRefused,
		failing(socket('ECONNREFUSED'), undefined, {record: {host: afar, lastReplyAtMs: undefined}}),
	);
	const steps = next.map(({text}) => messageText(text));
	assert.match(steps[0] ?? '', /^ss -ltnp 'sport = :6379'$/);
	assert.match(steps[1] ?? '', /127\.0\.0\.1: it runs; .*`bind`/);
	assert.ok(steps.some(step => /not running.*; start it/.test(step)));
});

test('the first step for a killed server starts it as it was started', () => {
	const {next, meaning} = firingOf(connRefused, {
		...refusedReplica(6, [primary], {host: endsWith(lastLine)}),
		info: {replication: replicaOfIt, server: {executable: '/opt/valkey-server', config_file: '/etc/valkey.conf'}},
	});
	assert.equal(messageText(next[0]?.text ?? ''), 'start it again: /opt/valkey-server /etc/valkey.conf');
	assert.ok(!next.some(({text}) => messageText(text).startsWith('it was started as')));
	assert.equal(
		messageText(meaning),
		'Its process is gone, and its log ends without a shutdown. Its primary serves, and no replica can take over from the primary until this one is back.',
	);
});

test('a replica that is gone is started again first, and no other port is blamed on this machine', () => {
	const {next, meaning} = firingOf(connRefused, refusedReplica(20, [primary], {host: {}}));
	assert.equal(messageText(next[0]?.text ?? ''), 'start it again');
	assert.match(messageText(meaning), /^No process on this machine listens on the port: the server ended/);
});

testRule(connUnreachable, [
	[
		'a replica of a primary that serves',
		{
			...failing(socket('EHOSTUNREACH'), 20, {record: {role: 'replica'}}),
			info: {replication: replicaOfIt},
			nodes: [primary],
		},
		'critical',
		/, a replica of 10\.0\.1\.12:6379, which has no other: /,
	],
	[
		'a replica of a primary that is gone as well',
		{
			...failing(socket('EHOSTUNREACH'), 20, {record: {role: 'replica'}}),
			info: {replication: replicaOfIt},
			nodes: [{...primary, failure: refusedConnection, reach: 'down'}],
		},
		'critical',
		/^[^,]*$/,
	],
]);

testRule(connRefused, [
	['a replica that may be restarting', refusedReplica(14, [primary]), 'info'],
	['a replica that does not come back', refusedReplica(16, [primary]), 'critical'],
	[
		'a replica that may be restarting, and was polled rarely before',
		refusedReplica(22, [primary], {record: {failingSinceMs: nowMs - 14_000}}),
		'info',
	],
	[
		'a replica of a primary that is gone as well',
		refusedReplica(4, [{...primary, failure: refusedConnection}]),
		'warning',
	],
	['a replica of a node that is no primary', refusedReplica(4, [{...primary, role: 'replica'}]), 'warning'],
	['a replica whose primary is not known', refusedReplica(4, []), 'warning'],
	[
		'a replica that was told to stop',
		refusedReplica(50, [primary], {
			host: {log: loggedEnd('asked-to-stop', '7:M User requested shutdown...', 50)},
		}),
		'info',
		/: it was told to stop/,
	],
	[
		'a node that was removed from its cluster',
		failing(socket('ECONNREFUSED'), 900, {record: {origin: 'cluster', goneSinceMs: nowMs - 880_000}}),
		'info',
	],
	[
		'a replica that crashed',
		refusedReplica(5, [primary], {host: {log: loggedEnd('crashed', '=== REDIS BUG REPORT START', 5)}}),
		'critical',
		/: it crashed$/,
	],
	['a replica that was killed', refusedReplica(6, [primary], {host: endsWith(lastLine)}), 'critical', killedReplica],
	[
		'a replica that was killed, and that a supervisor may start again',
		refusedReplica(4, [primary], {host: endsWith(lastLine)}),
		'warning',
		killedReplica,
	],
	[
		'a replica that was killed, of a primary with another replica',
		refusedReplica(6, [primary, sibling], {host: endsWith(lastLine)}),
		'critical',
		/^refuses connections, a replica of 10\.0\.1\.12:6379, which has 1 more: it was killed$/,
	],
	[
		'a primary that was killed',
		refusedSince(20, endsWith(lastLine)),
		'critical',
		/^refuses connections: it was killed$/,
	],
	...(
		[
			['its last line is a warning', endsWith(lastLine.replace('*', '#'))],
			['its last line is of another process', endsWith(lastLine.replace('7', '8'))],
			['it runs in a container', endsWith(lastLine, {supervisor: inContainer})],
			[
				'a process listens on another address',
				endsWith(lastLine, {listeners: listening(900, '127.0.0.2').listeners ?? []}),
			],
			[
				'the process is there',
				endsWith(lastLine, {
					servers: [{processId: 7, name: 'redis-server', state: 'sleeping', listens: [], title: undefined}],
				}),
			],
			[
				'the kernel killed it for want of memory, which another rule reports',
				endsWith(lastLine, {
					oomKills: [
						{atMs: nowMs - 20_000, processId: 7, name: 'redis-server', line: 'Out of memory: Killed process 7'},
					],
				}),
			],
		] as const
	).map(
		([name, host]) =>
			[`no kill is seen: ${name}`, refusedReplica(14, [primary], {host}), 'info', /: nothing listens/] as const,
	),
	[
		'a firewall rejects, and the server listens',
		refusedSince(20, listening(900)),
		'critical',
		/redis-server \(process 7\) listens, so a firewall rejects \(REJECT\)$/,
	],
	[
		'the server listens on another address',
		refusedSince(20, listening(900, '127.0.0.2')),
		'critical',
		/^refuses connections: it listens on 127\.0\.0\.2 only \(bind\)$/,
	],
	[
		'a server listens on another address, and none has replied on this one',
		{
			...failing(socket('ECONNREFUSED'), undefined, {
				record: {failingSinceMs: nowMs - 20_000, lastReplyAtMs: undefined},
			}),
			host: listening(900, '127.0.0.2'),
		},
		'critical',
		/^refuses connections: a server listens on 127\.0\.0\.2 only \(bind\)$/,
	],
	[
		"the server of another user listens on another address; its socket's owner cannot be seen",
		refusedSince(20, {
			...listening(900, '127.0.0.2'),
			listeners: [{address: '127.0.0.2', port: 6379, queued: 0, processId: undefined, processName: undefined}],
		}),
		'critical',
		/^refuses connections: it listens on 127\.0\.0\.2 only \(bind\)$/,
	],
	[
		'the server listens on another address, and the target is a name that leads to an unknown address',
		{
			...refusedSince(20, listening(900, '127.0.0.2')),
			record: {...refusedSince(20, {}).record, address: 'redis.internal:6379'},
		},
		'critical',
		/nothing listens/,
	],
	[
		'other servers of the machine have the port, each at an address of its own',
		refusedSince(20, {
			listeners: [7, 8].map(processId => ({
				address: `127.0.0.${processId}`,
				port: 6379,
				queued: 0,
				processId,
				processName: 'redis-server',
			})),
			servers: [7, 8].map(processId => ({
				processId,
				name: 'redis-server',
				state: 'sleeping' as const,
				listens: [{address: `127.0.0.${processId}`, port: 6379}],
				title: undefined,
			})),
		}),
		'critical',
		/nothing listens/,
	],
	[
		'another program listens on another address',
		refusedSince(20, {...listening(900, '127.0.0.2'), process: undefined}),
		'critical',
		/nothing listens/,
	],
	[
		'a signal stopped it',
		refusedSince(20, {log: loggedEnd('signalled', '7:signal-handler (1) Received SIGTERM scheduling shutdown...', 21)}),
		'critical',
		/: SIGTERM stopped it at \d\d:\d\d:\d\d$/,
	],
	[
		'its append-only file is damaged',
		refusedSince(20, {log: loggedEnd('aof-broken', '7:M # Bad file format reading the append only file', 21)}),
		'critical',
		/: its append-only file is damaged$/,
	],
	[
		'its config file has a mistake since',
		refusedSince(20, mistaken({})),
		'critical',
		/^refuses connections, SIGTERM stopped it at \d\d:\d\d:\d\d: config line 9 is not valid \(maxmemory 4 gb\)$/,
	],
	[
		'its config file has a mistake, and no line of its log tells of the end',
		refusedSince(20, {...mistaken({}), log: {...mistaken({}).log, remarks: []}}),
		'critical',
		/^refuses connections: config line 9 is not valid/,
	],
	['it does not come back: its config file has a mistake', refusedLately(mistaken({}, 2)), 'critical', /config line 9/],
	[
		'the last start was with the same file, so that it is valid for this server',
		refusedSince(20, mistaken({changedAtMs: nowMs - 61_000})),
		'critical',
		/: SIGTERM stopped it at/,
	],
	[
		'a folder of its config is gone since the last start',
		refusedSince(20, mistaken(goneFolder)),
		'critical',
		/: a folder of its config is gone \(dir \/data\)$/,
	],
	[
		'nobody knows when the last start was',
		refusedSince(20, {...mistaken({}), log: {...mistaken({}).log, starts: []}}),
		'critical',
		/: SIGTERM stopped it at/,
	],
	[
		'the last sample tells of a later start',
		{...refusedSince(20, mistaken({})), info: {server: {uptime_in_seconds: 30}}},
		'critical',
		/: SIGTERM stopped it at/,
	],
	['the mistake was seen before the failure', refusedSince(-1, mistaken({})), 'warning', /nothing listens/],
	[
		'the log tells of an earlier process',
		refusedSince(20, {log: loggedEnd('signalled', '7:M Received SIGTERM scheduling shutdown', 900)}),
		'critical',
		/nothing listens/,
	],
	['the server has just come back', refusedSince(20, listening(1)), 'critical', /nothing listens/],
	['it answers', {}, 'clear'],
	[
		'nothing listens, nobody knows since when',
		failing(socket('ECONNREFUSED'), 100_000),
		'critical',
		/^refuses connections: nothing listens on the port$/,
	],
	[
		'seen from another machine, it never replied: it may be bound to loopback',
		failing(socket('ECONNREFUSED'), undefined, {record: {host: afar, lastReplyAtMs: undefined}}),
		'critical',
		/^refuses connections: not running, or bound to loopback$/,
	],
	[
		'seen from another machine, it replied before: it ended',
		failing(socket('ECONNREFUSED'), 900, {record: {host: afar}}),
		'critical',
		/^refuses connections: nothing listens on the port$/,
	],
	['it may be restarting', failing(socket('ECONNREFUSED'), 4), 'warning'],
	['it has not come back within five seconds', failing(socket('ECONNREFUSED'), 5), 'critical'],
	[
		'it refuses for a moment, and was polled rarely before',
		failing(socket('ECONNREFUSED'), 20, {record: {failingSinceMs: nowMs - 4000}}),
		'warning',
	],
	['it does not come back: it listens on another address', refusedLately(listening(900, '127.0.0.2')), 'critical'],
	[
		'it does not come back: its log tells that a newer version wrote its data',
		refusedLately({log: loggedEnd('rdb-newer', "Can't handle RDB format version 12", 2)}),
		'critical',
	],
	[
		'its process has closed the port and is about to end',
		refusedLately({
			...listening(900),
			listeners: [],
			log: loggedEnd('signalled', '7:signal-handler (1) Received SIGTERM scheduling shutdown...', 2),
		}),
		'warning',
		/^refuses connections: SIGTERM stopped it at \S+$/,
	],
	[
		'its process listens: an earlier stop in its log does not explain that it refuses',
		refusedLately({
			...listening(900, '127.0.0.2'),
			log: loggedEnd('signalled', '7:signal-handler (1) Received SIGTERM scheduling shutdown...', 2),
		}),
		'critical',
		/listens on 127\.0\.0\.2 only/,
	],
	[
		'it may come back: it was told to stop',
		refusedLately({log: loggedEnd('asked-to-stop', '7:M User requested shutdown...', 2)}),
		'warning',
	],
	['the socket file is missing', failing(socket('ENOENT'), 100), 'critical'],
	['another failure is reported by another rule', failing(socket('ETIMEDOUT'), 100), 'clear'],
	['only announced', failing(socket('ECONNREFUSED'), undefined, {record: toldByOthers}), 'clear'],
]);

testRule(connUnreachable, [
	['it answers', {}, 'clear'],
	...['ENOTFOUND', 'EAI_AGAIN', 'EHOSTUNREACH', 'ENETUNREACH', 'ETIMEDOUT'].map(
		code => [code, failing(socket(code)), 'critical'] as const,
	),
	[
		'no local port',
		failing(socket('EADDRNOTAVAIL')),
		'critical',
		/^cannot be reached: no free local port here, or no local address$/,
	],
	[
		'no local port, and connections to it hold them all',
		failing(socketFailure('EADDRNOTAVAIL', '-; ports: 101, held: 100, waiting: 99')),
		'critical',
		/^cannot be reached: no free local port here, 99 of 101 in TIME_WAIT$/,
	],
	['refused connections are reported by another rule', failing(socket('ECONNREFUSED')), 'clear'],
	[
		'an address that is valid where the other nodes are',
		failing(socket('ECONNREFUSED'), undefined, {record: toldByOthers}),
		'warning',
		/^is announced and can't be reached from here, though it publishes its address \(ECONNREFUSED\): its sentinel announce-ip is wrong, or --nat-map maps it$/,
	],
	[
		'the same where nothing comes back: packets may be lost',
		failing(socket('ETIMEDOUT'), undefined, {record: toldByOthers}),
		'warning',
		/\(ETIMEDOUT\): packets are lost on the way, or --nat-map maps it$/,
	],
	['the same without a route', failing(socket('EHOSTUNREACH'), undefined, {record: toldByOthers}), 'warning'],
	[
		'a pod that Sentinels no longer name',
		failing(socket('EHOSTUNREACH'), 900, {record: {origin: 'sentinel', goneSinceMs: nowMs - 880_000}}),
		'info',
	],
	['a pod that Sentinels still name', failing(socket('EHOSTUNREACH'), 900, {record: {origin: 'sentinel'}}), 'critical'],
	['a pending reply is no outage of the network', pendingFor(20), 'clear'],
]);

const beside = (
	port: number,
	parts: Partial<RecordParts>,
	host = '10.0.1.11',
	failure = socket('ETIMEDOUT'),
): FactsParts => ({
	...failing(failure, 10, {record: {failingSinceMs: nowMs - 10_000}}),
	nodes: [recordFrom({address: `${host}:${port}`, info: {}, ...parts})],
});

testRule(connUnreachable, [
	[
		'another node of its host answers',
		beside(6380, {atMs: nowMs - 1000}),
		'critical',
		/^does not answer: the host answers on port 6380: this port is filtered, or its accept queue is full$/,
	],
	[
		'another port of its host refuses',
		beside(6380, {failure: socket('ECONNREFUSED')}),
		'critical',
		/: the host answers on port 6380:/,
	],
	[
		'another node of its host answers, and ARP says less',
		beside(6380, {atMs: nowMs - 1000}, '10.0.1.11', socketFailure('ETIMEDOUT', '; arp: answers')),
		'critical',
		/: the host answers on port 6380:/,
	],
	[
		'its host answers ARP',
		beside(6380, {failure: socket('ETIMEDOUT')}, '10.0.1.12', socketFailure('ETIMEDOUT', '; arp: answers')),
		'critical',
		/^does not answer: its host answers ARP: the port is filtered, or its accept queue is full$/,
	],
	[
		'another node of its host has not answered since',
		beside(6380, {atMs: nowMs - 60_000}),
		'critical',
		/: the port is filtered, or the host is gone$/,
	],
	[
		'another node of its host is silent too',
		beside(6380, {failure: socket('ETIMEDOUT')}),
		'critical',
		/, or the host is gone$/,
	],
	[
		'a node of another host answers',
		beside(6380, {atMs: nowMs - 1000}, '10.0.1.12'),
		'critical',
		/, or the host is gone$/,
	],
]);

const withProcess = (
	state: ProcessEvidence['state'],
	waitsIn?: string,
	suspendedBy?: ProcessEvidence['suspendedBy'],
): FactsParts => ({
	host: {
		process: {
			processId: 77,
			namespaceProcessId: 77,
			name: 'redis-server',
			state,
			suspendedBy,
			waitsIn,
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

const dumpOf = (sizeBytes: number) => ({path: '/data/dump.rdb', sizeBytes, modifiedAtMs: 0});

/** A server whose own thread has written 1 GiB of a save. */
const saving = (host: FactsParts['host'] = {}): FactsParts => ({
	host: {
		...withProcess('disk-wait').host,
		foregroundSave: {path: '/data/temp-77.rdb', sizeBytes: 1024 * mebibyte},
		...host,
	},
});

const frozenBy = {kind: 'frozen-group', group: '/shop', file: '/sys/fs/cgroup/shop/cgroup.freeze', value: '0'} as const;
const frozenWords = /: its control group \/shop is frozen$/;

testRule(connUnresponsive, [
	['it answers', {}, 'clear'],
	['half a second is short', pendingFor(0.5), 'clear'],
	['one long command', pendingFor(2), 'warning', /^is not responding, no reply on an open connection$/],
	['hung', pendingFor(6), 'critical'],
	[
		'another program has taken the port, and is silent',
		pendingFor(6, portOf('python3')),
		'critical',
		/^is not responding: python3 \(process 968\) has the port$/,
	],
	[
		'a proxy has the port: the server behind it is silent',
		pendingFor(6, portOf('docker-proxy')),
		'critical',
		/^is not responding, no reply on an open connection$/,
	],
	[
		'stopped, as this machine shows',
		pendingFor(2, withProcess('stopped')),
		'critical',
		/^is not responding: its process is stopped \(SIGSTOP\)$/,
	],
	['waiting for a disk', pendingFor(6, withProcess('disk-wait')), 'critical', /: its process waits for a disk$/],
	[
		'held by a debugger',
		pendingFor(2, withProcess('stopped', 'ptrace_stop', {kind: 'debugger', processId: 88, name: 'gdb'})),
		'critical',
		/: gdb \(process 88\) holds its process$/,
	],
	[
		'in a frozen control group',
		pendingFor(2, withProcess('sleeping', 'get_signal', frozenBy)),
		'critical',
		frozenWords,
	],
	// Control groups of version 1 let a frozen process look as if it waited for a disk.
	['the same with version 1', pendingFor(2, withProcess('disk-wait', undefined, frozenBy)), 'critical', frozenWords],
	[
		'running, as this machine shows',
		pendingFor(2, withProcess('running')),
		'warning',
		/no reply on an open connection$/,
	],
	[
		'idle, as this machine shows',
		pendingFor(2, withProcess('sleeping', 'ep_poll')),
		'warning',
		/: its process is idle$/,
	],
	[
		'its own thread saves, as this machine shows',
		pendingFor(6, saving({dataFiles: {rdb: dumpOf(4 * 1024 * mebibyte), appendOnly: undefined}})),
		'critical',
		/^is not responding: its thread saves \(SAVE, DEBUG RELOAD\), 1\.00G of about 4\.00G written$/,
	],
	[
		'it saves before it ends, as its log tells',
		pendingFor(
			6,
			saving({log: {source: 'log', lines: ['7:M * Saving the final RDB snapshot before exiting.'], remarks: []}}),
		),
		'critical',
		/: it saves before it ends \(SHUTDOWN, SIGTERM\), 1\.00G written$/,
	],
	[
		'stopped while it saves',
		pendingFor(2, saving({process: withProcess('stopped').host?.process})),
		'critical',
		/: its process is stopped \(SIGSTOP\)$/,
	],
	[
		'within MIGRATE or the resolver, as this machine shows',
		pendingFor(2, withProcess('sleeping', 'poll_schedule_timeout.constprop.0')),
		'warning',
		/: its thread waits for another server: MIGRATE, or a name server$/,
	],
	['refused connections are reported by another rule', failing(socket('ECONNREFUSED')), 'clear'],
]);

test('the remedy for a frozen control group is that of what runs the server', () => {
	const remedies: ReadonlyArray<readonly [SupervisorEvidence | undefined, RegExp]> = [
		[undefined, /^echo 0 \| sudo tee \/sys\/fs\/cgroup\/shop\/cgroup\.freeze$/],
		[
			{
				kind: 'container',
				engine: 'docker',
				id: 'ab12',
				name: 'shop',
				state: 'paused',
				lastExit: undefined,
				restarts: 0,
			},
			/^docker unpause shop$/,
		],
		[
			{kind: 'systemd', unit: 'redis.service', state: undefined, lastExit: undefined, restarts: undefined},
			/^sudo systemctl thaw redis\.service$/,
		],
	];
	for (const [supervisor, expected] of remedies) {
		const {host} = withProcess('sleeping', undefined, frozenBy);
		const evaluation = connUnresponsive.evaluate(factsOf(pendingFor(2, {host: {...host, supervisor}})), 0);
		assert.match(evaluation.kind === 'fires' ? messageText(evaluation.next?.[0]?.text ?? '') : '', expected);
	}
});

test('a silent replica whose primary has a name that cannot be resolved is likely to look it up', () => {
	const pending = pendingFor(6);
	const named = (failure: Failure | undefined, host = 'redis.prod'): FactsParts => ({
		...pending,
		record: {...pending.record, role: 'replica'},
		info: {replication: {role: 'slave', master_host: host, master_port: 6379, master_link_status: 'up'}},
		nodes: [{...recordFrom({address: `${host}:6379`}), ...(failure === undefined ? {} : {failure})}],
	});
	const lost = socketFailure('EAI_AGAIN', 'getaddrinfo EAI_AGAIN redis.prod; before: 10.0.0.9');
	const {problem, reason, next} = firingOf(connUnresponsive, named(lost));
	assert.equal(problem, 'is not responding');
	assert.equal(messageText(reason ?? ''), 'likely it looks up redis.prod, which cannot be resolved');
	assert.ok(next.some(({text}) => /REPLICAOF 10\.0\.0\.9 6379/.test(messageText(text))));
	for (const other of [undefined, socket('ETIMEDOUT'), socket('ECONNREFUSED')]) {
		assert.equal(firingOf(connUnresponsive, named(other)).reason, undefined);
	}

	// Without its earlier address there is nothing to put in the place of the name.
	assert.ok(
		firingOf(connUnresponsive, named(socket('ENOTFOUND'))).next.every(({text}) => !/REPLICAOF/.test(messageText(text))),
	);
});

test('a silent server that told nothing yet perhaps looks up the only name whose name server does not answer', () => {
	const beside = (...hosts: ReadonlyArray<readonly [host: string, code: string]>): FactsParts => ({
		...pendingFor(6),
		info: {},
		nodes: hosts.map(([host, code]) => ({...recordFrom({address: `${host}:6379`}), failure: socket(code)})),
	});
	const reasonOf = (parts: FactsParts) => messageText(firingOf(connUnresponsive, parts).reason ?? '');
	assert.equal(
		reasonOf(beside(['redis.prod', 'EAI_AGAIN'])),
		'perhaps it looks up redis.prod, which cannot be resolved',
	);
	assert.equal(reasonOf(beside(['redis.prod', 'ENOTFOUND'])), '');
	assert.equal(reasonOf(beside(['redis.prod', 'EAI_AGAIN'], ['other.prod', 'EAI_AGAIN'])), '');
	assert.equal(
		reasonOf({...beside(['redis.prod', 'EAI_AGAIN']), ...withProcess('sleeping', 'ep_poll')}),
		'its process is idle',
	);
	assert.match(
		reasonOf({...beside(['redis.prod', 'EAI_AGAIN']), ...withProcess('sleeping', 'do_poll.constprop.0')}),
		/^perhaps it looks up/,
	);
});

test('a silent replica that told nothing yet is seen in its log to look up the name of its primary', () => {
	const start = '7:S 24 Nov 2026 11:22:33.123 *';
	const looksUp = `${start} Connecting to MASTER redis.prod:6379`;
	const reasonOf = (lines: readonly string[], waitsIn?: string, state: 'running' | 'sleeping' = 'sleeping') => {
		const local = withProcess(state, waitsIn);
		const log = {source: '/var/log/redis.log', lines, remarks: []};
		return messageText(
			firingOf(connUnresponsive, {...pendingFor(6), info: {}, ...local, host: {...local.host, log}}).reason ?? '',
		);
	};
	const [likely, perhaps] = ['likely', 'perhaps'].map(how => `${how} it looks up redis.prod, the name of its primary`);
	assert.equal(reasonOf([looksUp], 'do_sys_poll'), likely);
	assert.equal(reasonOf([looksUp]), perhaps);
	assert.equal(reasonOf([`${start} Connecting to PRIMARY redis.prod:6379`]), perhaps, 'Valkey');
	assert.equal(reasonOf([looksUp], 'ep_poll'), 'its process is idle');
	assert.equal(reasonOf([looksUp], undefined, 'running'), '', 'a command');
	assert.equal(reasonOf([looksUp, `${start} MASTER <-> REPLICA sync started`]), '', 'the lookup is over');
	assert.equal(reasonOf([looksUp.replace('redis.prod', '10.0.0.9')]), '', 'an address is not looked up');
	assert.equal(reasonOf([]), '');
});

test('where ended connections hold the local ports, a pool is the first step, and the commands show them', () => {
	const steps = (words: string) =>
		firingOf(connUnreachable, failing(socketFailure('EADDRNOTAVAIL', words))).next.map(({text}) => messageText(text));
	const [first = '', second = ''] = steps('-; ports: 101, held: 100, waiting: 99');
	assert.match(first, /a pool/);
	assert.match(second, /: ss -Htan state time-wait 'dport = :6379' \| wc -l$/);
	for (const words of ['-', '-; ports: 101, held: 100, waiting: 3']) {
		const [other = '', ...more] = steps(words);
		assert.match(other, /find which processes hold the connections/);
		assert.ok(more.every(text => !/time-wait|tcp_tw_reuse=1/.test(text)));
	}
});

test('a silent primary with a slot open to another node perhaps moves a large key, unless a long command is known', () => {
	const moving = (isOpen: boolean, parts: FactsParts = {}): FactsParts => {
		const pending = pendingFor(6, parts);
		const nodes = viewFrom(17050).nodes.map(node =>
			isOpen && node.flags.has('myself')
				? {...node, openSlots: [{slot: 11_304, direction: 'migrating' as const, peer: node.id}]}
				: node,
		);
		return {...pending, record: {...pending.record, ...parts.record, clusterNodes: {atMs: sampledAtMs, value: nodes}}};
	};
	const reasonOf = (parts: FactsParts) => messageText(firingOf(connUnresponsive, parts).reason ?? '');
	assert.equal(reasonOf(moving(true)), 'perhaps MIGRATE moves a large key of slot 11304');
	assert.match(messageText(firingOf(connUnresponsive, moving(true)).next[0]?.text ?? ''), /^let it end, no failover/);
	assert.match(reasonOf(moving(true, withProcess('sleeping', 'do_poll.constprop.0'))), /^likely MIGRATE/);
	assert.equal(reasonOf(moving(true, withProcess('sleeping', 'ep_poll'))), 'its process is idle');
	assert.equal(reasonOf(moving(false)), '');
	const {nowMs} = factsOf({});
	const entry = {id: 1, arguments: ['sort'], clientAddress: '', clientName: 'a', durationMicroseconds: 2_000_000};
	const ran = (secondsAgo: number) => ({
		record: {
			slowlog: {atMs: nowMs, value: {entries: [{...entry, atMs: nowMs - secondsAgo * 1000}], perMinute: 1, lost: 0}},
		},
	});
	assert.equal(reasonOf(moving(true, ran(20))), '');
	assert.match(reasonOf(moving(true, ran(90))), /^perhaps MIGRATE/);
});

test('a name that cannot be resolved is told with the address that it had, as the first step', () => {
	const named = (failure: Failure): FactsParts => {
		const {record, ...rest} = failing(failure);
		return {...rest, record: {...record, address: 'redis.prod:6379'}};
	};
	const lost = socketFailure('EAI_AGAIN', 'getaddrinfo EAI_AGAIN redis.prod; before: 10.0.0.9');
	const {reason, next, evidence} = firingOf(connUnreachable, named(lost));
	assert.equal(messageText(reason ?? ''), 'no DNS answer');
	assert.equal(messageText(next[0]?.text ?? ''), 'use the address that redis.prod had before: 10.0.0.9');
	assert.ok(evidence?.some(({name, value}) => name === 'layer' && value === 'dns'));
	const unknown = firingOf(connUnreachable, named(socket('EAI_AGAIN')));
	assert.match(messageText(unknown.next[0]?.text ?? ''), /^resolve redis\.prod/);
});

test("the finding blames the server's thread for a missing reply only where this machine shows it", () => {
	const meaningOf = (parts: FactsParts) => {
		const evaluation = connUnresponsive.evaluate(factsOf(parts), 0);
		return evaluation.kind === 'fires' ? String(evaluation.meaning) : '';
	};
	assert.match(meaningOf(pendingFor(2)), /^The server, the network or this machine may be the reason/);
	assert.match(meaningOf(pendingFor(2, withProcess('running'))), /^Its thread works/);
	for (const parts of [pendingFor(2), pendingFor(2, withProcess('running'))]) {
		const evaluation = connUnresponsive.evaluate(factsOf(parts), 0);
		assert.ok(
			evaluation.kind === 'fires' && evaluation.next.every(({text}) => !/PID|SLOWLOG GET 10$/.test(messageText(text))),
		);
	}
});

const losses = (...ago: number[]): FactsParts => ({watch: {lossesAtMs: ago.map(seconds => nowMs - seconds * 1000)}});
testRule(connFlapping, [
	['once', losses(10), 'clear'],
	['three times within a minute', losses(50, 30, 10), 'warning', /^lost its connection 3 times, within a minute$/],
	[
		'three times, and its process was seen in a wait for a disk',
		{...losses(50, 30, 10), ...withProcess('disk-wait')},
		'warning',
		/^lost its connection 3 times, within a minute: its process waits for a disk$/,
	],
	['three times, but long ago', losses(150, 130, 10), 'clear'],
]);

test('where a known server has the address, an answer of something else does not ask for another port', () => {
	const stepOf = (record: NonNullable<FactsParts['record']>) =>
		messageText(firingOf(connRefusing, {record: {failure: socket('PROTOCOL'), ...record}}).next[0]?.text ?? '');
	assert.match(stepOf({lastReplyAtMs: undefined}), /give the right port/);
	assert.match(stepOf({lastReplyAtMs: nowMs - 9000}), /^ask it on its own machine/);
	assert.match(stepOf({lastReplyAtMs: undefined, origin: 'replication'}), /^ask it on its own machine/);
});

/** Another process has the port, and closes each connection. */
const closing = (processName: string, servers: LocalEvidence['servers'] = [], code = 'CLOSED'): FactsParts => ({
	...failing(socketFailure(code, 'it takes connections and closes them at once')),
	host: {listeners: [{address: '0.0.0.0', port: 6379, queued: 0, processId: 968, processName}], servers},
});
const ownListener = {processId: 968, name: 'redis-server', state: 'sleeping', listens: [], title: undefined} as const;
testRule(connUnreachable, [
	[
		'a proxy without a server behind it',
		closing('haproxy'),
		'critical',
		/^closed the connection silently: haproxy \(process 968\) has the port$/,
	],
	[
		'a proxy that resets connections, with no server behind it',
		closing('docker-proxy', [], 'ECONNRESET'),
		'critical',
		/^reset the connection: docker-proxy \(process 968\) has the port$/,
	],
	[
		'another program has the port and lets nobody in',
		{...failing(socket('ETIMEDOUT')), host: portOf('python3', 6).host ?? {}},
		'critical',
		/^does not answer: python3 \(process 968\) has the port$/,
	],
	[
		'the server itself resets connections',
		closing('redis-server', [ownListener], 'ECONNRESET'),
		'critical',
		/^reset the connection: it stopped, or it wants TLS$/,
	],
	[
		'the server itself closes connections',
		closing('redis-server', [ownListener]),
		'critical',
		/^closed the connection silently$/,
	],
]);

testRule(connRefusing, [
	[
		'another program took the port',
		{
			...failing(socket('NOT_REDIS')),
			host: {listeners: [{address: '0.0.0.0', port: 6379, queued: 0, processId: 968, processName: 'python3'}]},
		},
		'critical',
		/: the port belongs to python3 \(process 968\)$/,
	],
	['it answers', {}, 'clear'],
	['maxclients', failing(replyFailure('ERR max number of clients reached')), 'critical', /maxclients/],
	[
		'maxclients, which a limit of open files lowers',
		{
			...failing(replyFailure('ERR max number of clients reached')),
			host: {
				process: {openFilesLimit: 100} as ProcessEvidence,
				connectionHolders: [{host: '127.0.0.1', processId: undefined, processName: undefined, connections: 66}],
			},
		},
		'critical',
		/^turns new clients away: its limit of 100 files allows 68, not the 10000 of its config; 127\.0\.0\.1 has 66 of 66 connections$/,
	],
	[
		'maxclients, which somebody set below the limit of open files',
		{
			...failing(replyFailure('ERR max number of clients reached')),
			host: {
				process: {openFilesLimit: 1024} as ProcessEvidence,
				connectionHolders: [{host: '127.0.0.1', processId: undefined, processName: undefined, connections: 3}],
			},
		},
		'critical',
		/: maxclients is reached$/,
	],
	[
		'maxclients, and files enough',
		{
			...failing(replyFailure('ERR max number of clients reached')),
			host: {process: {openFilesLimit: 10_032} as ProcessEvidence},
		},
		'critical',
		/maxclients is reached$/,
	],
	['protected mode', failing(replyFailure('DENIED Redis is running in protected mode')), 'critical'],
	[
		'protected mode, and a password was given',
		failing(withLostPassword(replyFailure('DENIED Redis is running in protected mode'))),
		'critical',
		/^runs without its password: protected mode refuses other hosts$/,
	],
	[
		'protected mode after the server let redis-top in',
		failing(replyFailure('DENIED Redis is running in protected mode'), 5, {
			info: {server: {config_file: '/etc/redis/redis.conf'}},
		}),
		'critical',
		/^was restarted with other settings: it has no password now, and protected mode turns other hosts away/,
	],
	[
		'protected mode after a server without a config file let redis-top in',
		failing(replyFailure('DENIED Redis is running in protected mode'), 5, {info: {server: {config_file: ''}}}),
		'critical',
		/^was restarted with other settings: it has no password now/,
	],
	[
		'protected mode after a server with protected-mode no and without a password let redis-top in',
		failing(replyFailure('DENIED Redis is running in protected mode'), 5, {
			info: {server: {config_file: '/etc/redis/redis.conf'}},
			config: {'protected-mode': 'no'},
		}),
		'critical',
		/^was restarted with other settings: protected mode is on now, and without a password it turns other hosts away/,
	],
	[
		'a certificate without the address by which the node was found',
		{record: {...failing(socket('ERR_TLS_CERT_ALTNAME_INVALID')).record, origin: 'cluster'}},
		'critical',
		/^has a certificate for another name: it lacks the address by which the node was found$/,
	],
	[
		'a certificate without the name of a target',
		failing(socket('ERR_TLS_CERT_ALTNAME_INVALID')),
		'critical',
		/: connect by that name or give --sni$/,
	],
	['TLS on a plain port', failing(socket('TLS_TO_PLAIN')), 'critical'],
	['credentials are reported by another rule', failing(replyFailure('NOAUTH')), 'clear'],
	['busy is reported by another rule', failing(replyFailure('BUSY Redis is busy running a script')), 'clear'],
]);

const effectOf = (evaluation: Evaluation) => (evaluation.kind === 'fires' ? evaluation.effect : evaluation.kind);

test('the effect of a refusal depends on its reason', () => {
	const effect = (failure: Failure) => effectOf(connRefusing.evaluate(factsOf(failing(failure)), 0));
	assert.equal(effect(replyFailure('ERR max number of clients reached')), 'connections-refused');
	assert.equal(effect(replyFailure('DENIED Redis is running in protected mode')), 'connections-refused');
	assert.equal(effect(socket('NOT_REDIS')), 'unreachable');
	// Our own --tls setting is no problem of other clients.
	assert.equal(effect(socket('TLS_TO_PLAIN')), undefined);
});

test('the first step of a failed connection is one for its reason', () => {
	const firstStep = (rule: typeof connRefusing | typeof connUnreachable, failure: Failure) => {
		const evaluation = rule.evaluate(factsOf(failing(failure)), 0);
		return evaluation.kind === 'fires' ? messageText(evaluation.next?.[0]?.text ?? '') : evaluation.kind;
	};
	const file = 'connect EACCES /run/redis/redis.sock';
	assert.match(firstStep(connUnreachable, socketFailure('EACCES', file)), /join the group of the socket file/);
	assert.match(firstStep(connUnreachable, socket('ETIMEDOUT')), /^firewall, security group/);
	assert.match(firstStep(connUnreachable, socketFailure('ETIMEDOUT', '; arp: answers')), /^firewall, security group/);
	assert.match(firstStep(connUnreachable, socketFailure('ETIMEDOUT', '; arp: silent')), /^look at the console/);
	assert.match(firstStep(connUnreachable, socketFailure('EHOSTUNREACH', '; arp: answers')), /REJECT/);
	assert.match(firstStep(connUnreachable, socket('ENOTFOUND')), /^resolve 127\.0\.0\.1 from here|^resolve /);
	assert.match(
		firstStep(connRefusing, replyFailure('DENIED Redis is running in protected mode')),
		/CONFIG SET requirepass/,
	);
	assert.match(firstStep(connRefusing, socket('PLAIN_TO_TLS')), /^rediss:\/\/ or --tls/);
	assert.match(
		firstStep(connRefusing, replyFailure("NOPERM User mon has no permissions to run the 'info' command")),
		/redis-top acl/,
	);
});

test('a port that has TLS now, and served redis-top without before, is a change that concerns the applications', () => {
	const info = {server: {config_file: '/etc/redis.conf'}};
	const before = firingOf(connRefusing, failing(socket('PLAIN_TO_TLS'), 5, {info}));
	assert.equal(messageText(statementMessage(before)), 'now speaks TLS on this port: it was plain before');
	assert.equal(before.effect, 'connections-refused');
	const [first, ...others] = before.next.map(({text}) => messageText(text));
	assert.match(first ?? '', /^let the applications in again: give them TLS .* or give this port back to `port`/);
	assert.ok(others.includes("grep -nE '^(port|tls-)' /etc/redis.conf"));
	assert.ok(others.some(step => step.includes('--cacert FILE')));
	const fresh = firingOf(connRefusing, {record: {failure: socket('PLAIN_TO_TLS')}});
	assert.match(messageText(statementMessage(fresh)), /^speaks TLS on this port: /);
	assert.equal(fresh.effect, undefined, 'only redis-top may lack --tls');
	assert.match(messageText(fresh.next[1]?.text ?? ''), /^if applications fail too: give them TLS/);
});

test('a process that waits for a disk has its disk looked at first', () => {
	const stepsOf = (state: ProcessEvidence['state']) => {
		const {host} = withProcess(state);
		const folder = {path: '/data'} as LocalEvidence['folder'];
		return firingOf(connUnresponsive, pendingFor(2, {host: {...host, folder}})).next.map(({text}) => messageText(text));
	};
	assert.match(stepsOf('disk-wait')[0] ?? '', /^see whether its disk takes writes/);
	assert.match(stepsOf('disk-wait')[1] ?? '', /findmnt -T \/data/);
	assert.doesNotMatch(stepsOf('running').join(' '), /disk/);
});

test('a server that was restarted with other settings gets its config file looked at first, and no CONFIG REWRITE', () => {
	const denied = replyFailure('DENIED Redis is running in protected mode');
	const steps = (parts: FactsParts) => {
		const evaluation = connRefusing.evaluate(factsOf(parts), 0);
		return evaluation.kind === 'fires' ? evaluation.next.map(({text}) => messageText(text)) : [];
	};
	const server = {executable: '/opt/valkey-server', config_file: '/etc/valkey.conf'};
	const before = steps(failing(denied, 5, {info: {server}}));
	assert.match(before[0] ?? '', /^see on its host how it was started: ps -C /);
	// A password lets clients and replicas in at once. A server without its config file may be empty, and they would copy that.
	const withItsFile =
		/ has lost its requirepass or aclfile: there CONFIG SET requirepass .* lets them in at once; then put/;
	assert.match(before[1] ?? '', /^if it has \/etc\/valkey\.conf, /);
	assert.match(before[1] ?? '', withItsFile);
	assert.match(before[2] ?? '', /^if it lacks its config file, end it with SHUTDOWN NOSAVE: /);
	assert.equal(before[3], 'then start it with its config file again: /opt/valkey-server /etc/valkey.conf');
	const given = steps(failing(withLostPassword(denied)));
	assert.match(given[0] ?? '', /^see on its host how it was started: ps -C /);
	assert.match(given[1] ?? '', /^if it has its config file, /);
	assert.match(given[1] ?? '', withItsFile);
	assert.match(given[2] ?? '', /^if it lacks its config file, end it with SHUTDOWN NOSAVE: /);
	assert.equal(given[3], 'then start it with its config file again');
	const open = steps(failing(denied, 5, {info: {server}, config: {'protected-mode': 'no'}}));
	assert.match(
		open[1] ?? '',
		/ has lost its protected-mode no: there CONFIG SET protected-mode no lets clients in at once/,
	);
	assert.doesNotMatch(open.join(' '), /requirepass/);
	const withoutFile = steps(failing(denied, 5, {info: {server: {config_file: ''}}}));
	assert.match(withoutFile[1] ?? '', /^if it lacks the options it had, end it with SHUTDOWN NOSAVE/);
	assert.match(withoutFile[2] ?? '', /^then start it with them again/);
	assert.doesNotMatch(withoutFile.join(' '), /that file has changed/);
});

test('the steps of a connection contain no host, no path and no user, because findings show them where names are masked', () => {
	for (const endpoint of [
		{kind: 'tcp', host: 'secret-host', port: 6379},
		{kind: 'unix', path: '/secret-path/redis.sock'},
	] as const) {
		for (const [code, explain] of explanations) {
			const texts = explain({
				endpoint,
				cli: 'secret-cli',
				administratorCli: 'secret-cli',
				user: 'secret-user',
			}).next.map(({text}) => messageText(text));
			assert.doesNotMatch(texts.join('\n'), /secret/, code);
			// The text of check has no pipe character, and rewrites single ones alone.
			assert.doesNotMatch(texts.join('\n'), /\|\|/, code);
		}
	}
});

/** Why these rules are always evaluated. */
export const neverUnknown = {
	'conn.unreachable': 'looks at our own connection',
	'conn.refused': 'looks at our own connection',
	'conn.refusing': 'looks at our own connection',
	'conn.unresponsive': 'looks at our own connection',
	'conn.flapping': 'looks at our own connection',
} as const;

for (const rule of [connUnreachable, connRefused, connRefusing, connUnresponsive, connFlapping]) {
	test(`${rule.id}: never unknown: ${neverUnknown[rule.id]}`, () => {
		assert.equal(rule.evaluate(factsOf({}), 0).kind, 'clear');
	});
}

test('a kill by the kernel is asked about where nothing tells which process served', () => {
	const kill = {
		atMs: nowMs - 20_000,
		processId: 9,
		name: 'ld-linux-x86-64',
		line: 'Memory cgroup out of memory: Killed process 9',
	};
	const steps = (host: Partial<LocalEvidence>) =>
		firingOf(connRefused, refusedSince(10, host))
			.next.map(({text}) => messageText(text))
			.join('\n');
	assert.match(
		steps({oomKills: [{...kill, group: '/docker/abc'}]}),
		/^the kernel killed ld-linux-x86-64 \(process 9\) of \/docker\/abc at \S+ at the memory limit of its control group: if that was this server, raise that limit/m,
	);
	for (const host of [
		{oomKills: [{...kill, atMs: nowMs - 700_000}]},
		{oomKills: [kill], earlierProcess: {processId: 7, seenAtMs: undefined}},
		{oomKills: []},
	]) {
		assert.doesNotMatch(steps(host), /the kernel killed/);
	}
});
