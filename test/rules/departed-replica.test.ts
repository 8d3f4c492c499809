import assert from 'node:assert/strict';
import test from 'node:test';
import type {LogEvidence} from '../../source/domain/host-evidence.js';
import {messageText} from '../../source/domain/message.js';
import {readServerLog} from '../../source/parse/server-log.js';
import {replicasToVisit} from '../../source/rules/logged-replica.js';
import {repLost} from '../../source/rules/replication-setup.js';
import {firingOf} from '../harness/firing-of.js';
import {recordFrom, refusedConnection, type Sections} from '../harness/records.js';
import {type FactsParts, factsOf, testRule} from '../harness/rule-cases.js';

const {nowMs} = factsOf({});
const zeros = '0'.repeat(40);

/** INFO of a primary without a replica, whose last one left within the hour. */
const left = (fields: Sections[string] = {}, acknowledgements = 900): Sections => ({
	server: {uptime_in_seconds: 86_400},
	replication: {
		role: 'master',
		connected_slaves: 0,
		master_replid: 'a'.repeat(40),
		master_replid2: zeros,
		repl_backlog_active: 1,
		...fields,
	},
	stats: {sync_full: 1, sync_partial_ok: 0},
	commandstats: {
		cmdstat_replconf: `calls=${acknowledgements},usec=100,usec_per_call=0.10,rejected_calls=0,failed_calls=0`,
	},
});

const parts = (info: Sections, rest: FactsParts = {}): FactsParts => ({
	info,
	past: [info],
	config: {'repl-backlog-ttl': '3600'},
	...rest,
});

const logOf = (line: string): LogEvidence =>
	readServerLog(
		'/var/log/redis.log',
		line
			.split('\n')
			.map(each => `1:M ${localStamp(nowMs - 40_000)} * ${each}\n`)
			.join(''),
	);

/** A moment in a server's log: `24 Nov 2026 11:22:33.123`, in local time. */
function localStamp(atMs: number): string {
	const date = new Date(atMs);
	const months = 'Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec'.split(' ');
	const two = (n: number) => String(n).padStart(2, '0');
	return `${two(date.getDate())} ${months[date.getMonth()]} ${date.getFullYear()} ${two(date.getHours())}:${two(date.getMinutes())}:${two(date.getSeconds())}.000`;
}

const logged = (line: string, info: Sections = left({}, 3)): FactsParts => parts(info, {host: {log: logOf(line)}});
const lostLine = 'Connection with replica 10.0.1.12:6379 lost.';

testRule(repLost, [
	['a backlog without a replica', parts(left()), 'warning', /^has no replica now: it had one within the last 1h$/],
	[
		'a server younger than the time to live',
		parts({...left(), server: {uptime_in_seconds: 1200}}),
		'warning',
		/within the last 20m$/,
	],
	[
		'it was promoted, and had a replica',
		parts(left({master_replid2: 'b'.repeat(40)})),
		'warning',
		/it had one, and was promoted or lost it within the last 1h$/,
	],
	[
		'it was promoted a moment ago, and no replica ever followed',
		parts({...left({master_replid2: 'b'.repeat(40)}, 0), stats: {sync_full: 0, sync_partial_ok: 0}}),
		'clear',
	],
	['a backup tool came and went', parts(left({}, 4)), 'clear'],
	['a single server', parts({...left({repl_backlog_active: 0}, 0)}), 'clear'],
	['a replica that left long ago', parts(left({repl_backlog_active: 0})), 'clear'],
	['a backlog that is kept for ever', parts(left(), {config: {'repl-backlog-ttl': '0'}}), 'clear'],
	['settings that may not be read', parts(left(), {config: {}}), 'clear'],
	['a node of a cluster', parts({...left(), cluster: {cluster_enabled: 1}}), 'clear'],
	['it refuses writes for want of replicas', parts(left({min_slaves_good_slaves: 0})), 'clear'],
	['redis-top has run for longer', parts(left(), {watch: {foundAtMs: nowMs - 601_000}}), 'clear'],
	['its role has just changed', parts(left(), {watch: {roleChangedAtMs: nowMs - 5000}}), 'clear'],
	['its log names the replica', logged(lostLine), 'warning', /^lost its last replica 10\.0\.1\.12:6379 40s ago$/],
	[
		'its log names a replica of before its start',
		logged(lostLine, {...left({}, 3), server: {uptime_in_seconds: 30}}),
		'clear',
	],
	['its log names a backup tool', logged('Connection with replica 10.0.1.12:<unknown-replica-port> lost.'), 'clear'],
	[
		'its log names a replica that crashed by the id of its connection',
		logged('Synchronization with replica 10.0.1.12:6379 succeeded\nConnection with replica client id #5 lost.'),
		'warning',
		/^lost its last replica 10\.0\.1\.12:6379 40s ago$/,
	],
	[
		'its log names a replica that came back for a while, and crashed',
		logged(
			'Partial resynchronization request from 10.0.1.12:6379 accepted. Sending 0 bytes\nConnection with replica client id #5 lost.',
		),
		'warning',
		/^lost its last replica 10\.0\.1\.12:6379 40s ago$/,
	],
	[
		'its log names a tool by the id of its connection',
		logged(
			'Synchronization with replica 10.0.1.12:<unknown-replica-port> succeeded\nConnection with replica client id #5 lost.',
		),
		'clear',
	],
	['its log names a client', logged('Connection with replica client id #4 lost.'), 'clear'],
	[
		'its log names the second channel of a full resync',
		logged('Connection with replica (rdbchannel) 10.0.1.12:6379 lost.'),
		'clear',
	],
	[
		'the replica is known and follows another node now',
		{
			...logged(lostLine),
			nodes: [
				recordFrom({
					address: '10.0.1.12:6379',
					role: 'replica',
					info: {replication: {role: 'slave', master_host: '10.0.1.13', master_port: 6379}},
				}),
			],
		},
		'clear',
	],
	[
		'the replica is known, and its own finding tells of the link',
		parts(left(), {
			nodes: [
				recordFrom({
					address: '10.0.1.12:6379',
					role: 'replica',
					info: {replication: {role: 'slave', master_host: '10.0.1.11', master_port: 6379, master_link_status: 'down'}},
				}),
			],
		}),
		'clear',
	],
	[
		'its replica was promoted beside it',
		parts(left(), {
			nodes: [
				recordFrom({
					address: '10.0.1.12:6379',
					info: {replication: {role: 'master', master_replid2: 'a'.repeat(40)}},
				}),
			],
		}),
		'pending',
	],
	[
		'a node that redis-top knows restarts',
		parts(left(), {
			nodes: [recordFrom({address: '10.0.1.12:6379', failure: refusedConnection, lastReplyAtMs: nowMs - 3000})],
		}),
		'info',
	],
]);

