import assert from 'node:assert/strict';
import test from 'node:test';
import type {NodeAddress} from '../../source/domain/node.js';
import type {RuleId} from '../../source/rules/all-rules.js';
import type {Finding} from '../../source/rules/finding.js';
import {joinFindings} from '../../source/rules/join-findings.js';
import {forkOfResync, repRefused, senRefused} from '../../source/rules/refused-peers.js';
import {repFullsyncStorm} from '../../source/rules/replication-resyncs.js';
import {runIdOfPrimary} from '../../source/rules/sentinel-links.js';
import {findingOf} from '../harness/findings.js';
import {clientOf, recordFrom, type Sections} from '../harness/records.js';
import {type FactsParts, factsOf, testRule} from '../harness/rule-cases.js';

const {nowMs} = factsOf({});

const stat = (calls: number, rejected: number, failed: number): string =>
	`calls=${calls},usec=${calls},usec_per_call=1,rejected_calls=${rejected},failed_calls=${failed}`;

type Counts = Readonly<Record<string, readonly [calls: number, rejected: number, failed: number]>>;

/** A primary with these counters of commands and errors now, which were `before` a second ago. */
const counted = (
	now: Counts,
	errors: Readonly<Record<string, number>>,
	before: Counts = {},
	rest: Sections = {},
): FactsParts => {
	const commands = (counts: Counts) =>
		Object.fromEntries(Object.entries(counts).map(([name, each]) => [`cmdstat_${name}`, stat(...each)]));
	const codes = (rise: 0 | 1) =>
		Object.fromEntries(Object.entries(errors).map(([code, count]) => [`errorstat_${code}`, `count=${count * rise}`]));
	return {
		info: {
			server: {process_id: 4711},
			replication: {role: 'master', connected_slaves: 0},
			...rest,
			commandstats: {cmdstat_get: stat(9, 0, 0), ...commands(now)},
			errorstats: codes(1),
		},
		earlier: {commandstats: {cmdstat_get: stat(1, 0, 0), ...commands(before)}, errorstats: codes(0)},
	};
};

const logged = (id: string, line: string, agoMs = 1000): NonNullable<FactsParts['host']> => ({
	log: {
		source: '/var/log/redis.log',
		remarks: [{id, severity: 'critical', rules: ['rep.refused'], meaning: '-', line, atMs: nowMs - agoMs, count: 1}],
		ending: [],
		happened: [],
		starts: [],
	} as never,
});

const replica = recordFrom({
	address: '10.0.1.2:6379',
	role: 'replica',
	info: {replication: {role: 'slave', master_host: '10.0.1.1', master_port: 6379, master_link_status: 'down'}},
});
const here = {address: '10.0.1.1:6379', role: 'primary'} as const;

/** A primary whose log names a lost replica on 10.0.1.2, and which refused two logins from this client since. */
const lostFrom = (clientAddress: string, agoMs = 5000): FactsParts => ({
	...counted({ping: [0, 2, 0], auth: [2, 0, 2]}, {NOAUTH: 1, WRONGPASS: 1}, {ping: [0, 1, 0], auth: [1, 0, 1]}),
	host: logged('replica-lost', '1:M * Connection with replica 10.0.1.2:6379 lost.', agoMs),
	record: {
		accessLog: {
			atMs: nowMs,
			value: [
				{
					count: 2,
					lack: 'auth',
					object: 'AUTH',
					user: 'default',
					ageSeconds: 1,
					clientAddress,
					clientName: '',
				},
			],
		},
	} as never,
});

/** The same, and the log names another replica that was lost before. */
const withAnotherLost = (address: string, parts: FactsParts): FactsParts => {
	const lost = lostFrom('10.0.1.2:40000');
	const replicas = [
		{address, isLost: true, atMs: nowMs - 9000},
		{address: '10.0.1.2:6379', isLost: true, atMs: nowMs - 5000},
	];
	return {...lost, ...parts, host: {...lost.host, log: {...lost.host?.log, replicas} as never}};
};

/** A primary without a failed login between two samples, the last of seven failed `ageSeconds` ago by ACL LOG. */
const betweenAttempts = (counts: Counts, ageSeconds: number): FactsParts => ({
	...counted(counts, {}, counts),
	record: {
		accessLog: {
			atMs: nowMs,
			value: [
				{
					count: 7,
					lack: 'auth',
					object: 'AUTH',
					user: 'default',
					ageSeconds,
					clientAddress: '10.0.1.2:40000',
					clientName: '',
				},
			],
		},
	} as never,
});