test('rep.lost: the steps for a replica of before the start look at the replica named by the log, and at the way', () => {
	const steps = firingOf(repLost, logged(lostLine)).next.map(({text}) => messageText(text));
	assert.match(steps[0] ?? '', /^look at 10\.0\.1\.12:6379: is the process running/);
	assert.ok(steps.includes('on the host of the replica: nc -vz 10.0.1.11 6379'));
});

test('the replica that a log names as lost is visited while its primary misses it, within ten minutes', () => {
	const named = (parts: FactsParts, laterMs = 0) => replicasToVisit(factsOf(parts).record, nowMs + laterMs)[0];
	assert.equal(named(logged(lostLine)), '10.0.1.12:6379');
	assert.equal(named(logged(lostLine), 9 * 60_000), '10.0.1.12:6379');
	assert.equal(named(logged(lostLine), 11 * 60_000), undefined, 'it left long ago');
	assert.equal(named(logged('Connection with replica 127.0.0.1:<unknown-replica-port> lost.')), undefined, 'a tool');
	assert.equal(named(parts(left())), undefined, 'no log');
	const back = {connected_slaves: 1, slave0: 'ip=10.0.1.12,port=6379,state=online,offset=1,lag=0'};
	assert.equal(named(logged(lostLine, left(back))), undefined, 'it is back');
	const demoted = {...factsOf(logged(lostLine)).record, role: 'replica'} as const;
	assert.deepEqual(replicasToVisit(demoted, nowMs), [], 'a former primary loses its replicas as planned');
});

test('each replica that a log names is visited: lost lately, or linked before a restart and not back', () => {
	const lineOf = (address: string, isLost: boolean, agoSeconds: number) => ({
		address,
		isLost,
		atMs: nowMs - agoSeconds * 1000,
	});
	const named = (replicas: readonly ReturnType<typeof lineOf>[], upSeconds: number): readonly string[] => {
		const {record} = factsOf(parts({...left(), server: {uptime_in_seconds: upSeconds}}));
		const log = {source: '-', lines: [], remarks: [], replicas};
		return replicasToVisit({...record, host: {atMs: nowMs, value: {kind: 'here', log} as never}}, nowMs);
	};
	const [stopped, refused] = [lineOf('127.0.0.1:7001', true, 8), lineOf('127.0.0.1:7002', true, 11)];
	assert.deepEqual(named([refused, stopped], 9999), ['127.0.0.1:7001', '127.0.0.1:7002']);
	const linked = lineOf('127.0.0.1:7003', false, 100);
	assert.deepEqual(named([linked], 9999), [], 'linked to this process');
	assert.deepEqual(named([linked], 20), ['127.0.0.1:7003'], 'linked to the process before');
	assert.deepEqual(named([linked], 2), [], 'it comes back soon');
	assert.deepEqual(named([linked], 90_000), [], 'a restart long ago');
});