testRule(repRefused, [
	['nothing is counted', {info: {}, earlier: {}}, 'pending'],
	['no PSYNC', counted({}, {}), 'clear'],
	['a PSYNC that succeeds', counted({psync: [1, 0, 0]}, {}), 'clear'],
	[
		'a PSYNC before the login',
		counted({psync: [0, 1, 0]}, {NOAUTH: 3}),
		'critical',
		/^refuses a replica: not logged in \(NOAUTH\): masterauth is missing there$/,
	],
	[
		'the same, and the replica is known',
		{...counted({psync: [0, 1, 0]}, {NOAUTH: 3}), record: here, nodes: [replica]},
		'critical',
		/^refuses replica 10\.0\.1\.2:6379: not logged in/,
	],
	[
		'a PSYNC without the right to it',
		counted({psync: [0, 1, 0]}, {NOPERM: 1}),
		'critical',
		/^refuses a replica: its user lacks a right \(NOPERM\): PSYNC is not allowed to the masteruser$/,
	],
	['while it loads its data', counted({psync: [0, 1, 0]}, {LOADING: 1}), 'clear'],
	['without a link to its own primary', counted({psync: [1, 0, 1]}, {NOMASTERLINK: 1}), 'clear'],
	['during a failover', counted({psync: [1, 0, 1]}, {INPROG: 1}), 'clear'],
	['one refused of many', counted({psync: [10, 0, 1]}, {ERR: 1}), 'clear'],
	[
		'a save that cannot start, over one channel',
		counted({psync: [40, 0, 40]}, {ERR: 40}),
		'critical',
		/^gives a replica no data: it cannot start the save that a full resync needs$/,
	],
	[
		'a save that cannot start, over two channels, and the log says why',
		{
			...counted({psync: [41, 0, 20]}, {ERR: 20}),
			record: here,
			nodes: [replica],
			host: logged('fork-refused', "1:M # Can't save in background: fork: Resource temporarily unavailable"),
		},
		'critical',
		/^cannot fork and gives replica 10\.0\.1\.2:6379 no data: Resource temporarily unavailable$/,
	],
	[
		'the same, and another replica is online',
		counted(
			{psync: [1, 0, 1]},
			{ERR: 1},
			{},
			{
				replication: {role: 'master', connected_slaves: 1, slave0: 'ip=10.0.1.3,port=6379,state=online,offset=5,lag=0'},
			},
		),
		'warning',
	],
	[
		'a replica with an old password, which sends a PING before each AUTH',
		counted({ping: [0, 20, 0], auth: [20, 0, 20]}, {NOAUTH: 1, WRONGPASS: 1}, {ping: [0, 19, 0], auth: [19, 0, 19]}),
		'critical',
		/^refuses a replica: wrong password \(WRONGPASS\): masterauth or masteruser there is old$/,
	],
	[
		'a replica whose user is off',
		{
			...counted(
				{ping: [0, 20, 0], auth: [20, 0, 20]},
				{NOAUTH: 1, WRONGPASS: 1},
				{ping: [0, 19, 0], auth: [19, 0, 19]},
			),
			record: {
				accessLog: {
					atMs: nowMs,
					value: [
						{
							count: 20,
							lack: 'auth',
							object: 'AUTH',
							user: 'repl',
							ageSeconds: 1,
							clientAddress: '10.0.1.2:40000',
							clientName: '',
						},
					],
				},
				aclUsers: {atMs: nowMs, value: [{user: 'repl', isOn: false, lacks: ['set']}]},
			} as never,
		},
		'critical',
		/^refuses a replica on 10\.0\.1\.2: user repl is off: its masteruser was switched off here$/,
	],
	[
		'the same, and replicas had logged in before the password was changed',
		counted(
			{ping: [0, 9, 0], auth: [9, 0, 6], psync: [3, 0, 0]},
			{NOAUTH: 1, WRONGPASS: 1},
			{ping: [0, 8, 0], auth: [8, 0, 5], psync: [3, 0, 0]},
		),
		'critical',
		/^refuses a replica: wrong password \(WRONGPASS\)/,
	],
	[
		'the second attempt of a replica that left lately, by the log of this machine',
		lostFrom('10.0.1.2:40000'),
		'critical',
		/^refuses replica 10\.0\.1\.2:6379: wrong password \(WRONGPASS\): masterauth or masteruser there is old$/,
	],
	['two logins that fail on another host than that of the lost replica', lostFrom('10.0.1.7:40000'), 'clear'],
	[
		'two replicas of one host are lost: one may be stopped, and the other one refused',
		withAnotherLost(
			'10.0.1.2:6380',
			counted({ping: [0, 12, 0], auth: [12, 0, 12]}, {NOAUTH: 1, WRONGPASS: 1}, {ping: [0, 11, 0], auth: [11, 0, 11]}),
		),
		'critical',
		/^refuses a replica on 10\.0\.1\.2: wrong password/,
	],
	[
		'the same, and the other one is on another host',
		withAnotherLost('10.0.1.3:6379', {}),
		'critical',
		/^refuses replica 10\.0\.1\.2:6379: wrong password/,
	],
	['two logins that fail long after the replica was lost', lostFrom('10.0.1.2:40000', 700_000), 'clear'],
	[
		'a replica that tries once a second, and the samples lie between two of its attempts',
		betweenAttempts({ping: [0, 10, 0], auth: [8, 0, 7], psync: [3, 0, 0]}, 0.4),
		'critical',
		/^refuses a replica on 10\.0\.1\.2: wrong password \(WRONGPASS\): masterauth or masteruser there is old$/,
	],
	[
		'a replica that has given up, or has the right password now',
		betweenAttempts({ping: [0, 10, 0], auth: [8, 0, 7], psync: [3, 0, 0]}, 2.5),
		'clear',
	],
	[
		'an application that sends no PING first, and the samples lie between two of its attempts',
		betweenAttempts({ping: [0, 1, 0], auth: [8, 0, 7], psync: [1, 0, 0]}, 0.4),
		'clear',
	],
	[
		'an application with an old password sends no PING first',
		counted({auth: [20, 0, 20]}, {WRONGPASS: 1}, {auth: [19, 0, 19]}),
		'clear',
	],
	[
		'a Sentinel with an old password sends many PINGs',
		counted({ping: [0, 90, 0], auth: [9, 0, 9]}, {NOAUTH: 1, WRONGPASS: 1}, {ping: [0, 89, 0], auth: [8, 0, 8]}),
		'clear',
	],
	[
		'a Sentinel with a wrong password, which sends INFO and PUBLISH, too',
		counted(
			{ping: [0, 20, 0], auth: [20, 0, 20], info: [0, 9, 0], publish: [0, 9, 0]},
			{NOAUTH: 1, WRONGPASS: 1},
			{ping: [0, 19, 0], auth: [19, 0, 19], info: [0, 9, 0], publish: [0, 9, 0]},
		),
		'clear',
	],
]);

const sentinel = {ping: [5, 40, 0], info: [9, 4, 0], publish: [0, 20, 0]} satisfies Counts;
const sentinelBefore = {...sentinel, ping: [5, 38, 0]} satisfies Counts;

testRule(senRefused, [
	['nothing is counted', {info: {}, earlier: {}}, 'pending'],
	['nobody is refused', counted({ping: [5, 0, 0]}, {}), 'clear'],
	['a health check without a password', counted({ping: [5, 40, 0]}, {NOAUTH: 1}), 'clear'],
	['Sentinels that have logged in since', counted(sentinel, {}, sentinel), 'clear'],
	[
		'Sentinels without auth-pass',
		{
			...counted(sentinel, {NOAUTH: 2}, sentinelBefore),
			record: {
				clients: {
					atMs: nowMs,
					value: [
						clientOf({id: 1, name: 'shop', command: 'get'}),
						clientOf({id: 2, name: '', command: 'publish', address: '10.0.1.9:40000'}),
					],
				},
			},
		},
		'warning',
		/^refuses its Sentinels: not logged in \(NOAUTH\), one connects from 10\.0\.1\.9:40000: their auth-pass .* is missing or wrong$/,
	],
]);

testRule(repFullsyncStorm, [
	[
		'full resyncs that could not begin',
		counted(
			{psync: [40, 0, 40]},
			{ERR: 40},
			{},
			{
				stats: {sync_full: 40, sync_partial_err: 0},
				replication: {role: 'master', connected_slaves: 0},
			},
		),
		'clear',
	],
]);

const primary = '10.0.1.1:6379' as NodeAddress;
const follower = '10.0.1.2:6379' as NodeAddress;
const causes = (...findings: readonly Finding[]): ReadonlyArray<readonly [RuleId, RuleId | undefined]> =>
	joinFindings(findings, new Map([[follower, primary]])).map(({finding, causeRule}) => [finding.rule, causeRule]);

test('a primary that cannot fork explains the attempts and the missing link of its replica', () => {
	assert.deepEqual(
		causes(
			findingOf('cli.churn', 'warning', primary),
			findingOf('rep.link_down', 'warning', follower),
			findingOf('rep.refused', 'critical', primary, {evidence: [{name: forkOfResync, value: 'fails'}]}),
		),
		[
			['rep.refused', undefined],
			['rep.link_down', 'rep.refused'],
			['cli.churn', 'rep.refused'],
		],
	);
});

test('sentinels that never had a link explain what the primary refuses', () => {
	assert.deepEqual(
		causes(
			findingOf('sen.refused', 'warning', primary),
			findingOf('err.rate', 'warning', primary),
			findingOf('sen.down', 'critical', undefined, {
				node: undefined,
				subject: 'main',
				evidence: [{name: runIdOfPrimary, value: '-'}],
			}),
		),
		[
			['sen.down', undefined],
			['sen.refused', 'sen.down'],
			['err.rate', 'sen.down'],
		],
	);
});
